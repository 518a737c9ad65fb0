"""The medical record: drafted, signed and locked, added to."""

from typing import Any
from uuid import UUID

from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done
from xinglin.hospital.api.routes.visits import DiagnosisOf
from xinglin.hospital.api.shapes import At, Code, Id, In, Out, Picture, Text, Whole
from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import READ_RECORD, SEE_PATIENTS, WRITE_RECORD

router = Router(tags=["records"])
VERSION_MAX = 2**31 - 1


class Addendum(Out):
    """What was added after the signature, signed itself."""

    id: UUID
    text: str
    at: At
    by_id: UUID
    sha256: str


class Attachment(Out):
    """A picture of the record."""

    picture_id: UUID
    caption: str


class Record(Out):
    """A record. `intact` says whether content and signature still fit; null while unsigned or imported."""

    visit_id: UUID
    patient_id: UUID
    version: int
    state: str
    chief_complaint: str
    subjective: str
    objective: str
    assessment: str
    plan: str
    vitals: dict[str, int]
    diagnoses: list[DiagnosisOf]
    attachments: list[Attachment]
    addenda: list[Addendum]
    signed_at: At | None
    signed_by_id: UUID | None
    sha256: str
    public_key: str
    signature: str
    intact: bool | None


def shown(view: selectors.RecordView) -> dict[str, Any]:
    """A record with everything that belongs to it, for the schema."""
    row = view.record
    names = Record.model_fields.keys() - {"diagnoses", "attachments", "addenda", "intact"}
    return {name: getattr(row, name) for name in names} | {
        "diagnoses": view.diagnoses,
        "attachments": [{"picture_id": one, "caption": caption} for one, caption in view.attachments],
        "addenda": view.addenda,
        "intact": view.intact,
    }


@operation(router, "get", "/visits/{uuid:visit_id}/record", READ_RECORD, Record)
def record(request: Request, visit_id: UUID) -> Any:
    """病历（查看留痕）｜The record of a visit; the reading is journaled"""
    return shown(selectors.record(actor=request.actor, visit_id=visit_id, now=request.now))


@operation(router, "get", "/visits/{uuid:visit_id}/record/draft", SEE_PATIENTS, Record)
def record_draft(request: Request, visit_id: UUID) -> Any:
    """接诊医师的病历，签名前后｜The physician's own record, signed or not"""
    return shown(selectors.draft(actor=request.actor, visit_id=visit_id))


class RecordDraft(In):
    """The whole draft. `version` is the saved version from which it began (0 for the first)."""

    version: Whole = Field(ge=0, le=VERSION_MAX)
    chief_complaint: Text = Field("", max_length=500)
    subjective: Text = Field("", max_length=8000)
    objective: Text = Field("", max_length=8000)
    assessment: Text = Field("", max_length=8000)
    plan: Text = Field("", max_length=8000)
    vitals: dict[Code, Text] = Field(
        default_factory=dict,
        max_length=30,
        description="如 systolic_mmhg: '138'、temperature_decic: '36.5'。 As people write them.",
    )
    diagnoses: list[Code] = Field(default_factory=list, max_length=8, examples=[["I10"]])


class Saved(Out):
    """The version just saved."""

    version: int
    saved_at: At


@operation(router, "put", "/visits/{uuid:visit_id}/record", WRITE_RECORD, Saved)
def save_record(request: Request, visit_id: UUID, body: RecordDraft) -> Any:
    """保存病历草稿｜Save the whole draft"""
    draft = services.RecordDraft(**body.model_dump())
    return services.save_record(actor=request.actor, visit_id=visit_id, draft=draft, now=request.now)


class AnswerToRule(In):
    """A coded reason for a finding that asks one."""

    reason_code: Code
    text: Text = Field("", max_length=500)


class SignRecord(In):
    """Sign the saved version; `answers` by rule id."""

    version: Whole = Field(ge=0, le=VERSION_MAX)
    answers: dict[Code, AnswerToRule] = Field(default_factory=dict, max_length=50)


class Signed(Out):
    """The signature over the record."""

    visit_id: UUID
    version: int
    state: str
    signed_at: At
    sha256: str
    public_key: str
    signature: str


@operation(router, "post", "/visits/{uuid:visit_id}/record/signature", WRITE_RECORD, Signed)
def sign_record(request: Request, visit_id: UUID, body: SignRecord) -> Any:
    """签署病历，此后只可补记｜Sign the record; from then on it is locked

    Needs a proof of identity within 5 minutes: POST /api/me/confirmation.
    """
    return services.sign_record(
        actor=request.actor,
        visit_id=visit_id,
        version=body.version,
        answers={rule: (given.reason_code, given.text) for rule, given in body.answers.items()},
        now=request.now,
    )


class Add(In):
    """What is added to a signed record. The same id adds once."""

    id: Id
    text: Text = Field(min_length=1, max_length=4000)


@operation(router, "post", "/visits/{uuid:visit_id}/record/addenda", WRITE_RECORD, Addendum, 201)
def add_addendum(request: Request, visit_id: UUID, body: Add) -> Any:
    """补记并签名｜Add to a signed record; the addendum is signed too"""
    return services.add_addendum(actor=request.actor, visit_id=visit_id, id=body.id, text=body.text, now=request.now)


class Attach(In):
    """A new picture, or one that was sent in this visit."""

    picture: Picture | None = None
    picture_id: Id | None = None
    caption: Text = Field("", max_length=200)


@operation(router, "post", "/visits/{uuid:visit_id}/record/pictures", WRITE_RECORD, Attachment, 201)
def attach_picture(request: Request, visit_id: UUID, body: Attach) -> Any:
    """给病历附图｜Attach a picture to the draft"""
    return services.attach_picture(
        actor=request.actor,
        visit_id=visit_id,
        raw=body.picture or b"",
        picture_id=body.picture_id,
        caption=body.caption,
        now=request.now,
    )


@operation(router, "delete", "/visits/{uuid:visit_id}/record/pictures/{uuid:picture_id}", WRITE_RECORD, Done)
def detach_picture(request: Request, visit_id: UUID, picture_id: UUID) -> Any:
    """从草稿取下附图｜Take a picture off the draft"""
    services.detach_picture(actor=request.actor, visit_id=visit_id, picture_id=picture_id, now=request.now)
    return Done()
