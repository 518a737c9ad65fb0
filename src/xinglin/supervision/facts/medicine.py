"""Facts about a prescription, its review, its lines and the packs handed over."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import (
    AntimicrobialGrade,
    EarlierSale,
    PrescriptionKind,
    PrescriptionOrigin,
    ReviewResult,
    SpecialControl,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Prescription(Group):
    """One prescription, in the version that is judged."""

    id: str | None = fact("处方编号", "the prescription's id")
    encounter_id: str | None = fact("所属就诊", "the encounter that it belongs to")
    on: date | None = fact("处方日期", "day of writing in Shanghai: today for a draft, the day of signing afterwards")
    kind: PrescriptionKind | None = fact("处方类型", "which limit of days it claims")
    stage: Stage | None = fact("处方进度", "how far it has come, the deed being judged included")
    reason_recorded: bool | None = fact("是否注明延长理由", "the reason for a longer supply is written down")
    long_assessed: bool | None = fact("是否有超过四周的评估", "stricter assessment recorded for more than 28 days")
    long_patient_signed: bool | None = fact("患者是否签字同意超过四周", "the patient signed for more than 28 days")
    signed_at: datetime | None = fact("签名时刻", "instant of the physician's signature; None while unsigned")
    settled_at: datetime | None = fact(
        "结算时刻", "instant of settlement; None while unsettled or where none is needed"
    )
    signature_present: bool | None = fact("是否有电子签名", "there is an electronic signature")
    signature_holds: bool | None = fact("签名验证是否通过", "the signature is right under its key")
    signature_by_prescriber: bool | None = fact(
        "签名是否为开方医师所签", "the key belongs to the physician who wrote the prescription"
    )
    signature_content_same: bool | None = fact("内容是否与签名时一致", "the content now is the content that was signed")
    signature_key_valid: bool | None = fact("签名时密钥是否有效", "the key was valid at the instant of signing")
    ended: bool | None = fact("是否已作废", "cancelled, or returned before use")
    stable_recorded: bool | None = fact("是否记录病情稳定", "the record says that the disease is stable")
    first_long: bool | None = fact("是否首次开具长期处方", "first long-term prescription of this patient's disease")
    valid_until_on: date | None = fact("处方有效期截止日", "last day on which it may be dispensed, if one was set")
    second_signed: bool | None = fact(
        "是否双签名",
        "signed a second time in spite of a named risk: by the physician who answered for it, or by two pharmacists",
    )
    external: bool | None = fact("是否外配处方", "dispensed by a pharmacy outside the institution")
    ordered_before: bool | None = fact(
        "是否诊前已锁定处方药",
        "a prescription medicine on it was put into a cart, ordered or paid for by the patient before the visit began; "
        "a wish that was only named is none",
    )
    origin: PrescriptionOrigin | None = fact("处方来源", "how its lines came to be written")


@dataclass(frozen=True, slots=True)
class Review(Group):
    """The pharmacist's review of this version of the prescription."""

    result: ReviewResult | None = fact("审方结果", "result; NONE where there was no review")
    passed_at: datetime | None = fact("审方通过时刻", "first approval of this version; later repeats do not move it")
    pharmacist_id: str | None = fact("审方药师编号", 'who reviewed; "" where there was no review')
    human_seconds: int | None = fact("人工审方用时", "time a person spent on the review; None where not measured", "s")
    same_device: bool | None = fact("审方与开方是否同一设备", "reviewed on the device on which it was written")
    automatic: bool | None = fact("是否仅系统预审", "passed by the machine without a person")


@dataclass(frozen=True, slots=True)
class Dispensing(Group):
    """The first handing over or shipping of anything on the prescription."""

    left_at: datetime | None = fact(
        "发药或寄出时刻", "the earlier of hand-over and shipping (the asked-for instant while being asked)"
    )


@dataclass(frozen=True, slots=True)
class Line(Group):
    """One line of a prescription."""

    id: str | None = fact("明细编号", "the line's id")
    drug_code: str | None = fact("药品编码", "code of the medicine; equal codes are one drug")
    drug_zh: str | None = fact("药品中文名", "name in Chinese")
    drug_en: str | None = fact("药品英文名", "name in English")
    atc_code: str | None = fact("ATC编码", 'ATC code of the active substance; "" where it has none')
    special_control: SpecialControl | None = fact(
        "特殊管理类别", "class of special control in the house's own drug table"
    )
    decoction: bool | None = fact("是否中药饮片", "decoction pieces or granules of them")
    solvent: bool | None = fact("是否溶媒", "a solvent or diluent for another line")
    quantity: int | None = fact("包装数量", "packs (the smallest unit that is handed over)", "packs")
    pack_content: int | None = fact("每包装含量", "content of one pack", "base units")
    dose: int | None = fact("单次剂量", "one dose, in the base unit of the content", "base units")
    frequency_code: str | None = fact("用药频次", "code of the frequency table, such as bid or q8h")
    dose_measured: bool | None = fact(
        "剂量是否可计数", "a dose can be counted: False for drops, creams, inhalers used as needed"
    )
    amount_fen: int | None = fact("明细金额", "amount of the line; an estimate before settlement", "fen")
    prescription_id: str | None = fact("所属处方", "the prescription that it belongs to")
    ingredients: str | None = fact(
        "有效成分", 'codes of the active substances, English INN in small letters, sorted, joined by "|"; "" for none'
    )
    route_code: str | None = fact("给药途径", "way of giving: a code of the route table, such as po, sc, inh, eye, top")
    days: int | None = fact("用药天数", "days for which the line was prescribed; None where none follow", "days")
    dose_micrograms: int | None = fact(
        "单次剂量（微克）", "one dose of the active substance; None where it cannot be told in mass", "µg"
    )
    daily_micrograms: int | None = fact("日剂量（微克）", "dose of a day of the active substance", "µg")
    antimicrobial_grade: AntimicrobialGrade | None = fact(
        "抗菌药物级别", "grade in the institution's list; NONE for what is no antimicrobial"
    )
    western: bool | None = fact("是否西药或中成药", "western or Chinese patent medicine, not decoction pieces")
    intended_combination: bool | None = fact(
        "是否有意联用", "the physician recorded that a doubling, a switch or two strengths are meant"
    )
    grams_a_dose_milli: int | None = fact("每剂克数", "decoction piece: thousandths of a gram in one dose", "mg")
    doses: int | None = fact("剂数", "decoction: number of doses", "n")
    findings: int | None = fact(
        "用药核查发现数", "findings of the check of medicines; None where the line was not checked", "n"
    )


@dataclass(frozen=True, slots=True)
class Pack(Group):
    """One pack handed over under its trace code."""

    id: str | None = fact("扫码编号", "the id of the scan")
    line_id: str | None = fact("所属明细", "the line it serves")
    trace_code: str | None = fact("追溯码", 'trace code of the pack; "" where it carries none')
    on: date | None = fact("销售日期", "day of the sale")
    amount_fen: int | None = fact("销售金额", "amount of what is handed over under the code", "fen")
    split: bool | None = fact("是否拆零", "an opened pack from which a part is handed over")
    earlier_sale: EarlierSale | None = fact("此前销售记录", "what became of the nearest earlier sale of the code")
    earlier_split: bool | None = fact(
        "此前销售是否拆零", "that earlier sale was of a part as well; False where there was none"
    )
    sold_permille: int | None = fact(
        "该码累计售出千分比", "parts of the pack sold under the code, this sale included", "permille"
    )
    resale_allowed: bool | None = fact("退回后是否可再售", "the medicine may be sold again after a valid return")
    prescription_id: str | None = fact("所属处方", 'the prescription that it serves; "" for none')
    encounter_id: str | None = fact("所属就诊", "the encounter in which it was handed over")
    sold_at: datetime | None = fact("销售时刻", "instant of the sale")
    share_permille: int | None = fact("售出份额", "part of the pack that is sold, a whole pack is 1000", "permille")
    returned_at: datetime | None = fact("退回时刻", "instant of a valid return; None where it was not returned")
    returned_here: bool | None = fact("是否退回原售出机构", "returned to the institution that sold it; False for none")
    item_id: str | None = fact("所属收费明细", 'the charged item that it serves; "" for none')
    sold_product_code: str | None = fact("售出药品编码", "code of the product that is charged")
    code_product_code: str | None = fact(
        "追溯码所示药品编码", 'product that the beginning of the trace code names; "" where it names none known'
    )
    trace_required: bool | None = fact(
        "是否应采集追溯码", "the product carries trace codes; False for what stands in the library of exceptions"
    )
    outage: bool | None = fact("是否登记系统故障", "an outage of scanning is on record for the hour of the sale")
