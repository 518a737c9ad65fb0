"""Who may practise: the register, the years, the proof of identity, the right to be paid."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel, Registration
from xinglin.supervision.rules.sources import (
    CARE_2018,
    FUND_735,
    ONLINE_PAYMENT_2020,
    PAYMENT_RIGHT_2024,
    PHYSICIANS,
    PHYSICIANS_1999,
    SUPERVISION_2022,
    article,
)
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    missing,
    otherwise,
    rule,
    ruling,
    seconds_between,
    years_between,
)


@rule(
    id="A06",
    version=1,
    title=Words("医师执业无效", "Physician not validly registered"),
    source=(
        article(PHYSICIANS, "第十三条至第十八条", "articles 13 to 18", read=True),
        article(CARE_2018, "第二条", "article 2", read=True),
        article(PHYSICIANS_1999, "第十三条、第十四条", "articles 13 and 14", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    why_zh="只有在本机构注册或备案的医师可以接诊，以生效日期为准，不以查询日期为准。",
    sentence=Words(
        "就诊日{encounter.on}，医师的执业注册为“{physician.registration}”，或注册、备案未覆盖当日的本机构。",
        "On {encounter.on} the physician's registration stands at “{physician.registration}”, or registration or "
        "filing does not cover this institution on that day.",
    ),
    hint=Words(
        "请医务部核对执业注册与多机构备案的生效日期；在此之前由其他医师接诊。",
        "Let medical affairs check the effective dates of registration and multi-site filing; another physician sees "
        "the patient until then.",
    ),
)
def a06(f: Facts) -> Ruling:
    """Only a physician registered or filed at this institution may see patients, by effective dates, not by look-up."""
    on = f.encounter.on
    outside_register = (on < f.physician.registered_from_on) | otherwise(on > f.physician.registered_until_on, False)
    outside_house = (on < f.physician.here_from_on) | otherwise(on > f.physician.here_until_on, False)
    return ruling(
        applies=~missing(f.encounter.id),
        violates=(f.physician.registration != Registration.ACTIVE) | outside_register | outside_house,
    )


@rule(
    id="A07",
    version=1,
    title=Words("医师独立执业年限不足", "Too few years of independent practice"),
    source=(article(CARE_2018, "第二十五条", "article 25", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    limits=("independent_years_min",),
    why_zh="看不到患者时，经验要承担更多：年限自取得执业资格独立工作起算，不自毕业起算。",
    sentence=Words(
        "医师自{physician.independent_from_on}起独立执业，线上诊疗要求满{limits.independent_years_min}年。",
        "The physician has practised independently since {physician.independent_from_on}; online care asks for "
        "{limits.independent_years_min} completed years.",
    ),
    hint=Words(
        "由年限已满的医师接诊；若独立执业起始日登记有误，请医务部更正。",
        "Let a physician with enough years see the patient; if the first day is recorded wrongly, medical affairs "
        "corrects it.",
    ),
)
def a07(f: Facts) -> Ruling:
    """Without hands on the patient, experience has to carry more: years count from the licence, not from graduation."""
    years = years_between(f.physician.independent_from_on, f.encounter.on)
    return ruling(
        applies=f.encounter.channel == Channel.ONLINE,
        violates=years < f.limits.independent_years_min,
    )


@rule(
    id="A09",
    version=1,
    title=Words("医师接诊前未认证", "Physician not authenticated before the visit"),
    source=(
        article(SUPERVISION_2022, "第十三条", "article 13", read=True),
        article(ONLINE_PAYMENT_2020, "监管要求", "section on supervision", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("authentication_minutes_max", "visits_per_authentication_max", "clock_skew_seconds"),
    lists=("authentication_enough",),
    why_zh="患者应能相信医师就是本人：每次接诊前认证一次，不能一次认证接诊一批。",
    sentence=Words(
        "接诊前{limits.authentication_minutes_max}分钟内没有一次属于本次就诊的有效医师认证（最近方式：{physician.authentication_method}）。",
        "In the {limits.authentication_minutes_max} minutes before the visit there is no sufficient proof of the "
        "physician's identity for this visit (last way: {physician.authentication_method}).",
    ),
    hint=Words(
        "请医师用动态口令、通行密钥或人脸重新认证一次，再开始本次就诊。",
        "Let the physician prove identity once more by one-time code, passkey or face, then open this visit.",
    ),
)
def a09(f: Facts) -> Ruling:
    """The patient must be able to trust that the physician is the physician: a proof before each visit, not a batch."""
    elapsed = seconds_between(f.physician.authenticated_at, f.encounter.started_at)
    stale = elapsed > f.limits.authentication_minutes_max * 60
    afterwards = elapsed + f.limits.clock_skew_seconds < 0
    spent = f.physician.authentication_uses >= f.limits.visits_per_authentication_max
    return ruling(
        applies=f.encounter.channel == Channel.ONLINE,
        violates=~f.lists.authentication_enough | stale | afterwards | spent,
    )


@rule(
    id="A12",
    version=1,
    title=Words("医保支付资格暂停", "Right to be paid by the fund is suspended"),
    source=(
        article(PAYMENT_RIGHT_2024, "支付资格管理", "management of the right to be paid", read=True),
        article(FUND_735, "第十五条", "article 15", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2025, 1, 1),
    why_zh="被暂停支付资格的医师仍可诊疗，但不能由基金支付，也不能不告知患者。",
    sentence=Words(
        "医师自{physician.payment_suspended_from_on}起被暂停医保支付资格，本次服务不能由基金支付；自费须有患者书面知情同意。",
        "The physician's right to be paid is suspended from {physician.payment_suspended_from_on}: the fund cannot pay "
        "for this service, and paying oneself needs the patient's written consent.",
    ),
    hint=Words(
        "改由其他医师接诊，或在书面告知并取得患者同意后自费；急诊抢救不受影响。",
        "Let another physician see the patient, or go on at the patient's own cost after written notice and consent; "
        "emergencies are not affected.",
    ),
)
def a12(f: Facts) -> Ruling:
    """A physician who lost the right to be paid may still treat, but not at the fund's cost and not unannounced."""
    on = f.encounter.on
    suspended = (
        f.physician.payment_suspended
        & (on >= f.physician.payment_suspended_from_on)
        & ~otherwise(on > f.physician.payment_suspended_until_on, False)
    )
    return ruling(
        applies=suspended & ~f.encounter.emergency,
        violates=f.encounter.fund_asked | ~f.encounter.self_pay_notice,
    )
