"""Points of practitioners in a calendar year, and the stops of payment that follow from them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, errors, process
from xinglin.hospital.oversight.events import PointsFellBelowStop, PointsReachedStop
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict, PaymentStop, PointEntry
from xinglin.hospital.oversight.words import AuditView, Decision, Degree, PointReason


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points that a decision gives."""

    points: int
    severity: int
    degree: str
    basis: T


def wanted(case: FindingCase, decision: str, severity: int, degree: str, now: datetime) -> Wanted | None:
    """The points that a decision asks for, checked; None where it asks for none.

    Raises InvalidInput, NobodyToAnswer.
    """
    if severity == 0:
        return None
    if decision == Decision.REJECTED:
        says = T(zh="不成立的疑点不记分。", en="A rejected finding gives no points.")
        raise InvalidInput(field="severity", reason=says)
    if case.practitioner_id is None:
        raise errors.NobodyToAnswer
    if only_in_hindsight(case):
        says = T(
            zh="只有按事后所知才成立的疑点不记分：当时并不知道。",
            en="A finding that only hindsight gives brings no points: it was not known then.",
        )
        raise InvalidInput(field="severity", reason=says)
    if degree not in Degree.values:
        raise InvalidInput(field="degree", reason=T(zh="请选择责任程度。", en="Choose the degree of responsibility."))
    found = process.points_for(severity, degree, civil_day(now), case.territory)
    if found is None:
        raise InvalidInput(field="severity", reason=T(zh="请选择记分档次。", en="Choose a tier of points."))
    return Wanted(found[0], severity, degree, found[1])


def only_in_hindsight(case: FindingCase) -> bool:
    """Whether no moment and no audit gave this verdict with what was known then."""
    same = GivenVerdict.objects.filter(
        institution_id=case.institution_id, rule=case.rule, subject=case.subject, core_hash=case.core_hash
    )
    return not same.exclude(judgement__run__view=AuditView.HINDSIGHT).exists()


def give(case: FindingCase, given: Wanted, actor: Actor, words: str, now: datetime) -> None:
    """Write the points of a decision and do what follows. Inside the caller's transaction."""
    assert case.practitioner_id is not None, "checked by wanted()"
    _lock(case.practitioner_id)
    _write(
        PointEntry(
            practitioner_id=case.practitioner_id,
            institution_id=case.institution_id,
            year=civil_day(now).year,
            points=given.points,
            case=case,
            reason=PointReason.FINDING,
            severity=given.severity,
            degree=given.degree,
            basis_zh=given.basis.zh[:200],
            basis_en=given.basis.en[:200],
            words=words.strip(),
        ),
        actor,
        now,
    )
    _follow(case.practitioner_id, case.institution_id, case.territory, civil_day(now).year, now)


def take_back(case: FindingCase, actor: Actor, words: str, now: datetime) -> None:
    """Take back what a case gave, in the year in which it gave it. Inside the caller's transaction."""
    if case.practitioner_id is None:
        return
    _lock(case.practitioner_id)
    years = case.points.values("year").annotate(left=Sum("points")).filter(left__gt=0)
    for row in years:
        _write(
            PointEntry(
                practitioner_id=case.practitioner_id,
                institution_id=case.institution_id,
                year=row["year"],
                points=-row["left"],
                case=case,
                reason=PointReason.APPEAL,
                words=words.strip(),
            ),
            actor,
            now,
        )
        _follow(case.practitioner_id, case.institution_id, case.territory, row["year"], now)


@transaction.atomic
def correct_points(*, actor: Actor, practitioner_id: UUID, year: int, points: int, words: str, now: datetime) -> None:
    """Take points back after a correction (training, service), as the notice allows. Raises NotFound, InvalidInput,
    NoSuchPoints.
    """
    require(actor, access.PROSECUTE)
    _lock(practitioner_id)
    entries = PointEntry.objects.filter(practitioner_id=practitioner_id, year=year)
    last = entries.filter(institution_id__in=actor.institution_ids).order_by("-at", "-id").first()
    if last is None:
        raise NotFound
    if not words.strip() or len(words.strip()) > 1000:
        raise InvalidInput(field="words", reason=T(zh="请写明依据（1000 字以内）。", en="Say why, in 1000 characters."))
    if points < 1:
        raise InvalidInput(field="points", reason=T(zh="请填写要扣回的分数。", en="Enter the points to take back."))
    total = entries.aggregate(all=Sum("points"))["all"] or 0
    if points > total:
        raise errors.NoSuchPoints(year=year, points=total)
    _write(
        PointEntry(
            practitioner_id=practitioner_id,
            institution_id=last.institution_id,
            year=year,
            points=-points,
            reason=PointReason.CORRECTION,
            words=words.strip(),
        ),
        actor,
        now,
    )
    territory = last.case.territory if last.case else ""
    _follow(practitioner_id, last.institution_id, territory, year, now)


def _lock(practitioner_id: UUID) -> None:
    """One change of a practitioner's points at a time: the sum decides what follows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"points:{practitioner_id}"])


def _write(entry: PointEntry, actor: Actor, now: datetime) -> None:
    entry.id, entry.at = new_id(), now
    entry.actor_id, entry.actor_label = actor.id, actor.label[:120]
    entry.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=entry.institution_id,
        verb="give_points" if entry.points > 0 else "take_back_points",
        object_type="practitioner",
        object_id=entry.practitioner_id,
        now=now,
        detail={"points": entry.points, "year": entry.year, "case": str(entry.case_id or "")},
    )
    live.announce(f"physician:{entry.practitioner_id}", "points", entry.practitioner_id)


def _follow(practitioner_id: UUID, institution_id: UUID, territory: str, year: int, now: datetime) -> None:
    """Bring the stops in line with the points: withdraw what is no longer reached, then add what is."""
    entries = PointEntry.objects.filter(practitioner_id=practitioner_id, year=year)
    total = entries.aggregate(all=Sum("points"))["all"] or 0
    of_one = entries.exclude(case=None).values("case").annotate(left=Sum("points")).values_list("left", flat=True)
    largest = min(max(of_one, default=0), total)
    live_stops = list(
        PaymentStop.objects.select_for_update().filter(
            practitioner_id=practitioner_id, year=year, withdrawn_at__isnull=True
        )
    )
    kept, since = [], civil_day(now)
    for stop in live_stops:
        if stop.level <= (largest if stop.single else total):
            kept.append(stop)
            continue
        since = min(since, stop.from_on)
        stop.withdrawn_at = now
        stop.save(update_fields=["withdrawn_at"])
        publish(PointsFellBelowStop(stop_id=stop.pk, practitioner_id=practitioner_id, level=stop.level, at=now))
    due = process.stop_for(total, largest, since, territory)
    if due is None or any((stop.level, stop.single) >= (due.level, due.single) for stop in kept):
        return
    _stop(practitioner_id, institution_id, year, due, since, now)


def _stop(
    practitioner_id: UUID, institution_id: UUID, year: int, due: process.StopDue, from_on: date, now: datetime
) -> None:
    made = PaymentStop(
        id=new_id(),
        practitioner_id=practitioner_id,
        institution_id=institution_id,
        year=year,
        level=due.level,
        single=due.single,
        ends=due.ends,
        from_on=from_on,
        until_on=due.until_on,
        at=now,
    )
    made.save(force_insert=True)
    publish(
        PointsReachedStop(
            stop_id=made.pk,
            practitioner_id=practitioner_id,
            level=due.level,
            ends=due.ends,
            from_on=from_on,
            until_on=due.until_on,
            at=now,
        )
    )
