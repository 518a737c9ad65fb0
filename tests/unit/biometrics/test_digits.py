"""Digits read aloud in one's own way: the order asked for passes, another does not, poor readings say so."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.biometrics_sounds import RATE

from xinglin.biometrics import digits
from xinglin.biometrics.digits import BadDigits, OwnDigits
from xinglin.biometrics.errors import BadTemplate
from xinglin.biometrics.manifest import engine
from xinglin.biometrics.sound import Sound

ROW = engine(digits.ENGINE_ID)
PLACES = [
    (800, 1200),
    (300, 2300),
    (350, 800),
    (550, 1900),
    (700, 1700),
    (450, 1000),
    (300, 1500),
    (600, 900),
    (400, 2100),
]


def word(digit: str, seed: int) -> NDArray[np.float64]:
    """A made-up word: a voice that glides from one vowel to another, never twice at the same pace or pitch."""
    random = np.random.default_rng(seed)
    count = round(RATE * random.uniform(0.28, 0.45))
    way = np.linspace(0, 1, count)
    start, end = PLACES[int(digit) % 9], PLACES[(int(digit) * 4 + 5) % 9]
    pulses = np.diff(np.floor(np.cumsum(np.full(count, random.uniform(110, 130))) / RATE), prepend=0)
    made = np.zeros(count)
    for near, far in zip(start, end, strict=True):
        middle = (near + (far - near) * way) * random.uniform(0.97, 1.03)
        ring = np.exp(-np.arange(400) * 90 * np.pi / RATE)
        made += np.convolve(pulses, ring)[:count] * np.sin(2 * np.pi * np.cumsum(middle) / RATE)
    made *= np.hanning(count) ** 0.3
    return made / np.abs(made).max()


def reading(order: str, seed: int, *, pause: float = 0.4) -> Sound:
    """The digits of an order, one after another."""
    random = np.random.default_rng(seed)
    parts = [np.zeros(8000)]
    for at, digit in enumerate(order):
        parts += [0.4 * word(digit, seed * 100 + at), np.zeros(round(pause * RATE))]
    whole = np.concatenate(parts)
    return Sound((whole + random.normal(0, 3e-4, len(whole))).astype(np.float32))


def learned() -> OwnDigits:
    orders = ("4805139276", "9026417385")
    return digits.learn([(order, reading(order, seed)) for seed, order in enumerate(orders, 1)])


def test_the_order_that_was_asked_for_passes_and_another_does_not() -> None:
    own, random = learned(), Random(5)
    for seed in range(10, 16):
        order = digits.asked(random, count=int(ROW.limit("asked")))
        sound = reading(order, seed)
        assert digits.check(own, order, sound).right
        other = order[1:] + order[:1]
        decided = digits.check(own, other, sound)
        assert not decided.right
        assert decided.verifies is False


def test_orders_are_of_different_digits_and_are_not_foreseen() -> None:
    orders = {digits.asked(Random(seed), count=6) for seed in range(200)}
    assert len(orders) > 195
    assert all(len(order) == len(set(order)) == 6 for order in orders)


def test_more_or_fewer_words_are_counted_and_said() -> None:
    own = learned()
    with pytest.raises(BadDigits) as refused:
        digits.check(own, "123456", reading("12345", 9))
    assert (refused.value.code, refused.value.wanted, refused.value.heard) == ("count", 6, 5)
    assert "6" in refused.value.sentence.zh
    with pytest.raises(BadDigits):
        digits.check(own, "123456", reading("123456", 9, pause=0.02))
    for silence in (np.zeros(0, np.float32), np.zeros(100, np.float32), np.zeros(32000, np.float32)):
        with pytest.raises(BadDigits) as refused:
            digits.check(own, "123456", Sound(silence))
        assert refused.value.heard == 0


def test_noise_is_not_taken_for_digits() -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 8 * RATE).astype(np.float32)
    with pytest.raises(BadDigits):
        digits.check(learned(), "123456", Sound(noise))


def test_enrolment_needs_each_digit_twice_and_the_same_words() -> None:
    order = "4805139276"
    with pytest.raises(BadDigits) as refused:
        digits.learn([(order, reading(order, 1))])
    assert refused.value.code == "too_few"
    shuffled = "0123456789"
    with pytest.raises(BadDigits) as refused:
        digits.learn([(order, reading(order, 1)), (shuffled, reading("7316920458", 2))])
    assert refused.value.code == "disagree"


def test_what_is_stored_comes_back_and_still_tells_orders_apart() -> None:
    own = learned()
    again = OwnDigits.from_bytes(own.to_bytes())
    assert len(own.to_bytes()) < 30_000
    sound = reading("508213", 21)
    assert digits.check(again, "508213", sound).score == pytest.approx(
        digits.check(own, "508213", sound).score, abs=0.02
    )


def test_a_template_of_another_version_is_refused() -> None:
    with pytest.raises(BadTemplate) as refused:
        digits.check(OwnDigits("0", learned().words), "508213", reading("508213", 21))
    assert refused.value.code == "foreign"


@given(st.binary(max_size=80), st.integers(0, 400))
def test_damaged_templates_are_refused(noise: bytes, at: int) -> None:
    whole = WHOLE
    for raw in (noise, whole[:at], whole + b"x", b"XLD1" + noise):
        with pytest.raises(BadTemplate):
            OwnDigits.from_bytes(raw)


WHOLE = OwnDigits("1", {digit: (np.ones((8, 13), np.float32),) for digit in digits.ALL}).to_bytes()
