"""What is enrolled of someone, what they have proved, and which proofs are enough. Scores are thousandths."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xinglin.biometrics.errors import BadTemplate
from xinglin.biometrics.matching import Template
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.identity.errors import TemplateForeign
from xinglin.hospital.identity.likeness_policy import Policy, policy
from xinglin.hospital.identity.likeness_reasons import reason_text
from xinglin.hospital.identity.likeness_words import (
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewReason,
    ReviewState,
    name,
)
from xinglin.hospital.identity.models import (
    Account,
    AlternativeCheck,
    AuthEvent,
    BiometricConsent,
    LikenessCheck,
    LikenessTemplate,
)
from xinglin.hospital.identity.words import AccountKind
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, Role
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight

ACCEPTED = Q(accepted_at__isnull=False)
LIVE = Q(revoked_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A live template: when, by which engine, whether it counts yet and whether today's engine can read it."""

    id: UUID
    kind: str
    engine: str
    enrolled_at: datetime
    accepted_at: datetime | None
    outdated: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent in force."""

    kind: str
    text_version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as its person may read it."""

    at: datetime
    kind: str
    purpose: str
    purpose_name: T
    decision: str
    decision_name: T
    similarity_permille: int | None
    live_permille: int | None
    reasons: tuple[str, ...]
    engine: str

    @property
    def why(self) -> tuple[T, ...]:
        """The reasons in words."""
        return tuple(reason_text(code) for code in self.reasons)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for another way, or a review about this person, as the person may read it."""

    id: UUID
    kind: str
    kind_name: T
    reason_name: T
    state: str
    state_name: T
    asked_at: datetime
    decided_at: datetime | None
    decision_reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Everything of one person; `installed` says which engines this server has."""

    person_id: UUID
    face: Enrolment | None
    voice: Enrolment | None
    face_consent: Consent | None
    voice_consent: Consent | None
    alternative: Asked | None
    waiting: tuple[Asked, ...]
    attempts: tuple[Attempt, ...]
    installed: engines.Installed

    @property
    def face_counts(self) -> bool:
        """Whether a face can be verified now: enrolled, accepted, and readable by the engine of this server."""
        return self.face is not None and self.face.accepted_at is not None and not self.face.outdated


def likeness(*, actor: Actor, person_id: UUID, at: datetime, attempts: int = 8) -> Likeness:
    """What is enrolled of the acting person, or of anyone for the desk that reviews. Raises NotFound."""
    if not (person_id == actor.person_id or REVIEW_LIKENESS.held_by(actor)):
        raise NotFound
    installed = engines.installed()
    rows = {row.kind: row for row in LikenessTemplate.objects.filter(LIVE, person_id=person_id)}
    consents = {
        row.kind: Consent(row.kind, row.text_version, row.given_at)
        for row in BiometricConsent.objects.filter(person_id=person_id, withdrawn_at__isnull=True)
    }
    reviews = AlternativeCheck.objects.filter(person_id=person_id)
    checks = LikenessCheck.objects.filter(person_id=person_id, at__lte=at).order_by("-at", "-pk")[:attempts]
    granted = reviews.filter(kind=ReviewKind.ALTERNATIVE).exclude(state=ReviewState.WITHDRAWN)
    latest = granted.order_by("-asked_at", "-pk").first()
    return Likeness(
        person_id=person_id,
        face=_enrolment(rows.get(LikenessKind.FACE), installed.face),
        voice=_enrolment(rows.get(LikenessKind.VOICE), installed.voice),
        face_consent=consents.get(LikenessKind.FACE),
        voice_consent=consents.get(LikenessKind.VOICE),
        alternative=asked(latest) if latest else None,
        waiting=tuple(asked(row) for row in reviews.filter(state=ReviewState.ASKED).order_by("asked_at")),
        attempts=tuple(attempt(row) for row in checks),
        installed=installed,
    )


def _enrolment(row: LikenessTemplate | None, engine: str) -> Enrolment | None:
    if row is None:
        return None
    made = f"{row.engine}@{row.version}"
    return Enrolment(row.pk, row.kind, made, row.enrolled_at, row.accepted_at, bool(engine) and made != engine)


def attempt(row: LikenessCheck) -> Attempt:
    """An attempt as it is shown."""
    return Attempt(
        at=row.at,
        kind=row.kind,
        purpose=row.purpose,
        purpose_name=name(LikenessPurpose(row.purpose)),
        decision=row.decision,
        decision_name=name(LikenessDecision(row.decision)),
        similarity_permille=row.similarity_permille,
        live_permille=row.live_permille,
        reasons=tuple(row.reasons),
        engine=row.engine,
    )


def asked(row: AlternativeCheck) -> Asked:
    """A review as its person may read it."""
    return Asked(
        id=row.pk,
        kind=row.kind,
        kind_name=name(ReviewKind(row.kind)),
        reason_name=name(ReviewReason(row.reason)),
        state=row.state,
        state_name=name(ReviewState(row.state)),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        until=row.until,
    )


# PROOFS


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of identity that is enough for a purpose: which, how, when."""

    id: UUID
    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which proofs are enough for someone at an instant."""

    enrolled: bool
    alternative: bool
    models: bool


def standing(*, person_id: UUID, at: datetime) -> Standing:
    """Whether a face counts, whether a person has allowed another way, whether this server can verify faces."""
    engine = engines.face_engine()
    row = LikenessTemplate.objects.filter(LIVE, ACCEPTED, person_id=person_id, kind=LikenessKind.FACE).first()
    readable = row is not None and (not engine or f"{row.engine}@{row.version}" == engine)
    allowed = AlternativeCheck.objects.filter(
        person_id=person_id,
        kind=ReviewKind.ALTERNATIVE,
        state=ReviewState.ACCEPTED,
        decided_at__lte=at,
        until__gt=at,
    )
    return Standing(enrolled=readable, alternative=allowed.exists(), models=bool(engine))


def policy_of(*, account_id: UUID, purpose: str) -> Policy:
    """The policy for an account's side. Raises NotFound for a purpose or account that does not exist."""
    kind = Account.objects.filter(pk=account_id).values_list("kind", flat=True).first()
    if kind is None or purpose not in LikenessPurpose.values or purpose == LikenessPurpose.ALTERNATIVE:
        raise NotFound
    return policy(purpose, "patient" if kind == AccountKind.PATIENT else "staff")


def enough_methods(*, account_id: UUID, person_id: UUID, at: datetime, purpose: str = "visit") -> frozenset[str]:
    """The methods of proof that suffice for someone at an instant, by policy."""
    now = standing(person_id=person_id, at=at)
    rule = policy_of(account_id=account_id, purpose=purpose)
    return rule.enough(enrolled=now.enrolled, alternative=now.alternative, models=now.models)


def proof_within(
    *,
    person_id: UUID,
    at: datetime,
    window: timedelta | None = None,
    account_id: UUID | None = None,
    purpose: str = "visit",
) -> Proof | None:
    """The latest proof of a person that is enough for the purpose, in [at − window, at]; None when there is none.

    Without `window` the policy's own counts; without `account_id` every account of the person (a physician may be a
    patient too). A ward has no account: ask about the guardian who acts.
    """
    accounts = Account.objects.filter(Q(person=person_id) | Q(practitioner__person=person_id))
    if account_id is not None:
        accounts = accounts.filter(pk=account_id)
    found: list[Proof] = []
    for one in accounts.distinct():
        rule = policy_of(account_id=one.pk, purpose=purpose)
        methods = enough_methods(account_id=one.pk, person_id=person_id, at=at, purpose=purpose)
        span = rule.window if window is None else window
        span = _window_of_a09(one, at) if span is None else span
        event = (
            AuthEvent.objects.filter(account=one, method__in=methods, at__gte=at - span, at__lte=at)
            .order_by("-at", "-pk")
            .first()
        )
        if event is not None:
            found.append(Proof(event.pk, event.method, event.at))
    return max(found, key=lambda proof: (proof.at, proof.id), default=None)


def _window_of_a09(account: Account, at: datetime) -> timedelta:
    """How old a proof of a member of staff may be before a visit: the limit of rule A09 in the place of the house."""
    house = account.practitioner.institution.area if account.practitioner else ""
    minutes = oversight.limit_in_force("authentication_minutes_max", on=civil_day(at), territory=house)
    return timedelta(minutes=minutes or 0)


# TEMPLATES: for services here and for the process that watches a visit, never for a screen


@transaction.atomic
def template_vectors(*, actor: Actor, person_id: UUID, now: datetime) -> dict[str, Template | None]:
    """The accepted templates of a person, opened: 'face' and 'voice', None where there is none that opens.

    For the system alone (the process that watches a visit); each opening is journaled. Raises NotFound for others.
    """
    if not actor.has(Role.SYSTEM):
        raise NotFound
    found: dict[str, Template | None] = {"face": None, "voice": None}
    rows = LikenessTemplate.objects.filter(LIVE, ACCEPTED, person_id=person_id)
    for row in rows:
        try:
            found[row.kind] = opened(row)
        except TemplateForeign:
            _journal_opening(actor, row, now, "foreign")
        else:
            _journal_opening(actor, row, now, "done")
    return found


def opened(row: LikenessTemplate) -> Template:
    """The template of a row. Raises TemplateForeign when it does not open for this row's person."""
    if row.sealed is None:
        raise TemplateForeign
    raw = vault.open_again(bytes(row.sealed), id=row.pk, person_id=row.person_id, kind=row.kind)
    try:
        found = Template.from_bytes(raw)
    except BadTemplate as error:
        raise TemplateForeign from error
    if (found.engine, found.version) != (row.engine, row.version):
        raise TemplateForeign
    return found


def _journal_opening(actor: Actor, row: LikenessTemplate, now: datetime, outcome: str) -> None:
    journal.write(
        actor=actor,
        institution_id=SYSTEM_ID,
        verb="open_template",
        object_type="likeness_template",
        object_id=row.pk,
        now=now,
        outcome=outcome,
        detail={"person_id": str(row.person_id), "kind": row.kind},
    )
