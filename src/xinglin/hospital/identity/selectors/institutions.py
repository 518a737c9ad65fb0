"""Questions about institutions. Their register is public."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from xinglin.hospital.identity.models import Institution
from xinglin.hospital.identity.words import LEVELS, InstitutionKind, name
from xinglin.hospital.identity.working import covers_day, institution_open
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution as the public register shows it, and whether it may work at the asked instant."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    kind_name: T
    level: str
    level_name: T
    area: str
    licence_no: str
    licence_from_on: date
    licence_until_on: date
    online_scope: tuple[str, ...]
    parent_id: UUID | None
    open: bool

    @property
    def name(self) -> T:
        """The name in both languages."""
        return T(zh=self.name_zh, en=self.name_en)


def card(row: Institution, is_open: bool) -> InstitutionCard:
    """The card of a row."""
    return InstitutionCard(
        id=row.pk,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=row.kind,
        kind_name=name(InstitutionKind(row.kind)),
        level=row.level,
        level_name=LEVELS[row.level],
        area=row.area,
        licence_no=row.licence_no,
        licence_from_on=row.licence_from_on,
        licence_until_on=row.licence_until_on,
        online_scope=tuple(row.online_scope),
        parent_id=row.parent_id,
        open=is_open,
    )


def _cards(rows: QuerySet[Institution], at: datetime) -> list[InstitutionCard]:
    found = list(rows)
    working = set(
        Institution.objects.filter(institution_open(at), pk__in=[row.pk for row in found]).values_list("pk", flat=True)
    )
    return [card(row, row.pk in working) for row in found]


def institution(*, institution_id: UUID, at: datetime) -> InstitutionCard:
    """One institution. Raises NotFound."""
    found = _cards(Institution.objects.filter(pk=institution_id), at)
    if not found:
        raise NotFound
    return found[0]


def institutions(*, at: datetime, kind: str = "", area: str = "") -> list[InstitutionCard]:
    """The register, by code; narrowed by kind and by the beginning of the area code."""
    rows = Institution.objects.order_by("code")
    if kind:
        rows = rows.filter(kind=kind)
    if area:
        rows = rows.filter(area__startswith=area)
    return _cards(rows, at)


def the_hospital(*, at: datetime) -> InstitutionCard:
    """The internet hospital of this installation: the first of its kind by code. Raises NotFound."""
    found = _cards(Institution.objects.filter(kind=InstitutionKind.INTERNET_HOSPITAL).order_by("code")[:1], at)
    if not found:
        raise NotFound
    return found[0]


def department_codes(*, institution_id: UUID, at: datetime) -> list[str]:
    """The licensed departments of an institution on the day."""
    row = Institution.objects.filter(pk=institution_id).first()
    if row is None:
        raise NotFound
    return sorted(row.departments.filter(covers_day(civil_day(at))).values_list("code", flat=True))


def agreement_areas(*, institution_id: UUID, at: datetime) -> list[str]:
    """The insured areas with whose agencies the institution has an agreement on the day."""
    row = Institution.objects.filter(pk=institution_id).first()
    if row is None:
        raise NotFound
    return sorted(row.agreements.filter(covers_day(civil_day(at))).values_list("area", flat=True))
