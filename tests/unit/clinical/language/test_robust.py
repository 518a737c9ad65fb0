"""Any text at all: never an error, spans that are exact, the same answer twice, time in proportion to length."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.clinical.language import Lexicon, Turn, context, read, read_turns
from xinglin.clinical.language.reading import LONGEST

PIECES = st.sampled_from(
    [
        "no ",
        "头痛",
        "没有",
        "，",
        ". ",
        "chest pain",
        "39度",
        "WBC 12",
        "怀孕",
        "3岁",
        "my son ",
        "İ",
        "ß",
        "！",
        "not ",
        "\n",
        "?",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_any_text_is_read_with_exact_spans(text: str, lexicon: Lexicon) -> None:
    reading = read(text, lexicon=lexicon)
    for one in reading.mentions:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.words
    for number in reading.measured:
        assert 0 <= number.start < number.end <= len(text)
    assert read(text, lexicon=lexicon) == reading


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, start=st.integers(-5, 400), end=st.integers(-5, 400))
def test_any_span_has_a_context(text: str, start: int, end: int) -> None:
    assert context(text, start, end).polarity in {"present", "absent", "unsure"}


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, max_size=6))
def test_any_conversation_is_read(texts: list[str], lexicon: Lexicon) -> None:
    turns = [Turn("doctor" if number % 2 == 0 else "patient", text) for number, text in enumerate(texts)]
    for one in read_turns(turns, lexicon=lexicon).mentions:
        assert turns[one.turn].text[one.start : one.end] == one.words


@pytest.mark.parametrize(
    "piece",
    [
        "咳",
        "a",
        "no ",
        "疼痛",
        "chest pain ",
        "1",
        "头 ",
        "39度",
        "3岁",
        "没有",
        "头痛,",
        "右",
        "膝盖又肿又痛",
        "not ",
        "一",
        "(",
        " ",
    ],
)
def test_hostile_text_is_cut_and_read_in_time(piece: str, lexicon: Lexicon) -> None:
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    reading = read(text, lexicon=lexicon)
    assert time.process_time() - begun < 5
    assert reading.cut
    assert all(one.end <= LONGEST for one in reading.mentions)


def test_a_message_of_150_words_takes_milliseconds(lexicon: Lexicon) -> None:
    text = (
        "I am a 45 year old man. For the last three days I have had a bad cough with green phlegm, a fever of 38.9, "
        "chills and pain in the right side of my chest when I breathe in. I feel short of breath walking up stairs. "
        "No blood in the sputum, no leg swelling, no vomiting. I smoke a pack a day and my father had lung cancer. "
    ) * 2
    read(text, lexicon=lexicon)
    begun = time.process_time()
    for _ in range(5):
        read(text, lexicon=lexicon)
    assert (time.process_time() - begun) / 5 < 0.05, "ten milliseconds on a quiet machine; five times that is a fault"


def test_threads_share_a_lexicon(lexicon: Lexicon) -> None:
    texts = ["头痛三天，没有发烧", "no fever but coughing since Monday", "膝盖又肿又痛"] * 8
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: read(text, lexicon=lexicon), texts))
    assert found[:3] * 8 == found
