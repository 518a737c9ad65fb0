"""The ranking: what moves a condition up and down, and that its numbers add up."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from tests.unit.clinical.diagnosis import small

from xinglin.clinical.diagnosis.evidence import Course, Evidence, Person, weigh
from xinglin.clinical.diagnosis.explaining import explain, noisy_or, together
from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import IMPOSSIBLE, Ranking, rank

TABLE = small.table()
ADULT = Person(age_years=40)
NO_COURSE = Course()


def evidence(*present: str, absent: str = "", person: Person = ADULT, course: Course = NO_COURSE) -> Evidence:
    return Evidence(person, dict.fromkeys(present, 1.0), frozenset(absent.split()), course=course)


def chances(ranking: Ranking, table: Matrix = TABLE) -> Mapping[str, float]:
    return {table.conditions[row].id: float(ranking.probability[row]) for row in ranking.order}


def test_probabilities_and_other_make_one() -> None:
    found = rank(evidence("cough", "fever"), TABLE)
    assert math.isclose(float(found.probability.sum()) + found.other, 1.0, abs_tol=1e-9)
    assert 0 < found.other < 1


def test_a_finding_lifts_what_shows_it_and_its_absence_lowers_it() -> None:
    before = chances(rank(evidence("cough"), TABLE))["pneumonia"]
    assert chances(rank(evidence("cough", "fever"), TABLE))["pneumonia"] > before
    assert chances(rank(evidence("cough", absent="fever"), TABLE))["pneumonia"] < before


def test_a_special_finding_decides() -> None:
    found = rank(evidence("cough", "haemoptysis", person=Person(age_years=66)), TABLE)
    assert TABLE.conditions[found.order[0]].id == "lung-cancer"


def test_a_finding_makes_present_what_it_is_a_kind_of_and_is_not_counted_twice() -> None:
    known = weigh(evidence("cough-dry", "cough"), TABLE)
    assert set(known.present) == {TABLE.column["cough-dry"]}
    assert {TABLE.column["cough"], TABLE.column["cough-dry"]} <= known.known


def test_an_absent_finding_makes_its_kinds_absent() -> None:
    known = weigh(evidence("fever", absent="cough"), TABLE)
    assert known.absent == (TABLE.column["cough"],)
    assert TABLE.column["cough-dry"] in known.known


def test_said_both_ways_it_is_there() -> None:
    known = weigh(evidence("cough-dry", absent="cough"), TABLE)
    assert TABLE.column["cough"] not in known.absent
    assert TABLE.column["cough-dry"] in known.present


@pytest.mark.parametrize(
    ("person", "possible"),
    [
        (Person(age_years=30, sex="F", pregnant=True), True),
        (Person(age_years=30, sex="F"), True),
        (Person(age_years=30, sex="M"), False),
        (Person(age_years=8, sex="F"), False),
        (Person(age_years=70, sex="F"), False),
    ],
)
def test_gates(person: Person, possible: bool) -> None:
    row = TABLE.row["ectopic"]
    found = rank(evidence("belly-pain", person=person), TABLE)
    assert bool(found.score[row] > IMPOSSIBLE / 2) is possible
    assert bool(found.probability[row] > 0) is possible


def test_a_gate_closes_when_all_it_needs_is_denied_and_opens_by_one() -> None:
    row = TABLE.row["ectopic"]
    woman = Person(age_years=30, sex="F", pregnant=False)
    denied = rank(evidence("belly-pain", absent="missed-period", person=woman), TABLE)
    assert denied.probability[row] == 0
    late = rank(evidence("belly-pain", "missed-period", person=woman), TABLE)
    assert TABLE.conditions[late.order[0]].id == "ectopic"


def test_age_moves_the_prior() -> None:
    young = chances(rank(evidence("cough", "fever", person=Person(age_years=25)), TABLE))
    old = chances(rank(evidence("cough", "fever", person=Person(age_years=80)), TABLE))
    assert old["pneumonia"] > young["pneumonia"]


def test_findings_of_one_group_count_less_together_than_apart() -> None:
    row = TABLE.row["rhinitis"]
    alone = [rank(evidence(one), TABLE).parts["findings"][row] for one in ("itch-nose", "sneezing")]
    both = rank(evidence("itch-nose", "sneezing"), TABLE).parts["findings"][row]
    assert max(alone) < both < sum(alone)


def test_the_course_speaks() -> None:
    months = chances(rank(evidence("cough", course=Course(hours=24 * 90)), TABLE))
    days = chances(rank(evidence("cough", course=Course(hours=48)), TABLE))
    assert months["lung-cancer"] > days["lung-cancer"]
    assert days["cold"] > months["cold"]


def test_a_striking_finding_left_unexplained_costs() -> None:
    found = rank(evidence("sneezing", "haemoptysis"), TABLE)
    row = TABLE.row["cold"]
    assert found.parts["unexplained"][row] < 0
    assert [one.code for one in explain(found, row, TABLE).unexplained] == ["haemoptysis"]


def test_the_parts_add_up_to_the_score_for_every_condition() -> None:
    found = rank(evidence("cough", "sneezing", "itch-nose", absent="fever", course=Course("acute", 48)), TABLE)
    for row in range(len(TABLE.conditions)):
        if found.score[row] > IMPOSSIBLE / 2:
            assert math.isclose(sum(explain(found, row, TABLE).parts.values()), found.score[row], abs_tol=1e-9)


def test_reasons_are_for_and_against() -> None:
    told = explain(rank(evidence("cough", "fever", absent="crackles"), TABLE), TABLE.row["pneumonia"], TABLE)
    assert {one.finding.code for one in told.supports} == {"cough", "fever"}
    assert [one.finding.code for one in told.against] == ["crackles"]
    assert told.would_change
    assert not {one.finding.code for one in told.would_change} & {"cough", "fever", "crackles"}


def test_two_conditions_together_when_one_leaves_something_striking() -> None:
    found = rank(evidence("sneezing", "itch-nose", "missed-period", person=Person(30, "F", pregnant=True)), TABLE)
    pair = together(found, TABLE)
    assert pair is not None
    assert {TABLE.conditions[row].id for row in pair} == {"rhinitis", "ectopic"}
    assert together(rank(evidence("cough", "fever"), TABLE), TABLE) is None


def test_noisy_or_by_hand() -> None:
    rows = (TABLE.row["pneumonia"], TABLE.row["lung-cancer"])
    column = TABLE.column["haemoptysis"]
    base, first, second = 0.002, 0.025, 0.2
    expected = 1 - (1 - base) * (1 - (first - base) / (1 - base)) * (1 - (second - base) / (1 - base))
    assert math.isclose(noisy_or(rows, column, TABLE), expected, rel_tol=1e-6)


def test_nothing_known_gives_the_priors() -> None:
    found = rank(Evidence(ADULT), TABLE)
    assert TABLE.conditions[found.order[0]].id == "cold"
    assert np.isfinite(found.probability).all()


def test_the_same_evidence_gives_the_same_numbers() -> None:
    one, other = (rank(evidence("cough", "fever"), TABLE) for _ in range(2))
    assert one.probability.tobytes() == other.probability.tobytes()
    turned = Evidence(ADULT, {"fever": 1.0, "cough": 1.0})
    assert np.allclose(rank(turned, TABLE).probability, one.probability)
