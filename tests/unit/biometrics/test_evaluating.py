"""The arithmetic of evaluation against counting by hand, and the table of pairs."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.biometrics.evaluating import (
    BadRow,
    Outcome,
    Pair,
    Scores,
    by_group,
    equal_error,
    exact_match,
    rate,
    read_pairs,
    roc,
    summarise,
    tar_at,
)

# Few distinct values, so that ties are common.
SCORE = st.one_of(st.integers(-10, 10).map(lambda tenth: tenth / 10), st.floats(-1, 1))
PAIRS = st.lists(st.tuples(SCORE, st.booleans()), max_size=40)
BOTH = PAIRS.filter(lambda pairs: {same for _, same in pairs} == {True, False})
LEVELS = {"match_strict": 0.5, "match_accept": 0.46, "match_refuse": 0.4, "live_accept": 0.7}


def counted(pairs: list[tuple[float, bool]], same: bool, threshold: float) -> tuple[int, int]:
    """How many pairs of that kind are accepted, and of how many."""
    kind = [score for score, one in pairs if one is same]
    return sum(score >= threshold for score in kind), len(kind)


@given(pairs=PAIRS, threshold=SCORE)
def test_rates_are_counts(pairs: list[tuple[float, bool]], threshold: float) -> None:
    scores = Scores.of(pairs)
    for found, same in ((scores.tar(threshold), True), (scores.far(threshold), False)):
        hits, n = counted(pairs, same, threshold)
        assert (found.hits, found.n) == (hits, n)
        assert found.value == (hits / n if n else None)
    assert scores.frr(threshold).hits + scores.tar(threshold).hits == scores.tar(threshold).n


@given(pairs=BOTH)
def test_the_curve_is_every_threshold_by_brute_force(pairs: list[tuple[float, bool]]) -> None:
    points = roc(Scores.of(pairs))
    assert [point.threshold for point in points] == [*sorted({score for score, _ in pairs}), math.inf]
    for point in points:
        (false, different), (true, alike) = (
            counted(pairs, False, point.threshold),
            counted(pairs, True, point.threshold),
        )
        assert (point.far, point.tar) == (false / different, true / alike)
    assert (points[0].far, points[0].tar) == (1, 1)
    assert (points[-1].far, points[-1].tar) == (0, 0)
    assert all(one.far >= then.far and one.tar >= then.tar for one, then in itertools.pairwise(points))


@given(pairs=BOTH)
def test_the_equal_error_by_brute_force(pairs: list[tuple[float, bool]]) -> None:
    best: tuple[float, float] | None = None
    for threshold in [*{score for score, _ in pairs}, math.inf]:
        (false, different), (true, alike) = counted(pairs, False, threshold), counted(pairs, True, threshold)
        far, frr = false / different, 1 - true / alike
        here = (abs(far - frr), (far + frr) / 2)
        best = here if best is None else min(best, here)
    found = equal_error(Scores.of(pairs))
    assert found is not None
    assert best is not None
    assert found.value == pytest.approx(best[1])
    assert 0 <= found.value <= 1


@given(pairs=BOTH, far=st.sampled_from([0.5, 0.1, 0.01, 0.001]))
def test_tar_at_a_far_is_the_best_that_keeps_it(pairs: list[tuple[float, bool]], far: float) -> None:
    found = tar_at(Scores.of(pairs), far)
    assert found is not None
    false, different = counted(pairs, False, found.threshold)
    assert false / different <= far
    for threshold in {score for score, _ in pairs}:
        false, different = counted(pairs, False, threshold)
        if false / different <= far:
            assert counted(pairs, True, threshold)[0] <= found.tar.hits
    assert found.supported == (different * far >= 1)


def test_one_of_a_hundred_is_one_percent() -> None:
    pairs = [(0.9, False), *[(0.1, False)] * 99, (0.8, True)]
    found = tar_at(Scores.of(pairs), 0.01)
    assert found is not None
    assert found.threshold == 0.8
    assert found.tar.hits == 1


def test_separate_people_have_no_error_and_mixed_ones_half() -> None:
    apart = equal_error(Scores.of([(0.9, True), (0.8, True), (0.1, False), (0.2, False)]))
    assert apart is not None
    assert (apart.value, apart.threshold) == (0, 0.8)
    mixed = equal_error(Scores.of([(0.9, True), (0.1, True), (0.9, False), (0.1, False)]))
    assert mixed is not None
    assert mixed.value == 0.5


def test_without_both_kinds_there_is_no_curve() -> None:
    for pairs in ([], [(0.5, True)], [(0.5, False)]):
        scores = Scores.of(pairs)
        assert roc(scores) == []
        assert equal_error(scores) is None
        assert tar_at(scores, 0.01) is None


def test_a_score_must_be_a_number() -> None:
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValueError):
            Scores.of([(wrong, True)])


# INTERVALS


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # By the formula of Wilson (1927) worked out by hand for z = 1.96.
    [(0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (5, 10, 0.2366, 0.7634), (1, 1000, 0.0002, 0.0056)],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    found = rate(hits, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(n=st.integers(1, 5000), data=st.data())
def test_an_interval_holds_its_rate_and_is_its_own_mirror(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    one, other = rate(hits, n), rate(n - hits, n)
    assert one.value is not None
    assert 0 <= one.low <= one.value <= one.high <= 1
    assert one.low == pytest.approx(1 - other.high, abs=1e-9)
    for bound in (one.low, one.high):  # Wilson's bounds are where the share lies just 1.96 deviations away.
        if 0 < bound < 1:
            assert abs(one.value - bound) == pytest.approx(1.959964 * math.sqrt(bound * (1 - bound) / n), abs=1e-6)


def test_nothing_counted_is_no_rate_at_all() -> None:
    assert rate(0, 0).value is None
    assert (rate(0, 0).low, rate(0, 0).high) == (0, 1)
    for wrong in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError):
            rate(*wrong)


# TABLES


def test_rows_are_read_or_put_aside_with_the_reason() -> None:
    good, bad = read_pairs(
        [
            {"path_a": " a.jpg ", "path_b": "b.jpg", "same": "1", "group": "x"},
            {"path_a": "a.jpg", "path_b": "b.jpg", "same": "No"},
            {"path_a": "a.jpg", "path_b": "b.jpg", "same": "maybe"},
            {"path_a": "a.jpg", "path_b": None, "same": "1"},
            {"path_a": "a.jpg", "path_b": "b.jpg", "same": "1", None: "more"},
        ]
    )
    assert good == [Pair(2, "a.jpg", "b.jpg", True, "x"), Pair(3, "a.jpg", "b.jpg", False, "")]
    assert bad == [
        BadRow(4, "same must be 1 or 0, not 'maybe'"),
        BadRow(5, "path_a or path_b is empty"),
        BadRow(6, "too many columns"),
    ]


def outcome(score: float | None, same: bool, group: str = "", *reasons: str) -> Outcome:
    return Outcome(Pair(2, "a", "b", same, group), score, reasons)


def test_a_summary_counts_what_could_not_be_compared() -> None:
    outcomes = [
        outcome(0.9, True, "x"),
        outcome(0.47, True, "y"),
        outcome(0.48, False, "y"),
        outcome(0.1, False, "x"),
        outcome(None, True, "x", "no_face"),
        outcome(None, False, "", "turned", "turned", "blurred"),
    ]
    whole = summarise(outcomes, LEVELS)
    assert (whole.pairs, whole.compared, whole.genuine, whole.impostor) == (6, 4, 2, 2)
    assert whole.failures == {"blurred": 1, "no_face": 1, "turned": 1}
    assert [one.name for one in whole.at] == ["match_strict", "match_accept", "match_refuse"]
    accept = whole.at[1]
    assert (accept.far.hits, accept.far.n) == (1, 2)
    assert (accept.frr.hits, accept.frr.n) == (0, 2)
    assert (accept.frr_all.hits, accept.frr_all.n) == (1, 3)
    groups = by_group(outcomes, LEVELS)
    assert list(groups) == ["x", "y"]
    assert (groups["x"].pairs, groups["x"].compared, groups["y"].at[1].far.hits) == (3, 2, 1)


def test_fields_match_exactly_or_not_at_all() -> None:
    assert exact_match({"name": "张三", "sex": "男"}, {"name": "张三", "sex": "女", "number": "1"}) == {
        "name": True,
        "sex": False,
        "number": False,
    }
