"""When an institution or a practitioner may work at an instant, as queries. The only place that says so."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from xinglin.hospital.identity.models import (
    Institution,
    InstitutionSuspension,
    PractitionerFiling,
    PractitionerSuspension,
)
from xinglin.hospital.kernel.clock import civil_day


def covers_day(day: date, first: str = "from_on", last: str = "until_on") -> Q:
    """An interval of days, both inclusive, that contains the day."""
    return Q(**{f"{first}__lte": day}) & (Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": day}))


def covers_instant(at: datetime) -> Q:
    """A suspension that holds at the instant: from its start, until before its end."""
    return Q(from_at__lte=at) & (Q(until_at__isnull=True) | Q(until_at__gt=at))


def institution_open(at: datetime) -> Q:
    """Institutions that may work at the instant: not closed, licence in force, not suspended."""
    stopped = InstitutionSuspension.objects.filter(covers_instant(at), institution=OuterRef("pk"))
    return Q(status="active") & covers_day(civil_day(at), "licence_from_on", "licence_until_on") & Q(~Exists(stopped))


def practitioner_suspended(at: datetime) -> Exists:
    """Whether a suspension of the practitioner (outer query) holds at the instant."""
    return Exists(PractitionerSuspension.objects.filter(covers_instant(at), practitioner=OuterRef("pk")))


def practitioner_working(at: datetime) -> Q:
    """Practitioners that may work at the instant: register in force, not suspended, at an open institution."""
    day = civil_day(at)
    here = Institution.objects.filter(institution_open(at), pk=OuterRef("institution_id"))
    open_filing = PractitionerFiling.objects.filter(
        covers_day(day),
        practitioner=OuterRef("pk"),
        institution__in=Institution.objects.filter(institution_open(at)).values("pk"),
    )
    return (
        Q(status="active", person__status="active")
        & covers_day(day, "valid_from_on", "valid_until_on")
        & Q(~practitioner_suspended(at))
        & (Q(Exists(here)) | Q(Exists(open_filing)))
    )
