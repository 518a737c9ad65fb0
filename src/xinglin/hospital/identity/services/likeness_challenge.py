"""Challenges: movements in a random order, asked of one account for one purpose, answered once and soon.

Every answer is written down with its scores, whatever came of it, in a transaction of its own: a refusal that follows
must not undo the count of tries.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.biometrics.matching import Vector
from xinglin.hospital.identity import errors, parameters
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity.likeness_judging import Judged, drawn_steps, judge
from xinglin.hospital.identity.likeness_policy import Policy
from xinglin.hospital.identity.likeness_reasons import STEP_NAMES
from xinglin.hospital.identity.likeness_words import (
    CheckedKind,
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewState,
    name,
)
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    LikenessChallenge,
    LikenessCheck,
    LikenessTemplate,
    Person,
)
from xinglin.hospital.identity.selectors.likeness import policy_of
from xinglin.hospital.identity.services.likeness_consent import acting_person, standing_consent
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Step:
    """One movement that is asked for."""

    code: str
    says: T


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """What the page asks for, until when, and how many tries are left after this one."""

    id: UUID
    purpose: str
    steps: tuple[Step, ...]
    expires_at: datetime
    tries_left: int


def begin_challenge(*, actor: Actor, purpose: str, now: datetime, visit_id: UUID | None = None) -> ChallengeView:
    """Draw the movements. An older challenge of the account is over with it.

    Raises NotFound, LikenessUnavailable, LikenessConsentNeeded, NoTemplate, EnrolledAlready, TriesUsedUp,
    TooManyChallenges.
    """
    person = acting_person(actor)
    rule = policy_of(account_id=actor.id, purpose=purpose)
    engine = engines.faces()
    with transaction.atomic():
        hold(f"likeness:{person.pk}")
        standing_consent(person.pk, LikenessKind.FACE)
        _fits(person, purpose)
        left = _tries_left(person.pk, purpose, rule, now)
        mine = LikenessChallenge.objects.filter(account_id=actor.id)
        if mine.filter(begun_at__gt=now - timedelta(hours=1)).count() >= parameters.CHALLENGES_PER_HOUR:
            raise errors.TooManyChallenges
        mine.filter(answered_at__isnull=True, expires_at__gt=now).update(expires_at=now)
        row = LikenessChallenge(
            id=new_id(),
            person=person,
            account_id=actor.id,
            purpose=purpose,
            visit_id=visit_id,
            steps=drawn_steps(RANDOM, engine),
            begun_at=now,
            expires_at=now + parameters.CHALLENGE_LIFE,
        )
        row.save(force_insert=True)
    steps = tuple(Step(code, STEP_NAMES[code]) for code in row.steps)
    return ChallengeView(row.pk, purpose, steps, row.expires_at, left - 1)


def _fits(person: Person, purpose: str) -> None:
    enrolled = person.likeness_templates.filter(kind=LikenessKind.FACE, revoked_at__isnull=True).exists()
    if purpose == LikenessPurpose.REGISTER and enrolled:
        raise errors.EnrolledAlready(kind=name(LikenessKind.FACE))
    if purpose != LikenessPurpose.REGISTER and not enrolled:
        raise errors.NoTemplate(kind=name(LikenessKind.FACE))


def _tries_left(person_id: UUID, purpose: str, rule: Policy, now: datetime) -> int:
    """Tries that policy still allows; a pass, or a decision of the desk, begins the count anew."""
    since = now - parameters.TRIES_WINDOW
    tries = LikenessCheck.objects.filter(
        person_id=person_id, kind=CheckedKind.FACE, purpose=purpose, at__gt=since, at__lte=now
    )
    passed = tries.filter(decision=LikenessDecision.PASS).order_by("-at").values_list("at", flat=True).first()
    decided = (
        AlternativeCheck.objects.filter(person_id=person_id, kind=ReviewKind.ALTERNATIVE, decided_at__gt=since)
        .exclude(state=ReviewState.WITHDRAWN)
        .order_by("-decided_at")
        .values_list("decided_at", flat=True)
        .first()
    )
    fresh = max((at for at in (passed, decided) if at is not None), default=since)
    failed = tries.filter(at__gt=fresh, decision__in=[LikenessDecision.FAIL, LikenessDecision.UNDECIDED]).count()
    if failed >= rule.tries:
        raise errors.TriesUsedUp(tries=rule.tries, minutes=int(parameters.TRIES_WINDOW.total_seconds() // 60))
    return rule.tries - failed


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered challenge, judged: the row, what the frames said, and the still that shows the face best."""

    challenge: LikenessChallenge
    person: Person
    judged: Judged


def take_answer(
    actor: Actor,
    challenge_id: UUID,
    frames: Sequence[bytes],
    times_ms: Sequence[int],
    now: datetime,
    known: Vector | None = None,
) -> Answer:
    """Spend a challenge and judge its frames; `known` is the likeness that the person must have.

    Raises NotFound, ChallengeOver, FramesWrong, LikenessUnavailable, LikenessConsentNeeded.
    """
    person = acting_person(actor)
    _check_frames(frames, times_ms)
    engine = engines.faces()
    with transaction.atomic():
        standing_consent(person.pk, LikenessKind.FACE)
        row = (
            LikenessChallenge.objects.select_for_update().filter(pk=challenge_id, account_id=actor.id, person=person)
        ).first()
        if row is None:
            raise NotFound
        if row.answered_at is not None or row.expires_at <= now:
            raise errors.ChallengeOver
        row.answered_at = now
        row.save(update_fields=["answered_at"])
    kept = row.purpose == LikenessPurpose.REGISTER
    judged = judge(engine, list(row.steps), frames, times_ms, row.begun_at, known, mirrored=kept)
    return Answer(row, person, judged)


def _check_frames(frames: Sequence[bytes], times_ms: Sequence[int]) -> None:
    least, most, size = parameters.FRAMES_MIN, parameters.FRAMES_MAX, parameters.FRAMES_BYTES_MAX
    if not least <= len(frames) <= most or not all(frames) or sum(map(len, frames)) > size:
        raise errors.FramesWrong(field="frames", least=least, most=most, megabytes=size // 1_000_000)
    if times_ms and (len(times_ms) != len(frames) or list(times_ms) != sorted(set(times_ms))):
        reason = T(zh="每张画面的时刻应逐张递增。", en="Each picture has a later instant than the one before.")
        raise InvalidInput(field="times_ms", reason=reason)


def write_attempt(
    actor: Actor,
    answer: Answer,
    decision: LikenessDecision,
    now: datetime,
    *,
    similarity: float | None = None,
    template: LikenessTemplate | None = None,
    reasons: Sequence[str] = (),
    visit_id: UUID | None = None,
) -> LikenessCheck:
    """Write an attempt down, in the row that never changes and in the journal. Scores become thousandths."""
    judged, challenge = answer.judged, answer.challenge
    row = LikenessCheck(
        id=new_id(),
        person=answer.person,
        account_id=actor.id,
        kind=CheckedKind.FACE,
        purpose=challenge.purpose,
        at=now,
        by=actor.id,
        engine=judged.engine,
        decision=decision,
        similarity_permille=None if similarity is None else round(similarity * 1000),
        live_permille=None if judged.live is None else round(judged.live * 1000),
        scores=judged.scores,
        reasons=list(dict.fromkeys([*judged.reasons, *reasons])),
        challenge=challenge,
        template_id=template.pk if template else None,
        visit_id=visit_id or challenge.visit_id,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="check_likeness",
        object_type="likeness_check",
        object_id=row.pk,
        now=now,
        outcome=decision.value,
        detail={
            "person_id": str(row.person_id),
            "purpose": row.purpose,
            "reasons": row.reasons,
            "similarity_permille": row.similarity_permille,
            "engine": row.engine,
        },
    )
    return row
