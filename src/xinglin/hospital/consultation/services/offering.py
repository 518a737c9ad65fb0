"""Offering the papers of an earlier diagnosis, and the physician's judgement of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate, people
from xinglin.hospital.consultation.access import REQUEST_VISIT, SEE_PATIENTS
from xinglin.hospital.consultation.errors import EvidenceAlreadyJudged
from xinglin.hospital.consultation.models import FollowUpEvidence, Record, Visit
from xinglin.hospital.consultation.services.clocks import CLOCK_FIELDS, set_clock, stop_clock
from xinglin.hospital.consultation.services.storing import note, say, store_picture, tell
from xinglin.hospital.consultation.words import (
    BEFORE_START,
    Channel,
    EvidenceKind,
    Judgement,
    PictureUse,
    RecordState,
    VisitState,
)
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import Picture, clean_picture
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode

EVIDENCE_MOST = 5
REASON_MOST = 500


@dataclass(frozen=True, slots=True)
class EvidenceOffer:
    """A paper of an earlier diagnosis: a picture of it, or a signed record of this house, which then says the rest."""

    kind: str
    diagnosis_code: str
    diagnosed_on: date | None = None
    institution_name: str = ""
    picture: bytes = b""
    record_visit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """An offer that has been checked."""

    offer: EvidenceOffer
    diagnosis_code: str
    diagnosed_on: date
    institution_id: UUID | None
    institution_name: str
    physical: bool | None
    picture: Picture | None


def check_paper(offer: EvidenceOffer, patient_id: UUID, now: datetime) -> Paper:
    """Check an offer. Raises InvalidInput naming the field."""
    if offer.kind not in set(EvidenceKind):
        raise InvalidInput(field="kind", reason=T(zh="请选择材料的种类。", en="Choose what kind of paper this is."))
    if offer.kind == EvidenceKind.IN_HOUSE:
        return _in_house(offer, patient_id, now)
    try:
        terminology.diagnosis(offer.diagnosis_code)
    except UnknownCode as error:
        reason = T(zh="请从列表中选择诊断。", en="Choose the diagnosis from the list.")
        raise InvalidInput(field="diagnosis_code", reason=reason) from error
    if offer.diagnosed_on is None or offer.diagnosed_on > civil_day(now):
        reason = T(zh="请填写材料上的日期，不能晚于今天。", en="Give the date on the paper, not later than today.")
        raise InvalidInput(field="diagnosed_on", reason=reason)
    name = offer.institution_name.strip()
    if not 2 <= len(name) <= 120:
        reason = T(zh="请填写出具材料的医疗机构名称。", en="Name the institution that issued the paper.")
        raise InvalidInput(field="institution_name", reason=reason)
    picture = clean_picture(offer.picture, field="picture")
    # What an upload is worth only the physician can see; accepting it says that a physical institution issued it.
    return Paper(offer, offer.diagnosis_code, offer.diagnosed_on, None, name, None, picture)


def _in_house(offer: EvidenceOffer, patient_id: UUID, now: datetime) -> Paper:
    """A signed record of the house. One of an online visit stands for the paper on which that visit rested."""
    record = (
        Record.objects.filter(
            visit_id__in=[offer.record_visit_id] if offer.record_visit_id else [],
            patient_id=patient_id,
            state=RecordState.SIGNED,
            diagnoses__code=offer.diagnosis_code,
        )
        .select_related("visit")
        .first()
    )
    if record is None or record.signed_at is None:
        reason = T(zh="没有找到这份本院病历。", en="This record of the house was not found.")
        raise InvalidInput(field="record_visit_id", reason=reason)
    visit = record.visit
    if visit.channel == Channel.IN_PERSON:
        day = civil_day(visit.started_at or record.signed_at)
        return Paper(
            offer,
            offer.diagnosis_code,
            day,
            visit.institution_id,
            "",
            people.is_physical(visit.institution_id, now),
            None,
        )
    rest = visit.evidence.filter(judgement=Judgement.ACCEPTED).order_by("-diagnosed_on").first()
    if rest is None:
        reason = T(
            zh="这份线上病历没有可沿用的线下诊断材料。",
            en="This online record rests on no paper of a physical institution that could be used again.",
        )
        raise InvalidInput(field="record_visit_id", reason=reason)
    return Paper(
        offer, rest.diagnosis_code, rest.diagnosed_on, rest.institution_id, rest.institution_name, rest.physical, None
    )


def keep_paper(actor: Actor, visit: Visit, paper: Paper, now: datetime) -> FollowUpEvidence:
    """Store a checked paper. In the transaction of the verb."""
    picture = None
    if paper.picture is not None:
        picture = store_picture(
            id=new_id(), visit=visit, use=PictureUse.EVIDENCE, by=actor, picture=paper.picture, now=now
        )
    row = FollowUpEvidence(
        id=new_id(),
        visit=visit,
        kind=paper.offer.kind,
        institution_id=paper.institution_id,
        institution_name=paper.institution_name,
        physical=paper.physical,
        diagnosed_on=paper.diagnosed_on,
        diagnosis_code=paper.diagnosis_code,
        picture=picture,
        source_record_id=paper.offer.record_visit_id if paper.offer.kind == EvidenceKind.IN_HOUSE else None,
        offered_at=now,
    )
    row.save(force_insert=True)
    return row


def offer_evidence(*, actor: Actor, visit_id: UUID, offer: EvidenceOffer, now: datetime) -> FollowUpEvidence:
    """Offer another paper for a visit that has not begun. The promise starts anew when its clock stood for want of one.

    Raises InvalidInput (a wrong field), WrongState, NotFound.
    """
    require(actor, REQUEST_VISIT)
    visit = gate.visit_to_read(actor, visit_id)
    if not gate.is_patient_of(actor, visit):
        raise NotFound
    paper = check_paper(offer, visit.patient_id, now)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        gate.in_state(visit, *BEFORE_START, deed=T(zh="再提交材料", en="offer more papers"))
        if visit.evidence.count() >= EVIDENCE_MOST:
            raise InvalidInput(
                field="evidence", reason=T(zh="最多 {n} 份材料。", en="At most {n} papers.").with_(n=EVIDENCE_MOST)
            )
        row = keep_paper(actor, visit, paper, now)
        if visit.promised_by_at is None:
            set_clock(visit, now)
            visit.save(update_fields=CLOCK_FIELDS)
        note(actor, visit, "offer_evidence", now, detail={"evidence": str(row.id), "kind": row.kind})
        tell(visit, "state")
    return row


def accept_evidence(*, actor: Actor, evidence_id: UUID, now: datetime) -> FollowUpEvidence:
    """The physician accepts a paper: a physical institution issued it and it shows the earlier diagnosis.

    Raises EvidenceAlreadyJudged, WrongState, NotFound.
    """
    return _judge(actor, evidence_id, Judgement.ACCEPTED, "", now)


def refuse_evidence(*, actor: Actor, evidence_id: UUID, reason: str, now: datetime) -> FollowUpEvidence:
    """The physician refuses a paper; the patient reads the reason and may offer another.

    Raises InvalidInput without a reason, EvidenceAlreadyJudged, WrongState, NotFound.
    """
    reason = reason.strip()
    if not 2 <= len(reason) <= REASON_MOST:
        words = T(zh="请写明不认可的理由，患者会看到。", en="Say why the paper is not accepted; the patient reads it.")
        raise InvalidInput(field="reason", reason=words)
    return _judge(actor, evidence_id, Judgement.REFUSED, reason, now)


def _judge(actor: Actor, evidence_id: UUID, judgement: Judgement, reason: str, now: datetime) -> FollowUpEvidence:
    require(actor, SEE_PATIENTS)
    found = FollowUpEvidence.objects.filter(id=evidence_id).select_related("visit").first()
    if found is None or not gate.is_physician_of(actor, found.visit):
        raise NotFound
    with transaction.atomic():
        visit = gate.lock(found.visit_id)
        row = FollowUpEvidence.objects.get(id=evidence_id)
        if row.judgement == judgement:
            return row
        if row.judgement != Judgement.PENDING:
            raise EvidenceAlreadyJudged(judgement=Judgement(row.judgement).label)
        gate.in_state(visit, *BEFORE_START, deed=T(zh="判断复诊依据", en="judge the evidence"))
        row.judgement = judgement
        row.judged_by_id = visit.physician_id
        row.judged_at = now
        row.judged_reason = reason
        if judgement == Judgement.ACCEPTED and row.physical is None:
            row.physical = True
        row.save(update_fields=["judgement", "judged_by_id", "judged_at", "judged_reason", "physical"])
        _follow(visit, row, now)
        note(
            actor,
            visit,
            "accept_evidence" if judgement == Judgement.ACCEPTED else "refuse_evidence",
            now,
            detail={"evidence": str(row.id), "kind": row.kind, "diagnosis": row.diagnosis_code},
        )
        tell(visit, "state")
    return row


def _follow(visit: Visit, row: FollowUpEvidence, now: datetime) -> None:
    """What a judgement does to the visit: on to the waiting room, or the clock stands until the patient offers more."""
    if row.judgement == Judgement.ACCEPTED:
        if visit.state == VisitState.REQUESTED:
            visit.state = VisitState.WAITING
            visit.save(update_fields=["state"])
            say(
                visit,
                T(zh="医师认可了您的复诊依据，即将开始。", en="The physician accepted your paper and will start soon."),
                now=now,
            )
        return
    words = T(zh="医师未能认可您的材料：{why}", en="The physician could not accept your paper: {why}")
    say(visit, words.with_(why=row.judged_reason), now=now)
    if not visit.evidence.exclude(judgement=Judgement.REFUSED).exists():
        stop_clock(visit)
        say(
            visit,
            T(
                zh="请补交一份材料，或取消问诊（费用全退）。等您补交期间不计时。",
                en="Please offer another paper, or cancel (the whole fee comes back). The clock stands while you do.",
            ),
            now=now,
        )
