"""Challenges: movements in a random order, asked of one account for one purpose, one after another.

How it begins, how many tries there are, and how an attempt is written down. What is shown picture by picture stands in
likeness_showing. Every attempt is written with its scores, whatever came of it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.biometrics.liveness import Hint
from xinglin.hospital.identity import errors, parameters
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.likeness_judging import Course, Judged, begun, drawn_steps
from xinglin.hospital.identity.likeness_policy import Policy
from xinglin.hospital.identity.likeness_reasons import HINT_NAMES, STEP_NAMES
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
    LikenessEvidence,
    LikenessTemplate,
    Person,
)
from xinglin.hospital.identity.selectors.likeness import policy_of
from xinglin.hospital.identity.services.likeness_consent import acting_person, standing_consent
from xinglin.hospital.identity.services.likeness_erasing import EVIDENCE, drop_evidence
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Said:
    """A code and what a person reads: a movement that is asked for, or what would help now."""

    code: str
    says: T


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """Where a challenge stands. `step` is asked now (None: look straight ahead); the next picture brings `ticket`.

    `seconds_left` is how long what is asked now is waited for; `done` of `steps` movements were seen.
    """

    id: UUID
    purpose: str
    ticket: str
    step: Said | None
    hint: Said
    done: int
    steps: int
    seconds_left: float
    expires_at: datetime
    tries_left: int


def view_of(
    row: LikenessChallenge, course: Course, ticket: str, hint: Hint | None, now: datetime, left: int
) -> ChallengeView:
    """What a person may know of a challenge: never a step that has not been asked yet."""
    hint = hint or Hint.LOOK_STRAIGHT
    challenge = course.challenge
    asked = challenge.asked
    return ChallengeView(
        id=row.pk,
        purpose=row.purpose,
        ticket=ticket,
        step=None if asked is None else Said(asked.value, STEP_NAMES[asked]),
        hint=Said(hint.value, HINT_NAMES[hint]),
        done=challenge.done,
        steps=len(challenge.steps),
        seconds_left=max((challenge.deadline - now).total_seconds(), 0.0),
        expires_at=row.expires_at,
        tries_left=left,
    )


def begin_challenge(*, actor: Actor, purpose: str, now: datetime, visit_id: UUID | None = None) -> ChallengeView:
    """Draw the movements; none is told yet. An older challenge of the account is over with it.

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
        left = tries_left(person.pk, purpose, rule, now) - 1
        mine = LikenessChallenge.objects.filter(account_id=actor.id)
        if mine.filter(begun_at__gt=now - timedelta(hours=1)).count() >= parameters.CHALLENGES_PER_HOUR:
            raise errors.TooManyChallenges
        mine.filter(answered_at__isnull=True, expires_at__gt=now).update(expires_at=now)
        drop_evidence(now, account_id=actor.id)
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
        course = begun(engine, row.steps, now)
        ticket = new_ticket()
        LikenessEvidence(
            challenge=row,
            ticket=ticket,
            sealed=vault.lock_away(course.to_bytes(), id=row.pk, person_id=person.pk, kind=EVIDENCE),
            delete_after=row.expires_at,
        ).save(force_insert=True)
    return view_of(row, course, ticket, Hint.LOOK_STRAIGHT, now, left)


def new_ticket() -> str:
    """What nobody can guess, so that no picture can be sent before its turn."""
    return secrets.token_urlsafe(18)


def _fits(person: Person, purpose: str) -> None:
    enrolled = person.likeness_templates.filter(kind=LikenessKind.FACE, revoked_at__isnull=True).exists()
    if purpose == LikenessPurpose.REGISTER and enrolled:
        raise errors.EnrolledAlready(kind=name(LikenessKind.FACE))
    if purpose != LikenessPurpose.REGISTER and not enrolled:
        raise errors.NoTemplate(kind=name(LikenessKind.FACE))


def tries_left(person_id: UUID, purpose: str, rule: Policy, now: datetime) -> int:
    """Tries that policy still allows; a pass, or a decision of the desk, begins the count anew. Raises TriesUsedUp."""
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
    broken = LikenessChallenge.objects.filter(
        person_id=person_id, purpose=purpose, answered_at__isnull=True, revealed__gt=0, begun_at__gt=fresh
    ).count()
    failed += max(broken - parameters.BREAKS_FORGIVEN, 0)
    if failed >= rule.tries:
        raise errors.TriesUsedUp(tries=rule.tries, minutes=int(parameters.TRIES_WINDOW.total_seconds() // 60))
    return rule.tries - failed


@dataclass(frozen=True, slots=True)
class Answer:
    """A challenge that has ended, judged: the row, what the frames said, and the still that shows the face best."""

    challenge: LikenessChallenge
    person: Person
    judged: Judged


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
