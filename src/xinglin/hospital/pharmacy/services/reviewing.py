"""The pharmacist's review: approve, return with coded reasons, ask or refuse; and the prescriber's answer.

A finding of tier X asks for two signatures: one pharmacist endorses with reasons, another approves.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.services import Advice
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity import services as identity_services
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.signing import canonical_bytes, digest
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.pharmacy import law
from xinglin.hospital.pharmacy.access import REVIEW_PRESCRIPTION, WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.content import Party, review_content
from xinglin.hospital.pharmacy.devices import note_device, same_device
from xinglin.hospital.pharmacy.errors import (
    ReviewerIsPrescriber,
    SecondSignerIsFirst,
    SecondSignerNeeded,
    SignatureBroken,
)
from xinglin.hospital.pharmacy.events import PrescriptionReturned, PrescriptionReviewed
from xinglin.hospital.pharmacy.facts import review_facts
from xinglin.hospital.pharmacy.gate import find, practitioner_of
from xinglin.hospital.pharmacy.medicine_check import DeskFinding, check_row, desk_findings, worst
from xinglin.hospital.pharmacy.models import Prescription, Review, ReviewAnswer
from xinglin.hospital.pharmacy.review_desk import first_signature
from xinglin.hospital.pharmacy.review_models import ReviewClaim, SeenFinding
from xinglin.hospital.pharmacy.services.desk import require_free
from xinglin.hospital.pharmacy.services.moving import locked, move, note, require_state, require_valid
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import Stage

AFTER = {
    "approve": State.APPROVED,
    "endorse": State.SIGNED,
    "ask": State.QUESTIONED,
    "return": State.RETURNED,
    "refuse": State.REFUSED,
}
FROM = {
    "approve": (State.SIGNED,),
    "endorse": (State.SIGNED,),
    "ask": (State.SIGNED,),
    "return": (State.SIGNED, State.QUESTIONED),
    "refuse": (State.SIGNED, State.QUESTIONED),
}
SIGNING = frozenset({"approve", "endorse"})
TEXT_MAX = 1000


def review_prescription(
    *,
    actor: Actor,
    prescription_id: UUID,
    outcome: str,
    codes: Sequence[str],
    text: str,
    now: datetime,
    review_id: UUID | None = None,
) -> Review:
    """Review a prescription. `codes` are those of the prescription-comment table, wanted for return and refuse.

    An approval is judged at control and needs an unbroken signature; every outcome is signed with the pharmacist's key.
    While the check of medicines finds something of tier X, another pharmacist's `endorse` comes before `approve`.
    A retry under the same `review_id` gives the first review. Raises InvalidInput, WrongStage, ReviewerIsPrescriber,
    SheetHeldByAnother, SecondSignerNeeded, SecondSignerIsFirst, PrescriptionExpired, SignatureBroken,
    PrescriptionRefused, CheckerDown, ConfirmationNeeded; then nothing is written.
    """
    require(actor, REVIEW_PRESCRIPTION)
    review_id = review_id or new_id()
    done = Review.objects.filter(
        id=review_id, prescription_id=prescription_id, reviewer_id=practitioner_of(actor)
    ).first()
    if done is not None:
        return done
    _check_input(outcome, codes, text)
    row = _reviewable(actor, prescription_id, outcome, now)
    advice = check_row(actor, row, json.loads(row.signed.content), now)
    findings = desk_findings(advice, row)
    review = Review(
        id=review_id,
        outcome=outcome,
        codes=list(codes),
        text=text.strip(),
        opened_at=_opened_at(actor, row),
        checked_tier=worst(findings),
        at=now,
    )
    if outcome in SIGNING:
        _require_signers(actor, row, outcome, findings)
        _require_whole(row, now)
    if outcome == "approve":
        _control(actor, row, review, now)
    _sign(actor, row, review)
    _save(actor, review, Seen(advice, tuple(findings)), prescription_id, now)
    return review


def _reviewable(actor: Actor, prescription_id: UUID, outcome: str, now: datetime) -> Prescription:
    row = find(actor, prescription_id)
    if row.institution_id not in actor.institution_ids:
        raise NotFound
    if row.prescriber_person_id == actor.person_id:
        raise ReviewerIsPrescriber
    require_state(row, *FROM[outcome])
    require_valid(row, now)
    require_free(actor, row, now)
    return row


@transaction.atomic
def _save(actor: Actor, review: Review, seen: "Seen", prescription_id: UUID, now: datetime) -> None:
    row = locked(actor, prescription_id)
    require_state(row, *FROM[review.outcome])
    require_free(actor, row, now)
    review.prescription = row
    review.save(force_insert=True)
    note_device(actor, review.id, now)
    _keep_seen(actor, row, review, seen, now)
    ReviewClaim.objects.filter(prescription=row).delete()
    detail = {"review_id": str(review.id), "outcome": review.outcome, "codes": review.codes}
    if review.outcome == "endorse":
        note(row, State.SIGNED, verb="endorse_prescription", actor=actor, now=now, detail=detail)
        return
    move(row, AFTER[review.outcome], verb="review_prescription", actor=actor, now=now, detail=detail)
    _publish(row, review)
    if review.outcome == "approve":
        oversight.link_verdicts(actor=actor, subject_id=row.id, deed_id=review.id, now=now)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check said at the decision."""

    advice: Advice
    findings: tuple[DeskFinding, ...]


def _keep_seen(actor: Actor, row: Prescription, review: Review, seen: Seen, now: datetime) -> None:
    """Keep what stood before the pharmacist, and the evidence with which it can be judged again."""
    if not seen.findings:
        return
    SeenFinding.objects.bulk_create(
        SeenFinding(
            id=new_id(),
            review=review,
            ticket=one.ticket,
            rule=one.rule,
            tier=one.tier,
            problem=one.problem,
            row=one.row,
            review_code=one.review_code,
            text_zh=one.text.zh,
            text_en=one.text.en,
            line_ids=list(one.line_ids),
            reason_code=one.reason_code,
            at=now,
        )
        for one in seen.findings
    )
    decision_support.keep_evidence(
        actor=actor,
        advice=seen.advice,
        institution_id=row.institution_id,
        subject_type="review",
        subject_id=review.id,
        now=now,
    )


def _require_signers(actor: Actor, row: Prescription, outcome: str, findings: Sequence[DeskFinding]) -> None:
    """A finding of tier X is signed by two people: neither the prescriber, nor the same one twice."""
    grave = any(one.tier == "X" for one in findings)
    first = first_signature(list(row.reviews.all()))
    if outcome == "endorse":
        if first is not None or not grave:
            reason = T(zh="这张处方现在不需要第一签名。", en="It does not need a first signature now.")
            raise InvalidInput(field="outcome", reason=reason)
        return
    if grave and first is None:
        raise SecondSignerNeeded
    if grave and first is not None and first.reviewer_person_id == actor.person_id:
        raise SecondSignerIsFirst


def _check_input(outcome: str, codes: Sequence[str], text: str) -> None:
    def wrong(field: str, zh: str, en: str) -> InvalidInput:
        return InvalidInput(field=field, reason=T(zh=zh, en=en))

    if outcome not in AFTER:
        raise wrong("outcome", "请选择审核结论。", "Choose the outcome of the review.")
    known = {row.code for row in terminology.review_codes()}
    if any(code not in known for code in codes):
        raise wrong("codes", "请从列表中选择原因代码。", "Choose reason codes from the list.")
    if outcome in {"return", "refuse"} and not codes:
        raise wrong("codes", "退回或拒绝须至少选择一项原因。", "Returning or refusing takes at least one coded reason.")
    if outcome in SIGNING and codes:
        raise wrong("codes", "通过的处方不能带问题代码。", "An approval carries no remarks.")
    if outcome == "endorse" and len(text.strip()) < 2:
        raise wrong("text", "请写明为什么仍可使用。", "Write why it may be given all the same.")
    if outcome == "ask" and len(text.strip()) < 2:
        raise wrong("text", "请写明要问医师什么。", "Write what you want to ask.")
    if len(text) > TEXT_MAX:
        raise wrong("text", f"最多 {TEXT_MAX} 字。", f"At most {TEXT_MAX} characters.")


def _opened_at(actor: Actor, row: Prescription) -> datetime | None:
    """When this reviewer first opened the sheet, as the journal has it. None where it was never opened on a screen."""
    reads = JournalEntry.objects.filter(
        object_id=row.id, verb="read_prescription", actor_id=actor.id, outcome="done", at__gte=row.issued_at
    )
    return reads.order_by("at").values_list("at", flat=True).first()


def _require_whole(row: Prescription, now: datetime) -> None:
    law.require_checker(now)
    if not check_signature(row).good:
        raise SignatureBroken


def _control(actor: Actor, row: Prescription, review: Review, now: datetime) -> None:
    review.reviewer_id = practitioner_of(actor)
    judged = review_facts([review], same_device(row.id, actor.device))
    case = law.stage_case(row, Stage.REVIEWED, review=judged, now=now, reviewing=review, charged=True)
    law.control(actor, row, case, law.AT_REVIEW, now)


def _sign(actor: Actor, row: Prescription, review: Review) -> None:
    profile = identity.own_profile(actor=actor, at=review.at)
    content = review_content(
        review_id=review.id,
        prescription_id=row.id,
        prescription_sha256=row.signed.sha256,
        reviewer=Party(profile.id, profile.name, {"register_no": profile.register_no}),
        outcome=review.outcome,
        codes=review.codes,
        text=review.text,
        at=review.at,
    )
    signature = identity_services.sign_as(actor=actor, content=content, now=review.at)
    review.reviewer_id = profile.id
    review.reviewer_person_id = profile.person_id
    review.content = canonical_bytes(content).decode()
    review.sha256 = digest(content)
    review.key_id = signature.key_id
    review.public_key = signature.public_key
    review.signature = signature.signature


def _publish(row: Prescription, review: Review) -> None:
    if review.outcome == "return":
        publish(
            PrescriptionReturned(
                prescription_id=row.id,
                visit_id=row.visit_id,
                patient_id=row.patient_id,
                prescriber_id=row.prescriber_id,
                reviewer_id=review.reviewer_id,
                institution_id=row.institution_id,
                at=review.at,
            )
        )
        return
    publish(
        PrescriptionReviewed(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            reviewer_id=review.reviewer_id,
            institution_id=row.institution_id,
            outcome=review.outcome,
            at=review.at,
        )
    )


@transaction.atomic
def answer_question(*, actor: Actor, prescription_id: UUID, text: str, now: datetime) -> ReviewAnswer:
    """The prescriber answers the pharmacist's question; the prescription goes back to the review desk.

    Raises InvalidInput for an empty answer, WrongStage when there is no open question.
    """
    require(actor, WRITE_PRESCRIPTION)
    if not 2 <= len(text.strip()) <= TEXT_MAX:
        reason = T(zh=f"请写下答复（2 到 {TEXT_MAX} 字）。", en=f"Write your answer (2 to {TEXT_MAX} characters).")
        raise InvalidInput(field="text", reason=reason)
    row = locked(actor, prescription_id)
    if row.prescriber_id != actor.practitioner_id:
        raise NotFound
    require_state(row, State.QUESTIONED)
    question = row.reviews.filter(outcome="ask", answer__isnull=True).latest("at")
    answer = ReviewAnswer(id=new_id(), review=question, by_id=row.prescriber_id, text=text.strip(), at=now)
    answer.save(force_insert=True)
    move(row, State.SIGNED, verb="answer_question", actor=actor, now=now, detail={"review_id": str(question.id)})
    return answer
