"""The language of red flags, its tables, the second ear, and the watch over findings told by code."""

import tomllib
from importlib.resources import files

import pytest

from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.clinical.warning import Evidence, Vitals, Who, hear, watch, watch_words
from xinglin.clinical.warning.grammar import BadRule, because, parse, value
from xinglin.clinical.warning.hearing import phrases, read_phrases
from xinglin.clinical.warning.rules import LEVELS, read_rules, red_flags, unknown_names

RULES_AT_LEAST = 70


class Told:
    """Facts as a dictionary: missing means not known."""

    def __init__(self, **known: bool | float | str) -> None:
        self.known = known

    def finding(self, code: str, quality: str) -> bool | None:
        found = self.known.get(f"{code}_{quality}" if quality else code)
        return found if isinstance(found, bool) else None

    def number(self, name: str) -> float | None:
        found = self.known.get(name)
        return float(found) if isinstance(found, int | float) else None

    def sex(self) -> str | None:
        found = self.known.get("sex")
        return found if isinstance(found, str) else None

    def pregnant(self) -> bool | None:
        return self.finding("pregnant", "")


@pytest.mark.parametrize(
    ("text", "told", "expected"),
    [
        ("a & b", {"a": True, "b": True}, True),
        ("a & b", {"a": True}, None),
        ("a & b", {"a": True, "b": False}, False),
        ("a & b", {"b": False}, False),
        ("a | b", {"b": True}, True),
        ("a | b", {"a": False}, None),
        ("a | b", {"a": False, "b": False}, False),
        ("!a", {}, None),
        ("!a", {"a": False}, True),
        ("~a", {}, True),
        ("~a", {"a": False}, True),
        ("~a", {"a": True}, False),
        ("2 of (a, b, c)", {"a": True, "c": True}, True),
        ("2 of (a, b, c)", {"a": True}, None),
        ("2 of (a, b, c)", {"a": False, "b": False}, False),
        ("1 of (a & b, c)", {"a": True, "b": True}, True),
        ("a & b | c", {"c": True}, True),
        ("a & (b | c)", {"c": True}, None),
        ("#g & c", {"b": True, "c": True}, True),
        ("a@severe", {"a": True}, None),
        ("a@severe", {"a_severe": True}, True),
        ("age<5", {"age": 4.9}, True),
        ("age<5", {"age": 5}, False),
        ("age<5", {}, None),
        ("~age<5", {}, True),
        ("temperature>=38", {"temperature": 38}, True),
        ("sex=F", {"sex": "F"}, True),
        ("sex=F", {}, None),
        ("pregnant", {"pregnant": True}, True),
    ],
)
def test_three_values(text: str, told: dict[str, bool | float | str], expected: bool | None) -> None:
    assert value(parse(text, {"g": "a | b"}), Told(**told)) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a &",
        "(a",
        "a b",
        "a)",
        "#none",
        "#loop",
        "4 of (a, b)",
        "0 of (a)",
        "a@purple",
        "height>3",
        "sex=X",
        "age=3",
        "a $ b",
    ],
)
def test_what_the_language_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        parse(text, {"loop": "a | #loop"})


def test_because_names_findings_that_are_there_and_nothing_else() -> None:
    node = parse("a & (b | c) & ~d & said:sudden & age>=3", {})
    told = Told(**{"a": True, "c": True, "said:sudden": True, "age": 30})
    assert list(because(node, told)) == ["a", "c"]


def test_the_table_is_large_enough_and_whole() -> None:
    rules = red_flags()
    assert len([rule for rule in rules if rule.alternatives[0][0] != "soon"]) >= RULES_AT_LEAST
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.source
        assert all(level in LEVELS for level, _ in rule.alternatives)


def test_rules_speak_of_findings_that_exist() -> None:
    heard = {phrase.name for phrase in phrases() if phrase.name.startswith("said:")}
    assert unknown_names(red_flags(), load_conditions().findings, heard) == []


def test_phrases_speak_of_findings_that_exist_and_none_is_idle() -> None:
    findings = load_conditions().findings
    said = {phrase.name for phrase in phrases() if phrase.name.startswith("said:")}
    assert sorted(phrase.name for phrase in phrases() if phrase.name not in said | set(findings)) == []
    used = {name for rule in red_flags() for name in rule.atoms()}
    assert sorted(said - used) == []


def test_no_probability_anywhere() -> None:
    text = (files("xinglin.clinical.knowledge") / "warning" / "red_flags.toml").read_text("utf-8")
    document = tomllib.loads(text)
    for row in document["rule"].values():
        assert not {key for key in row if "prob" in key or "likel" in key}


ROW = """
[rule.x]
name_zh = "甲"
name_en = "X"
do_zh = "来"
do_en = "come"
source = "guideline"
read = "memory"
emergency = ["chest-pain & cold-sweat"]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('source = "guideline"', 'source = " "'),
        ('read = "memory"', 'read = "no"'),
        ('do_zh = "来"', 'do_zh = ""'),
        ("emergency =", "loud ="),
        ('emergency = ["chest-pain & cold-sweat"]', ""),
        ("chest-pain & cold-sweat", "chest-pain &"),
    ],
)
def test_a_broken_rule_is_refused_by_name(old: str, new: str) -> None:
    assert read_rules(ROW)[0].id == "x"
    assert old in ROW
    with pytest.raises(BadRule, match="x: "):
        read_rules(ROW.replace(old, new))


def test_a_broken_phrase_is_refused_by_name() -> None:
    with pytest.raises(BadRule, match="x: "):
        read_phrases("[x]\nzh = ['(']\n")
    with pytest.raises(BadRule, match="x: "):
        read_phrases("[x]\nde = ['a']\n")


def flags(
    *codes: str, absent: tuple[str, ...] = (), who: Who | None = None, vitals: Vitals | None = None
) -> dict[str, str]:
    found = watch(dict.fromkeys(codes, Evidence()), absent, who or Who(age_years=50), vitals)
    return {flag.id: flag.level for flag in found}


def test_findings_told_by_code_fire_without_any_text() -> None:
    assert flags("chest-pain", "cold-sweat")["acs"] == "emergency"
    assert flags("haematemesis")["gi-bleeding"] == "emergency"
    assert flags("suicidal-thoughts")["suicide"] == "emergency"
    assert flags("facial-weakness", "slurred-speech")["stroke"] == "emergency"
    assert flags("cough", "runny-nose") == {}


def test_a_child_of_a_finding_counts_as_its_parent() -> None:
    assert "suicide" in flags("suicidal-plan")
    assert flags("chest-pain-tearing", "back-pain")["aortic-dissection"] == "emergency"


def test_who_and_vitals_decide() -> None:
    baby, child = Who(age_years=0.1), Who(age_years=4)
    assert flags("fever", who=baby)["neonatal-fever"] == "emergency"
    assert "neonatal-fever" not in flags("fever", who=child)
    assert flags(who=baby, vitals=Vitals(temperature=38.0))["neonatal-fever"] == "emergency"
    assert flags(vitals=Vitals(spo2=85))["severe-asthma"] == "emergency"
    assert flags(vitals=Vitals(spo2=97, heart_rate=80)) == {}
    assert flags(vitals=Vitals(sbp=190))["hypertensive-emergency"] == "urgent"
    assert flags("headache-thunderclap", vitals=Vitals(sbp=190))["subarachnoid-haemorrhage"] == "emergency"


def test_an_unknown_age_does_not_fire_a_rule_for_babies() -> None:
    assert "neonatal-fever" not in flags("fever", who=Who())


def test_what_is_denied_does_not_fire() -> None:
    assert flags("headache", absent=("vomiting", "meningism", "photophobia")) == {}
    assert flags("back-pain", absent=("numbness-saddle", "leg-weakness-both")) == {}


def test_the_gravest_comes_first() -> None:
    found = watch(dict.fromkeys(["urinary-retention", "haematemesis"], Evidence()), (), Who(age_years=70))
    assert [LEVELS.index(flag.level) for flag in found] == sorted(LEVELS.index(flag.level) for flag in found)


@pytest.mark.parametrize(
    ("text", "code", "there"),
    [
        ("我吐血了", "haematemesis", True),
        ("没有吐血", "haematemesis", False),
        ("如果吐血怎么办", "haematemesis", False),
        ("三年前吐过血", "haematemesis", False),
        ("vomiting blood", "haematemesis", True),
        ("not vomiting blood", "haematemesis", False),
        ("what should i do if i start vomiting blood?", "haematemesis", False),
        ("脖子不硬", "meningism", False),
        ("my neck is not stiff", "meningism", False),
        ("my neck is stiff", "meningism", True),
        ("嘴突然歪了", "facial-weakness", True),
        ("i cant speak properly", "aphasia", True),
    ],
)
def test_the_second_ear(text: str, code: str, there: bool) -> None:
    assert (code in hear(text).present) is there


def test_trouble_of_family_counts_when_the_writer_writes_for_them() -> None:
    who = Who(age_years=70)
    assert watch_words("我爸突然嘴歪了，说话不清", None, who)
    assert not watch_words("我爸三年前中风嘴歪，我自己没有不舒服，想问怎么预防", None, who)
