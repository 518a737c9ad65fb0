"""The record: draft, attachments, signature, addenda."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate, law
from xinglin.hospital.consultation.access import WRITE_RECORD
from xinglin.hospital.consultation.errors import (
    RecordLocked,
    RecordMoved,
    RecordNotSigned,
    TooManyAttachments,
)
from xinglin.hospital.consultation.events import RecordSigned
from xinglin.hospital.consultation.models import (
    Picture,
    Record,
    RecordAddendum,
    RecordAttachment,
    RecordDiagnosis,
    Visit,
)
from xinglin.hospital.consultation.parameters import vitals
from xinglin.hospital.consultation.services.assessing import keep_signed
from xinglin.hospital.consultation.services.storing import note, store_picture, tell
from xinglin.hospital.consultation.words import PictureUse, RecordState, VisitState
from xinglin.hospital.identity import services as identity
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import clean_picture
from xinglin.hospital.kernel.signing import canonical_bytes, digest
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode

PARTS: dict[str, tuple[T, int, bool]] = {
    "chief_complaint": (T(zh="主诉", en="chief complaint"), 500, True),
    "subjective": (T(zh="现病史（S）", en="history (S)"), 5000, True),
    "objective": (T(zh="客观资料（O）", en="objective findings (O)"), 5000, False),
    "assessment": (T(zh="评估（A）", en="assessment (A)"), 5000, True),
    "plan": (T(zh="计划（P）", en="plan (P)"), 5000, True),
}
"""The parts of a record: name, most characters, whether a signed record must have it."""

DIAGNOSES_MOST = 8
ATTACHMENTS_MOST = 9
WRITABLE = (VisitState.IN_PROGRESS, VisitState.REFERRED)


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """What the physician's page holds. `version` is the saved version that it began from.

    `vitals` by code: integers in the unit of the table, or text as typed (parsed here; empty text removes the value).
    """

    version: int
    chief_complaint: str = ""
    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""
    vitals: Mapping[str, int | str] = field(default_factory=dict)
    diagnoses: Sequence[str] = ()


def save_record(*, actor: Actor, visit_id: UUID, draft: RecordDraft, now: datetime) -> Record:
    """Save the whole draft. Raises InvalidForm (each wrong field), RecordMoved, RecordLocked, WrongState, NotFound."""
    require(actor, WRITE_RECORD)
    gate.visit_of_physician(actor, visit_id)
    texts, values, codes = _checked(draft)
    with transaction.atomic():
        visit, record = _open_record(visit_id, now)
        if record.version != draft.version:
            raise RecordMoved(current=record.version, given=draft.version)
        for name, text in texts.items():
            setattr(record, name, text)
        record.vitals = values
        record.version += 1
        record.saved_at = now
        record.save()
        _replace_diagnoses(record, codes)
        note(actor, visit, "save_record", now, on="record", detail={"version": record.version})
    return record


def _checked(draft: RecordDraft) -> tuple[dict[str, str], dict[str, int], list[str]]:
    wrong: list[InvalidInput] = []
    texts: dict[str, str] = {}
    for name, (label, most, _) in PARTS.items():
        texts[name] = str(getattr(draft, name)).replace("\r\n", "\n").replace("\x00", "").strip()
        if len(texts[name]) > most:
            words = T(zh="{part}最多 {most} 个字。", en="The {part} holds at most {most} characters.")
            wrong.append(InvalidInput(field=name, reason=words.with_(part=label, most=most)))
    values: dict[str, int] = {}
    for code, given in draft.vitals.items():
        try:
            if (value := _vital(code, given)) is not None:
                values[code] = value
        except InvalidInput as error:
            wrong.append(error)
    wrong += _pressure(values)
    codes = list(dict.fromkeys(code.strip() for code in draft.diagnoses if code.strip()))
    wrong += _diagnoses(codes)
    if wrong:
        raise InvalidForm(wrong)
    return texts, values, codes


def _vital(code: str, given: int | str) -> int | None:
    vital = vitals().get(code)
    if vital is None:
        raise InvalidInput(field="vitals", reason=T(zh="没有这项体征。", en="There is no such vital sign."))
    if isinstance(given, str):
        return vital.parsed(given) if given.strip() else None
    return vital.checked(given)


def _pressure(values: Mapping[str, int]) -> list[InvalidInput]:
    upper, lower = values.get("systolic_mmhg"), values.get("diastolic_mmhg")
    if upper is not None and lower is not None and lower >= upper:
        words = T(zh="舒张压应低于收缩压。", en="The diastolic pressure lies below the systolic.")
        return [InvalidInput(field="diastolic_mmhg", reason=words)]
    return []


def _diagnoses(codes: Sequence[str]) -> list[InvalidInput]:
    wrong = []
    if len(codes) > DIAGNOSES_MOST:
        words = T(zh="最多 {most} 个诊断。", en="At most {most} diagnoses.").with_(most=DIAGNOSES_MOST)
        wrong.append(InvalidInput(field="diagnoses", reason=words))
    for code in codes:
        try:
            terminology.diagnosis(code)
        except UnknownCode:
            words = T(
                zh="没有诊断编码 {code}，请从搜索结果中选。", en="There is no diagnosis {code}; choose from the search."
            )
            wrong.append(InvalidInput(field="diagnoses", reason=words.with_(code=code)))
    return wrong


def _open_record(visit_id: UUID, now: datetime) -> tuple[Visit, Record]:
    """The visit, locked, and its record, which must still be open to change."""
    visit = gate.lock(visit_id)
    gate.in_state(visit, *WRITABLE, deed=T(zh="写病历", en="write the record"))
    record = Record.objects.filter(visit=visit).first()
    if record is None:
        record = Record(visit=visit, patient_id=visit.patient_id, saved_at=now)
        record.save(force_insert=True)
    if record.state == RecordState.SIGNED:
        raise _locked(record)
    return visit, record


def _locked(record: Record) -> RecordLocked:
    signed = record.signed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if record.signed_at else "–"
    return RecordLocked(at=signed)


def _replace_diagnoses(record: Record, codes: Sequence[str]) -> None:
    if list(record.diagnoses.values_list("code", flat=True)) == list(codes):
        return
    record.diagnoses.all().delete()
    for rank, code in enumerate(codes, start=1):
        info = terminology.diagnosis(code)
        RecordDiagnosis(record=record, rank=rank, code=info.code, name_zh=info.name_zh, name_en=info.name_en).save(
            force_insert=True
        )


def attach_picture(
    *, actor: Actor, visit_id: UUID, now: datetime, raw: bytes = b"", picture_id: UUID | None = None, caption: str = ""
) -> RecordAttachment:
    """Attach a new picture, or one that was sent in this visit (`picture_id`), to the draft.

    Raises InvalidInput (no readable picture), TooManyAttachments, RecordLocked, WrongState, NotFound.
    """
    require(actor, WRITE_RECORD)
    gate.visit_of_physician(actor, visit_id)
    clean = None if picture_id else clean_picture(raw, field="picture")
    with transaction.atomic():
        visit, record = _open_record(visit_id, now)
        if record.attachments.count() >= ATTACHMENTS_MOST:
            raise TooManyAttachments(limit=ATTACHMENTS_MOST)
        if clean is not None:
            picture = store_picture(
                id=new_id(), visit=visit, use=PictureUse.ATTACHMENT, by=actor, picture=clean, now=now
            )
        else:
            found = Picture.objects.filter(id=picture_id or new_id(), visit=visit).first()
            if found is None:
                raise NotFound
            picture = found
        row, _ = RecordAttachment.objects.get_or_create(
            record=record, picture=picture, defaults={"caption": caption.strip()[:200]}
        )
        note(actor, visit, "attach_picture", now, on="record", detail={"picture": str(picture.id)})
    return row


def detach_picture(*, actor: Actor, visit_id: UUID, picture_id: UUID, now: datetime) -> None:
    """Take a picture off the draft; the picture itself stays. Raises RecordLocked, WrongState, NotFound."""
    require(actor, WRITE_RECORD)
    gate.visit_of_physician(actor, visit_id)
    with transaction.atomic():
        visit, record = _open_record(visit_id, now)
        gone, _ = record.attachments.filter(picture_id=picture_id).delete()
        if not gone:
            raise NotFound
        note(actor, visit, "detach_picture", now, on="record", detail={"picture": str(picture_id)})


# SIGNING


def content_of(visit: Visit, record: Record, now: datetime) -> dict[str, Any]:
    """Exactly what is signed: ids, words, integers, hashes of the pictures."""
    return {
        "kind": "record",
        "visit_id": visit.id,
        "patient_id": visit.patient_id,
        "physician_id": visit.physician_id,
        "institution_id": visit.institution_id,
        "department": visit.department,
        "started_at": visit.started_at,
        "version": record.version,
        **{name: getattr(record, name) for name in PARTS},
        "vitals": record.vitals,
        "diagnoses": [
            {"rank": d.rank, "code": d.code, "name_zh": d.name_zh, "name_en": d.name_en} for d in record.diagnoses.all()
        ],
        "attachments": sorted(record.attachments.values_list("picture__sha256", flat=True)),
        "signed_at": now,
    }


def sign_record(
    *,
    actor: Actor,
    visit_id: UUID,
    version: int,
    now: datetime,
    answers: Mapping[str, tuple[str, str]] | None = None,
) -> Record:
    """Sign the saved draft with the physician's own key; from then on it is locked. Done twice it is done once.

    `answers`: rule id → (reason code, words) for findings that ask a reason. Raises InvalidForm (what is missing),
    RecordMoved, EmergencyStands, NeedsAnswer, NotEligibleOnline, identity's ConfirmationNeeded, WrongState, NotFound.
    """
    require(actor, WRITE_RECORD)
    visit = gate.visit_of_physician(actor, visit_id)
    record = Record.objects.filter(visit=visit).first()
    if record is not None and record.state == RecordState.SIGNED:
        return record
    if record is None or record.version != version:
        raise RecordMoved(current=record.version if record else 0, given=version)
    gate.in_state(visit, *WRITABLE, deed=T(zh="签署病历", en="sign the record"))
    gate.no_emergency(visit.id)
    _complete(record)
    codes = list(record.diagnoses.values_list("code", flat=True))
    law.permit_signature(actor=actor, visit=visit, diagnoses=codes, answers=answers or {}, now=now)
    with transaction.atomic():
        visit, record = _open_record(visit_id, now)
        if record.version != version:
            raise RecordMoved(current=record.version, given=version)
        gate.no_emergency(visit.id)  # A message may have come while the rules were asked.
        _sign(actor, visit, record, now)
        keep_signed(actor, visit, codes, now)
        note(actor, visit, "sign_record", now, on="record", detail={"sha256": record.sha256, "key": str(record.key_id)})
        publish(
            RecordSigned(
                visit_id=visit.id,
                patient_id=visit.patient_id,
                physician_id=visit.physician_id,
                institution_id=visit.institution_id,
                at=now,
            )
        )
        tell(visit, "record")
    return record


def _complete(record: Record) -> None:
    wrong = [
        InvalidInput(field=name, reason=T(zh="{part}还没有写。", en="The {part} is still empty.").with_(part=label))
        for name, (label, _, needed) in PARTS.items()
        if needed and not getattr(record, name)
    ]
    if not record.diagnoses.exists():
        wrong.append(
            InvalidInput(field="diagnoses", reason=T(zh="至少要有一个诊断。", en="At least one diagnosis is needed."))
        )
    if wrong:
        raise InvalidForm(wrong)


def _sign(actor: Actor, visit: Visit, record: Record, now: datetime) -> None:
    content = content_of(visit, record, now)
    made = identity.sign_as(actor=actor, content=content, now=now)
    record.state = RecordState.SIGNED
    record.signed_at = now
    record.signed_by_id = visit.physician_id
    record.content = _stored(content)
    record.sha256 = digest(content)
    record.key_id = made.key_id
    record.public_key = made.public_key
    record.signature = made.signature
    record.save()


def _stored(content: Any) -> Any:
    """The content as JSON values whose canonical bytes are the signed ones."""
    import json

    return json.loads(canonical_bytes(content))


def add_addendum(*, actor: Actor, visit_id: UUID, id: UUID, text: str, now: datetime) -> RecordAddendum:
    """Add to a signed record; the addendum is signed too. The same id adds once.

    Raises InvalidInput, RecordNotSigned, identity's ConfirmationNeeded, NotFound.
    """
    require(actor, WRITE_RECORD)
    visit = gate.visit_of_physician(actor, visit_id)
    text = text.strip()
    if not 2 <= len(text) <= 3000:
        raise InvalidInput(field="text", reason=T(zh="请写 2 到 3000 个字。", en="Write 2 to 3000 characters."))
    with transaction.atomic():
        gate.lock(visit_id)
        record = Record.objects.filter(visit=visit, state=RecordState.SIGNED).first()
        if record is None:
            raise RecordNotSigned
        if earlier := RecordAddendum.objects.filter(id=id).first():
            if earlier.record_id != visit.id:
                raise NotFound
            return earlier
        content = {"kind": "addendum", "id": id, "visit_id": visit.id, "record_sha256": record.sha256, "text": text}
        content |= {"physician_id": visit.physician_id, "at": now}
        made = identity.sign_as(actor=actor, content=content, now=now)
        row = RecordAddendum(
            id=id,
            record=record,
            text=text,
            at=now,
            by_id=visit.physician_id,
            content=_stored(content),
            sha256=digest(content),
            key_id=made.key_id,
            public_key=made.public_key,
            signature=made.signature,
        )
        row.save(force_insert=True)
        note(actor, visit, "add_addendum", now, on="record", detail={"addendum": str(id), "sha256": row.sha256})
        tell(visit, "record")
    return row
