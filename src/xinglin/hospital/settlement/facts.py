"""A reserved claim as facts of supervision, and denials from what supervision answered. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xinglin.benefits.lines import Bearer, Denial, FeeLine, LineClass
from xinglin.benefits.settle import Outcome
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.settlement.bills import Bill, Cover
from xinglin.hospital.settlement.sums import Figures
from xinglin.hospital.settlement.words import ClaimKind
from xinglin.supervision.facts import Benefit, Case, Coverage, Item, ItemKind, Scheme
from xinglin.supervision.facts import Claim as ClaimFacts
from xinglin.supervision.verdicts import Scope

WHOLE = "*"
MILLI = 1000


def claim_case(
    case: Case, claim_id: str, bill: Bill, cover: Cover, figures: Figures, outcomes: Sequence[Outcome], now: datetime
) -> Case:
    """The case with the amounts as reserved. The sum of lines is the bill's own, not the arithmetic's, and the
    single funds are added by another way than `figures.fund_fen`.
    """
    funds = sum(o.funds.basic_fen + o.funds.large_sum_fen + o.funds.serious_fen + o.funds.aid_fen for o in outcomes)
    asked = replace(case, encounter=replace(case.encounter, fund_asked=not cover.self_pay))
    return replace(
        asked,
        coverage=_coverage(asked, cover, outcomes),
        items=_items(asked, claim_id, bill, cover, outcomes, now),
        claim=ClaimFacts(
            id=claim_id,
            on=cover.on,
            encounter_id=str(bill.visit_id),
            prescription_id=str(bill.subject_id) if bill.kind is ClaimKind.PRESCRIPTION else "",
            settled_at=now,
            patient_refunded=False,
            observed_at=now,
            total_fen=figures.total_fen,
            lines_fen=bill.total_fen,
            outside_fen=figures.full_selfpay_fen,
            over_limit_fen=figures.over_limit_fen,
            first_pay_fen=figures.selfpay_first_fen,
            in_scope_fen=figures.in_scope_fen,
            fund_fen=figures.fund_fen,
            funds_fen=funds,
            person_fen=figures.account_fen + figures.family_account_fen + figures.cash_fen,
            account_fen=figures.account_fen,
            family_account_fen=figures.family_account_fen,
            cash_fen=figures.cash_fen,
            hospital_fen=figures.hospital_fen,
        ),
    )


def _coverage(case: Case, cover: Cover, outcomes: Sequence[Outcome]) -> Coverage:
    """The insurance that is asked, and the benefit that the parts fall under; none where the patient pays alone."""
    if cover.self_pay:
        return replace(case.coverage, scheme=Scheme.NONE, benefit=Benefit.NONE, chronic_code="")
    disease = next((outcome.key.disease for outcome in outcomes if outcome.key.disease), "")
    return replace(case.coverage, benefit=Benefit.CHRONIC if disease else Benefit.OUTPATIENT, chronic_code=disease)


def _items(
    case: Case, claim_id: str, bill: Bill, cover: Cover, outcomes: Sequence[Outcome], now: datetime
) -> tuple[Item, ...]:
    """What is charged: the prescription's lines as they stand in the case, or the fee of the visit."""
    scope = {split.line.id: split.in_scope_fen for outcome in outcomes for split in outcome.lines}
    charged = case.items if bill.kind is ClaimKind.PRESCRIPTION else tuple(_fee(case, line) for line in bill.lines)
    return tuple(
        replace(
            item,
            claim_id=claim_id,
            on=cover.on,
            done_at=now,
            in_scope_fen=scope.get(item.id or ""),
            fund_asked=bool(item.fund_asked) and not cover.self_pay,
        )
        for item in charged
    )


def _fee(case: Case, line: FeeLine) -> Item:
    """The fee of a visit as an item; it bears the visit's id, as its line does."""
    price = line.amount_fen // line.quantity
    return Item(
        id=line.id,
        line_id="",
        encounter_id=case.encounter.id,
        prescription_id="",
        kind=ItemKind.VISIT_FEE,
        code=line.code,
        name_zh=line.name_zh,
        atc_code="",
        ingredients="",
        quantity_milli=line.quantity * MILLI,
        unit_price_millifen=price * MILLI,
        full_price_fen=price,
        discount_fen=0,
        amount_fen=line.amount_fen,
        origin_id="",
        withdrawn=False,
        department_code=case.encounter.department_code,
        session_key="",
        incision_key="",
        add_on=False,
        resulted_later=False,
        exception_reason=False,
        fund_asked=line.line_class is not LineClass.C,
    )


def denials_from(asks: Iterable[Ask], case: Case, bill: Bill) -> dict[str, Denial]:
    """What is not paid because a rule says *deny*: the excess of a line or item, a box, or the whole bill.

    What concerns the visit, the physician, its fee or a box is the house's own fault: the house bears it. What
    concerns a medicine or its quantity is paid by the patient, who receives it. Where less than half a unit is in
    breach nothing is refused.
    """
    found: dict[str, Denial] = {}
    for ask in asks:
        if ask.consequence != "deny":
            continue
        line_id = _line_of(ask, case)
        units = _units(ask, line_id, bill)
        if units != 0:
            denial = Denial(ask.rule_id, ask.sentence.zh, ask.sentence.en, _bearer(ask, bill), units)
            found.setdefault(line_id, denial)
    if WHOLE in found:
        return {WHOLE: found[WHOLE]}
    return found


def _bearer(ask: Ask, bill: Bill) -> Bearer:
    medicine = bill.kind is ClaimKind.PRESCRIPTION and ask.verdict.core.scope in {Scope.LINE, Scope.ITEM}
    return Bearer.PATIENT if medicine else Bearer.HOSPITAL


def _line_of(ask: Ask, case: Case) -> str:
    core = ask.verdict.core
    if core.scope in {Scope.LINE, Scope.ITEM}:
        return core.subject
    if core.scope is Scope.PACK:
        return next((pack.line_id or WHOLE for pack in case.packs if pack.id == core.subject), WHOLE)
    return WHOLE


def _units(ask: Ask, line_id: str, bill: Bill) -> int | None:
    """How many units of a line are refused; None: the whole line. An item is in breach by its share of the amount."""
    line = next((line for line in bill.lines if line.id == line_id), None)
    if line is None:
        return None
    core = ask.verdict.core
    if core.scope is Scope.ITEM:
        over_fen = core.excess.fen
        if over_fen is None or over_fen >= line.amount_fen:
            return None
        return (2 * line.quantity * over_fen + line.amount_fen) // (2 * line.amount_fen)  # the nearest whole unit
    over = 1 if core.scope is Scope.PACK else core.excess.count
    return over if over is not None and 0 < over < line.quantity else None


def new_denials(found: Mapping[str, Denial], known: Mapping[str, Denial]) -> dict[str, Denial]:
    """The denials that the reserved amounts do not take into account yet."""
    return {} if WHOLE in known else {line: denial for line, denial in found.items() if line not in known}
