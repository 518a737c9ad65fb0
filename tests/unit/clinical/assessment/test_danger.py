"""The door of the monitor: what rings, the words behind it, and how long it takes."""

import time

import pytest

from xinglin.clinical.assessment.case import BadCase
from xinglin.clinical.assessment.danger import Dangers, dangers, digest, warm_up


def said(*texts: str, **more: object) -> Dangers:
    return dangers({"turns": [{"speaker": "patient", "text": text} for text in texts], "age_years": 60.0} | more)


def test_the_words_and_their_turn_are_named() -> None:
    found = said("血压药吃完了", "昨晚开始胸痛，压榨样，出汗，左胳膊发麻")
    acs = next(one for one in found.flags if one.flag.id == "acs")
    assert acs.flag.level == "emergency"
    words = {place.words: place.turn for one in acs.because for place in one.said}
    assert words["胸痛"] == 1
    assert all(one.name_zh and one.name_en for one in acs.because)
    assert found.knowledge == digest()
    assert len(digest()) == 64


def test_a_phrase_beyond_the_findings_gives_its_words() -> None:
    found = said("孩子抽搐了，叫不醒", age_years=4.0)
    words = {place.words for one in found.flags for reason in one.because for place in reason.said}
    assert {"抽搐了", "叫不醒"} <= words


def test_a_number_alone_is_shown_as_a_number() -> None:
    found = said("刚量的血压 225/130")
    assert found.flags
    assert all(one.because for one in found.flags)
    told = dangers({"vitals": {"sbp": 225.0, "dbp": 130.0}, "age_years": 60.0})
    assert any("225" in reason.name_en for one in told.flags for reason in one.because)


@pytest.mark.parametrize(
    "text",
    [
        "没有胸痛，也不出汗",
        "三年前有过胸痛大汗，后来好了",
        "我爸去年心梗过，我没有胸痛",
        "No chest pain, no sweating, just here for my refill",
        "如果胸痛大汗该怎么办",
        "血压药吃完了，来复查",
    ],
)
def test_denied_past_family_and_imagined_ring_nothing(text: str) -> None:
    assert said(text).flags == ()


def test_what_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(BadCase) as caught:
        dangers({"turns": [{"speaker": "nurse", "text": "x"}]})
    assert caught.value.field == "turns"


def test_sixteen_messages_are_read_in_fifty_milliseconds() -> None:
    warm_up()
    lines = [
        "胸口有点闷，爬楼气短",
        "这种感觉多久了？有没有出汗？",
        "没有头晕，血压150/95",
        "my chest hurts, left arm numb",
    ]
    turns = [{"speaker": ("patient", "doctor")[n % 2], "text": lines[n % 4]} for n in range(16)]
    took = []
    for _ in range(20):
        began = time.process_time()
        dangers({"turns": turns, "age_years": 60.0, "sex": "M"})
        took.append(time.process_time() - began)
    assert sorted(took)[18] < 0.05
