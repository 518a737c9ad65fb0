"""What the house knows around a visit: the person's and the physician's other visits, lasting problems.

Rows for the judgement of supervision, for the modules above; nothing here is limited to an actor.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from xinglin.biometrics.watching import Kind
from xinglin.hospital.consultation import people
from xinglin.hospital.consultation.live_facts import LIVE_SECONDS, live_talks
from xinglin.hospital.consultation.live_watch import WATCHED
from xinglin.hospital.consultation.models import AllergyTold, LiveObservation, RecordDiagnosis, Visit
from xinglin.hospital.consultation.words import Channel, RecordState, Side
from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import CareMode
from xinglin.supervision.facts import Channel as Seen
from xinglin.supervision.facts.lake import Facts

ALLERGIES_UNKNOWN = "not-recorded"


def visits_around(*, person_id: UUID, at: datetime, days: int) -> list[Facts]:
    """The person's visits here that began within so many days before an instant."""
    rows = Visit.objects.filter(patient_id=person_id, started_at__gt=at - timedelta(days=days), started_at__lte=at)
    return list(_rows(list(rows), at))


def visits_of_day(*, physician_id: UUID, on: date, at: datetime) -> list[Facts]:
    """The physician's visits here on a day, up to an instant."""
    first = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)
    until = min(at, first + timedelta(days=1))
    rows = Visit.objects.filter(physician_id=physician_id, started_at__gte=first, started_at__lte=until)
    return list(_rows(list(rows), at))


def visits_by_face(*, visit_id: UUID, at: datetime, days: int) -> list[Facts]:
    """Visits here within so many days before an instant at which the patient was compared with the same face template
    as at this one, whoever the patient was; nothing where none was compared.
    """
    seen = LiveObservation.objects.filter(side=Side.PATIENT, kind=WATCHED, at__lte=at)
    keys = seen.filter(session__visit_id=visit_id).values_list("numbers__face_key", flat=True)
    known = [key for key in keys if key is not None]
    ids = seen.filter(at__gt=at - timedelta(days=days), numbers__face_key__in=known).values_list("session__visit_id")
    return list(_rows(list(Visit.objects.filter(id__in=ids, started_at__lte=at)), at)) if known else []


def visits_with_another_face(*, person_id: UUID, at: datetime, days: int) -> list[Facts]:
    """The person's visits here within so many days before an instant at which another face was seen."""
    seen = LiveObservation.objects.filter(side=Side.PATIENT, kind=Kind.OTHER_PERSON.value, at__lte=at)
    ids = seen.filter(session__patient_id=person_id, at__gt=at - timedelta(days=days)).values_list("session__visit_id")
    visits = {str(visit.id): visit for visit in Visit.objects.filter(id__in=ids, started_at__lte=at)}
    rows = _rows(list(visits.values()), at)
    return [row | {"encounter.fund_asked": _fund_asked(visits[str(row["encounter.id"])])} for row in rows]


def _fund_asked(visit: Visit) -> bool:
    """Whether the fund pays for a visit, as it stood at its start."""
    known = people.known(
        patient_id=visit.patient_id,
        practitioner_id=visit.physician_id,
        institution_id=visit.institution_id,
        department=visit.department,
        diagnoses=(),
        at=visit.started_at or visit.requested_at,
    )
    return known.fund_asked


def _rows(visits: list[Visit], at: datetime) -> Iterator[Facts]:
    """A live part that goes on is taken to go on for some minutes: who is on a screen now is not free."""
    codes = _codes(visit.id for visit in visits)
    talks = live_talks(visits=visits, at=at)
    for visit in visits:
        assert visit.started_at is not None  # the question asks for those that began
        first, second, third = [*codes.get(visit.id, []), "", "", ""][:3]
        online = visit.channel == Channel.ONLINE
        talk = talks[visit.id]
        yield {
            "encounter.id": str(visit.id),
            "encounter.on": civil_day(visit.started_at),
            "encounter.started_at": visit.started_at,
            "encounter.ended_at": visit.ended_at,
            "encounter.channel": Seen.ONLINE if online else Seen.IN_PERSON,
            "encounter.care_mode": CareMode.ONLINE if online else CareMode.OUTPATIENT,
            "encounter.department_code": visit.department,
            "encounter.diagnosis_code": first,
            "encounter.diagnosis_2_code": second,
            "encounter.diagnosis_3_code": third,
            "encounter.live_seconds": talk.seconds + (LIVE_SECONDS if talk.running else 0),
            "encounter.live_from_at": talk.from_at,
            "encounter.guardian_present": visit.guardian_id is not None,
            "encounter.patient_face_matched": talk.patient_face_matched,
            "encounter.patient_face_key": talk.patient_face_key,
            "patient.id": str(visit.patient_id),
            "physician.id": str(visit.physician_id),
            "institution.id": str(visit.institution_id),
        }


def _codes(visit_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = RecordDiagnosis.objects.filter(record_id__in=list(visit_ids)).order_by("rank")
    for record_id, code in rows.values_list("record_id", "code"):
        found[record_id].append(code)
    return found


def problems(*, person_id: UUID, at: datetime) -> list[Facts]:
    """The lasting diseases among the diagnoses of the person's signed records, each from its first record on."""
    rows = RecordDiagnosis.objects.filter(
        record__patient_id=person_id, record__state=RecordState.SIGNED, record__signed_at__lte=at
    ).order_by("record__signed_at")
    first: dict[str, date] = {}
    for code, signed_at in rows.values_list("code", "record__signed_at"):
        if signed_at is not None:
            first.setdefault(code, civil_day(signed_at))
    return [
        {
            "condition.id": f"{person_id}:{code}",
            "condition.person_id": str(person_id),
            "condition.code": code,
            "condition.from_on": first[code],
            "condition.until_on": None,
        }
        for code in first
        if terminology.chronic_group_of(code)
    ]


def allergies(*, person_id: UUID, at: datetime | None = None) -> list[Facts]:
    """Recorded allergies by substance. Nothing for somebody who said that none is known; where nobody asked, or words
    were not understood, an entry without substance says so, and no rule takes the gap for *none*.
    """
    rows = list(AllergyTold.objects.filter(patient_id=person_id).order_by("at", "id"))
    rows = [row for row in rows if at is None or row.at <= at]
    replaced = {row.replaces_id for row in rows}
    standing = [row for row in rows if row.id not in replaced and not row.withdrawn]
    named = [row for row in standing if not row.none_known]
    if not standing:
        return [_allergy(person_id, ALLERGIES_UNKNOWN, None)]
    return [
        _allergy(person_id, f"{row.id}:{code}" if code else ALLERGIES_UNKNOWN, code)
        for row in named
        for code in (row.codes or [None])
    ]


def _allergy(person_id: UUID, name: str, code: str | None) -> Facts:
    return {"allergy.id": name, "allergy.person_id": str(person_id), "allergy.substance_code": code}
