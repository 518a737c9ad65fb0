"""Facts about a claim: its total and the parts into which it was split, in whole fen."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import ItemKind


@dataclass(frozen=True, slots=True)
class Claim(Group):
    """One settlement, the reserved amounts before it is posted."""

    id: str | None = fact("结算单编号", "the claim's id")
    on: date | None = fact("结算日期", "day of settlement")
    encounter_id: str | None = fact("所属就诊", "the encounter that is charged")
    prescription_id: str | None = fact("所属处方", 'the prescription that is charged; "" for none')
    settled_at: datetime | None = fact("结算时刻", "instant of settlement")
    patient_refunded: bool | None = fact("是否已退患者费用", "the person's share was paid back")
    patient_refunded_at: datetime | None = fact("退患者费用时刻", "instant of it; None where it was not")
    reversed_at: datetime | None = fact(
        "医保结算撤销时刻", "instant at which the settlement was revoked; None while not"
    )
    observed_at: datetime | None = fact("事实截止时刻", "instant up to which the record of the claim is complete")
    total_fen: int | None = fact("总额", "total of the claim (medfee_sumamt)", "fen")
    lines_fen: int | None = fact("明细金额合计", "sum of the claim's line amounts", "fen")
    outside_fen: int | None = fact("全自费金额", "outside the catalogue, wholly self-paid (fulamt_ownpay_amt)", "fen")
    over_limit_fen: int | None = fact("超限价金额", "above a price limit (overlmt_selfpay)", "fen")
    first_pay_fen: int | None = fact("先行自付金额", "self-paid first share (preselfpay_amt)", "fen")
    in_scope_fen: int | None = fact("范围内金额", "in scope (inscp_amt)", "fen")
    fund_fen: int | None = fact("基金支付合计", "paid by the funds together (fund_pay_sumamt)", "fen")
    funds_fen: int | None = fact(
        "各基金支付之和", "sum over the single funds (hifp, cvlserv, hifes, hifmi, hifob, hifdm, maf, other)", "fen"
    )
    person_fen: int | None = fact("个人支付合计", "paid by the person (psn_part_amt)", "fen")
    account_fen: int | None = fact("个人账户支付", "from the personal account (acct_pay)", "fen")
    family_account_fen: int | None = fact("家庭共济账户支付", "from a relative's account (acct_mulaid_pay)", "fen")
    cash_fen: int | None = fact("个人现金支付", "by the person directly (psn_cash_pay)", "fen")
    hospital_fen: int | None = fact("医疗机构承担", "borne by the institution (hosp_part_amt)", "fen")


@dataclass(frozen=True, slots=True)
class Item(Group):
    """One charged line: a medicine, a service or a consumable. Before settlement it is what would be charged.

    Quantities count in thousandths of the charged unit, so that half a unit is whole; a refund is a negative item that
    names its origin.
    """

    id: str | None = fact("收费明细编号", "the item's id")
    encounter_id: str | None = fact("所属就诊", "the encounter that it belongs to")
    claim_id: str | None = fact("所属结算单", 'the claim that it stands on; "" while it is not claimed')
    prescription_id: str | None = fact("所属处方", 'the prescription that it comes from; "" for none')
    line_id: str | None = fact("所属处方明细", 'the prescription line that it comes from; "" for none')
    on: date | None = fact("收费日期", "day on which it was given or done")
    done_at: datetime | None = fact("收费时刻", "instant at which it was given or done")
    kind: ItemKind | None = fact("收费类别", "medicine, decoction piece, service, operation, consumable or visit fee")
    code: str | None = fact("医保目录编码", "code of the national list, or of the institution where none is mapped")
    name_zh: str | None = fact("收费项目名称", "name of the item; in Chinese, or as reported")
    atc_code: str | None = fact("ATC编码", 'ATC code of a medicine; "" for what has none')
    ingredients: str | None = fact(
        "有效成分", 'codes of the active substances, English INN in small letters, sorted, joined by "|"; "" for none'
    )
    supply_days: int | None = fact("可用天数", "days that the medicine lasts; None where none follow", "days")
    quantity_milli: int | None = fact("数量", "quantity in thousandths of the charged unit", "1/1000 unit")
    unit_price_millifen: int | None = fact("单价", "price of one unit in thousandths of a fen", "1/1000 fen")
    full_price_fen: int | None = fact("折价前单价", "price of one unit before any discount", "fen")
    discount_fen: int | None = fact("优惠金额", "discount on the item", "fen")
    amount_fen: int | None = fact("金额", "amount of the item", "fen")
    in_scope_fen: int | None = fact("范围内金额", "amount in scope of the fund", "fen")
    origin_id: str | None = fact("退费对应明细", 'for a refund: the item that it takes back; "" else')
    refunded_milli: int | None = fact(
        "已退数量",
        "quantity of it that was taken back so far; 0 where none was, None for a refund",
        "1/1000",
    )
    refunded_at: datetime | None = fact(
        "退费获知时刻", "instant at which the last refund of the item became known here; None while none is"
    )
    key: str | None = fact("上传流水号", "the uploader's own key of the item")
    uploaded_at: datetime | None = fact("上传时刻", "instant of the upload")
    withdrawn: bool | None = fact("是否已撤回", "the upload was withdrawn or replaced")
    department_code: str | None = fact("计费科室", "department that charged; code of the national list")
    session_key: str | None = fact(
        "手术或治疗场次", 'key of the operation or treatment session; "" where it belongs to none'
    )
    incision_key: str | None = fact("切口标识", 'key of the incision by the operation record; "" where not recorded')
    add_on: bool | None = fact("是否加收项目", "an add-on to another item: never discounted or counted by itself")
    recorded_milli: int | None = fact(
        "病历记录数量", "quantity in the operation record or on implant labels; None where not recorded", "1/1000 unit"
    )
    prescribed_milli: int | None = fact(
        "处方应付数量", "quantity that the prescription orders in the charged unit, all doses", "1/1000 unit"
    )
    first_line_tried: bool | None = fact(
        "是否有一线用药依据", "failure or intolerance of a first-line medicine is on file"
    )
    evidence_filed: bool | None = fact("是否附支付条件证明", "a document for the condition of payment is on file")
    resulted_later: bool | None = fact("是否后报告项目", "charged when its result came, such as pathology")
    exception_reason: bool | None = fact(
        "是否记录例外理由", "a structured reason is on file: other site, other time, change of condition"
    )
    fund_asked: bool | None = fact("是否申请基金支付", "the fund is asked to pay for this item; False for self-pay")
