"""Conversations: an answer belongs to the question before it."""

from __future__ import annotations

import pytest

from xinglin.clinical.language import Lexicon, Turn, read, read_turns


def talk(*lines: str) -> list[Turn]:
    """Doctor and patient by turns, the doctor first."""
    return [Turn("doctor" if number % 2 == 0 else "patient", line) for number, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("有没有咳嗽？", "没"), {("cough", "absent", 0)}),
        (("有没有咳嗽？", "有一点，晚上厉害"), {("cough", "present", 0)}),
        (("any chest pain?", "nope"), {("chest-pain", "absent", 0)}),
        (("Any chest pain or shortness of breath?", "no"), {("chest-pain", "absent", 0), ("dyspnoea", "absent", 0)}),
        (
            ("有没有发烧、咳嗽、流鼻涕？", "都没有"),
            {("fever", "absent", 0), ("cough", "absent", 0), ("runny-nose", "absent", 0)},
        ),
        (
            ("Any nausea, fever or cough?", "none of those"),
            {("nausea", "absent", 0), ("fever", "absent", 0), ("cough", "absent", 0)},
        ),
        (("发烧吗？咳嗽吗？", "有，没有"), {("fever", "present", 0), ("cough", "absent", 0)}),
        (("发烧吗？咳嗽吗？", "发烧，不咳嗽"), {("fever", "present", 1), ("cough", "absent", 1)}),
        (("Do you have a fever? Any cough?", "No, yes"), {("fever", "absent", 0), ("cough", "present", 0)}),
        (("拉肚子吗", "拉，一天五六次"), {("diarrhoea", "present", 0)}),
        (("Is there any blood in your stool?", "I'm not sure"), {("blood-in-stool", "unsure", 0)}),
        (("有胸痛吗？", "没有，就是胸闷"), {("chest-pain", "absent", 0), ("chest-tightness", "present", 1)}),
        (("Do you feel dizzy?", "sometimes"), {("dizziness", "present", 0)}),
        (("哪里不舒服？", "头痛三天了，恶心"), {("headache", "present", 1), ("nausea", "present", 1)}),
        (("有没有咳嗽？", "头痛"), {("headache", "present", 1)}),
        (("大便怎么样？", "正常"), {("constipation", "absent", 0), ("diarrhoea", "absent", 0)}),
        (("大便正常吗？", "嗯，挺正常的"), {("constipation", "absent", 0), ("diarrhoea", "absent", 0)}),
        (("大便正常吗？", "不正常"), set()),
        (("How is your sleep?", "fine"), {("insomnia", "absent", 0)}),
    ],
)
def test_answers(lines: tuple[str, ...], expected: set[tuple[str, str, int]], lexicon: Lexicon) -> None:
    found = read_turns(talk(*lines), lexicon=lexicon).mentions
    assert {(one.code, one.polarity, one.turn) for one in found} == expected


def test_a_question_without_an_answer_is_no_finding(lexicon: Lexicon) -> None:
    assert read_turns(talk("有没有胸痛？"), lexicon=lexicon).mentions == ()


def test_spans_count_in_their_own_turn(lexicon: Lexicon) -> None:
    turns = talk("你好", "我头痛", "发烧吗？", "没有")
    for one in read_turns(turns, lexicon=lexicon).mentions:
        assert turns[one.turn].text[one.start : one.end] == one.words


def test_age_and_sex_come_from_the_patient(lexicon: Lexicon) -> None:
    told = read_turns(talk("多大年纪？", "女，34岁", "怀孕了吗？", "怀孕12周"), lexicon=lexicon).told
    assert (told.age_years, told.sex, told.pregnancy_weeks) == (34, "female", 12)


@pytest.mark.parametrize(
    ("text", "polarity"), [("没有", "absent"), ("有的", "present"), ("yes", "present"), ("不清楚", "unsure")]
)
def test_a_bare_answer_to_an_asked_finding(text: str, polarity: str, lexicon: Lexicon) -> None:
    (found,) = read(text, lexicon=lexicon, asked="cough").mentions
    assert (found.code, found.polarity, found.words) == ("cough", polarity, text)
