"""Scoring: what counts as found, as a false alarm and as neither, for each unit."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from xinglin.hospital.demo.answers import answers_of
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.plants import COUNTS
from xinglin.hospital.demo.scoring import KINDS, RULES, Book, Finding, Score, score, score_city

BY_NAME = {kind.name: kind for kind in KINDS}


def plant(kind: str, *, guilty: bool = True, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"persons": [], "practitioners": [], "visits": [], "trace_codes": [], "key": f"{kind}:1"}
    return {**empty, "kind": kind, "guilty": guilty, **more}


def book() -> Book:
    made = Book()
    for number in range(9):
        made.visit[f"v{number}"] = f"person {number // 2}", "doctor", f"2026-01-0{1 + number // 2}"
    made.visit_of = {"item 0": "v0", "item 4": "v4", "rx 1": "v1", "pack 8": "v8"}
    made.code_of = {"pack 8": "800"}
    made.members = {"group": frozenset("abcd"), "strangers": frozenset("xyz")}
    return made


def of(kind: str, findings: Iterable[Finding], *plants: dict[str, Any]) -> Score:
    return score(findings, {"plants": list(plants)}, book())[kind]


def test_every_planted_kind_is_scored_once() -> None:
    assert sorted(kind for one in KINDS for kind in one.plants) == sorted(COUNTS)
    assert len(set(RULES)) == len(KINDS)


def test_a_visit_is_found_missed_or_a_false_alarm() -> None:
    planted = plant("after_death", visits=["v1", "v2", "v3"])
    found = of("after_death", [("H08", "v1"), ("H08", "v2"), ("H08", "v7"), ("H09", "v3")], planted)
    assert (found.planted, found.found, found.false, found.other) == (3, 2, 1, 0)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)


def test_an_innocent_look_alike_that_is_flagged_is_a_false_alarm_and_named() -> None:
    innocent = plant("innocent_admission_day", guilty=False, visits=["v7"])
    found = of("while_inpatient", [("H09", "v7")], plant("while_inpatient", visits=["v1"]), innocent)
    assert (found.found, found.false) == (0, 1)
    assert found.lookalikes == {"innocent_admission_day": 1}


def test_what_belongs_to_another_misdeed_counts_neither_way() -> None:
    found = of("two_places", [("I03", "v5")], plant("two_places", visits=["v1"]), plant("ring", visits=["v5"]))
    assert (found.found, found.false, found.other) == (0, 0, 1)
    assert found.precision is None


def test_a_card_is_found_by_any_of_its_items_and_once() -> None:
    planted = plant("three_institutions", persons=["person 0", "person 3"])
    found = of("three_institutions", [("H04", "item 0"), ("H04", "v1"), ("H04", "item 4")], planted)
    assert (found.planted, found.found, found.false) == (2, 1, 1)


def test_a_pair_of_prescriptions_is_one_unit() -> None:
    planted = plant("split_prescriptions", visits=["v0", "v1"])
    found = of("split_prescriptions", [("I04", "rx 1")], planted)
    assert (found.planted, found.found) == (1, 1)


def test_a_pack_is_known_by_its_code() -> None:
    found = of("resold_packs", [("J01", "pack 8")], plant("resold_packs", trace_codes=["800", "801"]))
    assert (found.planted, found.found, found.false) == (2, 1, 0)


def test_a_ring_is_found_where_each_half_lies_in_the_other() -> None:
    planted = plant("ring", persons=list("abce"))
    home = plant("innocent_nursing_home", guilty=False, persons=list("xyzw"))
    found = of("ring", [("J11", "group"), ("J11", "strangers")], planted, home)
    assert (found.planted, found.found, found.false) == (1, 1, 1)
    assert found.lookalikes == {"innocent_nursing_home": 1}
    assert of("ring", [("J11", "group")], plant("ring", persons=list("abuvwq"))).found == 0


def test_scores_add_up_and_meet_their_goals() -> None:
    total = Score(10, 10, 0)
    assert total.meets(BY_NAME["after_death"])
    total.add(Score(10, 8, 3))
    assert (total.planted, total.found, total.false) == (20, 18, 3)
    assert not total.meets(BY_NAME["after_death"])
    assert not Score().meets(BY_NAME["ring"])


def test_an_audit_that_knows_the_answers_is_perfect_and_one_that_flags_all_is_not(town: City, tmp_path: Path) -> None:
    """The scorer itself: all of the truth as findings gives 1 / 1; every visit as a finding gives recall alone."""
    guilty = [p for p in answers_of(town)["plants"] if p["guilty"]]

    def knowing(_folder: Path, rules: Sequence[str]) -> Iterable[Finding]:
        for kind in KINDS:
            if kind.unit in ("visit", "card", "pair"):
                yield from ((kind.rule, v) for p in guilty if p["kind"] in kind.plants for v in p["visits"])

    def flagging(_folder: Path, rules: Sequence[str]) -> Iterable[Finding]:
        for kind in KINDS:
            if kind.unit == "visit":
                yield from ((kind.rule, encounter.id) for encounter in town.encounters)

    perfect = score_city(town, knowing, tmp_path / "one")
    assert {n for n, one in perfect.items() if one.precision == one.recall == 1} == {
        kind.name for kind in KINDS if kind.unit in ("visit", "card", "pair")
    }
    blind = score_city(town, flagging, tmp_path / "two")["after_death"]
    assert blind.recall == 1
    assert (blind.precision or 1) < 0.01
    assert blind.lookalikes["innocent_day_of_death"] == 1
