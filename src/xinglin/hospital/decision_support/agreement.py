"""How often the signed main diagnosis stood among the first five: counted by department, for the quality of the tables.

No physician and no patient appears, and a department with few records shows no figure: it would point at somebody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from xinglin.hospital.decision_support.access import READ_AGREEMENT
from xinglin.hospital.decision_support.diagnosis_models import DiagnosisTicket
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology

LEAST: Final = 5
"""Fewer compared records of a department than these give no figure."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One department: records signed with suggestions, those where too little was known, those compared, those that
    did not agree, and of these how many diagnoses were not in the list at all (the tables lack something)."""

    department: str
    name: T
    signed: int
    insufficient: int
    apart: int
    uncovered: int

    @property
    def compared(self) -> int:
        """Records where the answer said something."""
        return self.signed - self.insufficient

    @property
    def shown(self) -> bool:
        """Whether there are enough for a figure."""
        return self.compared >= LEAST

    @property
    def percent(self) -> int:
        """Of a hundred compared records, how many agree (rounded)."""
        return round(100 * (self.compared - self.apart) / self.compared) if self.compared else 0


def agreement(*, actor: Actor, since: datetime, until: datetime) -> list[Agreement]:
    """By department of the actor's institutions, most records first."""
    require(actor, READ_AGREEMENT)
    rows = (
        DiagnosisTicket.objects.filter(
            institution_id__in=actor.institution_ids, moment="signed", at__gte=since, at__lt=until
        )
        .values("department")
        .annotate(
            signed=Count("id"),
            insufficient=Count("id", filter=Q(insufficient=True)),
            apart=Count("disagreement"),
            uncovered=Count("disagreement", filter=Q(disagreement__place=None)),
        )
        .order_by("-signed", "department")
    )
    names = {one.code: one.name for one in terminology.departments()}
    return [Agreement(name=names.get(r["department"], T(zh=r["department"], en=r["department"])), **r) for r in rows]
