"""The money of a line belongs to one finding, and findings never ask for more than the claim."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from xinglin.supervision.reports.reconcile import Asks, Unit, reconcile

UNITS = st.builds(
    Unit,
    id=st.sampled_from("abcdef"),
    claim=st.sampled_from(["", "c1", "c2"]),
    bound_fen=st.integers(-5_000, 20_000),
)
ASKS = st.builds(
    Asks,
    key=st.text("0123456789", min_size=1, max_size=3),
    rule=st.sampled_from(["A01", "B03", "H04"]),
    order=st.integers(0, 8),
    definite=st.booleans(),
    units=st.lists(st.sampled_from("abcdef"), unique=True, max_size=6).map(tuple),
    at_most_fen=st.none() | st.integers(-10, 30_000),
)


@given(
    units=st.lists(UNITS, unique_by=lambda unit: unit.id),
    asks=st.lists(ASKS, unique_by=lambda one: one.key),
    totals=st.dictionaries(st.sampled_from(["c1", "c2"]), st.integers(-10, 40_000)),
)
def test_no_fen_is_asked_for_twice(units: list[Unit], asks: list[Asks], totals: dict[str, int]) -> None:
    shares = reconcile(units, asks, totals)
    assert shares.keys() == {one.key for one in asks}
    principals = Counter(unit for share in shares.values() for unit in share.taken)
    assert all(count == 1 for count in principals.values())
    by_id = {unit.id: unit for unit in units}
    of_claim: Counter[str] = Counter()
    paid = {unit for share in shares.values() for unit, fen in share.taken.items() if fen}
    for one in asks:
        share = shares[one.key]
        assert share.taken.keys() | share.behind.keys() <= set(one.units) & by_id.keys()
        assert share.taken.keys() | share.behind.keys() >= set(one.units) & paid
        assert share.behind.keys() <= paid, "nobody stands behind a principal that holds nothing"
        assert not share.taken.keys() & share.behind.keys()
        assert all(0 <= fen <= max(0, by_id[unit].bound_fen) for unit, fen in share.taken.items())
        assert one.at_most_fen is None or share.fen <= max(0, one.at_most_fen)
        for unit, fen in share.taken.items():
            of_claim[by_id[unit].claim] += fen
    assert all(fen <= max(0, totals[claim]) for claim, fen in of_claim.items() if claim in totals)


@given(
    units=st.lists(UNITS, unique_by=lambda unit: unit.id),
    asks=st.lists(ASKS, unique_by=lambda one: one.key),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_findings_come_means_nothing(units: list[Unit], asks: list[Asks], order: object) -> None:
    mixed = sorted(asks, key=lambda one: one.key[::-1])
    assert reconcile(units, asks, {}) == reconcile(reversed(units), mixed, {})


def test_what_a_rule_is_about_decides() -> None:
    line = Unit("l", "c", 1_000)
    fabricated, excess = Asks("f", "I06", 0, False, ("l",)), Asks("e", "B03", 6, True, ("l",), 700)
    shares = reconcile([line], [excess, fabricated], {"c": 5_000})
    assert (shares["f"].fen, shares["e"].fen, shares["e"].principal) == (1_000, 0, "f")


def test_definite_comes_before_suspicious_and_more_before_less() -> None:
    line = Unit("l", "", 1_000)
    sure, unsure = Asks("s", "B03", 6, True, ("l",), 100), Asks("u", "B04", 6, False, ("l",))
    assert reconcile([line], [unsure, sure], {})["s"].fen == 100
    more, less = Asks("m", "E02", 6, True, ("l",), 900), Asks("n", "E01", 6, True, ("l",), 100)
    assert reconcile([line], [less, more], {})["m"].fen == 900


def test_a_finding_with_nothing_left_gives_way() -> None:
    first, second = Unit("1", "", 500), Unit("2", "", 500)
    limited, other = Asks("l", "A01", 0, True, ("1", "2"), 500), Asks("o", "B03", 6, True, ("2",))
    shares = reconcile([first, second], [limited, other], {})
    assert (shares["l"].taken, shares["o"].taken) == ({"1": 500}, {"2": 500})


def test_a_claim_smaller_than_its_lines_is_the_bound() -> None:
    lines = [Unit("1", "c", 500), Unit("2", "c", 500)]
    shares = reconcile(lines, [Asks("a", "A01", 0, True, ("1", "2"))], {"c": 600})
    assert shares["a"].taken == {"1": 500, "2": 100}
