"""Facts about an encounter and the evidence of an earlier diagnosis."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import Channel, EvidenceKind, Judgement, Service


@dataclass(frozen=True, slots=True)
class Encounter(Group):
    """One visit, or the visit that is about to be opened."""

    id: str | None = fact("就诊编号", "the visit's id")
    on: date | None = fact("就诊日期", "day of the visit in Shanghai; limits and ages are taken on this day")
    started_at: datetime | None = fact(
        "就诊开始时刻", "start of the visit (the asked-for start while it is being opened)"
    )
    channel: Channel | None = fact("就诊方式", "online or in person")
    service: Service | None = fact("服务类型", "kind of service")
    emergency: bool | None = fact("是否急诊抢救", "emergency or rescue")
    guardian_present: bool | None = fact(
        "监护人是否在场", "whether the verified guardian takes part; False for an adult alone is right"
    )
    diagnosis_code: str | None = fact("主要诊断", 'main diagnosis; ICD-10 with its dot, "" while none has been made')
    diagnosis_2_code: str | None = fact("第二诊断", 'second diagnosis; "" for none')
    diagnosis_3_code: str | None = fact("第三诊断", 'third diagnosis; "" for none')
    fund_asked: bool | None = fact(
        "是否申请基金支付", "the fund is or will be asked to pay for the visit or for what it orders"
    )
    self_pay_notice: bool | None = fact(
        "是否已书面告知自费并获同意", "the patient was told in writing that the fund does not pay, and agreed"
    )


@dataclass(frozen=True, slots=True)
class Evidence(Group):
    """The document on which a follow-up rests: the one that the physician linked, else the best one offered."""

    kind: EvidenceKind | None = fact("复诊依据种类", "kind of the evidence; NONE where nothing was offered")
    issued_on: date | None = fact("复诊依据日期", "day of the evidence; of the document or of the earlier diagnosis")
    physical: bool | None = fact(
        "是否由实体机构出具", "evidence issued by a physical institution (of the same health community too)"
    )
    judgement: Judgement | None = fact("医师对复诊依据的判断", "what the physician said of the evidence")
    diagnosis_code: str | None = fact(
        "复诊依据的诊断", 'diagnosis on the evidence; ICD-10 with its dot, "" where it names none'
    )
