"""How a pharmacist's reviews are summed up: passed, how quickly, for how many institutions at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import PracticeKind, ReviewResult
from xinglin.supervision.measures.beforehand.practices import Practices

NOON: Final = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
DAY: Final = date(2026, 5, 20)


def gathered(*reviews: tuple[int, str, ReviewResult, int | None], **changes: Any) -> list[Facts]:
    """Rows of reviews: minutes after noon, the institution, the result, the person's seconds."""
    practices = Practices()
    for number, (minutes, house, result, seconds) in enumerate(reviews):
        visit: Facts = {"encounter.id": f"e{number}", "encounter.on": DAY, "physician.id": "d"}
        practices.add("encounters", visit | {"institution.id": house, "patient.id": f"p{number}"})
        practices.add(
            "prescriptions",
            {
                "prescription.id": f"r{number}",
                "prescription.encounter_id": f"e{number}",
                "review.pharmacist_id": "ph",
                "review.result": result,
                "review.human_seconds": seconds,
                "review.passed_at": NOON + timedelta(minutes=minutes),
                "review.automatic": False,
                **changes,
            },
        )
    return [row for row in practices.rows() if row["practice.kind"] is PracticeKind.REVIEWS]


PASSED, BACK = ReviewResult.APPROVED, ReviewResult.REFUSED


def test_share_and_pace_are_of_the_person() -> None:
    reviews = [(60 * n, "H1" if n % 3 else "H0", BACK if n == 7 else PASSED, 10 + n) for n in range(20)]
    (row,) = gathered(*reviews)
    assert (row["practice.practitioner_id"], row["institution.id"]) == ("ph", "H1")
    assert (row["practice.cases"], row["practice.events"], row["practice.share_permille"]) == (20, 19, 950)
    assert row["practice.median_seconds"] == 19
    assert row["practice.places_at_once"] == 1
    assert (row["practice.from_on"], row["practice.on"]) == (DAY, DAY)


def test_too_few_say_nothing() -> None:
    assert gathered(*[(n, "H0", PASSED, 10) for n in range(19)]) == []


@pytest.mark.parametrize(
    "changes",
    [{"review.automatic": True}, {"review.pharmacist_id": ""}, {"review.result": ReviewResult.NONE}],
    ids=["the machine", "nobody named", "not reviewed"],
)
def test_what_no_person_reviewed_does_not_count(changes: dict[str, Any]) -> None:
    assert gathered(*[(n, "H0", PASSED, 10) for n in range(30)], **changes) == []


@pytest.mark.parametrize(("apart", "most"), [(0, 4), (3, 4), (5, 3), (10, 2), (11, 1)])
def test_places_at_once_are_those_of_ten_minutes(apart: int, most: int) -> None:
    (row,) = gathered(*[(apart * n, f"H{n % 4}", PASSED, 10) for n in range(20)])
    assert row["practice.places_at_once"] == most


def test_what_nobody_measured_is_not_known() -> None:
    (row,) = gathered(*[(n, "H0", PASSED, None) for n in range(20)])
    assert row["practice.median_seconds"] is None
    (row,) = gathered(*[(n, "H0", PASSED, 10) for n in range(20)], **{"review.passed_at": None})
    assert row["practice.places_at_once"] is None
