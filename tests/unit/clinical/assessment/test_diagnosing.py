"""One case whole: what goes in, what comes out, and that no probability lowers a flag."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from typing import Any

import pytest

from xinglin.clinical.assessment.case import BadCase, read_case
from xinglin.clinical.assessment.diagnosing import diagnose, diagnose_lines
from xinglin.clinical.assessment.gathering import gather
from xinglin.clinical.assessment.intake import Intake
from xinglin.clinical.knowledge.conditions import load_conditions

PNEUMONIA = "67岁，男，烧到39度三天了，咳黄痰，右胸一吸气就疼，没有咯血"


def ask(**case: Any) -> dict[str, Any]:
    return diagnose({"id": "t", **case})


def test_an_answer_has_all_that_the_contract_names() -> None:
    found = ask(text=PNEUMONIA, vitals={"resp_rate": 26, "spo2": 91, "heart_rate": 112, "sbp": 118})
    assert {one["code"] for one in found["findings"]} >= {"sputum-purulent", "haemoptysis"}
    assert next(one for one in found["findings"] if one["code"] == "haemoptysis")["polarity"] == "absent"
    assert found["person"]["age_years"] == 67
    assert found["person"]["sex"] == "M"
    assert any(one["icd10"].startswith("J1") for one in found["differential"][:3])
    assert sum(one["probability"] for one in found["differential"]) + found["other"] <= 1.001
    assert found["department"]["code"] == "03.01"
    assert {one["score"] for one in found["scores"]} == {"news2", "qsofa"}
    assert found["triage"] in {"urgent", "emergency"}
    assert found["reviewed"] is False
    assert json.loads(json.dumps(found)) == found


def test_spans_are_the_words_of_the_text() -> None:
    text = "Since Monday I have had a fever of 39.4 and a cough, no chest pain."
    for one in ask(text=text)["findings"]:
        start, end = one["span"]
        assert text[start:end] == one["words"]


def test_the_same_case_gives_the_same_bytes() -> None:
    one, other = (json.dumps(ask(text=PNEUMONIA), ensure_ascii=False) for _ in range(2))
    assert one == other


def test_why_adds_up() -> None:
    first = ask(text=PNEUMONIA)["differential"][0]
    assert first["why"]["for"]
    assert set(first["why"]["parts"]) == {"prior", "findings", "unexplained", "course", "named", "needs", "share"}


@pytest.mark.parametrize(
    "text",
    [
        "爸爸68岁，半小时前突然右边手脚没力气，嘴歪，说话不清楚",
        "Crushing chest pain for an hour going down my left arm, sweating, I am 61",
        "活着没意思，药已经买好了，今晚就吃下去",
    ],
)
def test_a_red_flag_sets_the_triage_whatever_is_likely(text: str) -> None:
    found = ask(text=text)
    assert found["red_flags"]
    assert found["triage"] == "emergency"
    assert found["triage_by"] == "red_flag"
    calmed = ask(text=text + "。Also a runny nose, sneezing, a cold for two days.")
    assert calmed["triage"] == "emergency"


@pytest.mark.parametrize(
    "text", ["如果我以后胸痛该怎么办？", "我妈妈三年前得过脑梗，我想问怎么预防", "鼻塞打喷嚏两天，没有发烧，没有胸痛"]
)
def test_what_is_not_said_of_the_patient_now_rings_nothing(text: str) -> None:
    assert not [one for one in ask(text=text)["red_flags"] if one["level"] == "emergency"]


def test_findings_by_name_by_code_and_not_sure() -> None:
    told = [
        {"name": "咳嗽", "present": True},
        {"name": "痰"},
        {"code": "fever", "present": False},
        {"name": "headache", "present": None},
        {"name": "绿色的月亮"},
    ]
    found = ask(findings=told, age_years=30)
    assert found["not_understood"] == ["绿色的月亮"]
    assert found["differential"][0]["probability"] > 0
    assert "headache" not in {one["code"] for one in found["next_questions"]}


def test_a_field_wins_over_the_text() -> None:
    assert ask(text="I am 30, female, cough for two days", age_years=70, sex="M")["person"]["age_years"] == 70


def test_normal_numbers_are_denials() -> None:
    """No fever now; whether there was one in the last days may still be asked."""
    knowledge = load_conditions()
    case = read_case({"id": "1", "text": "咳嗽", "vitals": {"temperature": 36.8}}, knowledge)
    degrees = {"fever-low", "fever-moderate", "fever-high"}
    assert degrees <= gather(case, knowledge).evidence.absent
    asked = {one["code"] for one in ask(text="咳嗽", vitals={"temperature": 36.8})["next_questions"]}
    assert not degrees & asked


def test_a_conversation_carries_the_question_to_its_answer() -> None:
    turns = [
        {"speaker": "patient", "text": "我咳嗽一周了"},
        {"speaker": "doctor", "text": "有没有发烧？"},
        {"speaker": "patient", "text": "没有"},
        {"speaker": "doctor", "text": "有痰吗？"},
        {"speaker": "patient", "text": "有，黄的"},
    ]
    found = {one["code"]: one["polarity"] for one in ask(turns=turns)["findings"]}
    assert found["fever"] == "absent"


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ({}, "text"),
        ({"text": 3}, "text"),
        ({"text": "咳嗽", "age": 3}, "age"),
        ({"text": "咳嗽", "age_years": -1}, "age_years"),
        ({"text": "咳嗽", "age_years": True}, "age_years"),
        ({"text": "咳嗽", "sex": "x"}, "sex"),
        ({"text": "咳嗽", "pregnant": "maybe"}, "pregnant"),
        ({"text": "咳嗽", "pregnant": 1}, "pregnant"),
        ({"text": "咳嗽", "language": "fr"}, "language"),
        ({"text": "咳嗽", "findings": [{"present": True}]}, "findings[0]"),
        ({"text": "咳嗽", "findings": [{"name": "x", "present": "yes"}]}, "findings[0].present"),
        ({"text": "咳嗽", "vitals": {"temperature": 99}}, "vitals.temperature"),
        ({"text": "咳嗽", "vitals": {"tempreature": 38}}, "vitals.tempreature"),
        ({"text": "咳嗽", "vitals": {"consciousness": "sleepy"}}, "vitals.consciousness"),
        ({"text": "咳嗽", "on": "yesterday"}, "on"),
        ({"text": "咳" * 20_001}, "text"),
        ({"turns": [{"speaker": "nurse", "text": "x"}]}, "turns"),
    ],
)
def test_bad_input_names_the_field(case: dict[str, Any], field: str) -> None:
    with pytest.raises(BadCase) as refused:
        diagnose({"id": "t", **case})
    assert refused.value.field == field
    assert refused.value.zh
    assert refused.value.en


def test_a_stream_answers_every_line_in_order() -> None:
    lines = ['{"id": "a", "text": "咳嗽"}', "", "not json", '{"id": "b", "text": "咳嗽", "sx": 1}', "[1]"]
    found = list(diagnose_lines(lines))
    assert [one.get("id") for one in found] == ["a", "", "b", ""]
    assert found[1]["error"]["field"] == "line"
    assert found[1]["line"] == 3
    assert found[2]["error"]["field"] == "sx"
    assert found[3]["error"]["field"] == "case"


def test_little_is_called_little() -> None:
    assert ask(text="不舒服")["insufficient"] is not None


def test_pregnancy_refuses_the_adult_score_and_takes_its_own() -> None:
    numbers = {"resp_rate": 18, "spo2": 98, "heart_rate": 88, "sbp": 128, "dbp": 82, "temperature": 36.9}
    found = ask(text="头痛", age_years=29, sex="F", pregnant=True, pregnancy_weeks=30, vitals=numbers)
    assert "refused" in found["scores"][0]
    assert found["scores"][1]["score"] == "meows"


def test_every_code_that_an_answer_can_name_has_a_name() -> None:
    text = "AFP 300, MCV 70, WBC 15.2, CRP 120, 血红蛋白 78g/L, 肌酐 200"
    for one in ask(text=text)["findings"]:
        assert one["name_zh"]
        assert one["name_en"]


class TestIntake:
    """A history taken question by question."""

    def test_it_polls_then_asks_then_stops(self) -> None:
        state = Intake.begin({"id": "t", "text": "咳嗽三天，有点发烧", "language": "zh"})
        asked: list[str] = []
        while state.question is not None:
            asked.append(state.question.code)
            if state.question.code == "age":
                state = state.say("35岁")
            elif state.question.code == "sex":
                state = state.say("男")
            elif state.question.kind == "words":
                state = state.say("没有")
            else:
                state = state.reply(present=False)
        assert asked[:3] == ["age", "sex", "background"]
        assert len(asked) <= 20
        assert len(set(asked)) == len(asked)
        assert state.answer["person"] == {"age_years": 35.0, "sex": "M", "pregnant": None, "pregnancy_weeks": None}

    def test_a_woman_who_could_be_pregnant_is_asked(self) -> None:
        state = Intake.begin({"id": "t", "text": "下腹痛两天", "age_years": 27, "sex": "F"})
        assert state.question is not None
        assert state.question.code == "pregnant"
        assert state.reply(present=True).answer["person"]["pregnant"] is True

    def test_a_red_flag_ends_the_questions(self) -> None:
        state = Intake.begin({"id": "t", "text": "突然剧烈胸痛，出冷汗，放射到左臂，喘不上气"})
        assert state.question is None
        assert state.answer["triage"] == "emergency"

    def test_questions_are_plain_sentences_in_both_languages(self) -> None:
        state = Intake.begin({"id": "t", "text": "头痛", "age_years": 40, "sex": "M"})
        assert state.question is not None
        assert state.question.zh.endswith(("？", "。"))
        assert state.question.en


def test_departments_are_those_of_the_hospital() -> None:
    table = files("xinglin.hospital.terminology") / "data" / "departments.csv"
    rows = csv.DictReader(io.StringIO(table.read_text("utf-8")))
    names = {row["code"]: (row["name_zh"], row["name_en"]) for row in rows}
    for code, name in load_conditions().departments.items():
        assert names[code] == name


@pytest.mark.parametrize(("value", "said"), [(2.4, None), (5.1, "present"), (1.0, "absent")])
def test_a_value_that_a_treatment_aims_at_says_nothing(value: float, said: str | None) -> None:
    known = load_conditions()
    case = {"id": "t", "vitals": {"inr": value}}
    treated = gather(
        read_case(case | {"findings": [{"code": "anticoagulant-use", "present": True}]}, known), known
    ).evidence
    assert said == ("present" if "inr-high" in treated.present else "absent" if "inr-high" in treated.absent else None)
    assert ("inr-high" in gather(read_case(case, known), known).evidence.present) == (value >= 1.4)


def test_who_only_wants_the_usual_medicines_is_not_ill_of_his_risks() -> None:
    risks = ["known-hypertension", "anticoagulant-use"]
    told = {"age_years": 66, "sex": "M", "findings": [{"code": one, "present": True} for one in risks]}
    calm = ask(text="来复诊，想继续用降压药。", vitals={"sbp": 146, "dbp": 88, "inr": 2.4}, **told)
    assert calm["insufficient"]
    assert (calm["triage"], calm["department"]["code"]) == ("routine", "02")
    ill = ask(text="想继续用降压药，今天右边手脚突然没力气，说话不清。", vitals={"sbp": 146, "dbp": 88}, **told)
    assert (ill["insufficient"], ill["triage"], ill["department"]["code"]) == (None, "emergency", "03.03")
    high = ask(text="来复诊，想继续用降压药。", vitals={"sbp": 212, "dbp": 126}, **told)
    assert high["triage"] in {"urgent", "emergency"}, "a pressure that is dangerous speaks for itself"
