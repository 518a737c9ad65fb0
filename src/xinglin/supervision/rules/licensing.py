"""What a right covers: the visit done by the physician in person, the licence, the grade of antimicrobials."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import AntimicrobialGrade, CareMode, Channel, Service
from xinglin.supervision.rules.sources import (
    ANTIMICROBIALS_2012,
    CARE_2018,
    LICENSING_LAW,
    ONLINE_PAYMENT_2020,
    SUPERVISION_2022,
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
    excess,
    isin,
    missing,
    otherwise,
    rule,
    ruling,
    seconds_between,
    smaller,
)


@rule(
    id="A10",
    version=1,
    title=Words("身份冒用或人工智能代替医师接诊", "Another person or a machine in place of the physician"),
    source=(article(SUPERVISION_2022, "第十三条、第二十一条", "articles 13 and 21", read=True),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("typing_letters_per_minute_max",),
    why_zh="患者面对的必须是医师本人；他人、软件或人工智能不得冒用、替代。打字过快和人脸不符只是线索，先听医师说明。",
    sentence=Words(
        "本次接诊的内容并非都由医师本人作出或确认（{encounter.written_by_physician}），或诊中人脸与医师不一致，"
        "或打字速度达每分钟{encounter.typed_letters_per_minute}字。",
        "Not all of this visit was written or confirmed by the physician in person "
        "({encounter.written_by_physician}), or a face check did not match, or {encounter.typed_letters_per_minute} "
        "letters were typed within a minute.",
    ),
    hint=Words(
        "由医师本人登录，逐条核对并确认；辅助生成的草稿须标明，经本人修改或确认后方可发出。",
        "The physician signs in, goes through each text and confirms it; a machine's draft is marked as such and goes "
        "out only after the physician has edited or confirmed it.",
    ),
)
def a10(f: Facts) -> Ruling:
    """The patient must meet the physician in person; a draft that the physician confirmed is the physician's own.

    Authorship is a matter of record; typing pace and faces are clues, so the whole is heard first. Where no face check
    was made there is nothing to hold against anybody; pasted standard advice does not count as typing.
    """
    other_face = otherwise(f.encounter.face_matched, True)
    return ruling(
        applies=(f.encounter.channel == Channel.ONLINE) & (f.encounter.service != Service.ADVICE),
        violates=~f.encounter.written_by_physician
        | ~other_face
        | (f.encounter.typed_letters_per_minute > f.limits.typing_letters_per_minute_max),
    )


@rule(
    id="A11",
    version=1,
    title=Words("机构或科室未获准", "Institution or department not approved"),
    source=(
        article(CARE_2018, "第五条", "article 5", read=True),
        article(ONLINE_PAYMENT_2020, "协议管理", "on the agreement", read=False),
        article(LICENSING_LAW, "第五十条", "article 50", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    why_zh="许可、科目、互联网诊疗准入和医保协议各有起止；依法按时申请延续而未获答复的，许可视为继续有效，协议不在此列。",
    sentence=Words(
        "就诊日{encounter.on}，机构许可（至{institution.licence_until_on}）、科室、互联网诊疗准入"
        "（至{institution.online_until_on}）或医保协议（至{institution.agreement_until_on}）未覆盖本次就诊。",
        "On {encounter.on} the licence (until {institution.licence_until_on}), the department, the approval of online "
        "care (until {institution.online_until_on}) or the insurer's agreement (until "
        "{institution.agreement_until_on}) does not cover this visit.",
    ),
    hint=Words(
        "请医务部核对许可证、科目登记和互联网诊疗准入；协议未覆盖的，书面告知后由患者自费或转往定点机构。",
        "Let medical affairs check licence, departments and the approval; without an agreement the patient pays after "
        "written notice, or goes to a designated institution.",
    ),
)
def a11(f: Facts) -> Ruling:
    """Care needs a licence, an approved department and, online, an approval; the fund needs an agreement besides.

    A renewal that was asked for in time and is undecided keeps licence and approval alive, not the agreement. In an
    emergency the fund pays without one.
    """
    on = f.encounter.on
    lapsed = ~f.institution.renewal_pending
    unlicensed = (on < f.institution.licence_from_on) | (otherwise(on > f.institution.licence_until_on, False) & lapsed)
    not_online = (
        ~f.institution.online_approved
        | (on < f.institution.online_from_on)
        | (otherwise(on > f.institution.online_until_on, False) & lapsed)
    )
    no_agreement = (
        ~f.institution.agreement_exists
        | (on < f.institution.agreement_from_on)
        | otherwise(on > f.institution.agreement_until_on, False)
    )
    return ruling(
        applies=~missing(f.encounter.id),
        violates=unlicensed
        | ~f.institution.department_approved
        | ((f.encounter.channel == Channel.ONLINE) & not_online)
        | (f.encounter.fund_asked & ~f.encounter.emergency & no_agreement),
    )


@rule(
    id="A13",
    version=1,
    title=Words("危急征象出现后继续线上诊疗", "Online care went on after a red flag"),
    source=(article(CARE_2018, "第十六条", "article 16", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    limits=("red_flag_minutes_max",),
    why_zh="急危重症线上看不了：误报耽误几分钟，漏报可能致命，所以宁可多提醒。",
    sentence=Words(
        "{encounter.red_flag_at}出现危急征象，过了{limits.red_flag_minutes_max}分钟的时限仍未转诊，线上诊疗又持续"
        "{excess.seconds}秒。",
        "A red flag came up at {encounter.red_flag_at}; online care went on without referral past the "
        "{limits.red_flag_minutes_max} minutes, by {excess.seconds} seconds.",
    ),
    hint=Words(
        "立即终止线上诊疗，告知拨打120或前往最近的急诊，并记录转诊去向。",
        "Stop online care now, tell the patient to call 120 or to go to the nearest emergency department, and record "
        "the referral.",
    ),
)
def a13(f: Facts) -> Ruling:
    """Emergencies cannot be treated online. A false alarm costs minutes, a miss costs a life.

    The time runs from the first red flag to the referral or the end of the visit, or as far as the record is complete.
    A symptom known for long raises the flag all the same: the physician refers, or says why not when heard.
    """
    end = otherwise(f.encounter.ended_at, f.encounter.observed_at)
    went_on_until = smaller(otherwise(f.encounter.referred_at, end), end)
    over = seconds_between(f.encounter.red_flag_at, went_on_until) - f.limits.red_flag_minutes_max * 60
    return ruling(
        applies=(f.encounter.channel == Channel.ONLINE) & f.encounter.red_flag,
        violates=over > 0,
        excess=excess(seconds=over),
    )


@rule(
    id="B05",
    version=1,
    title=Words("越权开具抗菌药物", "Antimicrobial above the prescriber's right"),
    source=(article(ANTIMICROBIALS_2012, "第二十四条、第二十八条", "articles 24 and 28", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2012, 8, 1),
    official=45,
    limits=("antimicrobial_overstep_days",),
    why_zh="抗菌药物分级由本机构目录确定，处方权按培训考核授予；抢救时可越级，限一天用量。",
    sentence=Words(
        "{line.drug_zh}为{line.antimicrobial_grade}抗菌药物，医师当日的处方权限为“{physician.antimicrobial_right}”。",
        "{line.drug_en} is of the grade “{line.antimicrobial_grade}”; the prescriber's right on the day is "
        "“{physician.antimicrobial_right}”.",
    ),
    hint=Words(
        "改用权限内的药物，或请有相应权限的医师会诊后开具；抢救越级限一天用量并补办手续。",
        "Choose a medicine within the right, or ask a physician who holds the right; in a rescue one day's supply at "
        "most, with the formalities made up for.",
    ),
)
def b05(f: Facts) -> Ruling:
    """Grades stand in the institution's own list; rights come with training. A rescue allows one day above the right.

    Without any right there is nothing to overstep from.
    """
    grade, right = f.line.antimicrobial_grade, f.physician.antimicrobial_right
    above = choose(
        grade == AntimicrobialGrade.SPECIAL,
        right != AntimicrobialGrade.SPECIAL,
        choose(
            grade == AntimicrobialGrade.RESTRICTED,
            ~isin(right, [AntimicrobialGrade.RESTRICTED, AntimicrobialGrade.SPECIAL]),
            right == AntimicrobialGrade.NONE,
        ),
    )
    return ruling(
        applies=~f.prescription.ended & (grade != AntimicrobialGrade.NONE),
        violates=above & ~_rescue(f),
    )


def _rescue(f: Facts) -> Term:
    """An emergency in which a physician with some right oversteps it for no longer than the law allows."""
    return (
        f.encounter.emergency
        & (f.physician.antimicrobial_right != AntimicrobialGrade.NONE)
        & (f.line.days <= f.limits.antimicrobial_overstep_days)
    )


@rule(
    id="B06",
    version=1,
    title=Words("门诊或线上使用特殊使用级抗菌药物", "Special-grade antimicrobial outside hospital"),
    source=(article(ANTIMICROBIALS_2012, "第二十七条", "article 27", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.LINE,
    since=date(2012, 8, 1),
    why_zh="特殊使用级抗菌药物须经专家会诊，不得在门诊使用；日间病房和急诊抢救不是门诊。",
    sentence=Words(
        "{line.drug_zh}为特殊使用级抗菌药物，就医方式为“{encounter.care_mode}”（{encounter.channel}），不得使用。",
        "{line.drug_en} is a special-grade antimicrobial; it may not be given in the mode “{encounter.care_mode}” "
        "({encounter.channel}).",
    ),
    hint=Words(
        "换用非特殊使用级药物；确需使用的，收入院或日间病房，经指定专家会诊后开具。",
        "Choose one of a lower grade; where it is needed, admit the patient or use the day ward after consultation of "
        "the designated experts.",
    ),
)
def b06(f: Facts) -> Ruling:
    """The last line of defence is given after consultation, never to a person who walks in or is seen online."""
    outside = (f.encounter.channel == Channel.ONLINE) | isin(
        f.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.ONLINE]
    )
    return ruling(
        applies=~f.prescription.ended & (f.line.antimicrobial_grade == AntimicrobialGrade.SPECIAL), violates=outside
    )
