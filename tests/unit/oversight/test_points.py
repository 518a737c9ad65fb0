"""Points of practitioners: given by upheld findings, taken back by appeals and corrections, and what follows."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import AFFAIRS, AUDITOR, PHYSICIAN, REGULATOR, STRANGER
from tests.unit.oversight.test_due_process import DOCTOR, NOW, a_finding, appealed, decided, refused, state, step

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import errors, process, selectors, services
from xinglin.hospital.oversight.models import PaymentStop, PointEntry

pytestmark = pytest.mark.django_db(transaction=True)


def upheld(severity: int, degree: str = "main", **given: Any) -> UUID:
    """A finding that was upheld with points."""
    return decided(a_finding(), severity=severity, degree=degree, **given)


def total(at: datetime = NOW) -> int:
    standing = selectors.own_standing(actor=DOCTOR, at=at)
    assert standing is not None
    return standing.total


def stops() -> list[tuple[int, bool, date, date]]:
    """The stops that hold: level, whether it ends the right, first and last day."""
    rows = PaymentStop.objects.filter(withdrawn_at__isnull=True).order_by("level", "single")
    return list(rows.values_list("level", "ends", "from_on", "until_on"))


def correct(points: int, **given: Any) -> None:
    asked = {"actor": AUDITOR, "practitioner_id": DOCTOR.practitioner_id, "year": 2026, "words": "trained", "now": NOW}
    services.correct_points(**(asked | {"points": points} | given))


@pytest.mark.parametrize(
    ("severity", "degree", "points"),
    [(1, "general", 1), (1, "main", 3), (2, "important", 5), (3, "general", 7), (3, "main", 9), (4, "main", 12)],
)
def test_points_by_severity_and_degree(severity: int, degree: str, points: int) -> None:
    upheld(severity, degree)
    entry = PointEntry.objects.get()
    assert (entry.points, entry.year, entry.practitioner_id) == (points, 2026, DOCTOR.practitioner_id)
    assert "2024" in entry.basis_zh
    assert total() == points


def test_an_upheld_finding_without_a_tier_gives_none() -> None:
    decided(a_finding())
    assert total() == 0
    assert not PointEntry.objects.exists()


WRONG: tuple[tuple[dict[str, Any], type[DomainError], str], ...] = (
    ({"decision": "rejected", "severity": 1, "degree": "main"}, InvalidInput, "severity"),
    ({"severity": 1, "degree": ""}, InvalidInput, "degree"),
    ({"severity": 1, "degree": "huge"}, InvalidInput, "degree"),
    ({"severity": 5, "degree": "main"}, InvalidInput, "severity"),
    ({"severity": -1, "degree": "main"}, InvalidInput, "severity"),
)


@pytest.mark.parametrize(("given", "kind", "field"), WRONG)
def test_wrong_points_leave_the_finding_undecided(given: dict[str, Any], kind: type[DomainError], field: str) -> None:
    wrong = refused(kind, "decide_finding", a_finding(), **({"decision": "upheld"} | given))
    assert wrong.field == field


def test_nobody_gets_points_for_a_finding_that_names_nobody() -> None:
    verdict = a_finding(physician=None)
    refused(errors.NobodyToAnswer, "decide_finding", verdict, decision="upheld", severity=1, degree="main")
    decided(verdict)


def test_nine_points_suspend_and_twelve_end() -> None:
    upheld(2)
    assert stops() == []
    upheld(1)
    assert stops() == [(9, False, date(2026, 5, 20), date(2026, 7, 19))]
    upheld(1, now=NOW + timedelta(days=10))
    assert stops()[1:] == [(12, True, date(2026, 5, 30), date(2027, 5, 29))]


def test_twelve_points_at_once_end_for_longer() -> None:
    upheld(4)
    assert stops() == [(12, True, date(2026, 5, 20), date(2029, 5, 19))]


def test_an_appeal_takes_the_points_back_and_the_stop_with_them() -> None:
    upheld(2)
    verdict = upheld(2)
    assert [level for level, *_ in stops()] == [12]
    appealed(verdict)
    step("close_appeal", verdict, decision="rejected")
    assert total() == 6
    assert stops() == []
    assert PaymentStop.objects.get().withdrawn_at == NOW


def test_an_appeal_that_fails_changes_no_points() -> None:
    verdict = appealed(upheld(3))
    step("close_appeal", verdict, decision="upheld")
    assert total() == 9
    assert len(stops()) == 1


def test_points_that_fall_to_a_lower_level_keep_the_days_already_served() -> None:
    upheld(2)
    upheld(2)
    correct(3, now=NOW + timedelta(days=30))
    assert stops() == [(9, False, date(2026, 5, 20), date(2026, 7, 19))]


def test_a_new_year_begins_with_no_points() -> None:
    upheld(2)
    next_year = datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI)
    assert (total(next_year - timedelta(seconds=1)), total(next_year)) == (6, 0)


def test_points_go_back_after_a_correction() -> None:
    upheld(3)
    correct(2)
    assert (total(), stops()) == (7, [])


REFUSED: tuple[tuple[dict[str, Any], type[DomainError]], ...] = (
    ({"points": 10}, errors.NoSuchPoints),
    ({"points": 0}, InvalidInput),
    ({"points": -3}, InvalidInput),
    ({"points": 1, "words": " "}, InvalidInput),
    ({"points": 1, "year": 2025}, NotFound),
    ({"points": 1, "practitioner_id": new_id()}, NotFound),
    ({"points": 1, "actor": STRANGER}, NotFound),
    ({"points": 1, "actor": AFFAIRS}, NotAllowed),
    ({"points": 1, "actor": DOCTOR}, NotAllowed),
)


@pytest.mark.parametrize(("given", "kind"), REFUSED)
def test_a_refused_correction_changes_nothing(given: dict[str, Any], kind: type[DomainError]) -> None:
    upheld(3)
    before = state()
    with pytest.raises(kind):
        correct(**given)
    assert state() == before


def test_points_are_seen_by_whom_they_concern() -> None:
    upheld(2)
    assert DOCTOR.practitioner_id is not None
    for actor in (AUDITOR, AFFAIRS, REGULATOR):
        assert [one.total for one in selectors.standings(actor=actor, at=NOW)] == [6]
        assert selectors.standing_of(actor=actor, practitioner_id=DOCTOR.practitioner_id, at=NOW).total == 6
    assert selectors.standings(actor=STRANGER, at=NOW) == []
    with pytest.raises(NotFound):
        selectors.standing_of(actor=STRANGER, practitioner_id=DOCTOR.practitioner_id, at=NOW)
    with pytest.raises(NotAllowed):
        selectors.standings(actor=DOCTOR, at=NOW)
    colleague = selectors.own_standing(actor=replace(DOCTOR, practitioner_id=new_id()), at=NOW)
    assert colleague is not None
    assert (colleague.total, colleague.until_suspension) == (0, 9)
    assert selectors.own_standing(actor=PHYSICIAN, at=NOW) is None


def test_months_end_the_day_before() -> None:
    assert process.until(date(2026, 1, 31), 1) == date(2026, 2, 27)
    assert process.until(date(2026, 12, 1), 2) == date(2027, 1, 31)


def test_every_level_of_the_policy_lies_within_the_notice() -> None:
    for row in process.stops().rows:
        months, ends = int(row.values["months"]), bool(row.values["ends"])
        assert months in {12, 36} if ends else 1 <= months <= 6
