"""Visits, stays and the evidence of an earlier diagnosis as facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from xinglin.benefits.policy import CareType
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.lake_people import ADULT, People
from xinglin.hospital.demo.lake_times import Times, chance
from xinglin.supervision.facts import Benefit, CareMode, Channel, EvidenceKind, Judgement, Service
from xinglin.supervision.facts.lake import Facts

MODES: Final = {
    "outpatient": CareMode.OUTPATIENT,
    "emergency": CareMode.EMERGENCY,
    "inpatient": CareMode.INPATIENT,
    "pharmacy": CareMode.PHARMACY,
    "online": CareMode.ONLINE,
    "dialysis": CareMode.DIALYSIS,
}
CHRONIC_CARE: Final = {CareType.CHRONIC.value, CareType.SPECIAL.value}
FOLLOW_UP_DAYS: Final = 180
VIDEO_MINUTES_MAX: Final = 12
ACTIVE_FLOOR: Final = 130
STAY_ACTIVE: Final = 1500


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter with its bills and instants, and what the lake has worked out about it."""

    encounter: Encounter
    bills: list[Bill]
    started: datetime
    ended: datetime
    live: bool
    """Seen live on video: the physician had nobody else at that time."""
    earlier: date | None
    """Day of an earlier visit in person for the same disease, where one is known."""
    earlier_any: bool
    """The disease had been seen within the year, in person or online."""

    @property
    def settled(self) -> datetime:
        """The last settlement of the visit."""
        return self.bills[-1].settled_at


def visits(city: City) -> list[Visit]:
    """Every encounter of the year with its bills, in the order of time."""
    bills: dict[int, list[Bill]] = defaultdict(list)
    for bill in city.bills:
        bills[id(bill.encounter)].append(bill)
    alone = _undisturbed(city)
    physical: dict[tuple[int, str], date] = {}
    seen: set[tuple[int, str]] = set()
    found = []
    for encounter in city.encounters:
        mine = bills[id(encounter)]
        key = (encounter.person, encounter.codes[0][:3])
        found.append(
            Visit(
                encounter, mine, mine[0].started_at, mine[0].ended_at, id(encounter) in alone,
                physical.get(key), key in seen,
            )
        )  # fmt: skip
        seen.add(key)
        if encounter.kind in ("outpatient", "emergency", "inpatient"):
            physical[key] = encounter.on
    return found


def _undisturbed(city: City) -> set[int]:
    """Short online visits during which the physician had no other: those were held on video."""
    by_day: dict[tuple[int, int], list[Encounter]] = defaultdict(list)
    for encounter in city.encounters:
        if encounter.kind == "online":
            by_day[encounter.practitioner, encounter.day].append(encounter)
    found = set()
    for day in by_day.values():
        for one in day:
            others = (o for o in day if o is not one)
            free = all(o.minute + o.minutes < one.minute or one.minute + one.minutes < o.minute for o in others)
            if free and not one.silent and 5 < one.minutes <= VIDEO_MINUTES_MAX:
                found.add(id(one))
    return found


class Visits:
    """Rows of encounters and stays. `final`: as the books stand at the end, else as they stood when judged."""

    def __init__(self, city: City, times: Times, people: People, final: bool) -> None:
        self.city, self.times, self.people, self.final, self.seed = city, times, people, final, city.seed

    def seen_at(self, asked: datetime) -> datetime:
        """The instant up to which a row that was judged then may know."""
        return self.times.end if self.final else asked

    def encounter(self, visit: Visit) -> Facts:
        """The row of an encounter."""
        one, asked = visit.encounter, visit.ended
        at = self.seen_at(asked)
        row: Facts = {
            **self._basic(visit, at),
            **self._work(visit),
            **self._steps(visit, at),
            **self.people.patient(one, at),
            **self.people.physician(one, visit.started),
            **self.people.institution(one),
            **self._evidence(visit),
            **self.people.coverage(one),
            **self._benefit(visit.bills, one),
            "record.known_at": self.times.known_at(one.place, asked, one.id),
            "record.asked_at": asked,
        }
        return row

    def _basic(self, visit: Visit, at: datetime) -> Facts:
        one = visit.encounter
        first, second, third = [*one.codes, "", "", ""][:3]
        correction = self.times.correction(one, visit.ended)
        if correction is not None and at < correction.until:
            first = correction.code
        young = self.city.residents[one.person].age_on(one.on) < ADULT
        return {
            "encounter.id": one.id,
            "encounter.on": one.on,
            "encounter.started_at": visit.started,
            "encounter.ended_at": visit.ended,
            "encounter.channel": Channel.ONLINE if one.kind == "online" else Channel.IN_PERSON,
            "encounter.service": self._service(visit),
            "encounter.care_mode": MODES[one.kind],
            "encounter.department_code": one.department,
            "encounter.emergency": one.kind == "emergency",
            "encounter.guardian_present": young and one.kind != "pharmacy",
            "encounter.diagnosis_code": first,
            "encounter.diagnosis_2_code": second,
            "encounter.diagnosis_3_code": third,
            "encounter.fund_asked": True,
            "encounter.self_pay_notice": False,
            "encounter.transfer_note": False,
        }

    def _service(self, visit: Visit) -> Service:
        if visit.encounter.kind == "online" or visit.earlier_any or len(visit.encounter.codes) > 1:
            return Service.FOLLOW_UP
        return Service.FIRST_VISIT

    def _work(self, visit: Visit) -> Facts:
        """What was said, written and worked, and on which device."""
        one, online = visit.encounter, visit.encounter.kind == "online"
        draw = chance(self.seed, "work", one.id)
        sham = one.silent or one.no_trace
        active = int((0.35 + 0.4 * draw) * 60 * one.minutes)
        active = STAY_ACTIVE if one.kind == "inpatient" else max(ACTIVE_FLOOR, active)
        messages = 2 + int(3 * draw) if online and not one.silent else 0
        return {
            "encounter.live_seconds": int(60 * one.minutes * 0.85) if visit.live else 0,
            "encounter.live_from_at": visit.started if visit.live else None,
            "encounter.active_seconds": int(18 + 20 * draw) if sham else active,
            "encounter.patient_device_key": self.people.device_of(one),
            "encounter.patient_device_shared": False,
            "encounter.inbound_messages": messages,
            "encounter.inbound_letters": messages * (9 + int(14 * draw)),
            "encounter.structured_form": online and not one.silent,
            "encounter.physician_questions": 1 + int(3 * draw) if online and not one.silent else 0,
            "encounter.physician_replied": True,
            "encounter.patient_denies": sham and chance(self.seed, "call", one.id) < 0.03,
            "encounter.written_by_physician": True,
            **self._faces(visit),
            "encounter.typed_letters_per_minute": 70 + int(90 * draw),
            "encounter.red_flag": False,
            "encounter.red_flag_at": None,
            "encounter.referred_at": None,
            "encounter.record_repeated_permille": self._repeated(one, sham),
            "encounter.record_letters": 60 + int(260 * chance(self.seed, "letters", one.id)),
        }

    def _faces(self, visit: Visit) -> Facts:
        """Faces are checked where there are any: in live visits. Whoever came for an adult has another face."""
        one = visit.encounter
        child = self.city.residents[one.person].age_on(one.on) < ADULT
        return {
            "encounter.face_matched": True if visit.live else None,
            "encounter.patient_face_matched": one.agent < 0 if visit.live and not child else None,
            "encounter.patient_face_key": f"face-{one.person}" if visit.live and not child else "",
        }

    def _repeated(self, one: Encounter, sham: bool) -> int:
        """Likeness of the record to others: what never happened is copied, what happened is written down."""
        draw = chance(self.seed, "likeness", one.id)
        return 962 + int(38 * draw) if sham else 320 + int(520 * draw)

    def _steps(self, visit: Visit, at: datetime) -> Facts:
        """The instants of promise, answer, refund and report."""
        one = visit.encounter
        draw = chance(self.seed, "steps", one.id)
        online = one.kind == "online"
        # Answered within the promise: fifteen minutes by text, five past the booked time.
        waited = timedelta(seconds=60 + int((120 if visit.live else 540) * draw)) if online else timedelta(minutes=5)
        reply = min((visit.ended - visit.started) * 0.1, timedelta(seconds=100))
        uploaded = visit.ended + timedelta(minutes=3 + int(180 * draw))
        return {
            "encounter.accepted_at": visit.started - waited,
            "encounter.booked": visit.live,
            "encounter.first_reply_at": visit.started + reply,
            "encounter.refund_due_at": None,
            "encounter.refund_due": False,
            "encounter.refunded_at": None,
            "encounter.uploaded_at": uploaded if uploaded <= at else None,
            "encounter.observed_at": at,
        }

    def _evidence(self, visit: Visit) -> Facts:
        """Online: the paper of the last visit in person, or one from before the year. In person none is asked for."""
        one = visit.encounter
        if one.kind != "online":
            return {
                "evidence.kind": EvidenceKind.NONE,
                "evidence.issued_on": None,
                "evidence.physical": False,
                "evidence.judgement": Judgement.PENDING,
                "evidence.diagnosis_code": "",
            }
        issued = visit.earlier
        if issued is None or (one.on - issued).days >= FOLLOW_UP_DAYS:
            issued = one.on - timedelta(days=20 + int(100 * chance(self.seed, "paper", one.id)))
        return {
            "evidence.kind": EvidenceKind.OUTPATIENT_RECORD,
            "evidence.issued_on": issued,
            "evidence.physical": True,
            "evidence.judgement": Judgement.ACCEPTED,
            "evidence.diagnosis_code": one.codes[0],
        }

    def _benefit(self, bills: Sequence[Bill], one: Encounter) -> Facts:
        disease = next((bill.disease for bill in bills if bill.care_type in CHRONIC_CARE), "")
        benefit = Benefit.OUTPATIENT
        if one.kind == "inpatient":
            benefit = Benefit.INPATIENT
        elif disease:
            benefit = Benefit.CHRONIC
        elif one.kind == "pharmacy":
            benefit = Benefit.PHARMACY
        return {"coverage.benefit": benefit, "coverage.chronic_code": disease}

    # STAYS

    def stay(self, visit: Visit) -> Facts:
        """The row of a stay in hospital."""
        one = visit.encounter
        return {
            "stay.id": f"{one.id}:stay",
            "stay.encounter_id": one.id,
            "stay.on": one.on,
            "stay.admitted_at": visit.started,
            "stay.discharged_at": visit.ended,
            "stay.discharged_on": one.on.fromordinal(one.until_day),
            "stay.diagnosis_code": one.codes[0],
            "stay.department_code": one.department,
            "stay.planned": False,
            "stay.transferred": False,
            "stay.cured": True,
            "record.known_at": self.times.known_at(one.place, visit.ended, one.id),
            "record.asked_at": visit.ended,
        }
