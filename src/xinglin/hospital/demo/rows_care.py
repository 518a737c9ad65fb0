"""The internet hospital's own year: visits, conversations, records, prescriptions as rows for the modules' doors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from xinglin.hospital.consultation.bulk import PastEvidence, PastRecord, PastVisit
from xinglin.hospital.demo import words
from xinglin.hospital.demo.cast import Cast
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import Dice, instant
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.pharmacy.bulk import PastPrescription, Professional
from xinglin.hospital.pharmacy.services import DraftLine
from xinglin.hospital.terminology.selectors import DiagnosisInfo

FRESH_DAYS = 180
"""Evidence of a chronic disease is shown anew well before it is a year old."""


@dataclass(slots=True)
class OnlineCare:
    """One online visit with its bills: the fee, and the medicine where there is any."""

    encounter: Encounter
    fee: list[Bill]
    medicine: list[Bill]

    @property
    def prescription_id(self) -> UUID:
        """The prescription's id, made from the visit's."""
        return uuid5(UUID(self.encounter.id), "prescription")


def online_care(city: City) -> list[OnlineCare]:
    """Every online visit of the year in the order of time."""
    found: dict[int, OnlineCare] = {}
    for bill in city.bills:
        if bill.encounter.kind == "online":
            care = found.setdefault(id(bill.encounter), OnlineCare(bill.encounter, [], []))
            (care.fee if bill.subject == "visit" else care.medicine).append(bill)
    return sorted(found.values(), key=lambda care: care.fee[0].started_at)


class Storyteller:
    """Turns online visits into rows. Keeps what earlier visits left, on which later ones rest as evidence."""

    def __init__(self, city: City, cast: Cast, diagnoses: Mapping[str, DiagnosisInfo]) -> None:
        self.city, self.cast, self.diagnoses = city, cast, diagnoses
        self.dice = Dice(city.seed, "stories")
        self.house = city.places.places[city.places.internet]
        self.last_record: dict[tuple[int, str], tuple[UUID, int, date]] = {}
        self.seen_at: dict[tuple[int, str], tuple[int, date]] = {}
        self.in_person = iter(e for e in city.encounters if e.kind in ("outpatient", "emergency"))
        self._next = next(self.in_person, None)
        self.pharmacists = [
            p for p in city.staff.practitioners if p.kind == "pharmacist" and p.place == city.places.internet
        ]

    def visit(self, care: OnlineCare) -> PastVisit:
        """The visit with evidence, conversation and record."""
        encounter, bill = care.encounter, care.fee[0]
        self._catch_up(encounter.day)
        person = self.city.residents[encounter.person]
        physician = self.city.staff.practitioners[encounter.practitioner]
        account, patient_account = self.cast.by_practitioner[physician.index], self.cast.by_person[person.index]
        asked_at = bill.started_at - timedelta(seconds=240 + self.dice.randrange(1200))
        complaint = self.dice.choice(words.COMPLAINTS)
        spoken = [("patient", patient_account, complaint, asked_at)]
        lines = words.SILENT if encounter.silent else self.dice.choice(words.TALK)
        spoken += [
            (side, account if side == "physician" else patient_account, text, at)
            for (side, text), at in zip(lines, self._moments(bill, len(lines)), strict=True)
        ]
        evidence = self._evidence(encounter)
        return PastVisit(
            id=UUID(encounter.id),
            patient_id=UUID(person.id),
            asked_by_id=UUID(person.id),
            asked_by_account_id=patient_account,
            physician_id=UUID(physician.id),
            institution_id=UUID(self.house.id),
            department=encounter.department,
            complaint=complaint,
            fee_code=bill.lines[0].code,
            fee_fen=bill.lines[0].amount_fen,
            requested_at=asked_at,
            started_at=bill.started_at,
            first_reply_at=spoken[1][3],
            ended_at=bill.ended_at,
            record=self._record(encounter, bill),
            evidence=evidence,
            messages=spoken,
        )

    def _moments(self, bill: Bill, count: int) -> list[datetime]:
        step = (bill.ended_at - bill.started_at) * 0.7 / (count + 1)
        return [bill.started_at + step * (number + 1) for number in range(count)]

    def _catch_up(self, day: int) -> None:
        """Note where everybody was seen in person before this day."""
        while self._next is not None and self._next.day < day:
            for code in self._next.codes:
                self.seen_at[self._next.person, code] = (self._next.place, self._next.on)
            self._next = next(self.in_person, None)

    def _evidence(self, encounter: Encounter) -> PastEvidence:
        """The house's own record, which stands for the paper that it rested on, while that is fresh; else a paper.

        The paper is that of the last visit in person, or one from before the year.
        """
        code = encounter.codes[0]
        key = (encounter.person, code)
        own = self.last_record.get(key)
        if own is not None and (encounter.on - own[2]).days < FRESH_DAYS:
            record_id, place, on = own
            self.last_record[key] = (UUID(encounter.id), place, on)
            where = self.city.places.places[place]
            return PastEvidence("in_house", UUID(where.id), where.name_zh, on, code, record_id)
        village = self.city.places.villages[self.city.residents[encounter.person].village]
        place, on = self.seen_at.get(key, (village.centre, date.min))
        if (encounter.on - on).days >= FRESH_DAYS:
            place, on = village.centre, encounter.on - timedelta(days=20 + self.dice.randrange(100))
        self.last_record[key] = (UUID(encounter.id), place, on)
        where = self.city.places.places[place]
        return PastEvidence("outpatient_record", UUID(where.id), where.name_zh, on, code)

    def _record(self, encounter: Encounter, bill: Bill) -> PastRecord:
        dice, known = self.dice, [self.diagnoses[code] for code in encounter.codes]
        vitals: dict[str, int] = {}
        if any(code.startswith(("I", "E", "N18")) for code in encounter.codes):
            vitals = {"systolic_mmhg": 118 + dice.randrange(34), "diastolic_mmhg": 68 + dice.randrange(22)}
            vitals["pulse_bpm"] = 62 + dice.randrange(26)
        if any(code.startswith("E1") for code in encounter.codes):
            vitals["glucose_decimmol"] = 55 + dice.randrange(45)
        names = "、".join(info.name_zh for info in known)
        parts = {
            "chief_complaint": f"{known[0].name_zh}复诊",
            "subjective": words.SUBJECTIVE,
            "objective": words.OBJECTIVE,
            "assessment": f"{names}，病情平稳。",
            "plan": words.PLAN,
        }
        signed_at = bill.ended_at - (bill.ended_at - bill.started_at) * 0.2
        return PastRecord(parts, vitals, [(i.code, i.name_zh, i.name_en) for i in known], signed_at)

    # PRESCRIPTIONS

    def prescription(self, care: OnlineCare) -> PastPrescription:
        """The prescription of a visit, reviewed, picked, paid and collected within two hours after it."""
        encounter, paid_at = care.encounter, care.medicine[0].settled_at
        ended = care.medicine[0].ended_at
        issued_at = ended - (ended - care.medicine[0].started_at) * 0.1
        person = self.city.residents[encounter.person]
        wait, diagnoses = paid_at - ended, [self.diagnoses[code] for code in encounter.codes]
        reviewer, picker = self.dice.sample(self.pharmacists, 2)
        return PastPrescription(
            id=care.prescription_id,
            visit_id=UUID(encounter.id),
            patient_id=UUID(person.id),
            patient_name=person.name,
            sex=person.sex,
            birth_on=person.birth_on,
            phone=person.phone,
            prescriber=self._professional(encounter.practitioner),
            reviewer=self._professional(reviewer.index),
            picker=self._professional(picker.index),
            institution_id=UUID(self.house.id),
            institution_zh=self.house.name_zh,
            institution_en=self.house.name_en,
            department=encounter.department,
            diagnoses=[(info.code, info.name_zh, info.name_en) for info in diagnoses],
            kind="long",
            kind_reason=words.LONG_REASON,
            lines=list(self._lines(care)),
            issued_at=issued_at,
            reviewed_at=ended + wait * 0.25,
            picked_at=ended + wait * 0.7,
            settlement_id=settlement_id(care.medicine[0]),
            settled_at=paid_at,
            handed_over_at=paid_at + timedelta(seconds=300 + self.dice.randrange(2400)),
        )

    def _lines(self, care: OnlineCare) -> Iterator[tuple[DraftLine, tuple[str, ...]]]:
        """Lines in the order of the encounter's items; a bill of each scheme holds some of them."""
        prices = self.city.prices.medicines
        held = {
            line.code: (line, codes)
            for bill in care.medicine
            for line, codes in zip(bill.lines, bill.traces, strict=True)
        }
        for code in dict.fromkeys(code for code, _ in care.encounter.items if code in held):
            line, codes = held[code]
            medicine = prices[code]
            yield (
                DraftLine(
                    id=line_id(care, code),
                    product_code=code,
                    dose_units=medicine.dose,
                    frequency=medicine.frequency,
                    route=medicine.route,
                    days=min(medicine.days_of(line.quantity) or 28, 84) if medicine.counts_days else None,
                    packs=line.quantity,
                ),
                codes,
            )

    def _professional(self, index: int) -> Professional:
        one = self.city.staff.practitioners[index]
        person: Resident = self.city.residents[one.person]
        return Professional(
            UUID(one.id), UUID(person.id), self.cast.by_practitioner[index], one.name, one.register_no, one.title
        )


def line_id(care: OnlineCare, code: str) -> UUID:
    """The id of a prescription's line, made from the prescription's and the product."""
    return uuid5(care.prescription_id, code)


def settlement_id(bill: Bill) -> UUID:
    """The id of the settlement of a claim, made from the claim's."""
    return uuid5(UUID(bill.claim_id), "settlement")


def proofs(city: City, cast: Cast, care: list[OnlineCare]) -> Iterator[tuple[UUID, str, datetime]]:
    """A physician's proof of identity some minutes before every visit, as the rules want it before each."""
    for one in care:
        began = one.fee[0].started_at
        yield cast.by_practitioner[one.encounter.practitioner], "totp", began - timedelta(seconds=90)


def key_holders(city: City) -> Iterator[tuple[UUID, datetime]]:
    """Practitioners of the internet hospital and since when they hold a signing key."""
    for one in city.staff.practitioners:
        if one.place == city.places.internet:
            yield UUID(one.id), instant(one.admitted_on, 620)
