"""Between outcomes and rows: what is stored of a claim, and what it takes to settle it again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from xinglin.benefits.explain import Sentence, explain_bill, explain_line
from xinglin.benefits.lines import FeeLine, LineClass, SplitLine
from xinglin.benefits.policy import Filing, PolicyBook, PolicyKey
from xinglin.benefits.revoke import Standing
from xinglin.benefits.settle import Outcome
from xinglin.benefits.totals import Effect, SchemeKey
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.settlement.bills import Bill, Cover
from xinglin.hospital.settlement.models import Claim, ClaimLine, ClaimPart
from xinglin.hospital.settlement.ports import InsurerLine, InsurerPart
from xinglin.hospital.settlement.sums import Figures, figures_of
from xinglin.hospital.settlement.words import ClaimState


def claim_row(claim_id: UUID, key: str, number: int, bill: Bill, cover: Cover, actor: Actor, now: datetime) -> Claim:
    """The row of a claim that is being reserved."""
    return Claim(
        id=claim_id,
        key=key,
        kind=bill.kind,
        subject_id=bill.subject_id,
        visit_id=bill.visit_id,
        patient_id=bill.patient_id,
        physician_id=bill.physician_id,
        institution_id=bill.institution_id,
        number=number,
        on=cover.on,
        area=cover.area,
        insurance_type=cover.insurance_type,
        person_type=cover.person_type,
        level=cover.level,
        filing=cover.filing,
        self_pay=cover.self_pay,
        diagnosis_codes=list(bill.diagnoses),
        state=ClaimState.RESERVED,
        reserved_at=now,
        asked_by_id=actor.id,
        asked_by_label=actor.label[:120],
    )


def part_rows(claim: Claim, outcomes: Sequence[Outcome]) -> tuple[list[ClaimPart], list[ClaimLine]]:
    """The rows of the parts and of their lines."""
    parts, lines = [], []
    for number, outcome in enumerate(outcomes):
        part = ClaimPart(
            id=new_id(),
            claim=claim,
            part=number,
            care_type=outcome.key.care_type,
            disease=outcome.key.disease,
            year=outcome.key.year,
            policy=outcome.policy.id,
            deductible_fen=outcome.deductible_fen,
            basic_fen=outcome.funds.basic_fen,
            large_sum_fen=outcome.funds.large_sum_fen,
            serious_fen=outcome.funds.serious_fen,
            aid_fen=outcome.funds.aid_fen,
            told=_told(explain_bill(outcome)),
            **figures_of(outcome).as_columns(),
        )
        parts.append(part)
        lines += [_line(part, position, outcome) for position in range(len(outcome.lines))]
    return parts, lines


def _told(sentences: Iterable[Sentence]) -> list[dict[str, object]]:
    return [{"code": s.code, "zh": s.zh, "en": s.en, "amount_fen": s.amount_fen} for s in sentences]


def _line(part: ClaimPart, position: int, outcome: Outcome) -> ClaimLine:
    split, share = outcome.lines[position], outcome.shares[position]
    line = split.line
    return ClaimLine(
        id=new_id(),
        part=part,
        position=position,
        source_id=UUID(line.id),
        code=line.code,
        name_zh=line.name_zh,
        name_en=line.name_en,
        quantity=line.quantity,
        amount_fen=line.amount_fen,
        line_class=line.line_class,
        selfpay_first_permille=line.selfpay_first_permille,
        price_limit_fen=line.price_limit_fen,
        atc=line.atc,
        denied_rule=line.denial.rule_id if line.denial else "",
        denied_fen=split.denied_fen,
        full_selfpay_fen=split.full_selfpay_fen,
        over_limit_fen=split.over_limit_fen,
        selfpay_first_fen=split.selfpay_first_fen,
        in_scope_fen=split.in_scope_fen,
        hospital_fen=split.hospital_fen,
        deductible_share_fen=share.deductible_fen,
        fund_share_fen=share.fund_fen,
        told=_told(explain_line(split)),
    )


# BACK


def split_of(row: ClaimLine) -> SplitLine:
    """The classified line as it was settled. The denial's words are not needed any more."""
    line = FeeLine(
        id=str(row.source_id),
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        quantity=row.quantity,
        amount_fen=row.amount_fen,
        line_class=LineClass(row.line_class),
        selfpay_first_permille=row.selfpay_first_permille,
        price_limit_fen=row.price_limit_fen,
        atc=row.atc,
    )
    return SplitLine(
        line=line,
        denied_fen=row.denied_fen,
        full_selfpay_fen=row.full_selfpay_fen,
        over_limit_fen=row.over_limit_fen,
        selfpay_first_fen=row.selfpay_first_fen,
        in_scope_fen=row.in_scope_fen,
        hospital_fen=row.hospital_fen,
    )


def effect_of(part: ClaimPart) -> Effect:
    """What a part used of its scheme."""
    return Effect(
        key=SchemeKey(part.care_type, part.year, part.disease),
        deductible_fen=part.deductible_fen,
        basic_fund_fen=part.basic_fen,
        in_scope_fen=part.in_scope_fen,
        burden_fen=part.in_scope_fen - part.basic_fen - part.large_sum_fen,
        serious_fen=part.serious_fen,
    )


def standing_of(claim: Claim, part: ClaimPart, book: PolicyBook) -> Standing:
    """A part as the replay of later settlements needs it; its id is the claim's."""
    key = PolicyKey(
        claim.area, claim.insurance_type, claim.person_type[:2], part.care_type, claim.level, part.year, part.disease
    )
    effect = effect_of(part)
    return Standing(
        id=str(claim.id),
        lines=tuple(split_of(line) for line in part.lines.all()),
        key=effect.key,
        policy=book.find(key),
        fund_fen=part.fund_fen,
        effect=effect,
        filing=Filing(claim.filing),
    )


def insurer_part(part: ClaimPart) -> InsurerPart:
    """A part as it is uploaded."""
    return InsurerPart(
        lines=tuple(
            InsurerLine(
                code=row.code,
                quantity=row.quantity,
                amount_fen=row.amount_fen,
                full_selfpay_fen=row.full_selfpay_fen,
                over_limit_fen=row.over_limit_fen,
                selfpay_first_fen=row.selfpay_first_fen,
                in_scope_fen=row.in_scope_fen,
            )
            for row in part.lines.all()
        ),
        effect=effect_of(part),
        fund_fen=part.fund_fen,
        hospital_fen=part.hospital_fen,
    )


def figures_of_part(part: ClaimPart) -> Figures:
    """The figures of a stored part."""
    return Figures(**{name: getattr(part, name) for name in Figures.__dataclass_fields__})
