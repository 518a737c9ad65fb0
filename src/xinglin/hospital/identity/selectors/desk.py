"""What the medical affairs desk sees: applications with their papers, guardianships, standings, licences that end."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xinglin.hospital.identity.access import (
    AFFAIRS,
    ASSIGN_ROLES,
    DECIDE_APPLICATIONS,
    REVIEW_GUARDIANS,
    SEE_PAPERS,
)
from xinglin.hospital.identity.models import (
    Account,
    CredentialApplication,
    CredentialPaper,
    DocumentPhoto,
    Guardianship,
    Institution,
    Person,
    PersonVerification,
    Practitioner,
    PractitionerSuspension,
)
from xinglin.hospital.identity.parameters import LICENCE_WARNING
from xinglin.hospital.identity.selectors.admission import hindrances, missing_papers, years_needed
from xinglin.hospital.identity.selectors.facts import person_facts
from xinglin.hospital.identity.selectors.people import PersonCard, age_on, card
from xinglin.hospital.identity.selectors.practitioners import PractitionerProfile, profiles
from xinglin.hospital.identity.words import (
    LANGUAGES,
    ApplicationState,
    CheckMethod,
    CheckResult,
    GuardianshipState,
    PaperKind,
    PhotoKind,
    PractitionerKind,
    Relation,
    Title,
    name,
)
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, Role, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.texts import T

# APPLICATIONS


@dataclass(frozen=True, slots=True)
class ApplicationCard:
    """An application in the list."""

    id: UUID
    name: str
    kind_name: T
    title_name: T
    department: str
    register_no: str
    applied_at: datetime
    state: str
    state_name: T


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture to look at: its id, kind and hash."""

    id: UUID
    kind: str
    kind_name: T
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a person."""

    method: str
    result: str
    result_name: T
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class ApplicationDetail:
    """Everything the officer needs in view to decide, and what stands against approval now."""

    card: ApplicationCard
    person: PersonCard
    identity_state: str
    checks: tuple[Check, ...]
    papers: tuple[Paper, ...]
    missing: tuple[T, ...]
    hindrances: tuple[DomainError, ...]
    institution: T
    primary_site: str
    filed_from_on: date | None
    filed_until_on: date | None
    valid_from_on: date
    valid_until_on: date | None
    independent_from_on: date | None
    independent_years: int
    years_needed: int
    languages: tuple[T, ...]
    intro: T
    decided_at: datetime | None
    decision_reason: str
    practitioner_id: UUID | None


def _card(row: CredentialApplication) -> ApplicationCard:
    return ApplicationCard(
        id=row.pk,
        name=row.person.name,
        kind_name=name(PractitionerKind(row.kind)),
        title_name=name(Title(row.title)),
        department=row.department,
        register_no=row.register_no,
        applied_at=row.applied_at,
        state=row.state,
        state_name=name(ApplicationState(row.state)),
    )


def _applications(actor: Actor) -> QuerySet[CredentialApplication]:
    require(actor, DECIDE_APPLICATIONS)
    return CredentialApplication.objects.filter(institution_id__in=actor.institution_ids).select_related(
        "person", "institution"
    )


def applications_waiting(*, actor: Actor) -> list[ApplicationCard]:
    """Applications to the actor's institutions that wait for a decision, oldest first."""
    rows = _applications(actor).filter(state=ApplicationState.APPLIED).order_by("applied_at", "pk")
    return [_card(row) for row in rows]


def applications_decided(*, actor: Actor, limit: int = 50) -> list[ApplicationCard]:
    """The latest decisions."""
    rows = _applications(actor).exclude(state=ApplicationState.APPLIED).order_by("-decided_at", "-pk")
    return [_card(row) for row in rows[:limit]]


def application(*, actor: Actor, application_id: UUID, at: datetime) -> ApplicationDetail:
    """One application with everything in view. Raises NotFound."""
    row = _applications(actor).filter(pk=application_id).first()
    if row is None:
        raise NotFound
    today = civil_day(at)
    papers = [
        Paper(one.pk, one.kind, name(PaperKind(one.kind)), one.sha256, one.at)
        for one in row.papers.defer("content").order_by("kind", "pk")
    ]
    return ApplicationDetail(
        card=_card(row),
        person=card(row.person),
        identity_state=person_facts(person_id=row.person_id, at=at)["identity_state"],
        checks=tuple(_checks(row.person_id)),
        papers=tuple(papers),
        missing=tuple(name(kind) for kind in missing_papers(row)),
        hindrances=tuple(hindrances(row, at)) if row.state == ApplicationState.APPLIED else (),
        institution=T(zh=row.institution.name_zh, en=row.institution.name_en),
        primary_site=row.primary_site,
        filed_from_on=row.filed_from_on,
        filed_until_on=row.filed_until_on,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        independent_from_on=row.independent_from_on,
        independent_years=age_on(row.independent_from_on, today) if row.independent_from_on else 0,
        years_needed=years_needed(row.institution.area, today),
        languages=tuple(LANGUAGES[code] for code in row.languages if code in LANGUAGES),
        intro=T(zh=row.intro_zh, en=row.intro_en),
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        practitioner_id=row.practitioner_id,
    )


def _checks(person_id: UUID) -> list[Check]:
    rows = PersonVerification.objects.filter(person_id=person_id).order_by("-at", "-pk")[:10]
    return [Check(one.method, one.result, name(CheckResult(one.result)), one.at, one.source) for one in rows]


# PICTURES: looking at one is written down


@transaction.atomic
def credential_paper(*, actor: Actor, paper_id: UUID, now: datetime) -> tuple[bytes, str]:
    """A paper's picture and media type; the look is journaled. Raises NotFound."""
    require(actor, SEE_PAPERS)
    row = (
        CredentialPaper.objects.select_related("application")
        .filter(pk=paper_id, application__institution_id__in=actor.institution_ids)
        .first()
    )
    if row is None:
        raise NotFound
    _journal_look(actor, row.application.institution_id, "paper", row.pk, now)
    return bytes(row.content), row.media_type


@transaction.atomic
def document_photo(*, actor: Actor, photo_id: UUID, now: datetime) -> tuple[bytes, str]:
    """A document's picture and media type, for the person or for medical affairs; the look is journaled. Raises
    NotFound, also when policy has erased the picture.
    """
    row = DocumentPhoto.objects.filter(pk=photo_id, erased_at__isnull=True).first()
    if row is None or not (actor.acts_for(row.person_id) or SEE_PAPERS.held_by(actor)):
        raise NotFound
    _journal_look(actor, next(iter(actor.institution_ids), SYSTEM_ID), "document_photo", row.pk, now)
    return bytes(row.content), row.media_type


def _journal_look(actor: Actor, institution_id: UUID, kind: str, id: UUID, now: datetime) -> None:
    journal.write(
        actor=actor, institution_id=institution_id, verb="look_at_picture", object_type=kind, object_id=id, now=now
    )


# GUARDIANSHIPS AND DOCUMENTS THAT WAIT


@dataclass(frozen=True, slots=True)
class GuardianshipCard:
    """A guardianship that waits for review."""

    id: UUID
    ward: PersonCard
    guardian: PersonCard
    relation_name: T
    evidence_id: UUID | None
    asked_at: datetime


def guardianships_waiting(*, actor: Actor) -> list[GuardianshipCard]:
    """Guardianships that the register did not confirm, oldest first."""
    require(actor, REVIEW_GUARDIANS)
    rows = Guardianship.objects.filter(state=GuardianshipState.ASKED).select_related("ward", "guardian")
    return [_guardianship(row) for row in rows.order_by("asked_at", "pk")]


def guardianship(*, actor: Actor, guardianship_id: UUID) -> GuardianshipCard:
    """One that waits. Raises NotFound."""
    require(actor, REVIEW_GUARDIANS)
    row = Guardianship.objects.select_related("ward", "guardian").filter(pk=guardianship_id).first()
    if row is None:
        raise NotFound
    return _guardianship(row)


def _guardianship(row: Guardianship) -> GuardianshipCard:
    return GuardianshipCard(
        row.pk, card(row.ward), card(row.guardian), name(Relation(row.relation)), row.evidence_id, row.asked_at
    )


@dataclass(frozen=True, slots=True)
class DocumentToReview:
    """A person whose document no register covers, with the photos."""

    person: PersonCard
    photos: tuple[UUID, ...]


def documents_waiting(*, actor: Actor) -> list[DocumentToReview]:
    """People with a permit or passport and a photo of it that nobody has judged yet."""
    require(actor, SEE_PAPERS)
    judged = PersonVerification.objects.filter(method=CheckMethod.DOCUMENT).values("person_id")
    rows = Person.objects.filter(status="active").exclude(id_type__in=["resident", "mother"]).exclude(pk__in=judged)
    rows = rows.filter(photos__kind=PhotoKind.IDENTITY_FRONT).distinct().order_by("registered_at")
    return [
        DocumentToReview(card(row), tuple(row.photos.filter(erased_at__isnull=True).values_list("pk", flat=True)))
        for row in rows[:100]
    ]


# STANDINGS


@dataclass(frozen=True, slots=True)
class SuspensionCard:
    """A suspension, past or present."""

    from_at: datetime
    until_at: datetime | None
    reason: str
    lifted_at: datetime | None


def _reachable(actor: Actor) -> QuerySet[Practitioner]:
    require(actor, AFFAIRS)
    rows = Practitioner.objects.all()
    return rows if actor.has(Role.SYSTEM) else rows.filter(institution_id__in=actor.institution_ids)


def practitioner_directory(
    *, actor: Actor, at: datetime, q: str = "", kind: str = "", limit: int = 200
) -> list[PractitionerProfile]:
    """The actor's practitioners with their standing, by name; `q` finds in name, pinyin and register number."""
    rows = _reachable(actor)
    if kind:
        rows = rows.filter(kind=kind)
    if q.strip():
        word = q.strip()
        rows = rows.filter(
            Q(person__name__icontains=word) | Q(person__name_key__icontains=word.lower()) | Q(register_no=word)
        )
    return profiles(rows.order_by("person__name_key", "pk")[:limit], at)


def practitioner_suspensions(*, actor: Actor, practitioner_id: UUID) -> list[SuspensionCard]:
    """The suspensions of one of the actor's practitioners, latest first. Raises NotFound."""
    row = _reachable(actor).filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    rows = PractitionerSuspension.objects.filter(practitioner=row).order_by("-from_at")
    return [SuspensionCard(one.from_at, one.until_at, one.reason, one.lifted_at) for one in rows]


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends soon or has ended: an institution's licence or a practitioner's registration."""

    kind: str
    id: UUID
    name: T
    until_on: date
    days_left: int


def endings(*, actor: Actor, at: datetime) -> list[Ending]:
    """Licences and registrations that end within the warning time or have ended; nearest first."""
    require(actor, AFFAIRS)
    today = civil_day(at)
    limit = today + LICENCE_WARNING
    own = Q(pk__in=actor.institution_ids) | Q(parent_id__in=actor.institution_ids)
    houses = Institution.objects.filter(own, status="active", licence_until_on__lte=limit)
    found = [
        Ending("institution", row.pk, T(zh=row.name_zh, en=row.name_en), row.licence_until_on, 0) for row in houses
    ]
    people = _reachable(actor).filter(status="active", valid_until_on__lte=limit).select_related("person")
    for row in people:
        if row.valid_until_on is not None:
            label = T(zh=row.person.name, en=row.person.name)
            found.append(Ending("practitioner", row.pk, label, row.valid_until_on, 0))
    dated = [Ending(one.kind, one.id, one.name, one.until_on, (one.until_on - today).days) for one in found]
    return sorted(dated, key=lambda one: (one.until_on, str(one.id)))


# STAFF


@dataclass(frozen=True, slots=True)
class StaffCard:
    """Someone with an office in the actor's house."""

    account_id: UUID
    username: str
    display_name: str
    roles: tuple[tuple[UUID, T, date, date | None], ...]


def staff_directory(*, actor: Actor) -> list[StaffCard]:
    """Accounts with an office in the actor's institutions."""
    require(actor, AFFAIRS)
    rows = (
        Account.objects.filter(staff_roles__institution_id__in=actor.institution_ids)
        .distinct()
        .prefetch_related("staff_roles")
        .order_by("username")
    )
    return [
        StaffCard(
            row.pk,
            row.username,
            row.first_name,
            tuple((one.pk, Role(one.role).label, one.from_on, one.until_on) for one in row.staff_roles.all()),
        )
        for row in rows
    ]


def accounts_without_office(*, actor: Actor) -> list[StaffCard]:
    """Accounts that the actor's institutions have opened and that never held an office, by username."""
    require(actor, ASSIGN_ROLES)
    opened = JournalEntry.objects.filter(verb="open_staff_account", institution_id__in=actor.institution_ids)
    rows = Account.objects.filter(
        pk__in=opened.values("object_id"), is_active=True, staff_roles__isnull=True, practitioner__isnull=True
    )
    return [StaffCard(row.pk, row.username, row.first_name, ()) for row in rows.order_by("username")]
