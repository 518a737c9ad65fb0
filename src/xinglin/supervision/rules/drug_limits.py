"""For how long, where and under which benefit the fund pays a medicine: notes of the reimbursement list, second half.

Of a limit that was passed only what lies above it is in breach.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Benefit, Channel
from xinglin.supervision.rules.payable import asked_of_fund, is_medicine, left_of, mode_allowed
from xinglin.supervision.rules.sources import (
    CARE_2018,
    FUND_735,
    ONLINE_PAYMENT_2020,
    REIMBURSEMENT_LIST,
    TWO_LIBRARIES,
    article,
)
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Term,
    Words,
    choose,
    divide_down,
    divide_up,
    excess,
    larger,
    otherwise,
    rule,
    ruling,
)


@rule(
    id="C09",
    version=2,
    title=Words("超过药品最大开药天数", "More days of a medicine than its own limit"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第9类", "class 9", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("drug_days_max",),
    official=9,
    why_zh="个别药品另有开药天数上限；能覆盖上限天数的最小包装不算超量，只扣超出部分。",
    sentence=Words(
        "{item.name_zh}可用{item.supply_days}天，该药最多{lists.drug_days_max}天，超出{excess.days}天（{excess.fen}）。",
        "{item.name_zh} lasts {item.supply_days} days; at most {lists.drug_days_max} are paid: {excess.days} days "
        "too many ({excess.fen}).",
    ),
    hint=Words(
        "减少数量，或将超出部分改为自费。", "Lower the quantity, or charge what is above the limit outside the fund."
    ),
)
def c09(f: Facts) -> Ruling:
    """Some medicines have a limit of days of their own; the smallest amount that covers it is never a breach."""
    units_allowed = divide_up(f.lists.drug_days_max * f.item.quantity_milli, f.item.supply_days * 1000)
    over = left_of(f) - units_allowed * 1000
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (f.lists.drug_days_max > 0),
        violates=over > 0,
        excess=excess(
            count=over,
            days=divide_down(f.item.supply_days * over, f.item.quantity_milli),
            fen=divide_down(f.item.amount_fen * over, f.item.quantity_milli),
        ),
    )


@rule(
    id="C10",
    version=1,
    title=Words("超过限定支付疗程", "Longer than the course that is paid"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第10类", "class 10", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=(
        "drug_course",
        "drug_course_per_stay",
        "drug_course_substance",
        "drug_course_substance_per_stay",
    ),
    official=10,
    why_zh="按疗程限定支付的药品，一个疗程内按实际用药日期计数；注明单次住院的，每次住院重新计数。",
    sentence=Words(
        "{item.name_zh}在{item.on}已超过限定支付的疗程，超出{excess.days}天（{excess.fen}）。",
        "On {item.on} {item.name_zh} had passed the course that is paid, by {excess.days} days ({excess.fen}).",
    ),
    hint=Words(
        "超出疗程的部分改为自费并事先告知；确属新疗程的补充记录。",
        "Charge what lies beyond the course outside the fund and say so beforehand; if it is a new course, record it.",
    ),
)
def c10(f: Facts) -> Ruling:
    """The fund pays a course of so many days of use; each stay is a course of its own where the note says so."""
    own = f.lists.drug_course > 0
    limit = choose(own, f.lists.drug_course, f.lists.drug_course_substance)
    per_stay = choose(own, f.lists.drug_course_per_stay, f.lists.drug_course_substance_per_stay)
    used_before = choose(per_stay, f.measure.encounter_days, f.measure.course_days) - 1
    given = larger(otherwise(f.item.supply_days, 1), 1)
    over = _part_above(used_before + given - limit, given)
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (limit > 0),
        violates=over > 0,
        excess=excess(days=over, fen=divide_down(f.item.amount_fen * over, given)),
    )


@rule(
    id="C11",
    version=1,
    title=Words("慢特病病种目录外用药", "Medicine outside the catalogue of the chronic disease"),
    source=(
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第11类", "class 11", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("chronic_catalogue", "chronic_drug"),
    official=11,
    why_zh="慢特病待遇只支付该病种目录内的药品；目录外的药品可能仍可按普通门诊支付。",
    sentence=Words(
        "{item.name_zh}不在慢特病病种{coverage.chronic_code}的用药目录内（涉及{item.amount_fen}）。",
        "{item.name_zh} is not in the catalogue of the chronic disease {coverage.chronic_code} ({item.amount_fen}).",
    ),
    hint=Words(
        "不必拒付：请改按普通门诊待遇结算，或选用该病种目录内的药品。",
        "It need not be refused: settle it under the ordinary outpatient benefit, or choose a medicine of the "
        "catalogue.",
    ),
)
def c11(f: Facts) -> Ruling:
    """A chronic-disease benefit pays its own catalogue; anything else goes to the ordinary benefit, not to nobody."""
    return ruling(
        applies=asked_of_fund(f)
        & is_medicine(f)
        & (f.coverage.benefit == Benefit.CHRONIC)
        & (f.coverage.chronic_code != ""),
        violates=~f.lists.chronic_drug & f.lists.chronic_catalogue,
    )


@rule(
    id="C12",
    version=1,
    title=Words("低于药品限定的机构级别", "Below the level of institution for a medicine"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第12类", "class 12", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("drug_level", "drug_level_first_only", "drug_level_substance", "drug_level_substance_first_only"),
    official=12,
    why_zh="备注限定了开具机构的级别；只限首次处方的，续方不受限；附专科医院或事前审查证明的除外。",
    sentence=Words(
        "{item.name_zh}限一定级别的医疗机构使用，本机构为{institution.level}级（涉及{item.amount_fen}）。",
        "{item.name_zh} is paid from a certain level of institution on; this one is of level {institution.level} "
        "({item.amount_fen}).",
    ),
    hint=Words(
        "转上级医疗机构开具（只限首次的，续方可在本院），或附专科医院、事前审查的证明；否则改为自费。",
        "Let an institution of that level prescribe it (where only the first is limited, renewals may follow here), "
        "attach the proof of a specialist hospital or of prior review, or charge it outside the fund.",
    ),
)
def c12(f: Facts) -> Ruling:
    """The note asks for a level of institution, sometimes for the first prescription only. Unrated counts as below."""
    own = f.lists.drug_level > 0
    level = choose(own, f.lists.drug_level, f.lists.drug_level_substance)
    first_only = choose(own, f.lists.drug_level_first_only, f.lists.drug_level_substance_first_only)
    renewal = first_only & (f.measure.earlier_same_code > 0)
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (level > 0),
        violates=(f.institution.level < level) & ~renewal & ~otherwise(f.item.evidence_filed, False),
    )


@rule(
    id="C13",
    version=1,
    title=Words("超出药品限定的就医方式", "Medicine outside its mode of care"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第13类", "class 13", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("day_surgery_is_inpatient",),
    lists=("drug_care_mode", "drug_care_mode_substance"),
    official=13,
    why_zh="备注限定住院或急诊使用的药品；日间手术是否视同住院由当地规定。",
    sentence=Words(
        "{item.name_zh}限定了就医方式，本次为{encounter.care_mode}（涉及{item.amount_fen}）。",
        "{item.name_zh} is paid in certain modes of care; this was {encounter.care_mode} ({item.amount_fen}).",
    ),
    hint=Words(
        "核对就医方式；不符合的改为自费，或换用不限就医方式的药品。",
        "Check the mode of care; otherwise charge it outside the fund or choose a medicine without such a limit.",
    ),
)
def c13(f: Facts) -> Ruling:
    """The note says inpatients, or emergency and inpatients. A rescue counts as emergency wherever it is recorded."""
    by_code = f.lists.drug_care_mode
    modes = choose(by_code != "", by_code, f.lists.drug_care_mode_substance)
    return ruling(applies=asked_of_fund(f) & is_medicine(f) & (modes != ""), violates=~mode_allowed(f, modes))


@rule(
    id="C14",
    version=1,
    title=Words("超出互联网医院药品支付范围", "Outside what the fund pays of an internet hospital"),
    source=(
        article(CARE_2018, "第十九条", "article 19", read=False),
        article(ONLINE_PAYMENT_2020, "支付范围", "scope of payment", read=False),
        article(TWO_LIBRARIES, "第47类", "class 47", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2020, 10, 24),
    lists=("online_excluded", "special_control_item"),
    official=47,
    why_zh="麻醉、精神等特殊管理药品不得线上开具，线上开具的费用基金不支付。",
    sentence=Words(
        "{item.name_zh}不在互联网诊疗的支付范围内，线上申请支付{item.amount_fen}。",
        "{item.name_zh} is outside what is paid for online care; {item.amount_fen} was claimed.",
    ),
    hint=Words(
        "请删除该药，引导患者到实体医疗机构就诊。",
        "Take it off and send the patient to a physical institution.",
    ),
)
def c14(f: Facts) -> Ruling:
    """Medicines under special control are not prescribed online, and what was so prescribed is not paid."""
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (f.encounter.channel == Channel.ONLINE),
        violates=f.lists.online_excluded | (f.lists.special_control_item != "none"),
    )


def _part_above(over: Term, whole: Term) -> Term:
    """Of what passes a limit the part that belongs to this item, at most the whole of it."""
    return choose(over > whole, whole, over)
