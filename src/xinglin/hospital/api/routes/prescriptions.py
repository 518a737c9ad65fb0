"""Prescriptions: typed, previewed, signed, read, cancelled."""

from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.problems import AskProblem, FieldProblem, ask_of
from xinglin.hospital.api.routes.cards import MedicineCheck, check_of
from xinglin.hospital.api.routes.people import Done
from xinglin.hospital.api.shapes import At, Code, Flag, Id, In, Out, Text, Whole, Words
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import DISPENSE, OWN_PRESCRIPTION, READ_PRESCRIPTION, WRITE_PRESCRIPTION

router = Router(tags=["prescriptions"])
DOSE_MAX = 100_000_000


# WRITING


class Line(In):
    """One medicine. Packs are computed from dose, frequency and days; where no days follow, packs are given."""

    id: Id
    product_code: Code = Field(examples=["XL-C08CA01-002"])
    dose_units: Whole | None = Field(None, ge=1, le=DOSE_MAX, description="一次用量。 One dose, in the product's unit.")
    frequency: Text = Field("", max_length=16, examples=["qd"])
    route: Text = Field("", max_length=16, examples=["po"])
    days: Whole | None = Field(None, ge=1, le=366, description="当地规定之内。 What the place allows.")
    packs: Whole | None = Field(None, ge=1, le=99)
    reason: Text = Field("", max_length=300)


class PrescriptionDraft(In):
    """A prescription as typed. `id` becomes the prescription's own: signing twice is one deed."""

    id: Id
    visit_id: Id
    lines: list[Line] = Field(default_factory=list, max_length=30)
    kind: Literal["ordinary", "reasoned", "long", "emergency"] = "ordinary"
    kind_reason: Text = Field("", max_length=500)
    assessed: Flag = False
    patient_agreed: Flag = False
    urgent: Flag = False
    valid_days: Whole = Field(3, ge=1, le=3)
    replaces_id: Id | None = None

    def plain(self) -> services.Draft:
        """For the service."""
        values = {
            name: getattr(self, name) for name in PrescriptionDraft.model_fields if name not in {"lines", "answers"}
        }
        lines = tuple(services.DraftLine(**line.model_dump()) for line in self.lines)
        return services.Draft(**values, lines=lines)


class PricedLine(Out):
    """A line with what follows from it."""

    id: UUID
    product_code: str
    packs: int | None
    days_supply: int | None
    amount_fen: int


class Previewed(Out):
    """What a draft amounts to, and what the rules say so far."""

    lines: list[PricedLine]
    errors: list[FieldProblem]
    asks: list[AskProblem]
    total_fen: int
    days: int | None
    medicine_check: MedicineCheck | None


@operation(router, "post", "/prescriptions/preview", WRITE_PRESCRIPTION, Previewed)
def preview_prescription(request: Request, body: PrescriptionDraft) -> Any:
    """边写边提醒，只留计数｜What the rules say of a draft as it is typed; nothing is stored but counts

    `medicine_check` holds the cards of the check as the room shows them; `asks` are the reminders of the law, those in
    `medicine_check.merged` among them, for which a card or an acceptance stands already.
    """
    seen = services.preview(actor=request.actor, draft=body.plain(), now=request.now)
    checked = check_of(selectors.medicine_view(seen.lines, seen.advised), seen)
    return Previewed(
        lines=[
            PricedLine(
                id=p.line.id,
                product_code=p.product.code,
                packs=p.packs,
                days_supply=p.days_supply,
                amount_fen=p.amount_fen,
            )
            for p in seen.lines
        ],
        errors=[FieldProblem.model_validate(error.as_json()) for error in seen.errors],
        asks=[AskProblem.model_validate(ask_of(ask)) for ask in seen.asks],
        total_fen=seen.total_fen,
        days=seen.days,
        medicine_check=None if checked is None else MedicineCheck.model_validate(checked),
    )


class SavedLine(Out):
    """A line as typed."""

    id: UUID
    product_code: str
    dose_units: int | None
    frequency: str
    route: str
    days: int | None
    packs: int | None
    reason: str


class SavedDraft(Out):
    """What has been typed so far."""

    id: UUID
    visit_id: UUID
    lines: list[SavedLine]
    kind: str
    kind_reason: str
    assessed: bool
    patient_agreed: bool
    urgent: bool
    valid_days: int
    replaces_id: UUID | None


class MaybeDraft(Out):
    """A draft, or null while nothing has been typed."""

    draft: SavedDraft | None


@operation(router, "put", "/prescription-drafts", WRITE_PRESCRIPTION, Done)
def save_prescription_draft(request: Request, body: PrescriptionDraft) -> Any:
    """保存处方草稿｜Keep what has been typed; an empty draft is dropped"""
    services.save_draft(actor=request.actor, draft=body.plain(), now=request.now)
    return Done()


@operation(router, "get", "/visits/{uuid:visit_id}/prescription-draft", WRITE_PRESCRIPTION, MaybeDraft)
def prescription_draft(request: Request, visit_id: UUID) -> Any:
    """这次问诊的处方草稿｜The prescription draft of a visit"""
    return {"draft": selectors.draft_of(actor=request.actor, visit_id=visit_id)}


@operation(router, "get", "/prescriptions/{uuid:prescription_id}/redraft", WRITE_PRESCRIPTION, SavedDraft)
def redraft(request: Request, prescription_id: UUID) -> Any:
    """按原处方重写｜A new draft with the lines of an ended prescription of one's own"""
    return selectors.redraft(actor=request.actor, prescription_id=prescription_id)


class AnswerToAsk(In):
    """A coded reason for going on in spite of a reminder; `key` as in asks."""

    key: Text = Field(min_length=1, max_length=200)
    reason_code: Code
    text: Text = Field("", max_length=500)


class Issue(PrescriptionDraft):
    """A draft to sign, with the answers to its reminders."""

    answers: list[AnswerToAsk] = Field(default_factory=list, max_length=60)


# READING


class PrescribedLine(Out):
    """One medicine, as it was signed."""

    id: UUID
    position: int
    product_code: str
    name_zh: str
    name_en: str
    strength_text: str
    pack_text: str
    dose_units: int | None
    dose_unit: str
    frequency: str
    route: str
    days: int | None
    packs: int
    days_supply: int | None
    reason: str
    price_fen: int
    amount_fen: int


class Prescription(Out):
    """A signed prescription and where it stands. `sha256` is over the signed text."""

    id: UUID
    visit_id: UUID
    patient_id: UUID
    prescriber_id: UUID
    institution_id: UUID
    kind: str
    diagnosis_codes: list[str]
    urgent: bool
    state: str
    state_name: Words
    issued_at: At
    review_due_at: At
    valid_until_at: At
    total_fen: int
    settlement_id: UUID | None
    settled_at: At | None
    replaces_id: UUID | None
    ended_reason: str
    lines: list[PrescribedLine]


def shown(row: Any) -> dict[str, Any]:
    """A prescription row for the schema."""
    names = Prescription.model_fields.keys() - {"state_name", "lines"}
    return {name: getattr(row, name) for name in names} | {
        "state_name": selectors.State(row.state).label,
        "lines": list(row.lines.all()),
    }


@operation(router, "post", "/prescriptions", WRITE_PRESCRIPTION, Prescription, 201)
def issue_prescription(request: Request, body: Issue) -> Any:
    """签发处方｜Sign a prescription

    A reminder without an answer refuses with `prescription.needs_answer` and lists the asks; a rule that allows no
    reason refuses with `prescription.refused`. Needs a proof of identity within 5 minutes.
    """
    answers = [services.Answer(**answer.model_dump()) for answer in body.answers]
    row = services.issue_prescription(actor=request.actor, draft=body.plain(), answers=answers, now=request.now)
    return shown(row)


class Which(In):
    """Of a visit, of a patient, or (neither) those that the acting physician wrote or the acting patient was given."""

    visit_id: Id | None = None
    patient_id: Id | None = None


@operation(router, "get", "/prescriptions", READ_PRESCRIPTION, list[Prescription])
def prescriptions(request: Request, query: Query[Which]) -> Any:
    """处方列表：某次问诊、某位患者，或我开的｜Prescriptions of a visit, of a patient, or one's own"""
    if query.visit_id:
        sheets = selectors.of_visit(actor=request.actor, visit_id=query.visit_id)
    elif query.patient_id is None and request.actor.has(Role.PHYSICIAN):
        sheets = selectors.of_prescriber(actor=request.actor)
    else:
        patient_id = query.patient_id or request.actor.person_id
        sheets = selectors.of_patient(actor=request.actor, patient_id=patient_id) if patient_id else []
    return [shown(sheet.row) for sheet in sheets]


class ReviewAct(Out):
    """A pharmacist's signed act, with the prescriber's answer to a question."""

    id: UUID
    outcome: str
    codes: list[str]
    text: str
    at: At
    answer: str


class Finding(Out):
    """What a rule said while the prescription was written, and the prescriber's reason."""

    rule_id: str
    outcome: str
    consequence: str
    sentence: Words
    reason_code: str
    reason_text: str


class Step(Out):
    """One move from state to state."""

    seq: int
    before: str
    after: str
    verb: str
    actor_label: str
    at: At


class Custody(Out):
    """Who held the medicine from when on."""

    seq: int
    kind: str
    holder: str
    place: str
    at: At


class Directions(Out):
    """How to take a medicine, in plain words."""

    line_id: UUID
    take: Words
    supply: Words
    caution: Words | None


class PrescriptionSheet(Prescription):
    """A prescription with everything around it."""

    sha256: str
    reviews: list[ReviewAct]
    findings: list[Finding]
    steps: list[Step]
    custody: list[Custody]
    directions: list[Directions]


@operation(router, "get", "/prescriptions/{uuid:prescription_id}", READ_PRESCRIPTION, PrescriptionSheet)
def prescription(request: Request, prescription_id: UUID) -> Any:
    """一张处方的全部情况（查看留痕）｜One prescription with everything around it; the reading is journaled"""
    sheet = selectors.prescription(actor=request.actor, prescription_id=prescription_id, now=request.now)
    row = sheet.row
    return shown(row) | {
        "sha256": sheet.sha256,
        "reviews": [
            {
                "id": act.id,
                "outcome": act.outcome,
                "codes": act.codes,
                "text": act.text,
                "at": act.at,
                "answer": act.answer.text if hasattr(act, "answer") else "",
            }
            for act in row.reviews.all()
        ],
        "findings": [
            {
                "rule_id": said.rule_id,
                "outcome": said.outcome,
                "consequence": said.consequence,
                "sentence": {"zh": said.sentence_zh, "en": said.sentence_en},
                "reason_code": said.reason_code,
                "reason_text": said.reason_text,
            }
            for said in row.findings.all()
        ],
        "steps": list(row.steps.all()),
        "custody": list(row.custody.all()),
        "directions": [
            {"line_id": d.line.id, "take": d.take, "supply": d.supply, "caution": d.caution}
            for d in selectors.directions_of(sheet)
        ],
    }


class SignatureCheck(Out):
    """What a check of the stored signature found."""

    present: bool
    holds: bool
    by_prescriber: bool
    content_same: bool
    key_valid: bool
    good: bool


@operation(router, "get", "/prescriptions/{uuid:prescription_id}/signature", READ_PRESCRIPTION, SignatureCheck)
def verify_signature(request: Request, prescription_id: UUID) -> Any:
    """核验处方签名｜Check a prescription's signature against text, rows and key"""
    return selectors.verify_signature(actor=request.actor, prescription_id=prescription_id)


# ENDING


class CodedReason(In):
    """A coded reason (lists/cancel-reasons, lists/return-reasons), with words where they help."""

    reason_code: Code
    text: Text = Field("", max_length=500)


@operation(
    router,
    "post",
    "/prescriptions/{uuid:prescription_id}/cancellation",
    (OWN_PRESCRIPTION, WRITE_PRESCRIPTION, DISPENSE),
    Prescription,
)
def cancel_prescription(request: Request, prescription_id: UUID, body: CodedReason) -> Any:
    """发药前作废处方｜Cancel before the hand-over: prescriber, patient or pharmacy"""
    row = services.cancel_prescription(
        actor=request.actor,
        prescription_id=prescription_id,
        reason_code=body.reason_code,
        text=body.text,
        now=request.now,
    )
    return shown(row)
