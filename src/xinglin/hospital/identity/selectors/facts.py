"""What rules may know of people, practitioners and institutions at an instant, as plain values.

For the modules above, which put them into a case: the keys are the fields of the facts groups `patient`, `physician`
and `institution`. Everything is taken by effective date, so that an old visit is judged by what held on its day.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from xinglin.hospital.identity.likeness_words import LikenessKind, ReviewKind, ReviewState
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    AuthEvent,
    Guardianship,
    Institution,
    InstitutionAgreement,
    InstitutionDepartment,
    LikenessTemplate,
    PaymentStatus,
    Person,
    PersonVerification,
    Practitioner,
)
from xinglin.hospital.identity.words import (
    CheckMethod,
    CheckResult,
    GuardianshipState,
    IdType,
    InstitutionKind,
    PractitionerKind,
    ProofMethod,
    Sex,
)
from xinglin.hospital.identity.working import covers_day, covers_instant
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.signing import blind_index
from xinglin.hospital.terminology import selectors as terminology

REAL_NAME = (CheckMethod.REGISTRY, CheckMethod.DOCUMENT)
PROOF_WORDS = {
    ProofMethod.PASSWORD: "password",
    ProofMethod.TOTP: "totp",
    ProofMethod.PASSKEY: "passkey",
    ProofMethod.CODE: "none",  # a text message proves a phone, not a physician
    ProofMethod.DEMO: "demo",  # written in demo mode only
    ProofMethod.FACE: "face",  # alive, after a challenge, against an accepted template
}
SEXES = {Sex.MALE: "male", Sex.FEMALE: "female"}
KINDS = {
    InstitutionKind.INTERNET_HOSPITAL: "internet",
    InstitutionKind.HOSPITAL: "hospital",
    InstitutionKind.HEALTH_CENTRE: "primary",
    InstitutionKind.VILLAGE_CLINIC: "primary",
    InstitutionKind.PHARMACY: "pharmacy",
}
RANKS = {
    **dict.fromkeys(("01", "02", "03", "04", "12"), 3),
    **dict.fromkeys(("05", "06", "07", "13"), 2),
    **dict.fromkeys(("08", "09", "10", "14"), 1),
}
"""Level code of the insurers' interface → 3, 2 or 1; whatever is not listed is unrated."""

# PATIENT


def person_facts(*, person_id: UUID, at: datetime) -> dict[str, Any]:
    """Facts of the group `patient` that the register of persons knows. Raises NotFound.

    Telephone and dwelling become keyed hashes: equal ones are equal, and nobody reads a number or an address from them.
    Who is registered as male is neither pregnant nor breastfeeding; of anybody else it is not known here.
    """
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotFound
    guardians = Guardianship.objects.filter(
        Q(until__isnull=True) | Q(until__gte=civil_day(at)),
        ward_id=person_id,
        state__in=[GuardianshipState.ACCEPTED, GuardianshipState.ENDED],
        accepted_at__lte=at,
    )
    mothers = guardians.filter(relation="mother").values_list("guardian_id", flat=True)
    checked = list(mothers) if row.id_type == IdType.MOTHER else [person_id]
    state, verified_on = _real_name(checked, at)
    return {
        "id": str(row.pk),
        "birth_on": row.birth_on,
        "identity_state": state,
        "identity_basis": "mother" if row.id_type == IdType.MOTHER else "own",
        "identity_verified_on": verified_on,
        "identity_changed_on": row.identity_changed_on,
        "guardian_verified": guardians.exists(),
        "sex": SEXES[Sex(row.sex)],
        "pregnant": False if row.sex == Sex.MALE else None,
        "lactating": False if row.sex == Sex.MALE else None,
        "contact_key": _key(row.phone, "contact"),
        "household_key": _key(f"{row.area} {row.address.strip()}" if row.address.strip() else "", "household"),
    }


def _key(value: str, purpose: str) -> str:
    """A keyed hash of a value, short enough for a fact; empty for an empty one."""
    return blind_index(value, f"fact:{purpose}")[:32] if value else ""


def _real_name(person_ids: list[UUID], at: datetime) -> tuple[str, date | None]:
    """State and day of the real-name check: a register out of reach neither proves nor disproves."""
    checks = list(
        PersonVerification.objects.filter(person_id__in=person_ids, method__in=REAL_NAME, at__lte=at)
        .order_by("-at", "-pk")
        .values_list("result", "at")
    )
    passed = [civil_day(when) for result, when in checks if result == CheckResult.MATCH]
    definite = [result for result, _ in checks if result != CheckResult.DOWN]
    verified_on = passed[0] if passed else None
    if not checks:
        return "none", None
    if not definite:
        return "pending", None
    return ("verified" if definite[0] == CheckResult.MATCH else "failed"), verified_on


# PHYSICIAN


def practitioner_facts(*, practitioner_id: UUID, at: datetime, institution_id: UUID | None = None) -> dict[str, Any]:
    """Facts of the group `physician` but `authentication_uses`, which the consultation counts. Raises NotFound.

    `institution_id` is where the service is given; None takes the institution of the credential record.
    """
    row = Practitioner.objects.filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    day = civil_day(at)
    here = _here(row, institution_id or row.institution_id, day)
    proof = _latest_proof(row, at)
    payment = _payment_stop(row, day)
    title = row.title if row.kind == PractitionerKind.PHYSICIAN else "other"
    return {
        "id": str(row.pk),
        "specialty_code": row.department,
        "registration": _registration(row, here is not None, at),
        "registered_from_on": row.valid_from_on,
        "registered_until_on": row.valid_until_on,
        "here_from_on": here[0] if here else None,
        "here_until_on": here[1] if here else None,
        "independent_from_on": row.independent_from_on,
        "authenticated_at": proof.at if proof else None,
        "authentication_method": PROOF_WORDS[ProofMethod(proof.method)] if proof else "none",
        "payment_suspended": payment is not None,
        "payment_suspended_from_on": payment.from_on if payment else None,
        "payment_suspended_until_on": payment.until_on if payment else None,
        "first_visit_pilot_listed": row.first_visit_pilot,
        "title": title,
        "face_practitioners": _faces(row.person_id, at),
        "antimicrobial_right": _rights().get(row.title, "none"),
    }


def _rights() -> dict[str, str]:
    """Title → the highest grade of antimicrobials, by the house's own list of titles."""
    return {title.code: title.antimicrobial_right for title in terminology.titles()}


def _faces(person_id: UUID, at: datetime) -> int | None:
    """Practitioners whose enrolled face is this person's, this one included; None where no face was enrolled by then.

    A resemblance counts from when it was found until a person has found two different people.
    """
    enrolled = LikenessTemplate.objects.filter(person_id=person_id, kind=LikenessKind.FACE, enrolled_at__lte=at)
    if not enrolled.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=at)).exists():
        return None
    alike = AlternativeCheck.objects.filter(kind=ReviewKind.SIMILAR, asked_at__lte=at).exclude(
        state__in=[ReviewState.ACCEPTED, ReviewState.WITHDRAWN], decided_at__lte=at
    )
    staff = Practitioner.objects.values("person_id")
    others = set(alike.filter(person_id=person_id, other_id__in=staff).values_list("other_id", flat=True))
    others |= set(alike.filter(other_id=person_id, person_id__in=staff).values_list("person_id", flat=True))
    return 1 + len(others)


def _registration(row: Practitioner, is_here: bool, at: datetime) -> str:
    if row.suspensions.filter(covers_instant(at)).exists():
        return "suspended"
    if row.status == "ended" and row.valid_until_on is not None and row.valid_until_on < civil_day(at):
        return "revoked"
    return "active" if is_here else "none"


def _here(row: Practitioner, institution_id: UUID, day: date) -> tuple[date, date | None] | None:
    """The interval of registration or filing at the institution: the one that covers the day, else the nearest."""
    filed = [(f.from_on, f.until_on) for f in row.filings.filter(institution_id=institution_id)]
    if not filed and institution_id == row.institution_id:
        return row.valid_from_on, row.valid_until_on
    return min(filed, key=lambda span: _distance(span, day)) if filed else None


def _distance(span: tuple[date, date | None], day: date) -> int:
    """Days between a day and an interval; 0 within it."""
    first, last = span
    if day < first:
        return (first - day).days
    return (day - last).days if last is not None and last < day else 0


def _latest_proof(row: Practitioner, at: datetime) -> AuthEvent | None:
    if row.account_id is None:
        return None
    return AuthEvent.objects.filter(account_id=row.account_id, at__lte=at).order_by("-at", "-pk").first()


def _payment_stop(row: Practitioner, day: date) -> PaymentStatus | None:
    stops = list(row.payment_statuses.filter(withdrawn_at__isnull=True).order_by("from_on"))
    return min(stops, key=lambda stop: _distance((stop.from_on, stop.until_on), day)) if stops else None


# INSTITUTION


def institution_facts(
    *, institution_id: UUID, at: datetime, department: str = "", insured_area: str = ""
) -> dict[str, Any]:
    """Facts of the group `institution` for a visit in a department of somebody insured in an area. Raises NotFound.

    An approval of online care is a note on the licence and lives as long as it. Without `insured_area` any agreement
    counts. A renewal that is pending is not on record here.
    """
    day = civil_day(at)
    licensed = InstitutionDepartment.objects.filter(covers_day(day), institution_id=OuterRef("pk"), code=department)
    row = Institution.objects.filter(pk=institution_id).annotate(licensed=Exists(licensed)).first()
    if row is None:
        raise NotFound
    agreement = _agreement(row, insured_area, day)
    online = bool(row.online_scope)
    return {
        "id": str(row.pk),
        "name_zh": row.name_zh,
        "territory_code": row.area,
        "kind": KINDS[InstitutionKind(row.kind)],
        "level": RANKS.get(row.level, 0),
        "licence_from_on": row.licence_from_on,
        "licence_until_on": row.licence_until_on,
        "online_approved": online,
        "online_from_on": row.licence_from_on if online else None,
        "online_until_on": row.licence_until_on if online else None,
        "department_approved": row.licensed if department else None,
        "agreement_exists": agreement is not None,
        "agreement_from_on": agreement.from_on if agreement else None,
        "agreement_until_on": agreement.until_on if agreement else None,
    }


def _agreement(row: Institution, insured_area: str, day: date) -> InstitutionAgreement | None:
    """The agreement with an area that covers the day, else the nearest."""
    rows = row.agreements.order_by("from_on")
    found = list(rows.filter(area=insured_area) if insured_area else rows)
    return min(found, key=lambda one: _distance((one.from_on, one.until_on), day)) if found else None
