"""What a person at the desk decides: another way for who refuses or fails, and whatever an engine cannot settle."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.identity.likeness_words import (
    ASKABLE,
    CheckedKind,
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewReason,
    ReviewState,
    ReviewWay,
)
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import AlternativeCheck, CardReading, LikenessCheck, LikenessTemplate, Person
from xinglin.hospital.identity.parameters import ALTERNATIVE_LIFE
from xinglin.hospital.identity.services.likeness_consent import acting_person
from xinglin.hospital.identity.services.likeness_erasing import erase_pictures, revoke_all
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.services.registration import write_check
from xinglin.hospital.identity.words import CheckMethod, CheckResult
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.texts import T

NOTE_MAX = 300


@transaction.atomic
def ask_alternative(*, actor: Actor, reason: str, now: datetime, note: str = "") -> UUID:
    """Ask that a person checks instead of a machine; returns the request's id. No reason is a wrong one.

    Raises NotFound, InvalidInput, ReviewOpen while an earlier request waits.
    """
    row = acting_person(actor)
    if reason not in ASKABLE:
        raise InvalidInput(field="reason", reason=T(zh="请选择原因。", en="Choose a reason."))
    hold(f"likeness:{row.pk}")
    if row.alternative_checks.filter(kind=ReviewKind.ALTERNATIVE, state=ReviewState.ASKED).exists():
        raise errors.ReviewOpen
    latest = row.likeness_checks.filter(kind=CheckedKind.FACE).order_by("-at", "-pk").first()
    return open_review(
        actor, row, ReviewKind.ALTERNATIVE, ReviewReason(reason), now, note=note.strip()[:NOTE_MAX], check=latest
    )


def open_review(
    actor: Actor,
    person: Person,
    kind: ReviewKind,
    reason: ReviewReason,
    now: datetime,
    *,
    note: str = "",
    check: LikenessCheck | None = None,
    template: LikenessTemplate | None = None,
    reading: CardReading | None = None,
    other: Person | None = None,
) -> UUID:
    """Put something before the desk; a review of this kind that waits is brought up to date instead of doubled."""
    found = person.alternative_checks.select_for_update().filter(kind=kind, state=ReviewState.ASKED).first()
    row = found or AlternativeCheck(id=new_id(), person=person, kind=kind, asked_at=now, asked_by=actor.id)
    row.reason, row.note = reason, note
    row.check_made, row.template, row.reading, row.other = check, template, reading, other
    row.save(force_insert=found is None)
    _journal(actor, "open_likeness_review", row, now, {"kind": kind, "reason": reason})
    announce("desk:affairs", "likeness", row.pk)
    return row.pk


@transaction.atomic
def withdraw_alternative(*, actor: Actor, review_id: UUID, now: datetime) -> None:
    """Take the own request back, or give up an allowed other way. Raises NotFound."""
    person = acting_person(actor)
    open_states = [ReviewState.ASKED, ReviewState.ACCEPTED]
    row = (
        person.alternative_checks.select_for_update()
        .filter(pk=review_id, kind=ReviewKind.ALTERNATIVE, state__in=open_states)
        .first()
    )
    if row is None:
        raise NotFound
    row.state, row.decided_at, row.decided_by = ReviewState.WITHDRAWN, now, actor.id
    row.save()
    _journal(actor, "withdraw_alternative", row, now, {})
    announce("desk:affairs", "likeness", row.pk)


@transaction.atomic
def decide_alternative(
    *, actor: Actor, review_id: UUID, accept: bool, reason: str, now: datetime, way: str = ""
) -> None:
    """Decide what waits, saying why and, to accept, how one made sure. What follows depends on what was asked:

    another way is allowed for a time; an enrolled face counts, or is erased; the entry stands beside the card, or the
    real name counts as not matching; two people who resemble each other are two, or the newer template is erased.
    Raises NotFound, AlreadyDecided, InvalidInput, and OwnReview for the officer's own likeness.
    """
    require(actor, REVIEW_LIKENESS)
    row = AlternativeCheck.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
    if row is None:
        raise NotFound
    if row.person_id == actor.person_id:
        raise errors.OwnReview
    if row.state != ReviewState.ASKED:
        raise errors.AlreadyDecided
    if not reason.strip():
        raise InvalidInput(field="reason", reason=T(zh="请写明理由，本人会看到。", en="Say why; the person reads it."))
    if accept and way not in ReviewWay.values:
        raise InvalidInput(field="way", reason=T(zh="请选择怎样核对的。", en="Choose how you made sure."))
    hold(f"likeness:{row.person_id}")
    row.state = ReviewState.ACCEPTED if accept else ReviewState.REFUSED
    row.way, row.decision_reason = way if accept else "", reason.strip()[:NOTE_MAX]
    row.decided_at, row.decided_by = now, actor.id
    if accept and row.kind == ReviewKind.ALTERNATIVE:
        row.until = now + ALTERNATIVE_LIFE
    row.save()
    FOLLOWS[ReviewKind(row.kind)](actor, row, accept, now)
    erase_pictures(row.person_id, now)
    _journal(actor, "decide_alternative", row, now, {"accept": accept, "way": row.way, "reason": row.decision_reason})
    announce(f"person:{row.person_id}", "likeness", row.pk)


def _follow_alternative(actor: Actor, row: AlternativeCheck, accept: bool, now: datetime) -> None:
    LikenessCheck(
        id=new_id(),
        person_id=row.person_id,
        kind=CheckedKind.FACE,
        purpose=LikenessPurpose.ALTERNATIVE,
        at=now,
        by=actor.id,
        engine="person",
        decision=LikenessDecision.PASS if accept else LikenessDecision.FAIL,
        reasons=[row.way] if accept else [],
    ).save(force_insert=True)


def _follow_portrait(actor: Actor, row: AlternativeCheck, accept: bool, now: datetime) -> None:
    if row.template_id is None:
        return
    if accept:
        live = LikenessTemplate.objects.filter(pk=row.template_id, revoked_at__isnull=True)
        live.update(accepted_at=now, accepted_by=actor.id)
        return
    revoke_all(row.person_id, LikenessKind.FACE, actor, now, reason="not accepted", only=row.template_id)


def _follow_card(actor: Actor, row: AlternativeCheck, accept: bool, now: datetime) -> None:
    result = CheckResult.MATCH if accept else CheckResult.MISMATCH
    if not accept or row.person.id_type != "resident":  # A register's word on a resident is not replaced by a look.
        write_check(row.person_id, CheckMethod.DOCUMENT, result, actor, now, "medical affairs")


def _follow_similar(actor: Actor, row: AlternativeCheck, accept: bool, now: datetime) -> None:
    if not accept and row.template_id is not None:
        revoke_all(row.person_id, LikenessKind.FACE, actor, now, reason="another person's face", only=row.template_id)


def _follow_mismatch(actor: Actor, row: AlternativeCheck, accept: bool, now: datetime) -> None:
    result = CheckResult.MATCH if accept else CheckResult.MISMATCH
    write_check(row.person_id, CheckMethod.FACE, result, actor, now, "medical affairs")


FOLLOWS = {
    ReviewKind.ALTERNATIVE: _follow_alternative,
    ReviewKind.PORTRAIT: _follow_portrait,
    ReviewKind.CARD: _follow_card,
    ReviewKind.SIMILAR: _follow_similar,
    ReviewKind.MISMATCH: _follow_mismatch,
}


def _journal(actor: Actor, verb: str, row: AlternativeCheck, now: datetime, detail: dict[str, object]) -> None:
    journal.write(
        actor=actor,
        institution_id=next(iter(sorted(actor.institution_ids)), PLATFORM_CHAIN),
        verb=verb,
        object_type="alternative_check",
        object_id=row.pk,
        now=now,
        detail=detail | {"person_id": str(row.person_id), "kind": row.kind},
    )
