"""Why this much: the sentences of a receipt, in Chinese and English, one list a line and one for the bill."""

from dataclasses import dataclass

from xinglin.benefits.lines import Bearer, LineClass, SplitLine
from xinglin.benefits.settle import Outcome, Segment


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages; `code` says what it is about, `amount_fen` the amount it explains."""

    code: str
    zh: str
    en: str
    amount_fen: int


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals: 12345 → '123.45'."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d}"


def percent(permille: int) -> str:
    """Permille as a percentage without needless decimals: 600 → '60 %', 125 → '12.5 %'."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def explain_line(split: SplitLine) -> tuple[Sentence, ...]:
    """Why a line counts as it does, in the order in which it was split. The amounts add up to the line's amount."""
    line = split.line
    said: list[Sentence] = []
    if line.denial is not None:
        said.append(_denied(split))
    if split.over_limit_fen:
        said.append(_over_limit(split))
    if line.line_class is LineClass.C:
        said.extend(_class_c(split))
    if split.selfpay_first_fen:
        said.append(
            Sentence(
                "selfpay_first",
                *_pair(
                    "乙类，先由个人自付 {1}，即 {0} 元。",
                    "Class B: a share of {1}, that is {0} yuan, is paid by oneself first.",
                    yuan(split.selfpay_first_fen),
                    percent(line.selfpay_first_permille),
                ),
                split.selfpay_first_fen,
            )
        )
    if split.in_scope_fen:
        said.append(_in_scope(split))
    return tuple(said)


def _pair(zh: str, en: str, *values: str) -> tuple[str, str]:
    return zh.format(*values), en.format(*values)


def _denied(split: SplitLine) -> Sentence:
    denial = split.line.denial
    assert denial is not None
    amount = split.denied_fen
    who_zh = "由医院承担" if denial.bearer is Bearer.HOSPITAL else "由个人自费"
    who_en = "borne by the hospital" if denial.bearer is Bearer.HOSPITAL else "paid in full by oneself"
    if not denial.rule_id:
        zh = f"未使用医保：{denial.reason_zh}，{yuan(amount)} 元{who_zh}。"
        en = f"Insurance was not used: {denial.reason_en}; {yuan(amount)} yuan is {who_en}."
        return Sentence("not_insured", zh, en, amount)
    zh = f"医保不予支付（规则 {denial.rule_id}）：{denial.reason_zh}{yuan(amount)} 元{who_zh}。"
    en = f"Not paid by insurance (rule {denial.rule_id}): {denial.reason_en.strip()} {yuan(amount)} yuan is {who_en}."
    return Sentence("denied", zh, en, amount)


def _class_c(split: SplitLine) -> list[Sentence]:
    rest = split.full_selfpay_fen - split.denied_fen
    if not rest:
        return []
    zh = "丙类，不在医保目录内，自费 {0} 元。"
    en = "Class C: not in the insurance catalogue; {0} yuan is paid in full by oneself."
    return [Sentence("class_c", *_pair(zh, en, yuan(rest)), rest)]


def _over_limit(split: SplitLine) -> Sentence:
    line = split.line
    hospital = line.limit_bearer is Bearer.HOSPITAL
    limit = yuan(line.price_limit_fen or 0)
    who_zh = "由医院承担" if hospital else "由个人自费"
    who_en = "borne by the hospital" if hospital else "paid in full by oneself"
    amount = yuan(split.over_limit_fen)
    return Sentence(
        "over_limit",
        f"医保支付限价为每单位 {limit} 元，超出的 {amount} 元{who_zh}。",
        f"Insurance counts at most {limit} yuan a unit; the {amount} yuan above it is {who_en}.",
        split.over_limit_fen,
    )


def _in_scope(split: SplitLine) -> Sentence:
    amount = yuan(split.in_scope_fen)
    if split.line.line_class is LineClass.A:
        zh, en = f"甲类，{amount} 元计入医保范围。", f"Class A: {amount} yuan counts for insurance."
    else:
        zh, en = f"其余 {amount} 元计入医保范围。", f"The remaining {amount} yuan counts for insurance."
    return Sentence("in_scope", zh, en, split.in_scope_fen)


def explain_bill(outcome: Outcome) -> tuple[Sentence, ...]:
    """How the payment of the whole bill came about, step by step."""
    said = [
        Sentence(
            "in_scope",
            *_pair("计入医保范围共 {0} 元。", "In total {0} yuan counts for insurance.", yuan(outcome.in_scope_fen)),
            outcome.in_scope_fen,
        )
    ]
    if outcome.deductible_fen:
        said.append(
            Sentence(
                "deductible",
                *_pair(
                    "起付线还差 {1} 元，本次计入 {0} 元，由个人承担。",
                    "Of the {1} yuan still open of the deductible, {0} yuan falls on this bill and is one's own.",
                    yuan(outcome.deductible_fen),
                    yuan(outcome.deductible_due_fen),
                ),
                outcome.deductible_fen,
            )
        )
    said.extend(_tier(segment) for segment in outcome.segments)
    if outcome.funds.basic_fen < outcome.uncapped_fen:
        said.append(
            Sentence(
                "cap",
                *_pair(
                    "本年度支付限额只剩 {0} 元，基金按此支付。",
                    "Only {0} yuan of the yearly cap is left, and the fund pays that.",
                    yuan(outcome.funds.basic_fen),
                ),
                outcome.funds.basic_fen,
            )
        )
    said.extend(_payers(outcome))
    return tuple(said)


def _tier(segment: Segment) -> Sentence:
    return Sentence(
        "tier",
        *_pair(
            "{0} 元按 {1} 由统筹基金支付。",
            "Of {0} yuan the pooled fund pays {1}.",
            yuan(segment.base_fen),
            percent(segment.permille),
        ),
        segment.base_fen,
    )


PAYERS = (
    ("fund", "医保基金支付 {0} 元。", "Insurance funds pay {0} yuan.", "fund_fen"),
    ("hospital", "医院承担 {0} 元。", "The hospital bears {0} yuan.", "hospital_fen"),
    ("account", "个人账户支付 {0} 元。", "The personal account pays {0} yuan.", "account_fen"),
    ("family", "家庭共济账户支付 {0} 元。", "The family account pays {0} yuan.", "family_account_fen"),
    ("cash", "现金支付 {0} 元。", "{0} yuan is paid in cash.", "cash_fen"),
)


def _payers(outcome: Outcome) -> list[Sentence]:
    """One sentence a payer; the fund and cash are told even when they pay nothing."""
    said: list[Sentence] = []
    for code, zh, en, field in PAYERS:
        amount: int = getattr(outcome, field)
        if amount or code in {"fund", "cash"}:
            said.append(Sentence(code, *_pair(zh, en, yuan(amount)), amount))
    return said
