"""Showing a challenge its pictures, one at a time: each is judged when it arrives, by the server's clock alone.

The row is locked while a picture is judged, and the next picture must bring the ticket that the answer to this one
gives. So nothing that was sent before a step was asked can answer it, and of two posts side by side one is refused
without a trace. What was seen is sealed between two pictures, so that any process may take the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.crypto import constant_time_compare

from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.liveness import Progress, State
from xinglin.biometrics.matching import Vector
from xinglin.biometrics.pictures import cleaned
from xinglin.hospital.identity import errors, parameters
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.likeness_judging import Course, digest_of, judged, resumed
from xinglin.hospital.identity.likeness_words import LikenessKind, LikenessPurpose
from xinglin.hospital.identity.models import LikenessChallenge, LikenessEvidence, Person
from xinglin.hospital.identity.selectors.likeness import policy_of
from xinglin.hospital.identity.services.likeness_challenge import (
    Answer,
    ChallengeView,
    new_ticket,
    tries_left,
    view_of,
)
from xinglin.hospital.identity.services.likeness_consent import acting_person, standing_consent
from xinglin.hospital.identity.services.likeness_erasing import EVIDENCE, STILL, drop_evidence
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T


@dataclass(slots=True)
class Held:
    """A challenge that is going on, locked until the transaction ends."""

    row: LikenessChallenge
    evidence: LikenessEvidence
    course: Course


def take_picture(
    actor: Actor, challenge_id: UUID, ticket: str, picture: bytes, now: datetime, known: Callable[[], Vector | None]
) -> ChallengeView | Answer:
    """Judge the next picture of a challenge, received at `now`; the answer once it has ended.

    `known` gives the likeness that the person must have. Raises NotFound, ChallengeOver, FramesWrong, FrameOutOfTurn,
    FrameRepeated, InvalidInput for what is no picture, LikenessUnavailable, LikenessConsentNeeded; then nothing is
    written.
    """
    person = acting_person(actor)
    if not 0 < len(picture) <= parameters.FRAME_BYTES_MAX:
        raise errors.FramesWrong(field="picture", kilobytes=parameters.FRAME_BYTES_MAX // 1000)
    with transaction.atomic():
        standing_consent(person.pk, LikenessKind.FACE)
        held = _held(actor, person, challenge_id, now, ticket, known)
        challenge = held.course.challenge
        if digest_of(picture) in held.course.seen and challenge.expire(now).state is State.RUNNING:
            raise errors.FrameRepeated(field="picture")
        try:
            rested = held.course.show(picture, now)
        except BadImage as refused:
            reason = T(zh=refused.sentence.zh, en=refused.sentence.en)
            raise InvalidInput(field="picture", reason=reason) from refused
        if rested is not None:
            held.evidence.still = _sealed(held.row, cleaned(rested), STILL)
        progress = challenge.expire(now)
        if progress.state is State.RUNNING:
            return _on(actor, held, progress, now)
        return _end(held, person, now)


def challenge_now(*, actor: Actor, challenge_id: UUID, now: datetime) -> ChallengeView:
    """Where a challenge stands, for who did not hear the answer to the last picture; tells nothing new.

    Raises NotFound, ChallengeOver, LikenessUnavailable.
    """
    person = acting_person(actor)
    with transaction.atomic():
        held = _held(actor, person, challenge_id, now, None, lambda: None)
        left = _left(actor, held.row, now)
        return view_of(held.row, held.course, held.evidence.ticket, held.course.challenge.expire(now).hint, now, left)


def _held(
    actor: Actor,
    person: Person,
    challenge_id: UUID,
    now: datetime,
    ticket: str | None,
    known: Callable[[], Vector | None],
) -> Held:
    mine = LikenessChallenge.objects.filter(pk=challenge_id, account_id=actor.id, person=person)
    if not mine.exists():
        raise NotFound
    engine = engines.faces()
    try:
        with transaction.atomic():
            row = mine.select_for_update(nowait=True).get()
    except DatabaseError as taken:  # Another picture of this challenge is being judged.
        raise errors.FrameOutOfTurn(field="ticket") from taken
    evidence = LikenessEvidence.objects.filter(challenge=row).first()
    if row.answered_at is not None or row.expires_at <= now or evidence is None:
        raise errors.ChallengeOver
    if ticket is not None and not constant_time_compare(ticket, evidence.ticket):
        raise errors.FrameOutOfTurn(field="ticket")
    mirrored = row.purpose == LikenessPurpose.REGISTER
    try:
        raw = vault.open_again(bytes(evidence.sealed), id=row.pk, person_id=person.pk, kind=EVIDENCE)
        return Held(row, evidence, resumed(engine, raw, known(), mirrored=mirrored))
    except (errors.TemplateForeign, ValueError) as gone:  # its key was destroyed, or the engine replaced
        raise errors.ChallengeOver from gone


def _on(actor: Actor, held: Held, progress: Progress, now: datetime) -> ChallengeView:
    """Put the challenge away until the next picture."""
    row, evidence, challenge = held.row, held.evidence, held.course.challenge
    evidence.ticket = new_ticket()
    sealed = _sealed(row, held.course.to_bytes(), EVIDENCE)
    kept = LikenessEvidence.objects.filter(pk=row.pk)
    if not kept.update(ticket=evidence.ticket, sealed=sealed, still=evidence.still):
        raise errors.ChallengeOver  # the consent was withdrawn meanwhile
    revealed = challenge.done + (challenge.asked is not None)
    if revealed > row.revealed:
        row.revealed = revealed
        row.save(update_fields=["revealed"])
    return view_of(row, held.course, evidence.ticket, progress.hint, now, _left(actor, row, now))


def _sealed(row: LikenessChallenge, raw: bytes, kind: str) -> bytes:
    try:
        return vault.lock_again(raw, id=row.pk, person_id=row.person_id, kind=kind)
    except errors.TemplateForeign as gone:
        raise errors.ChallengeOver from gone


def _left(actor: Actor, row: LikenessChallenge, now: datetime) -> int:
    """Tries left after this one."""
    try:
        return tries_left(row.person_id, row.purpose, policy_of(account_id=actor.id, purpose=row.purpose), now) - 1
    except errors.TriesUsedUp:
        return 0


def _end(held: Held, person: Person, now: datetime) -> Answer:
    """The challenge is over: what it saw is judged once and destroyed."""
    row, still = held.row, b""
    if held.evidence.still is not None:
        still = vault.open_again(bytes(held.evidence.still), id=row.pk, person_id=person.pk, kind=STILL)
    row.answered_at = now
    row.save(update_fields=["answered_at"])
    drop_evidence(now, challenge_id=row.pk)
    return Answer(row, person, judged(held.course, still))
