"""Statistics computed beforehand: what stands out does, what is honest does not, and memory stays bounded."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import exp, factorial, log10

import pytest

from xinglin.supervision.facts import CareMode, PracticeKind
from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.measures.beforehand.chances import median, poisson_surprise, spread
from xinglin.supervision.measures.beforehand.likeness import Likeness, likeness, sketch_of
from xinglin.supervision.measures.beforehand.practices import Practices, robust_z
from xinglin.supervision.measures.beforehand.rings import Rings

FIRST = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
"""Half past eight in Shanghai."""


def visit(
    number: int, person: str, day: int, *, place: str = "centre", doctor: str = "doctor", **more: object
) -> Facts:
    started = FIRST + timedelta(days=day)
    known: Facts = {
        "encounter.id": f"e{number}",
        "encounter.on": started.date(),
        "encounter.started_at": started,
        "encounter.care_mode": CareMode.OUTPATIENT,
        "patient.id": person,
        "patient.household_key": f"home of {person}",
        "patient.contact_key": f"phone of {person}",
        "physician.id": doctor,
        "physician.specialty_code": "02",
        "institution.id": place,
    }
    return known | more  # type: ignore[operator]


# CHANCES


@pytest.mark.parametrize(("count", "expected"), [(3, 0.5), (12, 0.33), (7, 2.0), (1, 0.01)])
def test_the_tail_of_poisson_is_that_of_its_terms(count: int, expected: float) -> None:
    tail = sum(expected**k * exp(-expected) / factorial(k) for k in range(count, count + 60))
    assert poisson_surprise(count, expected) == pytest.approx(-log10(tail), rel=1e-9)


def test_what_was_expected_surprises_nobody() -> None:
    assert poisson_surprise(0, 0.1) == 0
    assert poisson_surprise(4, 4.0) == 0


def test_median_and_spread() -> None:
    assert median([3, 1, 2]) == 2
    assert median([1, 2, 3, 4]) == 2.5
    assert spread([1, 2, 3, 4, 100], 3) == pytest.approx(1.4826)
    with pytest.raises(ValueError, match="no median"):
        median([])


# RINGS


def crowd(days: int = 200) -> Iterator[Facts]:
    """Strangers: each of two hundred comes to the centre on days of the own, never the same two together by plan."""
    number = 1000
    for person in range(200):
        for turn in range(6):
            number += 1
            yield visit(number, f"stranger {person}", (person * 7 + turn * 31 + person * turn) % days)


def joint(persons: int, turns: int, **more: object) -> Iterator[Facts]:
    """So many persons on the same mornings."""
    for turn in range(turns):
        for person in range(persons):
            yield visit(turn * 100 + person, f"member {person}", 3 + 9 * turn, **more)


def rings_of(*streams: Iterator[Facts]) -> Rings:
    made = Rings()
    for stream in streams:
        for row in stream:
            made.add("encounters", row)
    return made


def test_people_who_always_come_together_are_a_ring() -> None:
    rings = rings_of(crowd(), joint(6, 12, **{"patient.contact_key": "one phone"}))
    rings.add("claims", {"claim.encounter_id": "e0", "claim.fund_fen": 700})
    for encounter in ("e1", "e5000"):
        rings.add("packs", {"pack.trace_code": "8", "pack.encounter_id": encounter, "pack.returned_at": None})
    (row,) = rings.rows()
    assert row["ring.persons"] == 6
    assert row["ring.mornings"] == 12
    assert row["ring.inside_permille"] == 1000
    assert row["ring.households"] == 6
    assert row["ring.shared_phones"] == 6
    assert row["ring.resold_codes"] == 1
    assert row["ring.fund_fen"] == 700
    assert row["ring.chronic_permille"] == 0
    assert isinstance(row["ring.surprise"], int)
    assert row["ring.surprise"] >= 6
    assert set(rings.members().values()) == {frozenset(f"member {n}" for n in range(6))}


def test_strangers_and_seldom_meetings_are_none() -> None:
    assert list(rings_of(crowd()).rows()) == []
    assert list(rings_of(crowd(), joint(6, 3)).rows()) == []
    assert list(Rings().rows()) == []


def test_a_dialysis_shift_is_called_necessary() -> None:
    (row,) = rings_of(crowd(), joint(5, 20, **{"encounter.care_mode": CareMode.DIALYSIS})).rows()
    assert row["ring.chronic_permille"] == 1000


def test_a_family_with_one_phone_is_one_household_and_shares_none() -> None:
    one = {"patient.household_key": "home", "patient.contact_key": "phone"}
    (row,) = rings_of(crowd(), joint(4, 12, **one)).rows()
    assert row["ring.households"] == 1
    assert row["ring.shared_phones"] == 0


def test_the_same_group_has_the_same_id_in_any_order() -> None:
    rows = [*crowd(), *joint(6, 12)]
    assert [r["ring.id"] for r in rings_of(iter(rows)).rows()] == [
        r["ring.id"] for r in rings_of(iter(rows[::-1])).rows()
    ]


def test_purchases_tie_nobody() -> None:
    assert list(rings_of(crowd(), joint(6, 12, **{"encounter.care_mode": CareMode.PHARMACY})).rows()) == []


# PRACTICES


def practices(of_first: int, cases: int = 40, repeats: int = 1) -> Practices:
    """Twelve physicians with so many patients each; one of ten gets aspirin, at the first one `of_first`."""
    made, number = Practices(), 0
    for doctor in range(12):
        for patient in range(cases):
            drug = patient < (of_first if doctor == 0 else cases // 10 + doctor % 3 - 1)
            for _ in range(repeats if doctor == 0 else 1):
                number += 1
                made.add("encounters", visit(number, f"p{doctor}-{patient}", number % 300, doctor=f"d{doctor}"))
                made.add("prescriptions", {"prescription.id": f"r{number}", "prescription.encounter_id": f"e{number}"})
                named = "aspirin" if drug else "other"
                made.add("lines", {"line.prescription_id": f"r{number}", "line.ingredients": named})
    return made


def of(rows: Iterator[Facts], who: str, about: str) -> Facts:
    return next(r for r in rows if r["practice.practitioner_id"] == who and r["practice.about_code"] == about)


def test_a_share_far_from_the_peers_stands_out() -> None:
    row = of(practices(24).rows(), "d0", "aspirin")
    assert (row["practice.events"], row["practice.cases"], row["practice.peers"]) == (24, 40, 11)
    assert row["practice.share_permille"] == 600
    assert row["practice.kind"] is PracticeKind.DRUG_SHARE
    assert isinstance(row["practice.z_hundredths"], int)
    assert row["practice.z_hundredths"] > 300
    assert row["practice.from_on"] == date(2026, 1, 5)


def test_a_patient_who_comes_often_counts_once() -> None:
    assert of(practices(5, repeats=9).rows(), "d0", "aspirin")["practice.cases"] == 40
    assert of(practices(5, repeats=9).rows(), "d0", "aspirin")["practice.events"] == 5


def test_few_cases_are_drawn_to_the_peers() -> None:
    assert robust_z(9, 15, 0.1, 0.05) < robust_z(60, 100, 0.1, 0.05)
    assert robust_z(10, 100, 0.1, 0.05) == pytest.approx(0)


def test_reminders_passed_over_are_compared_too() -> None:
    made = practices(4)
    for doctor in range(12):
        made.add_reminders(f"d{doctor}", shown=50, passed_over=48 if doctor == 0 else 5 + doctor % 3)
    row = of(made.rows(), "d0", "")
    assert row["practice.kind"] is PracticeKind.OVERRIDE_RATE
    assert row["practice.share_permille"] == 960
    assert isinstance(row["practice.z_hundredths"], int)
    assert row["practice.z_hundredths"] > 300


# LIKENESS

STORY = "三天前受凉后出现咳嗽咳痰，夜间明显，无发热，自服药物后未见好转，今来就诊"
OTHER = "血压控制尚可，晨起自测一百三十左右，偶有头晕，与体位变化有关，无胸闷胸痛"


def test_a_copied_record_is_wholly_like_and_another_story_is_not() -> None:
    found = Likeness()
    assert found.add("one", STORY) == (0, 32)
    assert found.add("two", STORY)[0] == 1000
    assert found.add("three", OTHER)[0] < 100
    assert found.add("four", STORY.replace("三天", "五天"))[0] > 700


def test_the_same_persons_own_story_and_the_template_are_no_copy() -> None:
    found = Likeness(template=["查体未见异常"])
    found.add("one", STORY + "。查体未见异常。")
    assert found.add("one", STORY)[0] == 0
    assert found.add("two", "查体未见异常。") == (0, 0)


def test_an_empty_record_is_like_nothing() -> None:
    assert likeness(sketch_of(""), sketch_of("")) == 0


def test_memory_is_bounded_and_the_oldest_go_first() -> None:
    found = Likeness(capacity=2)
    for person, text in (("one", STORY), ("two", OTHER), ("three", OTHER * 2)):
        found.add(person, text)
    assert len(found) == 2
    assert found.add("four", STORY)[0] < 1000
    assert found.add("five", STORY)[0] == 1000
