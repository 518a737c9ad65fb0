"""Directions for use: the table of expected readings, round trips, and what must hold of any text."""

import csv
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.clinical.medicines.writing import day, line

from xinglin.clinical.medicines.amounts import UNITS, Amount, number, plain
from xinglin.clinical.medicines.directions import DOUBTS, Sig
from xinglin.clinical.medicines.frequency import aliases, by_code, codes, table
from xinglin.clinical.medicines.sig import parse_frequency, parse_sig

ROWS = list(csv.DictReader((Path(__file__).parent / "sigs.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_directions_read_as_the_table_says(row: dict[str, str]) -> None:
    found = parse_sig(row["text"])
    assert (line(found), day(found)) == (row["reading"], row["day"])


def test_the_table_is_large_and_in_both_languages() -> None:
    chinese = [row for row in ROWS if any("\u4e00" <= c <= "\u9fff" for c in row["text"])]
    assert len(ROWS) >= 220
    assert len(chinese) >= 110
    assert len(ROWS) - len(chinese) >= 80


def _daily(text: str) -> str:
    return day(parse_sig(text)).split(" ")[1]


def test_dangerous_pairs_are_told_apart() -> None:
    assert _daily("1.0mg qd") == "1mg"
    assert _daily("10mg qd") == "10mg"
    assert _daily("1片 qd") == "1tab"
    assert _daily("1片 qid") == "4tab"
    assert _daily("1片 qod") == "0.5tab"
    assert _daily("1片 q3d") == "1/3tab"
    assert _daily("1片 tid") == "3tab"
    assert _daily("1片 tiw") == "3/7tab"
    assert day(parse_sig("10mg qw")) == "1 3/7mg 1 3/7mg 10mg"
    assert _daily("每日3片") == "3tab"
    assert _daily("每次3片 每日1次") == "3tab"
    assert _daily("80万单位 bid") == "160wIU"
    for spelling in ("125µg", "125μg", "125mcg", "125ug", "125微克", "125㎍"):
        assert _daily(f"{spelling} qd") == "125ug"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.0mg qd", "trailing_zero"),
        (".5mg qd", "naked_decimal"),
        ("10U tid", "unit_u"),
        ("每日3片", "total_of_day"),
        ("0.5 bid", "dose_without_unit"),
        ("1片 tdi", "maybe_frequency"),
        ("1片 qdd", "maybe_frequency"),
        ("1 drop od", "double_meaning"),
        ("1片 bid tid", "two_frequencies"),
        ("5mg 10mg qd", "two_doses"),
        ("2-1片 qd", "range_backwards"),
        ("每隔2日1片", "every_other_n"),
        ("0.25g×24片", "strength_or_total"),
        ("3次", "times_without_period"),
        ("1/6片 qd", "unclear"),
        ("50/500mg qd", "unclear"),
        ("遵医嘱", "as_directed"),
        ("1片 qd 连服7天 停药7天", "pause"),
    ],
)
def test_what_may_be_meant_otherwise_is_a_doubt(text: str, code: str) -> None:
    found = parse_sig(text)
    assert code in {doubt.code for doubt in found.doubts}
    assert not found.complete


def test_every_doubt_has_both_languages() -> None:
    assert all(zh and en for zh, en in DOUBTS.values())


@pytest.mark.parametrize(
    "text", ["1片 每日", "take 1 tab 2x", "每8 1片", "tablet daily", "隔2日 1片", "逐渐减量", "mg", "1/0片 qd"]
)
def test_no_frequency_or_dose_is_made_up(text: str) -> None:
    found = parse_sig(text)
    assert found.day_peak is None or found.day_peak.high in {number("1")}


def test_every_code_and_alias_of_the_table_reads() -> None:
    for row in table():
        if not row["times"]:
            continue
        expected = codes()[row["code"].lower()]
        assert by_code(row["code"]) == expected
    for alias, code in aliases().items():
        read = parse_frequency(alias)
        if read is not None and code in codes():
            assert read.same(codes()[code]), alias


_UNITS = [
    code
    for code in UNITS
    if code not in ("mIU", "MIU", "wIU", "%", "kg", "amp", "supp", "box", "dose", "piece", "L", "kIU", "vial")
]
_NUMBERS = st.sampled_from(["0.5", "1", "2", "10", "15", "0.25", "100", "2.5", "1000"]).map(Fraction)
_OFTEN = {
    "qd": ("每日1次", "once daily"),
    "bid": ("每日2次", "twice a day"),
    "tid": ("一日三次", "three times daily"),
    "qid": ("4次/日", "4 times a day"),
    "q8h": ("每8小时1次", "every 8 hours"),
    "qod": ("隔日一次", "every other day"),
    "qw": ("每周一次", "once weekly"),
    "q6h": ("q6h", "q6h"),
}
_ROUTES = {"po": ("口服", "by mouth"), "top": ("外用", "topically"), "sc": ("皮下注射", "subcutaneously"), "": ("", "")}
_TIMINGS = {"before_meal": ("饭前", "before meals"), "after_meal": ("饭后", "after meals"), "": ("", "")}


@given(
    _NUMBERS,
    _NUMBERS,
    st.sampled_from(_UNITS),
    st.sampled_from(sorted(_OFTEN)),
    st.sampled_from(sorted(_ROUTES)),
    st.sampled_from(sorted(_TIMINGS)),
    st.integers(0, 90),
    st.booleans(),
    st.sampled_from([0, 1]),
    st.permutations(range(6)),
)
def test_what_is_written_in_either_language_and_any_order_reads_back(
    first: Fraction,
    second: Fraction,
    unit: str,
    often: str,
    route: str,
    timing: str,
    days: int,
    prn: bool,
    lang: int,
    order: list[int],
) -> None:
    low, high = sorted((first, second))
    dose = Amount(low, high, unit)
    words = [
        f"{'每次' if lang == 0 else ''}{dose.text('zh' if lang == 0 else 'en')}",
        _OFTEN[often][lang],
        _ROUTES[route][lang],
        _TIMINGS[timing][lang],
        (f"连服{days}天" if lang == 0 else f"for {days} days") if days else "",
        ("必要时" if lang == 0 else "as needed") if prn else "",
    ]
    text = (", " if lang else "，").join(words[k] for k in order if words[k])
    found = parse_sig(text)
    assert not found.rest, text
    assert len(found.doses) == 1
    assert (found.doses[0].amount.low, found.doses[0].amount.high, found.doses[0].amount.unit) == (low, high, unit), (
        text
    )
    assert found.frequency is not None
    assert found.frequency.same(codes()[often]), text
    assert (found.route, found.prn) == (route, prn)
    assert found.timing == ((timing,) if timing else ())
    assert found.days_high == (days or None)


def _covers(found: Sig) -> bool:
    spans = sorted((*found.understood, *found.rest))
    at = 0
    for start, end in spans:
        if start != at or end <= start:
            return False
        at = end
    return at == len(found.text)


def _numbers_said(found: Sig) -> set[Fraction]:
    said = {value for dose in found.doses for value in (dose.amount.low, dose.amount.high)}
    for amount in (found.total, found.strength, found.max_amount, found.max_single):
        said |= {amount.low, amount.high} if amount else set()
    return said


_VOCABULARY = (
    "1 2 3 0.5 1.0 .5 1/2 半 一 两 十 1-2 mg g ml 片 粒 U 万单位 µg 次 日 周 "
    "月 h 小时 每 每日 每次 隔日 早 晚 睡前 饭后 po qd bid tid prn st q8h x × # 共 "
    "for 连服 max 不超过 then 以后 首日 各 分 / ( ) , 。 ~ kg tab twice daily "
    "once every hours days 周一 停 ½ 24 适量 and a half ？ tdi"
)
_WORDS = st.sampled_from(_VOCABULARY.split())
_TEXTS = st.one_of(
    st.text(max_size=60), st.lists(_WORDS, max_size=14).flatmap(lambda w: st.sampled_from(["".join(w), " ".join(w)]))
)


@given(_TEXTS)
def test_no_text_raises_and_understood_and_rest_cover_it(text: str) -> None:
    found = parse_sig(text)
    assert _covers(found)
    assert found.text == text
    for value in (
        found.daily_low,
        found.daily_high,
        found.day_peak,
        found.single,
        found.times_per_day,
        found.complete,
        found.once,
    ):
        str(value)
    line(found)


@given(_TEXTS)
def test_no_number_is_said_that_is_not_in_the_text(text: str) -> None:
    found = parse_sig(text)
    halves = {"半", "half", "½", "1/2"}
    for value in _numbers_said(found):
        written = plain(value)
        whole = [value, value - Fraction(1, 2)] if any(half in text.lower() for half in halves) else [value]
        assert any(_stands(part, text) for part in whole), (text, written)


def _stands(value: Fraction, text: str) -> bool:
    """Whether a number stands in a text: its digits, a Chinese numeral, a word or a fraction of it."""
    if value == 0:
        return True
    from xinglin.clinical.medicines.amounts import HAN_NUMBER, NUMBER, fold
    from xinglin.clinical.medicines.lexicon import EN_NUMBERS

    folded = fold(text)
    found = set()
    for pattern in (NUMBER, HAN_NUMBER):
        for start in range(len(folded)):
            match = pattern.match(folded, start)
            if match:
                found.add(number(match[0]))
    found |= {Fraction(digits) for word, digits in EN_NUMBERS.items() if word in folded}
    return value in found or (value == Fraction(1, 2) and ("半" in folded or "half" in folded))


def test_a_text_without_end_is_left_unread() -> None:
    found = parse_sig("1片 qd " * 400)
    assert found.doses == ()
    assert found.rest == ((0, len(found.text)),)


def test_ten_thousand_a_second() -> None:
    texts = [row["text"] for row in ROWS]
    for text in texts:
        parse_sig(text)
    best = 0.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(4):
            for text in texts:
                parse_sig(text)
        best = max(best, 4 * len(texts) / (time.process_time() - start))
    assert best > 5_000, f"{best:.0f} a second"
