"""What someone may know of the own identity: how far registration has come, the family, the application."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinglin.hospital.identity.models import CredentialApplication, Guardianship, Person, PersonVerification
from xinglin.hospital.identity.selectors.facts import person_facts
from xinglin.hospital.identity.selectors.people import PersonCard, card
from xinglin.hospital.identity.words import (
    ApplicationState,
    CheckMethod,
    CheckResult,
    GuardianshipState,
    PhotoKind,
    PractitionerKind,
    Relation,
    name,
)
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Ward:
    """Someone in the family, and how far the guardianship has come."""

    guardianship_id: UUID
    person: PersonCard
    relation_name: T
    state: str
    state_name: T
    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """How far one's registration has come. `state` is the real-name state as rules see it, `answer` the last result."""

    person: PersonCard
    has_photo: bool
    state: str
    verified_on: date | None
    answer: str
    answer_name: T | None
    answered_at: datetime | None
    wards: tuple[Ward, ...]

    @property
    def step(self) -> str:
        """What comes next: 'photo', 'check' or 'done'."""
        if not self.has_photo:
            return "photo"
        return "done" if self.state == "verified" else "check"


def own_identity(*, actor: Actor, at: datetime) -> OwnIdentity:
    """The acting patient's identity. Raises NotFound for anyone without one."""
    row = Person.objects.filter(account_id=actor.id).first()
    if row is None:
        raise NotFound
    facts = person_facts(person_id=row.pk, at=at)
    last = (
        PersonVerification.objects.filter(
            person=row, method__in=[CheckMethod.REGISTRY, CheckMethod.DOCUMENT], at__lte=at
        )
        .order_by("-at", "-pk")
        .first()
    )
    return OwnIdentity(
        person=card(row),
        has_photo=row.photos.filter(kind=PhotoKind.IDENTITY_FRONT).exists(),
        state=facts["identity_state"],
        verified_on=facts["identity_verified_on"],
        answer=last.result if last else "",
        answer_name=name(CheckResult(last.result)) if last else None,
        answered_at=last.at if last else None,
        wards=tuple(_wards(row)),
    )


def _wards(row: Person) -> list[Ward]:
    rows = Guardianship.objects.filter(guardian=row).exclude(state=GuardianshipState.ENDED)
    return [
        Ward(
            guardianship_id=one.pk,
            person=card(one.ward),
            relation_name=name(Relation(one.relation)),
            state=one.state,
            state_name=name(GuardianshipState(one.state)),
            reason=one.decision_reason,
            until=one.until,
        )
        for one in rows.select_related("ward").order_by("asked_at")
    ]


@dataclass(frozen=True, slots=True)
class OwnApplication:
    """The applicant's own latest application."""

    id: UUID
    kind: str
    kind_name: T
    state: str
    state_name: T
    applied_at: datetime
    decided_at: datetime | None
    decision_reason: str
    values: dict[str, object]


def own_application(*, actor: Actor) -> OwnApplication | None:
    """The latest application of the acting account, or None."""
    row = CredentialApplication.objects.filter(account_id=actor.id).order_by("-applied_at", "-pk").first()
    if row is None:
        return None
    names: tuple[str, ...] = (
        "institution_id",
        "kind",
        "register_no",
        "title",
        "department",
        "independent_from_on",
        "valid_from_on",
    )
    names += ("valid_until_on", "primary_site", "filed_from_on", "filed_until_on", "languages", "intro_zh", "intro_en")
    return OwnApplication(
        id=row.pk,
        kind=row.kind,
        kind_name=name(PractitionerKind(row.kind)),
        state=row.state,
        state_name=name(ApplicationState(row.state)),
        applied_at=row.applied_at,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        values={field: getattr(row, field) for field in names},
    )
