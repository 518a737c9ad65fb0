"""The physician opens a visit, refers it offline, or ends it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate, law, people
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.consultation.errors import EvidenceNotAccepted, RecordNotSigned
from xinglin.hospital.consultation.events import VisitEnded, VisitStarted
from xinglin.hospital.consultation.models import Record, Visit
from xinglin.hospital.consultation.services.live import end_live_of_visit
from xinglin.hospital.consultation.services.referring import refer_now
from xinglin.hospital.consultation.services.storing import note, say, tell
from xinglin.hospital.consultation.words import OPEN, Judgement, RecordState, VisitState
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.services import Ask

LETTER_LEAST, LETTER_MOST = 10, 3000


def preview_visit(*, actor: Actor, visit_id: UUID, now: datetime) -> list[Ask]:
    """The reminders of supervision for the visit as it stands. Nothing is stored but counts. Raises NotFound."""
    require(actor, SEE_PATIENTS)
    return law.preview_visit(actor=actor, visit=gate.visit_of_physician(actor, visit_id), now=now)


def start_visit(*, actor: Actor, visit_id: UUID, now: datetime) -> Visit:
    """Open the visit: the rules of practising and consulting are judged at control. Done twice it is done once.

    Raises EvidenceNotAccepted, ConfirmAgain (a fresh proof of identity is wanting), NotEligibleOnline (another rule),
    WrongState, NotFound.
    """
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    if visit.state == VisitState.IN_PROGRESS:
        return visit
    if visit.state == VisitState.REQUESTED or not visit.evidence.filter(judgement=Judgement.ACCEPTED).exists():
        gate.in_state(visit, VisitState.REQUESTED, VisitState.WAITING, deed=T(zh="开始", en="start it"))
        raise EvidenceNotAccepted
    proof_id = people.latest_proof_id(actor, now)
    law.permit_start(actor=actor, visit=visit, proof_id=proof_id, now=now)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        if visit.state == VisitState.IN_PROGRESS:
            return visit
        gate.in_state(visit, VisitState.WAITING, deed=T(zh="开始", en="start it"))
        visit.state = VisitState.IN_PROGRESS
        visit.started_at = now
        visit.auth_event_id = proof_id
        visit.save(update_fields=["state", "started_at", "auth_event_id"])
        Record.objects.get_or_create(
            visit=visit,
            defaults={"patient_id": visit.patient_id, "chief_complaint": visit.complaint[:500], "saved_at": now},
        )
        say(
            visit,
            T(zh="医师已核验身份，接诊开始。", en="The physician's identity was verified; the visit has begun."),
            now=now,
        )
        note(actor, visit, "start_visit", now, detail={"proof": str(proof_id)})
        publish(
            VisitStarted(
                visit_id=visit.id,
                patient_id=visit.patient_id,
                physician_id=visit.physician_id,
                institution_id=visit.institution_id,
                at=now,
            )
        )
        tell(visit, "state")
    return visit


def refer_offline(*, actor: Actor, visit_id: UUID, letter: str, now: datetime) -> Visit:
    """Stop online care and send the patient to a physical institution with a letter.

    Before the start nothing is owed; after it the visit's fee is. Raises InvalidInput (letter), WrongState, NotFound.
    """
    require(actor, SEE_PATIENTS)
    gate.visit_of_physician(actor, visit_id)
    letter = letter.strip()
    if not LETTER_LEAST <= len(letter) <= LETTER_MOST:
        words = T(
            zh="请用 {least} 到 {most} 个字写明原因、建议去哪里、多快去。",
            en="Say in {least} to {most} characters why, where to go, and how soon.",
        )
        raise InvalidInput(field="letter", reason=words.with_(least=LETTER_LEAST, most=LETTER_MOST))
    with transaction.atomic():
        visit = gate.lock(visit_id)
        gate.in_state(visit, *OPEN, deed=T(zh="转线下", en="refer it offline"))
        words = T(zh="医师建议您到线下就诊：{letter}", en="The physician asks you to be seen in person: {letter}")
        refer_now(actor, visit, letter, words.with_(letter=letter), now)
    return visit


def end_visit(*, actor: Actor, visit_id: UUID, now: datetime) -> Visit:
    """End a visit whose record is signed. Done twice it is done once.

    Raises RecordNotSigned, EmergencyStands, WrongState, NotFound.
    """
    require(actor, SEE_PATIENTS)
    gate.visit_of_physician(actor, visit_id)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        if visit.state == VisitState.ENDED:
            return visit
        gate.in_state(visit, VisitState.IN_PROGRESS, deed=T(zh="结束", en="end it"))
        gate.no_emergency(visit.id)
        if not Record.objects.filter(visit=visit, state=RecordState.SIGNED).exists():
            raise RecordNotSigned
        visit.state = VisitState.ENDED
        visit.ended_at = now
        visit.closing_code = "ended"
        visit.save(update_fields=["state", "ended_at", "closing_code"])
        end_live_of_visit(actor=actor, visit=visit, now=now)
        say(
            visit,
            T(
                zh="问诊已结束，病历已签名，您可以随时查看。",
                en="The visit is over. The record is signed; you can read it at any time.",
            ),
            now=now,
        )
        note(actor, visit, "end_visit", now)
        publish(
            VisitEnded(
                visit_id=visit.id,
                patient_id=visit.patient_id,
                physician_id=visit.physician_id,
                institution_id=visit.institution_id,
                at=now,
            )
        )
        tell(visit, "state")
    return visit
