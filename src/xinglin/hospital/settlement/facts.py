"""A reserved claim as facts of supervision, and denials from what supervision answered. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from xinglin.benefits.lines import Bearer, Denial
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.settlement.bills import Bill, Cover
from xinglin.hospital.settlement.sums import Figures
from xinglin.supervision.facts import Case
from xinglin.supervision.facts import Claim as ClaimFacts

WHOLE = "*"


def claim_case(case: Case, claim_id: str, bill: Bill, cover: Cover, figures: Figures, funds_fen: int) -> Case:
    """The case with the amounts as they were reserved. The sum of lines is the bill's own, not the arithmetic's."""
    return replace(
        case,
        encounter=replace(case.encounter, fund_asked=not cover.self_pay),
        claim=ClaimFacts(
            id=claim_id,
            on=cover.on,
            total_fen=figures.total_fen,
            lines_fen=bill.total_fen,
            outside_fen=figures.full_selfpay_fen,
            over_limit_fen=figures.over_limit_fen,
            first_pay_fen=figures.selfpay_first_fen,
            in_scope_fen=figures.in_scope_fen,
            fund_fen=figures.fund_fen,
            funds_fen=funds_fen,
            person_fen=figures.account_fen + figures.family_account_fen + figures.cash_fen,
            account_fen=figures.account_fen,
            family_account_fen=figures.family_account_fen,
            cash_fen=figures.cash_fen,
            hospital_fen=figures.hospital_fen,
        ),
    )


def denials_from(asks: Iterable[Ask], case: Case, bill: Bill) -> dict[str, Denial]:
    """What is not paid because a rule says *deny*: the excess of a line, a box, or the whole bill.

    What concerns the visit, the physician or a box is the house's own fault: the house bears it. What concerns the
    quantity of a line is paid by the patient, who receives it.
    """
    found: dict[str, Denial] = {}
    for ask in asks:
        if ask.consequence != "deny":
            continue
        line_id = _line_of(ask, case)
        bearer = Bearer.PATIENT if ask.verdict.core.scope.value == "line" else Bearer.HOSPITAL
        denial = Denial(ask.rule_id, ask.sentence.zh, ask.sentence.en, bearer, _units(ask, line_id, bill))
        found.setdefault(line_id, denial)
    if WHOLE in found:
        return {WHOLE: found[WHOLE]}
    return found


def _line_of(ask: Ask, case: Case) -> str:
    core = ask.verdict.core
    if core.scope.value == "line":
        return core.subject
    if core.scope.value == "pack":
        return next((pack.line_id or WHOLE for pack in case.packs if pack.id == core.subject), WHOLE)
    return WHOLE


def _units(ask: Ask, line_id: str, bill: Bill) -> int | None:
    """How many units of a line are refused; None: the whole line."""
    if line_id == WHOLE:
        return None
    quantity = next((line.quantity for line in bill.lines if line.id == line_id), 0)
    over = 1 if ask.verdict.core.scope.value == "pack" else ask.verdict.core.excess.count
    return over if over is not None and 0 < over < quantity else None


def new_denials(found: Mapping[str, Denial], known: Mapping[str, Denial]) -> dict[str, Denial]:
    """The denials that the reserved amounts do not take into account yet."""
    return {} if WHOLE in known else {line: denial for line, denial in found.items() if line not in known}
