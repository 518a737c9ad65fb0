"""Facts about a claim: its total and the parts into which it was split, in whole fen."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xinglin.supervision.facts.schema import Group, fact


@dataclass(frozen=True, slots=True)
class Claim(Group):
    """One settlement, the reserved amounts before it is posted."""

    id: str | None = fact("结算单编号", "the claim's id")
    on: date | None = fact("结算日期", "day of settlement")
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
