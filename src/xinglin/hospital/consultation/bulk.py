"""Load visits of the past by COPY, for the demo city and for imports. The rows are not judged here; constraints are.

Records are signed on the way in with the key that the caller has for the physician: history, too, can be verified.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from xinglin.hospital.consultation import models, parameters
from xinglin.hospital.consultation.services.recording import PARTS
from xinglin.hospital.kernel.copying import copy_rows
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import Picture
from xinglin.hospital.kernel.signing import canonical_bytes

Sign = Callable[[UUID, Any], tuple[UUID, str, str]]
"""(practitioner, content) → id of the key, public key and signature, hexadecimal."""


@dataclass(frozen=True, slots=True)
class PastEvidence:
    """The paper of an earlier diagnosis, accepted by the physician. Without `source_record_id` it is a picture."""

    kind: str
    institution_id: UUID
    institution_name: str
    diagnosed_on: date
    diagnosis_code: str
    source_record_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PastRecord:
    """A signed record: the parts of SOAP by name, vitals, diagnoses as (code, zh, en)."""

    parts: dict[str, str]
    vitals: dict[str, int]
    diagnoses: Sequence[tuple[str, str, str]]
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit that was held and has ended. `messages` are (side, author, words, at) in the order of time."""

    id: UUID
    patient_id: UUID
    asked_by_id: UUID
    asked_by_account_id: UUID
    physician_id: UUID
    institution_id: UUID
    department: str
    complaint: str
    fee_code: str
    fee_fen: int
    requested_at: datetime
    started_at: datetime
    first_reply_at: datetime | None
    ended_at: datetime
    record: PastRecord
    evidence: PastEvidence | None = None
    messages: Sequence[tuple[str, UUID, str, datetime]] = field(default=())
    auth_event_id: UUID | None = None


VISIT = (
    "id", "patient_id", "asked_by_id", "guardian_id", "physician_id", "institution_id", "department", "mode", "channel",
    "state", "complaint", "fee_code", "fee_fen", "requested_at", "promise_from_at", "promised_by_at", "refund_by_at",
    "started_at", "auth_event_id", "first_reply_at", "ended_at", "closing_code", "closing_text", "last_seq",
)  # fmt: skip
PICTURE = ("id", "visit_id", "use", "by_id", "content", "media_type", "sha256", "width", "height", "at")
EVIDENCE = (
    "id", "visit_id", "kind", "institution_id", "institution_name", "physical", "diagnosed_on", "diagnosis_code",
    "picture_id", "source_record_id", "offered_at", "judgement", "judged_by_id", "judged_at", "judged_reason",
)  # fmt: skip
MESSAGE = ("id", "visit_id", "seq", "side", "author_id", "kind", "body", "body_en", "ai_assisted", "at")
RECORD = (
    "visit_id", "patient_id", "version", *PARTS, "vitals", "state", "saved_at", "signed_at", "signed_by_id", "content",
    "sha256", "key_id", "public_key", "signature", "imported",
)  # fmt: skip
DIAGNOSIS = ("record_id", "rank", "code", "name_zh", "name_en")
CONSENT = ("id", "visit_id", "text_id", "sha256", "by_id", "at")


def load_visits(*, rows: Sequence[PastVisit], sign: Sign, paper: Picture) -> int:
    """Load visits with evidence, consent, conversation and signed record. `paper` stands for every paper shown."""
    _consent_texts(rows)
    count = copy_rows(models.Visit, VISIT, (_visit(row) for row in rows))
    papers = {row.id: new_id() for row in rows if row.evidence and row.evidence.source_record_id is None}
    copy_rows(models.Picture, PICTURE, (_picture(row, papers[row.id], paper) for row in rows if row.id in papers))
    copy_rows(models.FollowUpEvidence, EVIDENCE, (_evidence(row, papers) for row in rows if row.evidence))
    copy_rows(models.ConsentGiven, CONSENT, _consents(rows))
    copy_rows(models.Message, MESSAGE, (line for row in rows for line in _messages(row)))
    # Diagnoses first: once its record is signed, the database takes no more. The key between them is checked at commit.
    copy_rows(models.RecordDiagnosis, DIAGNOSIS, (line for row in rows for line in _diagnoses(row)))
    copy_rows(models.Record, RECORD, (_record(row, sign) for row in rows))
    return count


def _visit(r: PastVisit) -> tuple[Any, ...]:
    guardian = r.asked_by_id if r.asked_by_id != r.patient_id else None
    clock = parameters.clock_from(r.requested_at)
    return (
        r.id, r.patient_id, r.asked_by_id, guardian, r.physician_id, r.institution_id, r.department, "follow_up",
        "online", "ended", r.complaint, r.fee_code, r.fee_fen, r.requested_at, clock.from_at, clock.promised_by_at,
        clock.refund_by_at, r.started_at, r.auth_event_id, r.first_reply_at, r.ended_at, "", "", len(r.messages),
    )  # fmt: skip


def _picture(r: PastVisit, picture_id: UUID, paper: Picture) -> tuple[Any, ...]:
    return (
        picture_id, r.id, "evidence", r.asked_by_account_id, paper.content, paper.media_type,
        hashlib.sha256(paper.content).hexdigest(), paper.width, paper.height, r.requested_at,
    )  # fmt: skip


def _evidence(r: PastVisit, papers: dict[UUID, UUID]) -> tuple[Any, ...]:
    e = r.evidence
    assert e is not None
    return (
        new_id(), r.id, e.kind, e.institution_id, e.institution_name, True, e.diagnosed_on, e.diagnosis_code,
        papers.get(r.id), e.source_record_id, r.requested_at, "accepted", r.physician_id, r.started_at, "",
    )  # fmt: skip


def _consent_texts(rows: Sequence[PastVisit]) -> None:
    """The consent texts that were in force; kept before any COPY, for a connection does one thing at a time."""
    for consent in {parameters.consent_at(r.requested_at) for r in rows}:
        models.ConsentText.objects.get_or_create(
            version=consent.version,
            defaults={
                "zh": consent.text.zh,
                "en": consent.text.en,
                "sha256": consent.sha256,
                "from_on": consent.from_on,
            },
        )


def _consents(rows: Sequence[PastVisit]) -> Iterator[tuple[Any, ...]]:
    for r in rows:
        consent = parameters.consent_at(r.requested_at)
        yield new_id(), r.id, consent.version, consent.sha256, r.asked_by_id, r.requested_at


def _messages(r: PastVisit) -> Iterable[tuple[Any, ...]]:
    for seq, (side, author, words, at) in enumerate(r.messages, 1):
        yield new_id(), r.id, seq, side, author, "text", words, "", False, at


def _diagnoses(r: PastVisit) -> Iterable[tuple[Any, ...]]:
    for rank, (code, zh, en) in enumerate(r.record.diagnoses, 1):
        yield r.id, rank, code, zh, en


def _record(r: PastVisit, sign: Sign) -> tuple[Any, ...]:
    kept = canonical_bytes(_content(r))
    key_id, public_key, signature = sign(r.physician_id, json.loads(kept))
    past = r.record
    return (
        r.id, r.patient_id, 1, *(past.parts.get(name, "") for name in PARTS), Jsonb(past.vitals), "signed",
        past.signed_at, past.signed_at, r.physician_id, Jsonb(json.loads(kept)), hashlib.sha256(kept).hexdigest(),
        key_id, public_key, signature, False,
    )  # fmt: skip


def _content(r: PastVisit) -> dict[str, Any]:
    """What was signed, in the very form of a record signed today (services/recording.py; a test compares the two)."""
    return {
        "kind": "record",
        "visit_id": r.id,
        "patient_id": r.patient_id,
        "physician_id": r.physician_id,
        "institution_id": r.institution_id,
        "department": r.department,
        "started_at": r.started_at,
        "version": 1,
        **{name: r.record.parts.get(name, "") for name in PARTS},
        "vitals": r.record.vitals,
        "diagnoses": [
            {"rank": rank, "code": code, "name_zh": zh, "name_en": en}
            for rank, (code, zh, en) in enumerate(r.record.diagnoses, 1)
        ],
        "attachments": [],
        "signed_at": r.record.signed_at,
    }


# WHAT MEDICINES DEPEND ON


ToldRow = models.Observation | models.AllergyTold | models.MedicineTold | models.LifeState
observation_row, allergy_row, medicine_row = models.Observation, models.AllergyTold, models.MedicineTold


def load_told(*, rows: Sequence[ToldRow]) -> int:
    """Load what patients and physicians told: measurements, allergies, medicines from elsewhere, pregnancy. A row that
    is there already stays as it is."""
    by_model: dict[type[Any], list[Any]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    return sum(len(model._default_manager.bulk_create(many, ignore_conflicts=True)) for model, many in by_model.items())
