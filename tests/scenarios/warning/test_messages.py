"""Red flags on whole messages: what must be caught, and what must be left in peace."""

import pytest
from tests.scenarios.warning.suite import Message, measure, messages, stopping

SENSITIVITY = 0.97
SPECIFICITY = 0.85


def test_the_suite_is_large_and_half_harmless() -> None:
    every = list(messages())
    harmless = [message for message in every if message.expect == "none"]
    assert len(every) >= 320
    assert 0.4 <= len(harmless) / len(every) <= 0.6
    assert len({message.id for message in every}) == len(every)
    assert len([message for message in every if message.held]) >= len(every) // 5


def test_tuned_messages() -> None:
    found = measure(held=False)
    assert found.sensitivity >= SENSITIVITY, found
    assert found.specificity >= SPECIFICITY, found


def test_held_out_messages() -> None:
    found = measure(held=True)
    assert found.sensitivity >= SENSITIVITY, found
    assert found.specificity >= SPECIFICITY, found


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("没有胸痛，没有出冷汗", 50),
        ("三年前心梗放过支架，现在没有不舒服", 60),
        ("如果突然胸痛出冷汗怎么办", 40),
        ("no chest pain and no sweating", 50),
        ("my dad had a heart attack with crushing chest pain in 2010, i feel well", 40),
        ("what should i do if i get crushing chest pain and sweating?", 40),
    ],
)
def test_denied_past_imagined_and_others_do_not_fire(text: str, age: float) -> None:
    assert stopping(Message("x", text, age, "M", False, "none", None)) == []
