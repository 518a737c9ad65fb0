"""What may be charged for services: price, discount, what another item includes, how often.

Of a price or a number that was passed only what lies above it is in breach.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import ItemKind
from xinglin.supervision.rules.payable import asked_of_fund, is_service, left_of
from xinglin.supervision.rules.sources import FUND_735, PRICE_ITEMS, TWO_LIBRARIES, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Concern,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    choose,
    divide_down,
    excess,
    larger,
    otherwise,
    rule,
    ruling,
    smaller,
    years_between,
)


@rule(
    id="E01",
    version=2,
    title=Words("超过最高限价收费", "Charged above the price cap"),
    source=(
        article(PRICE_ITEMS, "最高限价", "price caps", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第14类", "class 14", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("price_child_years_below", "price_child_permille"),
    lists=("price_cap", "price_cap_level_2", "price_cap_level_1"),
    official=14,
    why_zh="医疗服务项目不得超过当地按机构级别规定的最高价；加收项目和当地允许的低龄加收除外，只计超出部分。",
    sentence=Words(
        "{item.name_zh}超过本级机构的最高限价，超出{excess.fen}。",
        "{item.name_zh} was charged above the cap for this level of institution, by {excess.fen}.",
    ),
    hint=Words(
        "按最高限价重新收费，退还超出部分；属加收项目的请如实标明。",
        "Charge it at the cap and pay back what is above; where it is an add-on, mark it as one.",
    ),
)
def e01(f: Facts) -> Ruling:
    """The place caps the price of a service by level; add-ons and an allowed child surcharge are no breach."""
    level = f.institution.level
    cap = choose(
        level >= 3, f.lists.price_cap, choose(level == 2, f.lists.price_cap_level_2, f.lists.price_cap_level_1)
    )
    small = years_between(f.patient.birth_on, f.item.on) < f.limits.price_child_years_below
    surcharge = choose(f.limits.price_child_permille == 0, 0, choose(small, f.limits.price_child_permille, 0))
    over = f.item.unit_price_millifen - cap * (surcharge + 1000)
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & (f.lists.price_cap > 0),
        violates=(over > 0) & ~f.item.add_on,
        excess=excess(fen=divide_down(larger(over, 0) * left_of(f), 1_000_000)),
    )


@rule(
    id="E02",
    version=1,
    title=Words("同切口手术未折价", "Operations through one incision without discount"),
    source=(
        article(PRICE_ITEMS, "手术类说明", "remarks on operations", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第15类", "class 15", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("second_operation_permille",),
    lists=("incision_group", "incision_permille"),
    official=15,
    why_zh="同一切口、同一组的第二个及以后的手术按比例收费；双侧、不同切口、加收项目和当地新价格另有规定的除外。",
    sentence=Words(
        "{item.name_zh}是同一场手术、同一切口、同组的第{measure.surgery_rank}个手术，未按规定折价，多收{excess.fen}"
        "（手术记录未写切口的，按同一切口处理）。",
        "{item.name_zh} is operation number {measure.surgery_rank} of one group through one incision in one session "
        "and was not discounted: {excess.fen} too much (where the record names no incision, one is taken).",
    ),
    hint=Words(
        "按规定比例重新收费；确为不同切口或双侧手术的，补全手术记录并注明理由。",
        "Charge it at the lower rate; if there were separate incisions or two sides, complete the operation record and "
        "state the reason.",
    ),
)
def e02(f: Facts) -> Ruling:
    """One opening and one anaesthesia are paid once: the dearest operation in full, each further one in part."""
    permille = otherwise(f.lists.incision_permille, f.limits.second_operation_permille)
    whole = f.item.full_price_fen * f.item.quantity_milli
    over = f.item.amount_fen - divide_down(whole * permille, 1_000_000)
    # Whether an incision was recorded must be known; that none was recorded is itself an answer.
    asked_for_incision = (f.item.incision_key == "") | (f.item.incision_key != "")
    return ruling(
        applies=asked_of_fund(f)
        & (f.item.kind == ItemKind.OPERATION)
        & (f.lists.incision_group != "")
        & (f.item.session_key != "")
        & ~f.item.add_on,
        violates=(over > 0) & asked_for_incision & (f.measure.surgery_rank > 1) & ~f.item.exception_reason,
        excess=excess(fen=over),
    )


@rule(
    id="E03",
    version=1,
    title=Words("重复收费", "Charged again beside the item that includes it"),
    source=(
        article(PRICE_ITEMS, "项目内涵", "contents of the items", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第25类", "class 25", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    concern=Concern.DUPLICATE,
    official=25,
    why_zh="主项目的内涵已包含从项目时，从项目不得再收；部位或时间不同并已记录理由的除外。",
    sentence=Words(
        "{item.name_zh}已包含在同一时段内{measure.duplicate_mains}个主项目中，又另行收费{item.amount_fen}。",
        "{item.name_zh} is part of {measure.duplicate_mains} main items in the same window and was charged again: "
        "{item.amount_fen}.",
    ),
    hint=Words(
        "删除或退还该从项目；部位或时间确实不同的，记录理由。",
        "Take the included item off or pay it back; if site or time differ, record the reason.",
    ),
)
def e03(f: Facts) -> Ruling:
    """What a main item includes is not charged beside it. Only the included item is in breach, never the main one."""
    return ruling(
        applies=asked_of_fund(f) & is_service(f),
        violates=(f.measure.duplicate_mains > 0) & ~f.item.exception_reason,
    )


@rule(
    id="E05",
    version=2,
    title=Words("超过限定频次收费", "Charged more often than allowed"),
    source=(
        article(PRICE_ITEMS, "计价单位和说明", "units and remarks", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第27类", "class 27", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("discharge_day_counted",),
    lists=("service_frequency", "service_stay_day"),
    official=27,
    why_zh="按日或按小时计价的项目每日有上限；转科当日合并计算，出入院当日只计其一，只扣超出部分。",
    sentence=Words(
        "{item.name_zh}在{item.on}超过每日上限，超出部分{excess.fen}。",
        "On {item.on} {item.name_zh} passed what a day may hold; {excess.fen} is above it.",
    ),
    hint=Words(
        "核对当日实际次数或时长，退还超出部分；转科的由一个科室计费。",
        "Check the real number or hours of the day and pay back what is above; after a transfer one ward charges.",
    ),
)
def e05(f: Facts) -> Ruling:
    """A day holds 24 hours and one day's rate, in however many wards; of admission and discharge one is counted."""
    leaves_later = otherwise((f.stay.discharged_on == f.item.on) & (f.stay.on != f.item.on), False)
    not_counted = f.lists.service_stay_day & leaves_later & ~f.limits.discharge_day_counted
    allowed = choose(otherwise(not_counted, False), 0, f.lists.service_frequency)
    # What was taken back of this item itself is no longer part of the day.
    left = left_of(f)
    over = smaller(f.measure.day_quantity_milli - f.item.quantity_milli + left - allowed, left)
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & (f.lists.service_frequency > 0),
        violates=over > 0,
        excess=excess(count=over, fen=divide_down(f.item.amount_fen * over, f.item.quantity_milli)),
    )


@rule(
    id="E06",
    version=1,
    title=Words("周期内重复收费", "Charged again within its cycle"),
    source=(
        article(PRICE_ITEMS, "计价说明", "remarks", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第31类", "class 31", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("service_cycle",),
    official=31,
    why_zh="部分项目两次之间有最短间隔；间隔只是支付下限，不是临床建议。",
    sentence=Words(
        "{item.name_zh}距上次收费{measure.days_since_same_code}天，短于{lists.service_cycle}天（涉及{item.amount_fen}）。",
        "{item.name_zh} was last charged {measure.days_since_same_code} days before, fewer than {lists.service_cycle} "
        "({item.amount_fen}).",
    ),
    hint=Words(
        "先查看上次结果；病情变化确需再做的，记录理由。",
        "Look at the last result first; if a change of condition needs it again, record the reason.",
    ),
)
def e06(f: Facts) -> Ruling:
    """A floor for payment between two charges: before that the last result serves, unless something changed."""
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & (f.lists.service_cycle > 0),
        violates=(f.measure.days_since_same_code < f.lists.service_cycle) & ~f.item.exception_reason,
    )
