"""How the insured use their vouchers: how often, where, and whether one body can have been at all of it."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import CareMode, Channel, IdentityBasis, ItemKind
from xinglin.supervision.rules.sources import FUND_735, LONG_2021, TWO_LIBRARIES, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Concern,
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
    isin,
    otherwise,
    rule,
    ruling,
    smaller,
)


@rule(
    id="H01",
    version=1,
    title=Words("频繁门诊", "Frequent outpatient visits"),
    source=(
        article(TWO_LIBRARIES, "频繁门诊", "frequent outpatient visits", read=False),
        article(FUND_735, "第十七条", "article 17", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("visit_days_7_max", "visit_days_30_max"),
    lists=("frequent_exempt",),
    concern=Concern.EXCESS,
    official=50,
    why_zh="几乎每天就诊，要么病情需要，要么凭证不在本人手中；透析、放化疗、康复等疗程除外，按天计而不按挂号计。",
    sentence=Words(
        "30天内有{measure.visit_days_30}天就诊（上限{limits.visit_days_30_max}天），7天内{measure.visit_days_7}天。",
        "Visits on {measure.visit_days_30} of 30 days (limit {limits.visit_days_30_max}), on {measure.visit_days_7} of "
        "7 days.",
    ),
    hint=Words(
        "请核对是否属于疗程治疗，或向参保人了解情况；属于疗程的请写明诊断。",
        "See whether it is a course of treatment or ask the person; where it is a course, state the diagnosis.",
    ),
)
def h01(f: Facts) -> Ruling:
    """Care on nearly every day is either a course of treatment or a voucher in other hands; days count, not desks."""
    over = f.measure.visit_days_30 - f.limits.visit_days_30_max
    return ruling(
        applies=isin(f.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.ONLINE])
        & f.encounter.fund_asked
        & ~f.lists.frequent_exempt,
        violates=(over > 0) | (f.measure.visit_days_7 > f.limits.visit_days_7_max),
        excess=excess(days=choose(over > 0, over, f.measure.visit_days_7 - f.limits.visit_days_7_max)),
    )


@rule(
    id="H02",
    version=1,
    title=Words("频繁购药", "Frequent purchases of medicine"),
    source=(
        article(TWO_LIBRARIES, "频繁购药", "frequent purchases", read=False),
        article(FUND_735, "第十七条", "article 17", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("purchase_days_30_max", "supply_institutions_30_many", "in_hand_days_ordinary"),
    concern=Concern.EXCESS,
    official=51,
    why_zh="一个月内在多家机构领取同一种药且超过一个月用量，或隔日购药，常是转卖的开端；同一天一次取齐按一天计。",
    sentence=Words(
        "30天内在{measure.supply_institutions_30}家机构领取同一成分，领后在手{measure.days_in_hand}天；30天内购药"
        "{measure.purchases_30}天（上限{limits.purchase_days_30_max}天）。",
        "{measure.supply_institutions_30} institutions supplied the same ingredient within 30 days, "
        "{measure.days_in_hand} days are in hand; medicine on {measure.purchases_30} of 30 days (limit "
        "{limits.purchase_days_30_max}).",
    ),
    hint=Words(
        "请先用完在手药品；因外出、换药等需要的，请记录例外理由。",
        "Use first what is in hand; where travel or a change of medicine calls for it, record the reason.",
    ),
)
def h02(f: Facts) -> Ruling:
    """One medicine from many places in a month, beyond a month's use, is how resale begins; one trip is one day."""
    many = (f.measure.supply_institutions_30 >= f.limits.supply_institutions_30_many) & (
        f.measure.days_in_hand > f.limits.in_hand_days_ordinary
    )
    often = f.measure.purchases_30 > f.limits.purchase_days_30_max
    return ruling(
        applies=_supplied_on_the_fund(f),
        violates=(many | often) & ~otherwise(f.item.exception_reason, False),
    )


def _supplied_on_the_fund(f: Facts) -> Term:
    """A medicine handed to the person outside a stay, not refunded, for which the fund is asked."""
    return (
        (f.item.kind == ItemKind.MEDICINE)
        & (f.item.quantity_milli > 0)
        & ~otherwise(f.item.withdrawn, False)
        & f.item.fund_asked
        & ~isin(f.encounter.care_mode, [CareMode.INPATIENT, CareMode.DAY_SURGERY])
    )


@rule(
    id="H04",
    version=1,
    title=Words("跨机构重复用药", "The same medicine from several institutions"),
    source=(
        article(FUND_735, "第十七条、第四十一条", "articles 17 and 41", read=False),
        article(LONG_2021, "处方量", "amount of a prescription", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 8, 10),
    limits=("in_hand_days_ordinary", "in_hand_grace_ordinary", "in_hand_days_long", "in_hand_grace_long"),
    concern=Concern.DUPLICATE,
    why_zh="每家机构单看都不超量，合起来却超过一个人能用的量；住院期间由医院供药，不计在内。",
    sentence=Words(
        "领药后同一成分在手{measure.days_in_hand}天，来自{measure.supply_institutions}家机构，超出{excess.days}天"
        "（涉及金额{excess.fen}）。",
        "After this supply {measure.days_in_hand} days of the same ingredient are in hand, from "
        "{measure.supply_institutions} institutions: {excess.days} days too many ({excess.fen}).",
    ),
    hint=Words(
        "请在在手药品用完前不再供药，或减少数量；外出、剂量增加等请记录例外理由。",
        "Supply again when what is in hand is used up, or less; for travel or a raised dose record the reason.",
    ),
)
def h04(f: Facts) -> Ruling:
    """No institution goes too far by itself, but together they supply more than one body can use."""
    long = f.item.supply_days > f.limits.in_hand_days_ordinary + f.limits.in_hand_grace_ordinary
    days_allowed = choose(long, f.limits.in_hand_days_long, f.limits.in_hand_days_ordinary)
    grace = choose(long, f.limits.in_hand_grace_long, f.limits.in_hand_grace_ordinary)
    over = f.measure.days_in_hand - days_allowed - grace
    # The fewest packs that cover the days are no breach: without its last pack the person must have had enough.
    pack = smaller(divide_up(f.item.supply_days * 1000, f.item.quantity_milli), f.item.supply_days)
    smallest = long & (f.item.quantity_milli <= 1000)
    days = smaller(over, f.item.supply_days)
    return ruling(
        applies=_supplied_on_the_fund(f) & (otherwise(f.item.supply_days, 1) > 0),
        violates=(f.measure.supply_institutions >= 2)
        & (over >= pack)
        & ~smallest
        & ~otherwise(f.item.exception_reason, False),
        excess=excess(days=days, fen=divide_down(f.item.amount_fen * days, f.item.supply_days)),
    )


@rule(
    id="H06",
    version=2,
    title=Words("医保凭证疑似出借", "One voucher, more than one body"),
    source=(article(FUND_735, "第十七条、第四十一条", "articles 17 and 41", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("contradicting_days_min",),
    why_zh="一个人不会既做产前检查又治前列腺，也不会年过六旬在儿科看病；一次矛盾可能是编码差错，一次人脸不符可能是光线，"
    "独立的两次就须核实。监护人陪同儿童、图文问诊没有人脸，都不作数。",
    sentence=Words(
        "一年内有{measure.contradicting_days}天的就诊与登记的性别或年龄矛盾（性别{measure.sex_contradictions}天，年龄"
        "{measure.age_contradictions}天），涉及{measure.contradiction_institutions}家机构；视频就诊中人脸与患者登记不一致"
        "{measure.other_face_days}天，均含本次。",
        "Within a year visits on {measure.contradicting_days} days contradict the registered sex or age (sex "
        "{measure.sex_contradictions}, age {measure.age_contradictions}), at {measure.contradiction_institutions} "
        "institutions; on {measure.other_face_days} days the face in a live visit was not the patient's; this visit "
        "included.",
    ),
    hint=Words(
        "请先核对登记的性别、出生日期和诊断编码；无误的，核验就诊人是否为凭证持有人（人脸不符的请当面或换光线再验一次）。"
        "家人买药请用家庭共济账户。",
        "First check the registered sex and birth date and the diagnosis codes; if they are right, verify that the "
        "person seen holds the voucher (where a face did not match, in person or once more in better light). For "
        "relatives' medicine there is the family account.",
    ),
)
def h06(f: Facts) -> Ruling:
    """One contradiction of sex or age may be a wrong code, and one face that does not match may be the light; two of
    either kind on different days, or one of each, ask whose body was seen.

    A guardian's face beside a child is expected, a twin's passes, and where no face was checked nothing is held against
    anybody.
    """
    newborn = otherwise(f.patient.identity_basis, IdentityBasis.OWN) == IdentityBasis.MOTHER
    accompanied = otherwise(f.encounter.guardian_present, False)
    other_face = ~otherwise(f.encounter.patient_face_matched, True) & ~accompanied
    signs = f.measure.contradicting_days + otherwise(f.measure.other_face_days, 0)
    return ruling(
        applies=(f.encounter.care_mode != CareMode.PHARMACY) & f.encounter.fund_asked & ~newborn,
        violates=((f.measure.contradicts_here > 0) | other_face) & (signs >= f.limits.contradicting_days_min),
        excess=excess(count=signs),
    )


@rule(
    id="H07",
    version=1,
    title=Words("不可能的移动", "Travel that is not possible"),
    source=(article(FUND_735, "第十七条、第四十一条", "articles 17 and 41", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("travel_metres_min", "travel_km_per_hour", "travel_allowance_minutes"),
    why_zh="同一张凭证不能在相距很远的两地先后出现；只看线下就诊，线上没有地点，药店取药可由家人代办。",
    sentence=Words(
        "与上次线下就诊相距{measure.travel_metres}米，间隔{measure.travel_seconds}秒，按每小时"
        "{limits.travel_km_per_hour}公里也来不及，差{excess.seconds}秒。",
        "{measure.travel_metres} m from the last visit in person within {measure.travel_seconds} s: at "
        "{limits.travel_km_per_hour} km/h it takes {excess.seconds} s more.",
    ),
    hint=Words(
        "请核对两次就诊的时间，并核验就诊人是否为凭证持有人。",
        "Check the times of both visits and verify that the person seen holds the voucher.",
    ),
)
def h07(f: Facts) -> Ruling:
    """A voucher cannot be at two distant places in turn. Only visits in person: online has no place."""
    # metres / (km/h) in seconds is metres * 3600 / (1000 * km/h), made whole by 18 / 5.
    road = divide_down(f.measure.travel_metres * 18, f.limits.travel_km_per_hour * 5)
    needed = road + f.limits.travel_allowance_minutes * 60
    return ruling(
        applies=(f.encounter.channel == Channel.IN_PERSON) & (f.encounter.care_mode != CareMode.PHARMACY),
        violates=(f.measure.travel_metres >= f.limits.travel_metres_min) & (f.measure.travel_seconds < needed),
        excess=excess(seconds=needed - f.measure.travel_seconds),
    )


@rule(
    id="H08",
    version=1,
    title=Words("死亡或停保后就诊", "Care after death or after the insurance ended"),
    source=(article(FUND_735, "第十七条、第四十一条", "articles 17 and 41", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    why_zh="逝者不会就诊，停保者不由基金支付；死亡当天和停保前最后一天的抢救与就诊是正当的。",
    sentence=Words(
        "就诊日期{encounter.on}在登记的死亡日期{patient.death_on}或停保日期{coverage.ended_on}之后。",
        "The visit of {encounter.on} lies after the registered day of death ({patient.death_on}) or the last day of "
        "insurance ({coverage.ended_on}).",
    ),
    hint=Words(
        "请核对死亡和停保登记；登记无误的，撤销结算；停保的可自费就诊。",
        "Check the registers; if they are right, revoke the settlement. Who is not insured may be seen at own cost.",
    ),
)
def h08(f: Facts) -> Ruling:
    """The dead are not seen, and the fund does not pay for the uninsured. The last day itself is rightful.

    Who does not say that a visit was at own cost asked the fund; and death is enough without word of the insurance.
    """
    after_death = f.patient.dead & (f.encounter.on > f.patient.death_on)
    after_end = f.coverage.ended & (f.encounter.on > f.coverage.ended_on)
    return ruling(applies=otherwise(f.encounter.fund_asked, True), violates=after_death | after_end)


@rule(
    id="H09",
    version=1,
    title=Words("住院期间在外就诊购药", "Care elsewhere during a stay in hospital"),
    source=(article(FUND_735, "第十七条、第四十一条", "articles 17 and 41", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    why_zh="住院者的药品和检查由所住医院提供；入院和出院当天、有转外说明的就诊除外。",
    sentence=Words(
        "{encounter.on}就诊时，参保人正在其他医院住院，且没有转外就诊说明。",
        "On {encounter.on} the person was in hospital elsewhere, and no note of transfer is on file.",
    ),
    hint=Words(
        "确由住院医院转来会诊或检查的，请补交转外就诊说明；否则请核验就诊人身份。",
        "If the hospital sent the person for a consultation or test, file its note; else verify who was seen.",
    ),
)
def h09(f: Facts) -> Ruling:
    """Who lies in hospital is supplied there. The days of admission and discharge and a note of transfer are fine."""
    return ruling(
        applies=~isin(f.encounter.care_mode, [CareMode.INPATIENT, CareMode.DAY_SURGERY])
        & otherwise(f.encounter.fund_asked, True),
        violates=(f.measure.stays_around > 0) & ~otherwise(f.encounter.transfer_note, False),
        excess=excess(count=f.measure.stays_around),
    )
