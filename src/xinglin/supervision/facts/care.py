"""Facts about an encounter and the evidence of an earlier diagnosis."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import CareMode, Channel, EvidenceKind, Judgement, Service


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
    care_mode: CareMode | None = fact("就医方式", "outpatient, emergency, inpatient, pharmacy or online")
    department_code: str | None = fact("就诊科室", "department; code of the national list, such as 03.04")
    ended_at: datetime | None = fact("就诊结束时刻", "end of the visit; None while it goes on")
    live_seconds: int | None = fact(
        "音视频时长", "length of live voice or video, both sides there, pauses not counted; 0 for a visit by text", "s"
    )
    live_from_at: datetime | None = fact(
        "音视频开始时刻",
        "instant at which both sides were first there by voice or video; None for a visit by text, or where only the "
        "start of the visit is recorded",
    )
    active_seconds: int | None = fact("医师操作时长", "active time of the physician in the visit", "s")
    patient_device_key: str | None = fact(
        "患者所用设备标识", 'key of the device on the patient\'s side, without meaning; "" where there was none'
    )
    patient_device_shared: bool | None = fact(
        "是否公用自助设备", "the device is a registered kiosk or belongs to an institution that serves many"
    )
    inbound_messages: int | None = fact("患者消息条数", "messages that the patient (or guardian) sent", "n")
    inbound_letters: int | None = fact("患者消息字数", "letters and characters that the patient wrote", "n")
    structured_form: bool | None = fact("是否填写结构化复诊单", "the patient filled in a structured follow-up form")
    physician_questions: int | None = fact("医师提问次数", "questions that the physician asked", "n")
    physician_replied: bool | None = fact("医师是否实际答复", "the physician answered in substance at least once")
    patient_denies: bool | None = fact("患者回访是否否认就诊", "called back, the patient says there was no visit")
    written_by_physician: bool | None = fact(
        "内容是否均由医师本人作出",
        "every message, record and order in the physician's name was written or confirmed under the own sign-in",
    )
    face_matched: bool | None = fact(
        "诊中人脸是否一致",
        "all face checks during the visit matched the physician, or a match followed before three minutes of talk had "
        "passed; None where none was made, as by text",
    )
    patient_face_matched: bool | None = fact(
        "患者人脸是否一致",
        "the same of the patient's side; None where none was made, by text, and where a guardian takes part, whose "
        "face may be the one before the camera",
    )
    patient_face_key: str | None = fact(
        "患者人脸模板标识",
        "key of the face template that the patient's face was checked against, without meaning: one key for faces "
        'found to be one person\'s; "" where none was checked',
    )
    typed_letters_per_minute: int | None = fact(
        "打字速度", "fastest minute of typing in the physician's name; pasted text not counted", "letters/min"
    )
    red_flag: bool | None = fact("是否出现危急征象", "answers or measurements raised a red flag")
    red_flag_at: datetime | None = fact("危急征象出现时刻", "instant of the first red flag; None where there was none")
    referred_at: datetime | None = fact("转诊时刻", "instant of the first referral to physical care; None while none")
    accepted_at: datetime | None = fact(
        "接诊承诺起算时刻", "instant from which the promise to answer runs: paid, or the booked time"
    )
    booked: bool | None = fact("是否预约时段", "the answer was promised for a booked time, as for voice or video")
    first_reply_at: datetime | None = fact("首次答复时刻", "first substantive reply of the physician; None while none")
    refund_due_at: datetime | None = fact("应退款时刻", "instant at which a refund became due; None where none is due")
    refund_due: bool | None = fact("是否应退款", "a refund of the visit became due")
    refunded_at: datetime | None = fact("退款时刻", "instant at which the refund was carried out; None while not")
    uploaded_at: datetime | None = fact(
        "监管平台确认时刻", "acknowledgement of the visit's record by the provincial platform; None while none"
    )
    observed_at: datetime | None = fact(
        "事实截止时刻",
        "instant up to which the record of the visit is complete: what is absent had not happened by then",
    )
    transfer_note: bool | None = fact("是否有转外就诊说明", "a note of transfer or consultation elsewhere is on file")
    record_repeated_permille: int | None = fact(
        "病历重复度", "largest likeness of the record's free text to that of another patient (version 1)", "permille"
    )
    record_letters: int | None = fact("病历自由文本字数", "length of the record's free text without its template", "n")


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


@dataclass(frozen=True, slots=True)
class Stay(Group):
    """One stay in hospital, from admission to discharge."""

    id: str | None = fact("住院编号", "the stay's id")
    encounter_id: str | None = fact("所属就诊", "the encounter that the stay is")
    on: date | None = fact("入院日期", "day of admission")
    admitted_at: datetime | None = fact("入院时刻", "instant of admission")
    discharged_at: datetime | None = fact("出院时刻", "instant of discharge; None while the stay goes on")
    discharged_on: date | None = fact("出院日期", "day of discharge; None while the stay goes on")
    diagnosis_code: str | None = fact("出院主要诊断", "main diagnosis; ICD-10 with its dot")
    department_code: str | None = fact("住院科室", "department; code of the national list")
    planned: bool | None = fact("是否计划内再入院", "admission planned before, such as a cycle of chemotherapy")
    transferred: bool | None = fact("是否转院", "came from, or went to, another hospital by transfer")
    cured: bool | None = fact("出院是否治愈或好转", "discharged cured or improved, by the record")
