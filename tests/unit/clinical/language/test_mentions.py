"""Words in free order, with small words between them, misspelt, mixed, and what is said around them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from xinglin.clinical.language import Lexicon, Mention, read


def present(text: str, lexicon: Lexicon) -> set[str]:
    """Findings that a text says are there, the patient's own."""
    found = read(text, lexicon=lexicon).mentions
    return {one.code for one in found if one.polarity == "present" and one.experiencer == "patient"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("my right knee is killing me", "knee-pain"),
        ("pain in my lower back", "low-back-pain"),
        ("throat is sore", "sore-throat"),
        ("rash on both arms", "rash-limbs"),
        ("肚子左下边一抽一抽地疼", "left-lower-quadrant-pain"),
        ("pain on the right lower side of my belly", "right-lower-quadrant-pain"),
        ("胸口像压了块石头", "chest-pain-pressure"),
        ("头一跳一跳地痛", "headache-throbbing"),
        ("后背和腰都酸", "back-pain low-back-pain"),
        ("膝盖又肿又痛", "knee-pain knee-swelling"),
        ("胸、腹部疼痛", "chest-pain abdominal-pain"),
        ("both eyes are red and itchy", "eye-red-both eye-itching"),
        ("pain and swelling in my left knee", "knee-pain knee-swelling"),
        ("Left ear feels blocked, some pain", "ear-fullness ear-pain"),
        ("weakness in my right arm and leg", "hemiparesis"),
        ("右边胳膊腿没力气", "hemiparesis"),
        ("pressure-like feeling in the centre of my chest", "chest-pain-pressure"),
        ("can't seem to keep anything down", "vomiting"),
        ("no appetite at all", "anorexia"),
        ("he hasn't peed since yesterday", "oliguria"),
        ("she has not been eating or drinking", "refuses-drink"),
        ("喘不上来气", "dyspnoea"),
        ("拉了三天肚子", "diarrhoea"),
        ("I've had a headahce and diarhea, also nausia and vomitting", "headache diarrhoea nausea vomiting"),
        ("palpatations and dizzyness", "palpitations dizziness"),
        ("发骚三天，咳簌，腹泄", "fever cough diarrhoea"),
        ("發燒三天，頭痛", "fever headache"),
        ("ＦＥＶＥＲ and cough", "fever cough"),
        ("light headed and short of breath", "lightheaded dyspnoea"),
        ("hæmoptysis 咳血", "haemoptysis"),
    ],
)
def test_free_speech_is_understood(text: str, codes: str, lexicon: Lexicon) -> None:
    assert set(codes.split()) <= present(text, lexicon)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I bought some cough medicine", "cough"),
        ("吃了感冒灵和退烧药", "fever"),
        ("血红蛋白正常", "erythema"),
        ("I came back to my desk", "back-pain"),
        ("she does not drink alcohol", "refuses-drink"),
        ("severe pain", "heel-squeeze-child"),
        ("麻烦医生看一下", "numbness"),
        ("knee bent at 45°", "fever-high"),
        ("a hot shower helps", "fever"),
    ],
)
def test_what_only_looks_like_a_finding_is_none(text: str, code: str, lexicon: Lexicon) -> None:
    assert code not in {one.code for one in read(text, lexicon=lexicon).mentions}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("severe headache for three days", "headache", {"severity": "severe", "duration_hours": 72.0}),
        (
            "右下腹隐隐作痛，一阵一阵的，半个月了",
            "right-lower-quadrant-pain",
            {"severity": "mild", "duration_hours": 360.0, "pattern": "episodic", "site": "rlq"},
        ),
        (
            "sudden onset chest pain an hour ago",
            "chest-pain",
            {"onset": "sudden", "duration_hours": 1.0, "site": "chest"},
        ),
        (
            "knee pain getting worse over the last few months",
            "knee-pain",
            {"pattern": "progressive", "duration_hours": 2160.0},
        ),
        ("反复咳嗽十多年", "cough", {"pattern": "recurrent", "duration_hours": 113880.0}),
        ("cough x2 weeks", "cough", {"duration_hours": 336.0}),
        ("left ear pain since yesterday", "ear-pain", {"side": "left", "duration_hours": 24.0}),
        ("两侧膝盖肿痛", "knee-pain", {"side": "both"}),
        ("突然胸痛半小时", "chest-pain", {"onset": "sudden", "duration_hours": 0.5}),
        ("烧到39度三天了", "fever-high", {"duration_hours": 72.0, "quantity": "temperature", "value": 39.0}),
        ("headache came on gradually", "headache", {"onset": "gradual"}),
        ("怀孕32周，头痛", "headache", {"duration_hours": None}),
        ("mild fever and a dry cough", "cough-dry", {"severity": None}),
    ],
)
def test_what_is_said_around_a_finding(text: str, code: str, said: dict[str, object], lexicon: Lexicon) -> None:
    found = next(one for one in read(text, lexicon=lexicon).mentions if one.code == code)
    assert {name: getattr(found, name) for name in said} == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "妈妈有糖尿病，我头痛",
            {("known-diabetes", "family"), ("family-diabetes", "patient"), ("headache", "patient")},
        ),
        ("My husband, 62, has chest pain", {("chest-pain", "patient")}),
        ("我家宝宝发烧了", {("fever", "patient")}),
        ("我妈说我发烧了", {("fever", "patient")}),
        ("我爸70岁，突然胸痛", {("chest-pain", "patient")}),
        ("My son has a fever. My mother has diabetes.", {("fever", "patient"), ("family-diabetes", "patient")}),
        ("My flatmate has a fever and I have a cough", {("fever", "other"), ("cough", "patient")}),
    ],
)
def test_whose_it_is(text: str, expected: set[tuple[str, str]], lexicon: Lexicon) -> None:
    assert expected <= {(one.code, one.experiencer) for one in read(text, lexicon=lexicon).mentions}


def test_a_contract_of_names() -> None:
    names = [field.name for field in fields(Mention)]
    assert names[:7] == ["code", "polarity", "experiencer", "time", "certainty", "severity", "site"]
    assert {"start", "end", "words", "turn", "quantity", "value", "unit"} <= set(names)


def test_the_language_is_that_of_most_letters(lexicon: Lexicon) -> None:
    assert read("头痛 and nausea", lexicon=lexicon).language == "zh"
    assert read("I have 头 a bad headache and nausea", lexicon=lexicon).language == "en"
    assert read("headache", language="zh", lexicon=lexicon).language == "zh"


def test_nothing_is_found_in_nothing(lexicon: Lexicon) -> None:
    reading = read("", lexicon=lexicon)
    assert (reading.mentions, reading.measured, reading.cut) == ((), (), False)
