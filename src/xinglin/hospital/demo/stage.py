"""What a live situation is made with: who acts, at which instant, and the steps that several situations share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from xinglin.hospital.consultation import selectors as visits
from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.consultation.selectors import EarlierDiagnosis
from xinglin.hospital.consultation.services import EvidenceOffer, RecordDraft
from xinglin.hospital.demo import words
from xinglin.hospital.demo.loading_care import paper
from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.identity import selectors as people
from xinglin.hospital.identity import services as identity
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.pharmacy.errors import MedicineCardsOpen, PrescriptionNeedsAnswer
from xinglin.hospital.pharmacy.services import Answer, Draft, DraftLine
from xinglin.hospital.terminology import selectors as terminology

SYSTEM = system_actor("demo-city")
NAMES = UUID("0199d000-0000-7000-8000-00000000d0c1")
"""Ids of situations follow from this and their names, so that a second start makes nothing twice."""
CONSENT_VERSION = "1"
REASON = "guideline-supported"
OWN_DAYS = 150
"""A record of the house carries a situation only when it is younger; else a paper is shown."""
FIRST_TRACE = 9_000_000_000_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """The diagnosis on which a follow-up rests."""

    code: str
    name_zh: str


@dataclass(slots=True)
class Stage:
    """The city's parts and the present. Minutes are counted back from it.

    `renewed` counts the minutes (of Unix time) of the making before this one; 0 for the first.
    """

    city: DemoCity
    now: datetime
    renewed: int = 0

    def id(self, name: str) -> UUID:
        """The id of something in a situation."""
        return uuid5(NAMES, f"{self.city.seed}/{self.renewed or ''}{name}")

    def trace_code(self, prefix: str, number: int) -> str:
        """A trace code that no pack has had, in no earlier making either."""
        return f"{prefix}{FIRST_TRACE + 100 * self.renewed + number:013d}"

    def at(self, minutes_ago: float) -> datetime:
        """An instant before the present."""
        return self.now - timedelta(minutes=minutes_ago)

    def row(self, key: str) -> dict[str, str]:
        """What is remembered of a part."""
        return next(row for row in self.city.people if row["key"] == key)

    def actor(self, key: str, at: datetime) -> Actor:
        """The actor that plays a part at an instant."""
        return people.actor_for(account_id=UUID(self.row(key)["account_id"]), now=at)

    def proved(self, key: str, minutes_ago: float) -> Actor:
        """The same, right after a proof of identity in the way of the demonstration."""
        at = self.at(minutes_ago)
        account_id = UUID(self.row(key)["account_id"])
        identity.record_auth_event(actor=SYSTEM, account_id=account_id, method="demo", now=at)
        return self.actor(key, at)

    def practitioner(self, key: str) -> UUID:
        """The practitioner behind a part."""
        found = self.actor(key, self.now).practitioner_id
        assert found is not None
        return found

    def verify(self, key: str, minutes_ago: float) -> None:
        """A fresh real-name check of a patient."""
        person_id = UUID(self.row(key)["person_id"])
        if self.actor(key, self.now).person_id == person_id:
            identity.verify_with_registry(actor=SYSTEM, person_id=person_id, now=self.at(minutes_ago))


def safe_answers(sex: str, months: int) -> dict[str, str]:
    """Answers of somebody in no danger."""
    calm = {"since": "none", "course": "same", "taking": "regular"}
    asked = visits.questions_for(sex=sex, months=months)
    return {q.id: "no" if q.kind == "danger" else calm[q.id] for q in asked if q.kind == "danger" or q.id in calm}


def _own_record(found: EarlierDiagnosis) -> tuple[EvidenceOffer, Earlier]:
    offer = EvidenceOffer(kind="in_house", diagnosis_code=found.code, record_visit_id=found.visit_id)
    return offer, Earlier(found.code, found.name.zh)


def _paper(at: datetime) -> tuple[EvidenceOffer, Earlier]:
    """For somebody who has not come online lately: the paper of a diagnosis elsewhere."""
    earlier = Earlier("I10", terminology.diagnosis("I10").name_zh)
    offer = EvidenceOffer(
        kind="outpatient_record",
        diagnosis_code=earlier.code,
        diagnosed_on=civil_day(at) - timedelta(days=70),
        institution_name="演示市第一医院",
        picture=paper().content,
    )
    return offer, earlier


def ask(stage: Stage, name: str, patient: str, physician: str, minutes_ago: float, complaint: str) -> Earlier:
    """A patient asks for a follow-up on the strength of the house's own record, which the physician accepts."""
    at = stage.at(minutes_ago)
    stage.verify(patient, minutes_ago + 1)
    actor = stage.actor(patient, at)
    assert actor.person_id is not None
    person = people.person(actor=actor, person_id=actor.person_id)
    own = visits.earlier_diagnoses(actor=actor, person_id=person.id, now=at)
    fresh = [found for found in own if (civil_day(at) - found.on).days < OWN_DAYS]
    offer, earlier = _own_record(fresh[0]) if fresh else _paper(at)
    consultation.request_visit(
        actor=actor,
        id=stage.id(name),
        person_id=person.id,
        physician_id=stage.practitioner(physician),
        complaint=complaint,
        evidence=[offer],
        answers=safe_answers(person.sex, person.age_on(at.date()) * 12),
        consent_version=CONSENT_VERSION,
        now=at,
    )
    accept(stage, name, physician, minutes_ago - 0.5)
    return earlier


def accept(stage: Stage, name: str, physician: str, minutes_ago: float) -> None:
    """The physician accepts every paper of a visit."""
    at = stage.at(minutes_ago)
    actor = stage.actor(physician, at)
    for row in visits.visit(actor=actor, id=stage.id(name)).evidence.all():
        if row.judgement == "pending":
            consultation.accept_evidence(actor=actor, evidence_id=row.id, now=at)


def begin(stage: Stage, name: str, physician: str, minutes_ago: float) -> None:
    """The physician proves identity and opens the visit."""
    actor = stage.proved(physician, minutes_ago + 0.2)
    consultation.start_visit(actor=actor, visit_id=stage.id(name), now=stage.at(minutes_ago))


def talk(stage: Stage, name: str, parts: tuple[str, str], said: list[tuple[str, str, float]]) -> None:
    """Who (patient or physician) said what so many minutes ago."""
    for number, (side, text, minutes_ago) in enumerate(said):
        at = stage.at(minutes_ago)
        actor = stage.actor(parts[0] if side == "patient" else parts[1], at)
        message_id = stage.id(f"{name}/message/{number}")
        consultation.send_message(actor=actor, visit_id=stage.id(name), id=message_id, text=text, now=at)


def write_record(stage: Stage, name: str, physician: str, earlier: Earlier, minutes_ago: float) -> None:
    """The physician writes the record and signs it."""
    at = stage.at(minutes_ago)
    actor = stage.proved(physician, minutes_ago + 0.1)
    draft = visits.draft(actor=actor, visit_id=stage.id(name))
    if draft.record.state == "signed":
        return
    record = consultation.save_record(
        actor=actor,
        visit_id=stage.id(name),
        draft=RecordDraft(
            version=draft.record.version,
            chief_complaint=f"{earlier.name_zh}复诊",
            subjective=words.SUBJECTIVE,
            objective=words.OBJECTIVE,
            assessment=f"{earlier.name_zh}，病情平稳。",
            plan=words.PLAN,
            vitals={"systolic_mmhg": 134, "diastolic_mmhg": 82, "pulse_bpm": 72},
            diagnoses=[earlier.code],
        ),
        now=at,
    )
    consultation.sign_record(actor=actor, visit_id=stage.id(name), version=record.version, now=at)


def prescribe(stage: Stage, name: str, physician: str, drugs: list[str], minutes_ago: float) -> UUID:
    """The physician signs a long-term prescription of four weeks, then ends the visit."""
    at, prescription_id = stage.at(minutes_ago), stage.id(f"{name}/prescription")
    actor = stage.proved(physician, minutes_ago + 0.1)
    lines = tuple(_line(stage, name, code) for code in drugs)
    draft = Draft(id=prescription_id, visit_id=stage.id(name), lines=lines, kind="long", kind_reason=words.LONG_REASON)
    _issue(actor, draft, at)
    consultation.end_visit(actor=actor, visit_id=stage.id(name), now=stage.at(minutes_ago - 0.2))
    return prescription_id


def _issue(actor: Actor, draft: Draft, at: datetime, answers: Sequence[Answer] = ()) -> None:
    """Sign it; what the check or the law asks is answered with a reason, as a physician would who renews a medicine."""
    try:
        pharmacy.issue_prescription(actor=actor, draft=draft, answers=answers, now=at)
    except MedicineCardsOpen as opened:
        for one in [one for card in opened.cards for one in card.statements]:
            pharmacy.accept_finding(
                actor=actor,
                draft=draft,
                ticket=one.ticket,
                reason_code=REASON,
                text=words.LONG_REASON,
                now=at,
            )
        _issue(actor, draft, at, answers)
    except PrescriptionNeedsAnswer as wanted:
        if answers:
            raise
        given = [Answer(pharmacy.ask_key(ask), REASON, words.LONG_REASON) for ask in wanted.asks]
        _issue(actor, draft, at, given)


def _line(stage: Stage, name: str, code: str) -> DraftLine:
    product = terminology.product(code)
    return DraftLine(
        id=stage.id(f"{name}/line/{code}"),
        product_code=code,
        dose_units=product.default_dose,
        frequency=product.default_frequency,
        route=product.routes[0],
        days=28,
    )


Deed = Callable[[Stage], None]
