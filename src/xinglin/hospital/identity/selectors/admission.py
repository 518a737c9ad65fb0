"""What stands against admitting an applicant: asked by the desk that shows it and by the deed that refuses."""

from datetime import date, datetime

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.models import CredentialApplication, Practitioner
from xinglin.hospital.identity.selectors.facts import person_facts
from xinglin.hospital.identity.selectors.people import age_on
from xinglin.hospital.identity.words import PaperKind, PractitionerKind, name
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight

ALWAYS_NEEDED = (PaperKind.PRACTICE_LICENCE, PaperKind.QUALIFICATION)
ELSEWHERE_NEEDED = (PaperKind.CONSENT, PaperKind.FILING)


def hindrances(row: CredentialApplication, now: datetime) -> list[DomainError]:
    """Everything that stands against approval now, in the order in which it is refused; empty when nothing does."""
    today = civil_day(now)
    found: list[DomainError] = []
    missing = missing_papers(row)
    if missing:
        names = T(zh="、".join(name(kind).zh for kind in missing), en=", ".join(name(kind).en for kind in missing))
        found.append(errors.PapersMissing(papers=names))
    if person_facts(person_id=row.person_id, at=now)["identity_state"] != "verified":
        found.append(errors.ApplicantNotVerified())
    spans = [(row.valid_from_on, row.valid_until_on)]
    if row.primary_site:
        spans.append((row.filed_from_on or today, row.filed_until_on))
    for first, last in spans:
        if not first <= today <= (last or today):
            found.append(errors.OutsideRegistration(first=str(first), last=str(last or "–")))
    need = years_needed(row.institution.area, today)
    have = age_on(row.independent_from_on, today) if row.independent_from_on else 0
    if row.kind == PractitionerKind.PHYSICIAN and have < need:
        found.append(errors.TooFewYears(have=have, need=need))
    if (
        Practitioner.objects.filter(kind=row.kind, register_no=row.register_no)
        .exclude(person_id=row.person_id)
        .exists()
    ):
        found.append(errors.RegisterNumberTaken())
    return found


def missing_papers(row: CredentialApplication) -> list[PaperKind]:
    """The papers that this application still needs."""
    needed = ALWAYS_NEEDED + (ELSEWHERE_NEEDED if row.primary_site else ())
    there = set(row.papers.values_list("kind", flat=True))
    return [kind for kind in needed if kind not in there]


def years_needed(area: str, day: date) -> int:
    """Years of independent practice that online care asks for in a place on a day: the limit that rule A07 reads."""
    return oversight.limit_in_force("independent_years_min", on=day, territory=area) or 0
