"""What may be paid: amounts that add up."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.rules.sources import FUND_735, SETTLEMENT_FIELDS, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Term,
    Words,
    excess,
    larger,
    missing,
    rule,
    ruling,
)


@rule(
    id="G10",
    version=1,
    title=Words("结算恒等式不成立", "The parts of a claim do not add up"),
    source=(
        article(SETTLEMENT_FIELDS, "金额字段", "amount fields", read=True),
        article(FUND_735, "第十六条、第三十九条", "articles 16 and 39", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.CLAIM,
    since=date(2021, 5, 1),
    why_zh="公共资金精确到分：申报的总额等于它的组成，也等于各方所付。",
    sentence=Words(
        "结算单总额{claim.total_fen}与各组成部分之和不一致，最大差额{excess.fen}。",
        "The claim's total of {claim.total_fen} differs from the sum of its parts, by {excess.fen} at most.",
    ),
    hint=Words(
        "退回重算：总额=全自费+超限价+先行自付+范围内，也=基金+个人+机构承担，分毫不差。",
        "Return it and compute again: total = outside + over limit + paid first + in scope, and = funds + person + "
        "institution, to the fen.",
    ),
)
def g10(f: Facts) -> Ruling:
    """Public money is accounted to the fen: what is claimed equals what it consists of and who pays it."""
    by_scope = f.claim.outside_fen + f.claim.over_limit_fen + f.claim.first_pay_fen + f.claim.in_scope_fen
    by_payer = f.claim.fund_fen + f.claim.person_fen + f.claim.hospital_fen
    by_purse = f.claim.account_fen + f.claim.family_account_fen + f.claim.cash_fen
    gap = larger(
        larger(_gap(f.claim.total_fen, by_scope), _gap(f.claim.total_fen, by_payer)),
        larger(
            _gap(f.claim.total_fen, f.claim.lines_fen),
            larger(_gap(f.claim.fund_fen, f.claim.funds_fen), _gap(f.claim.person_fen, by_purse)),
        ),
    )
    return ruling(applies=~missing(f.claim.id), violates=gap > 0, excess=excess(fen=gap))


def _gap(a: Term, b: Term) -> Term:
    """The distance between two amounts."""
    return larger(a - b, b - a)
