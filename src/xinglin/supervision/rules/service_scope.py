"""For whom and where a service is charged, the fee of a visit online, how much of a consumable one service needs."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel, ItemKind, Sex
from xinglin.supervision.rules.payable import asked_of_fund, is_service, left_of, mode_allowed
from xinglin.supervision.rules.sources import (
    FUND_735,
    ONLINE_PAYMENT_2020,
    PRICE_2019,
    PRICE_ITEMS,
    TWO_LIBRARIES,
    article,
)
from xinglin.supervision.vocabulary import (
    Certainty,
    Concern,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    choose,
    days_between,
    divide_down,
    excess,
    larger,
    missing,
    otherwise,
    rule,
    ruling,
    smaller,
    years_between,
)


@rule(
    id="E09",
    version=1,
    title=Words("项目与年龄不符", "Service charged at another age"),
    source=(
        article(PRICE_ITEMS, "项目内涵和说明", "contents and remarks", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第18、19、29、80类", "classes 18, 19, 29 and 80", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    concern=Concern.PAYMENT_LIMIT,
    limits=("newborn_payment_days",),
    lists=("service_from_years", "service_until_years", "service_newborn"),
    official=29,
    why_zh="新生儿、儿童或限定年龄的项目只能为该年龄的人收费；年龄按当天的周岁或日龄计算。",
    sentence=Words(
        "{item.name_zh}限定了年龄，患者在{item.on}不在该年龄段（涉及{item.amount_fen}）。",
        "{item.name_zh} is for certain ages; on {item.on} the patient was not of them ({item.amount_fen}).",
    ),
    hint=Words(
        "核对出生日期和项目编码；不符的改用相应年龄的项目。",
        "Check the day of birth and the code; otherwise charge the item for that age.",
    ),
)
def e09(f: Facts) -> Ruling:
    """Items for newborns, children or certain ages are charged for them alone."""
    years = years_between(f.patient.birth_on, f.item.on)
    born = otherwise(f.patient.term_on, f.patient.birth_on)
    until = f.lists.service_until_years
    older = (until > 0) & (years >= until)
    no_newborn = f.lists.service_newborn & (days_between(born, f.item.on) > f.limits.newborn_payment_days)
    limited = f.lists.service_newborn | (until > 0) | (f.lists.service_from_years > 0)
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & limited,
        violates=no_newborn | older | (years < f.lists.service_from_years),
    )


@rule(
    id="E10",
    version=1,
    title=Words("项目与性别不符", "Service of the other sex"),
    source=(
        article(PRICE_ITEMS, "项目内涵", "contents of the items", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第81类", "class 81", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    concern=Concern.PAYMENT_LIMIT,
    lists=("item_sex",),
    official=81,
    why_zh="只用于一种性别的项目记在另一性别患者名下，往往是记错人或编码有误。",
    sentence=Words(
        "{item.name_zh}用于另一性别，患者登记为{patient.sex}（涉及{item.amount_fen}）。",
        "{item.name_zh} is for the other sex; the patient is registered as {patient.sex} ({item.amount_fen}).",
    ),
    hint=Words(
        "核对患者、登记性别和项目编码；配偶的检查记在配偶本人名下，确需合并的记录理由。",
        "Check person, registered sex and code; a partner's test is charged to the partner, or the reason is recorded.",
    ),
)
def e10(f: Facts) -> Ruling:
    """An item of one sex on a person of the other is a wrong person or a wrong code, seldom a wrong register."""
    for_women = (f.lists.item_sex == "female") & (f.patient.sex == Sex.MALE)
    for_men = (f.lists.item_sex == "male") & (f.patient.sex == Sex.FEMALE)
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & (f.lists.item_sex != "") & (f.patient.sex != Sex.OTHER),
        violates=(for_women | for_men) & ~f.item.exception_reason,
    )


@rule(
    id="E12",
    version=1,
    title=Words("项目超出机构级别或就医方式", "Service outside its level or mode of care"),
    source=(
        article(PRICE_ITEMS, "计价说明和医保限定", "remarks and limits of payment", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第22、24类", "classes 22 and 24", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    concern=Concern.PAYMENT_LIMIT,
    limits=("day_surgery_is_inpatient",),
    lists=("service_level", "service_care_mode"),
    official=22,
    why_zh="部分项目只在一定级别的机构，或只在住院、急诊时支付；日间手术是否视同住院由当地规定。",
    sentence=Words(
        "{item.name_zh}限定了机构级别或就医方式，本机构{institution.level}级，本次为{encounter.care_mode}"
        "（涉及{item.amount_fen}）。",
        "{item.name_zh} is limited in level or mode of care; this was level {institution.level}, {encounter.care_mode} "
        "({item.amount_fen}).",
    ),
    hint=Words(
        "核对机构级别和就医方式；不符合的改为自费或转上级机构。",
        "Check level and mode of care; otherwise charge it outside the fund or refer to an institution of that level.",
    ),
)
def e12(f: Facts) -> Ruling:
    """Some services are paid from a level on, or for inpatients or emergencies only."""
    modes = f.lists.service_care_mode
    below = (f.lists.service_level > 0) & (f.institution.level < f.lists.service_level)
    elsewhere = (modes != "") & ~mode_allowed(f, modes)
    return ruling(
        applies=asked_of_fund(f) & is_service(f) & ((f.lists.service_level > 0) | (modes != "")),
        violates=below | elsewhere,
    )


@rule(
    id="E17",
    version=1,
    title=Words("线上诊查费不合规定", "Online visit fee out of rule"),
    source=(
        article(ONLINE_PAYMENT_2020, "互联网复诊的支付", "payment of online follow-up", read=False),
        article(PRICE_ITEMS, "互联网复诊诊查费", "online follow-up visit fee", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(PRICE_2019, "“互联网+”医疗服务价格和支付", "price and payment of online services", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2020, 10, 24),
    concern=Concern.PAYMENT_LIMIT,
    limits=("online_fee_fund_fen", "online_fee_free_days"),
    lists=("online_fee",),
    why_zh="线上诊查费须为可线上收取的项目，不高于普通门诊，每日每科一次，医师确已答复；应退款的就诊不再收费。",
    sentence=Words(
        "线上诊查费{item.name_zh}不合规定，涉及{excess.fen}：项目、次数、答复、退款或支付标准中有一项不符。",
        "The online visit fee {item.name_zh} is out of rule ({excess.fen}): item, number in the day, answer, refund or "
        "the amount paid does not hold.",
    ),
    hint=Words(
        "按可线上收取的项目和普通门诊标准收费，每日每科一次；医师未答复或应退款的，退还诊查费。",
        "Charge an item of the online list at the ordinary fee, once a day in a department; where no physician "
        "answered or a refund is due, pay it back.",
    ),
)
def e17(f: Facts) -> Ruling:
    """The fund pays a visit online as an ordinary visit: a listed fee, once, for a physician who answered."""
    unanswered = ~missing(f.encounter.ended_at) & ~f.encounter.physician_replied
    free_days = f.limits.online_fee_free_days
    within_free = (free_days > 0) & (f.measure.days_since_same_code < free_days)
    whole = ~f.lists.online_fee | (f.measure.same_fee_today > 1) | unanswered | f.encounter.refund_due | within_free
    above = f.item.in_scope_fen - divide_down(f.limits.online_fee_fund_fen * f.item.quantity_milli, 1000)
    return ruling(
        applies=asked_of_fund(f) & (f.item.kind == ItemKind.VISIT_FEE) & (f.encounter.channel == Channel.ONLINE),
        violates=whole | (above > 0),
        excess=excess(fen=choose(otherwise(whole, False), f.item.amount_fen, above)),
    )


@rule(
    id="F05",
    version=2,
    title=Words("医用耗材数量超标", "More of a consumable than needed or used"),
    source=(
        article(PRICE_ITEMS, "可另收费的一次性耗材", "consumables charged beside a service", read=False),
        article(FUND_735, "第十五条、第三十八条", "articles 15 and 38", read=False),
        article(TWO_LIBRARIES, "第86类", "class 86", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("consumable_max",),
    official=86,
    why_zh="耗材数量不得超过一次服务的上限，也不得超过手术记录或植入标签的数量；只计超出部分。",
    sentence=Words(
        "{item.name_zh}的收费数量超过上限或病历记录，超出部分{excess.fen}。",
        "More of {item.name_zh} was charged than the limit or the record allows; {excess.fen} is above it.",
    ),
    hint=Words(
        "按手术记录和植入标签核对数量，退还超出部分；器械失败另用的，记录理由。",
        "Check the number by operation record and labels and pay back what is above; where a device failed, record it.",
    ),
)
def f05(f: Facts) -> Ruling:
    """No more is charged than one service needs, and no more than the record says was used."""
    charged = left_of(f)
    # Without a limit, or where the record names no number, the other comparison stands alone.
    allowed = choose(f.lists.consumable_max > 0, f.lists.consumable_max, charged)
    over = larger(charged - smaller(allowed, otherwise(f.item.recorded_milli, charged)), 0)
    return ruling(
        applies=asked_of_fund(f)
        & (f.item.kind == ItemKind.CONSUMABLE)
        & ((f.lists.consumable_max > 0) | ~missing(f.item.recorded_milli)),
        violates=(over > 0) & ~f.item.exception_reason,
        excess=excess(count=over, fen=divide_down(f.item.amount_fen * over, f.item.quantity_milli)),
    )
