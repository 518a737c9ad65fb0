"""What the tests of the consultation stand on. No one made here exists."""

import io
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from PIL import Image
from tests import builders as make

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.questions import age_months, questions_for
from xinglin.hospital.consultation.services import EvidenceOffer, RecordDraft
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.terminology import shipped, snapshot
from xinglin.hospital.terminology.models import Diagnosis, Service, Versioned

NOW = make.NOW
CODES = ("I10", "E11.9", "I11.9", "J00", "J45.9")
SAID = "这几天血压最高量到多少？有没有头晕、胸闷或者看东西模糊？"


def a_picture(colour: str = "white", size: tuple[int, int] = (64, 48)) -> bytes:
    """A readable PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@cache
def _shipped() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Visit fees and a few diagnoses of the shipped catalogues: read once."""
    return (
        [row for row in shipped.service_rows() if row["category"] == "visit"],
        [row for row in shipped.diagnosis_rows() if row["code"] in CODES],
    )


def catalogues() -> None:
    """The rows of the shipped catalogues that visits need: visit fees and a few diagnoses."""
    if Service.objects.exists() and Diagnosis.objects.exists():
        return
    fees, diagnoses = _shipped()
    Service.objects.bulk_create(_row(Service, row, price_fen=int(row["price_fen"])) for row in fees)
    Diagnosis.objects.bulk_create(_row(Diagnosis, row, edition="xinglin") for row in diagnoses)
    snapshot.forget()


def _row(model: type[Versioned], row: dict[str, str], **more: Any) -> Any:
    return model(
        id=new_id(),
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        pinyin="",
        initials="",
        sort_key=row["code"],
        content=dict(row),
        row_hash="",
        valid_from_on=date(2020, 1, 1),
        **more,
    )


def calm(birth_on: date = date(1966, 3, 12), sex: str = "F", **changes: str) -> dict[str, str]:
    """Answers without any danger."""
    months = age_months(birth_on, NOW.date())
    answers = {q.id: "no" for q in questions_for(sex=sex, months=months) if q.kind == "danger"}
    return answers | {"since": "none", "course": "same", "taking": "regular"} | changes


def a_paper(**changes: Any) -> EvidenceOffer:
    """An uploaded outpatient record of a month ago."""
    values: dict[str, Any] = {
        "kind": "outpatient_record",
        "diagnosis_code": "I10",
        "diagnosed_on": date(2026, 8, 1),
        "institution_name": "测试社区卫生服务中心",
        "picture": a_picture(),
    }
    return EvidenceOffer(**(values | changes))


class World:
    """A physician on duty and a patient, and the steps that lead to each state of a visit."""

    def __init__(self) -> None:
        catalogues()
        self.doctor = make.a_physician()
        self.patient = make.a_patient()

    def request(self, patient: make.Someone | None = None, now: datetime = NOW, **changes: Any) -> Visit:
        """A visit that was just asked for."""
        who = patient or self.patient
        values: dict[str, Any] = {
            "actor": who.at(now),
            "id": new_id(),
            "person_id": who.person_id,
            "physician_id": self.doctor.practitioner_id,
            "complaint": "血压药吃完了，来复查",
            "evidence": [a_paper()],
            "answers": calm(),
            "consent_version": "1",
            "now": now,
        }
        return services.request_visit(**(values | changes))

    def waiting(self, **changes: Any) -> Visit:
        """A visit whose paper was accepted."""
        visit = self.request(**changes)
        paper = visit.evidence.get()
        services.accept_evidence(actor=self.doctor.actor, evidence_id=paper.id, now=changes.get("now", NOW))
        visit.refresh_from_db()
        return visit

    def started(self, **changes: Any) -> Visit:
        """A visit in consultation."""
        now = changes.get("now", NOW)
        visit = self.waiting(**changes)
        make.a_proof(self.doctor.account, at=now)
        services.start_visit(actor=self.doctor.at(now), visit_id=visit.id, now=now)
        visit.refresh_from_db()
        return visit

    def drafted(self, visit: Visit | None = None, **changes: Any) -> tuple[Visit, int]:
        """A visit with a whole draft, and the draft's version."""
        visit = visit or self.started()
        record = services.save_record(
            actor=self.doctor.actor, visit_id=visit.id, draft=a_draft(**changes), now=NOW + timedelta(minutes=1)
        )
        return visit, record.version

    def signed(self) -> Visit:
        """A visit in consultation whose record is signed."""
        visit, version = self.drafted()
        services.sign_record(
            actor=self.doctor.actor, visit_id=visit.id, version=version, now=NOW + timedelta(minutes=2)
        )
        return visit

    def say(self, visit: Visit, text: str = SAID, actor: Actor | None = None, now: datetime = NOW) -> UUID:
        """The physician (or another) says something; the message's id."""
        return services.send_message(
            actor=actor or self.doctor.actor, visit_id=visit.id, id=new_id(), text=text, now=now
        ).id


def a_draft(**changes: Any) -> RecordDraft:
    """A whole record."""
    values: dict[str, Any] = {
        "version": 0,
        "chief_complaint": "高血压复诊",
        "subjective": "规律服药，家测血压 138/86 mmHg，无不适。",
        "objective": "线上无法查体。",
        "assessment": "原发性高血压，血压基本达标。",
        "plan": "原方案续药 28 天，每周记录血压。",
        "vitals": {"systolic_mmhg": 138, "diastolic_mmhg": 86, "temperature_decic": "36.5"},
        "diagnoses": ["I10"],
    }
    return RecordDraft(**(values | changes))
