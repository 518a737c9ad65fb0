"""Questions about practitioners. The public profile is the credential record itself."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.hospital.identity.models import Practitioner
from xinglin.hospital.identity.words import LANGUAGES, PractitionerKind, Title, name
from xinglin.hospital.identity.working import practitioner_suspended, practitioner_working
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.compiled import Compiled
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

STANDINGS = {
    "active": T(zh="执业有效", en="in practice"),
    "suspended": T(zh="已暂停", en="suspended"),
    "expired": T(zh="执业注册已到期", en="registration ended"),
    "not_yet": T(zh="尚未生效", en="not in force yet"),
    "closed": T(zh="所在机构暂停", en="institution not open"),
    "ended": T(zh="已终止", en="no longer here"),
}


@dataclass(frozen=True, slots=True)
class PractitionerProfile:
    """The credential record as anyone may read it, with its standing at the asked instant."""

    id: UUID
    person_id: UUID
    kind: str
    kind_name: T
    name: str
    title: str
    title_name: T
    department: str
    scope: tuple[str, ...]
    register_no: str
    institution_id: UUID
    institution: T
    primary_site: str
    independent_from_on: date | None
    languages: tuple[str, ...]
    intro: T
    valid_from_on: date
    valid_until_on: date | None
    admitted_at: datetime
    standing: str
    standing_name: T
    on_duty: bool

    @property
    def language_names(self) -> list[T]:
        """The languages spoken."""
        return [LANGUAGES[code] for code in self.languages if code in LANGUAGES]

    def independent_years(self, day: date) -> int:
        """Completed years of independent practice on the day."""
        start = self.independent_from_on
        if start is None or start > day:
            return 0
        return day.year - start.year - ((day.month, day.day) < (start.month, start.day))


def profiles(rows: QuerySet[Practitioner], at: datetime) -> list[PractitionerProfile]:
    """The profiles of rows; one query for them all."""
    marked = rows.select_related("person", "institution").annotate(
        working=_flag(practitioner_working(at)), stopped=practitioner_suspended(at)
    )
    return [_profile(row, at) for row in marked]


def _flag(condition: Q) -> Q:
    return condition


def _standing(row: Practitioner, at: datetime) -> str:
    day = civil_day(at)
    if row.working:  # type: ignore[attr-defined]
        return "active"
    if row.valid_until_on is not None and row.valid_until_on < day:
        return "ended" if row.status == "ended" else "expired"
    if row.stopped:  # type: ignore[attr-defined]
        return "suspended"
    if row.valid_from_on > day:
        return "not_yet"
    return "ended" if row.status == "ended" else "closed"


def _profile(row: Practitioner, at: datetime) -> PractitionerProfile:
    standing = _standing(row, at)
    return PractitionerProfile(
        id=row.pk,
        person_id=row.person_id,
        kind=row.kind,
        kind_name=name(PractitionerKind(row.kind)),
        name=row.person.name,
        title=row.title,
        title_name=name(Title(row.title)),
        department=row.department,
        scope=tuple(row.scope),
        register_no=row.register_no,
        institution_id=row.institution_id,
        institution=T(zh=row.institution.name_zh, en=row.institution.name_en),
        primary_site=row.primary_site,
        independent_from_on=row.independent_from_on,
        languages=tuple(row.languages),
        intro=T(zh=row.intro_zh, en=row.intro_en),
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        admitted_at=row.admitted_at,
        standing=standing,
        standing_name=STANDINGS[standing],
        on_duty=row.on_duty_since_at is not None and standing == "active",
    )


_FLAGS = Compiled(
    lambda key, at: (
        Practitioner.objects.filter(pk=key)
        .annotate(working=_flag(practitioner_working(at)), stopped=practitioner_suspended(at))
        .values_list("working", "stopped")
    ),
    "key",
    "at",
    "day",
)


def practitioner_profile(*, practitioner_id: UUID, at: datetime) -> PractitionerProfile:
    """The public profile. Raises NotFound."""
    row = Practitioner.objects.filter(pk=practitioner_id).select_related("person", "institution").first()
    if row is None:
        raise NotFound
    ((row.working, row.stopped),) = _FLAGS.rows(key=practitioner_id, at=at, day=civil_day(at))  # type: ignore[attr-defined]
    return _profile(row, at)


def practitioners_online(
    *,
    at: datetime,
    kind: str = PractitionerKind.PHYSICIAN,
    department: str = "",
    language: str = "",
    institution_id: UUID | None = None,
    on_duty: bool = True,
    limit: int = 200,
) -> list[PractitionerProfile]:
    """Practitioners who may work at the instant, by default those on duty, sorted by name.

    `department` is the code of a department; its sub-departments count ('03' finds '03.07').
    """
    rows = Practitioner.objects.filter(practitioner_working(at), kind=kind)
    if on_duty:
        rows = rows.filter(on_duty_since_at__isnull=False)
    if department:
        rows = rows.filter(Q(department=department) | Q(department__startswith=f"{department}."))
    if language:
        rows = rows.filter(languages__contains=[language])
    if institution_id is not None:
        rows = rows.filter(institution_id=institution_id)
    return profiles(rows.order_by("person__name_key", "pk")[:limit], at)


def own_profile(*, actor: Actor, at: datetime) -> PractitionerProfile:
    """The credential record of the acting practitioner. Raises NotFound for anyone else."""
    if actor.practitioner_id is None:
        raise NotFound
    return practitioner_profile(practitioner_id=actor.practitioner_id, at=at)
