"""What waits on every desk right after loading, made through the real services as people would make it.

Nothing here goes around a rule: identities are proved, evidence is accepted, records and prescriptions are signed. Each
situation is made by itself; when one is refused, the others are still there, and the log names the refusal.
"""

import logging
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from xinglin.hospital.consultation import selectors as visits
from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.consultation.services import EvidenceOffer
from xinglin.hospital.demo import told, words
from xinglin.hospital.demo.city.people import check_digit
from xinglin.hospital.demo.city.places import AREAS
from xinglin.hospital.demo.loading_care import paper
from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.demo.pricing import trace_prefixes
from xinglin.hospital.demo.stage import (
    CONSENT_VERSION,
    SYSTEM,
    Deed,
    Stage,
    ask,
    begin,
    prescribe,
    safe_answers,
    talk,
    write_record,
)
from xinglin.hospital.identity import selectors as people
from xinglin.hospital.identity import services as identity
from xinglin.hospital.identity.services import Practice, Sign
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.pharmacy import selectors as prescriptions
from xinglin.hospital.pharmacy import services as pharmacy

LOG = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]
AMLODIPINE, VALSARTAN, ATORVASTATIN = "XL-C08CA01-004", "XL-C09CA03-003", "XL-C10AA05-003"
GENERAL, CARDIOLOGY = "physician_general", "physician_cardiology"
REVIEWER, PICKER = "pharmacist_review", "pharmacist_dispense"


def stale(city: DemoCity, now: datetime) -> bool:
    """Whether what waited on the desks was never made, or so long ago that the promises have run out."""
    return city.situations_at is None or now - city.situations_at > STALE_AFTER


def make_situations(*, city: DemoCity, now: datetime, progress: Progress) -> list[str]:
    """Make every situation; returns the names of those that were refused. Made again, each is the same situation.

    Where the last ones are stale, new ones stand beside what became of them; who has not left the last is refused.
    """
    before = city.situations_at
    stage = Stage(city, now, 0 if before is None else int(before.timestamp()) // 60)
    refused = []
    if before is None:
        told.tell(stage)
    deeds = {name: deed for name, deed in SITUATIONS.items() if before is None or name not in ONCE}
    for number, (name, deed) in enumerate(deeds.items(), 1):
        try:
            deed(stage)
        except DomainError as refusal:  # A renewed one is refused to whoever is still in the last.
            LOG.log(logging.WARNING if before is None else logging.INFO, "situation %s not made: %s", name, refusal)
            refused.append(name)
        progress("situations", number, len(deeds))
    city.situations_at = now
    city.save(update_fields=["situations_at"])
    return refused


def waiting(stage: Stage) -> None:
    """Somebody sits in the waiting room of general practice."""
    ask(stage, "waiting", "patient_waiting", GENERAL, 4, "来复诊，想继续用降压药。")


def talking(stage: Stage) -> None:
    """A conversation is under way; the last word is the patient's."""
    ask(stage, "talking", "patient_diabetes", GENERAL, 19, "血糖最近有点波动，想请医生看看。")
    begin(stage, "talking", GENERAL, 16)
    said = [
        ("physician", "您好，我看了您的病历。最近空腹血糖大概多少？", 15.0),
        ("patient", "早上空腹 7.2，偶尔 8 点多。", 11.0),
        ("physician", "饮食和运动有变化吗？药有没有漏服？", 8.0),
        ("patient", "上周出差，漏了两次药。", 2.0),
    ]
    talk(stage, "talking", ("patient_diabetes", GENERAL), said)


def _consulted(stage: Stage, name: str, patient: str, physician: str, ended_ago: float, drugs: list[str]) -> UUID:
    """A whole visit that ended so many minutes ago with a prescription."""
    earlier = ask(stage, name, patient, physician, ended_ago + 16, words.COMPLAINTS[1])
    begin(stage, name, physician, ended_ago + 12)
    said = [(side, text, ended_ago + 11 - 2 * number) for number, (side, text) in enumerate(words.TALK[1])]
    talk(stage, name, (patient, physician), said)
    write_record(stage, name, physician, earlier, ended_ago + 1.5)
    return prescribe(stage, name, physician, drugs, ended_ago + 0.3)


def to_review(stage: Stage) -> None:
    """A prescription waits for the pharmacist."""
    _consulted(stage, "to-review", "patient_hypertension", CARDIOLOGY, 3, [AMLODIPINE, ATORVASTATIN])


def returned(stage: Stage) -> None:
    """A prescription came back to its physician with a reason."""
    row = _consulted(stage, "returned", "patient_returned", CARDIOLOGY, 26, [AMLODIPINE, VALSARTAN])
    _reviewed(stage, "returned", row, 20, "return", ["1-9"], "请确认两药联用的血压目标，并在备注中写明理由。")


def _reviewed(
    stage: Stage, name: str, prescription: UUID, minutes_ago: float, outcome: str, codes: list[str], text: str
) -> None:
    actor = stage.proved(REVIEWER, minutes_ago + 0.1)
    pharmacy.review_prescription(
        actor=actor,
        prescription_id=prescription,
        outcome=outcome,
        codes=codes,
        text=text,
        now=stage.at(minutes_ago),
        review_id=stage.id(f"{name}/review"),
    )


def to_pick(stage: Stage) -> None:
    """An approved prescription waits to be picked."""
    row = _consulted(stage, "to-pick", "patient_picking", CARDIOLOGY, 14, [VALSARTAN])
    _reviewed(stage, "to-pick", row, 9, "approve", [], "")


def to_pay(stage: Stage) -> None:
    """A picked prescription waits for payment."""
    row = _consulted(stage, "to-pay", "patient_paying", GENERAL, 30, [AMLODIPINE])
    _reviewed(stage, "to-pay", row, 24, "approve", [], "")
    actor, prefixes = stage.proved(PICKER, 18.1), trace_prefixes()
    view = prescriptions.prescription(actor=actor, prescription_id=row, now=stage.at(18.05))
    codes = {
        line.id: [stage.trace_code(prefixes[line.product_code], number) for number in range(line.packs)]
        for line in view.lines
    }
    pharmacy.pick(actor=actor, prescription_id=row, trace_codes=codes, now=stage.at(18))


def child(stage: Stage) -> None:
    """A parent asks for a follow-up of a small child and shows the paper of the first visit."""
    at = stage.at(6)
    stage.verify("patient_parent", 9)
    actor = stage.actor("patient_parent", at)
    wards = [people.person(actor=actor, person_id=ward) for ward in sorted(actor.wards)]
    ward = min(wards, key=lambda person: abs(person.age_on(at.date()) - 4))
    identity.verify_with_registry(actor=SYSTEM, person_id=ward.id, now=stage.at(8))
    offer = EvidenceOffer(
        kind="outpatient_record",
        diagnosis_code="J06.9",
        diagnosed_on=civil_day(at) - timedelta(days=4),
        institution_name="演示市妇幼医院",
        picture=paper().content,
    )
    consultation.request_visit(
        actor=actor,
        id=stage.id("child"),
        person_id=ward.id,
        physician_id=stage.practitioner("physician_paediatrics"),
        complaint="孩子上周感冒，还有点咳嗽，想复诊。",
        evidence=[offer],
        answers=safe_answers(ward.sex, visits.age_months(ward.birth_on, civil_day(at))),
        consent_version=CONSENT_VERSION,
        now=at,
    )


def application(stage: Stage) -> None:
    """A physician asks to practise here; the papers wait for medical affairs."""
    at = stage.at(50)
    sent = identity.request_phone_code(actor=ANONYMOUS, phone=PHONE, purpose="apply", now=stage.at(51))
    code = re.search(r"\d{6}", sent.echo)
    house = people.the_hospital(at=at)
    identity.apply_for_practice(
        actor=ANONYMOUS,
        id=stage.id("application"),
        declared=identity.declare(
            actor=ANONYMOUS, name="演示医师 申请人", id_type="resident", number=_number(stage), now=at
        ),
        practice=Practice(
            institution_id=house.id,
            kind="physician",
            register_no=f"D{AREAS[0]}99001",
            title="attending",
            valid_from_on=civil_day(at) - timedelta(days=2200),
            department="03.04",
            scope=("03.04",),
            independent_from_on=civil_day(at) - timedelta(days=2200),
            languages=("zh",),
            intro_zh="演示用的申请人，并无其人。",
            intro_en="An applicant made up for the demonstration; no such person exists.",
        ),
        papers={kind: paper().content for kind in ("practice_licence", "qualification", "title", "consent")},
        now=at,
        sign=Sign(username="applicant", password=WORD, phone=PHONE, code=code.group() if code else ""),
    )


STALE_AFTER = timedelta(minutes=25)
"""A patient who waits is promised an answer within half an hour."""
ONCE = {"application"}
"""Made with the city alone: an applicant applies once."""
PHONE = "19700000001"
WORD = "apricot-grove-applicant"


def _number(stage: Stage) -> str:
    """An identity number of the city's made-up area that no resident has: its serial lies beyond theirs."""
    born = date(stage.city.city_date.year - 36, 5, 17)
    first17 = f"{AREAS[0]}{born:%Y%m%d}951"
    return first17 + check_digit(first17)


SITUATIONS: dict[str, Deed] = {
    "waiting": waiting,
    "talking": talking,
    "to_review": to_review,
    "returned": returned,
    "to_pick": to_pick,
    "to_pay": to_pay,
    "child": child,
    "application": application,
}
