"""How providers behave: visits that nobody attended, prescriptions taken apart, practices that stand out."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import CareMode, Channel, PracticeKind, PrescriptionKind
from xinglin.supervision.rules.sources import (
    CARE_2018,
    FUND_735,
    PRESCRIPTION_2007,
    SUPERVISION_2022,
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
    Term,
    Words,
    choose,
    day_of,
    days_between,
    divide_up,
    excess,
    isin,
    larger,
    otherwise,
    rule,
    ruling,
)


@rule(
    id="I01",
    version=1,
    title=Words("疑似虚构诊疗", "A visit that may not have happened"),
    source=(article(FUND_735, "第四十条", "article 40", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("burst_neighbours_min",),
    why_zh="收费的就诊应当有患者参与的痕迹：线上有消息、通话、表单或设备，线下的药有追溯码；单一迹象不足以认定。",
    sentence=Words(
        "收费就诊缺少患者参与的痕迹：患者消息{encounter.inbound_messages}条，通话{encounter.live_seconds}秒，前后十分钟"
        "同一医师另有{measure.minute_neighbours}次就诊，无追溯码药品{measure.untraced_items}种。",
        "A charged visit without traces of the patient: {encounter.inbound_messages} messages, "
        "{encounter.live_seconds} s of live talk, {measure.minute_neighbours} other visits under the name within ten "
        "minutes, {measure.untraced_items} medicines without trace codes.",
    ),
    hint=Words(
        "请提供通话记录、患者留言、监护人设备或药品出库扫码记录；回访患者；未发生的就诊请撤销结算。",
        "Show the call log, messages of the patient or guardian, or scans of the packs; call the patient back; revoke "
        "what did not take place.",
    ),
)
def i01(f: Facts) -> Ruling:
    """A visit leaves traces of the patient. No trace of any kind online, or a burst without packs, or a denial."""
    unheard = (
        (f.encounter.inbound_messages == 0)
        & (f.encounter.live_seconds == 0)
        & ~otherwise(f.encounter.structured_form, False)
    )
    # A device that was never recorded shows no activity either; the physician's own device is not the patient's.
    no_device = (otherwise(f.encounter.patient_device_key, "") == "") | (
        (f.measure.device_is_physicians > 0) & ~f.encounter.patient_device_shared
    )
    # Until the visit has ended the patient may still speak.
    over = f.encounter.ended_at >= f.encounter.started_at
    online = (f.encounter.channel == Channel.ONLINE) & unheard & no_device & over
    burst = (
        (f.encounter.channel == Channel.IN_PERSON)
        & ~isin(f.encounter.care_mode, [CareMode.PHARMACY, CareMode.INPATIENT, CareMode.DIALYSIS])
        & (f.measure.untraced_items > 0)
        & (f.measure.minute_neighbours >= f.limits.burst_neighbours_min)
    )
    return ruling(
        applies=f.encounter.fund_asked,
        violates=otherwise(f.encounter.patient_denies, False) | online | burst,
    )


@rule(
    id="I02",
    version=1,
    title=Words("不可能的一天", "An impossible day"),
    source=(
        article(FUND_735, "第三十八条、第四十条", "articles 38 and 40", read=False),
        article(SUPERVISION_2022, "第十三条", "article 13", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("physician_active_seconds_max", "physician_patients_max"),
    why_zh="一位医师一天的操作时间和接诊人数有限；按实际操作时间（每次图文至少两分钟、音视频至少五分钟）计，图文就诊可以"
    "交错，打开窗口的时间不计。",
    sentence=Words(
        "截至本次就诊，该医师名下当日实际操作{measure.physician_active_seconds}秒（上限"
        "{limits.physician_active_seconds_max}秒），患者{measure.physician_patients}人（上限"
        "{limits.physician_patients_max}人）。",
        "Up to this visit {measure.physician_active_seconds} s of active handling that day stand under the "
        "physician's name (limit {limits.physician_active_seconds_max} s), for {measure.physician_patients} patients "
        "(limit {limits.physician_patients_max}).",
    ),
    hint=Words(
        "请核对实际接诊的医师和操作记录：他人代为接诊的，更正接诊医师；未发生的就诊，撤销结算。",
        "Check who saw the patients and the record of handling: where others did, name them; revoke what did not take "
        "place.",
    ),
)
def i02(f: Facts) -> Ruling:
    """A day has so many working hours. What is counted is handling, never open windows: text visits may interleave."""
    active = f.measure.physician_active_seconds
    over = active > f.limits.physician_active_seconds_max
    crowd = f.measure.physician_patients > f.limits.physician_patients_max
    return ruling(
        applies=isin(f.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.ONLINE]),
        violates=over | crowd,
        excess=excess(
            count=larger(f.measure.physician_patients - f.limits.physician_patients_max, 0),
            seconds=larger(active - f.limits.physician_active_seconds_max, 0),
        ),
    )


@rule(
    id="I03",
    version=2,
    title=Words("重叠诊疗", "In two places at once"),
    source=(
        article(FUND_735, "第三十八条、第四十条", "articles 38 and 40", read=False),
        article(SUPERVISION_2022, "第十三条", "article 13", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    why_zh="一位医师不能同时在两家机构面诊，也不能同时进行两场视频（按双方实际在线的时段计）；图文咨询可以交错，多点执业按固定日期出诊不受影响。",
    sentence=Words(
        "本次就诊期间，该医师名下另有{measure.overlapping_sessions}次在他处面诊或实时音视频的就诊。",
        "During this visit {measure.overlapping_sessions} other visits, elsewhere or live, ran under the physician's "
        "name.",
    ),
    hint=Words(
        "请核对起止时间（助手代操作、忘记退出的请更正记录）；确非本人出诊的，撤销结算。",
        "Check start and end (an assistant's record, a session never closed) and correct them; revoke what the "
        "physician did not attend.",
    ),
)
def i03(f: Facts) -> Ruling:
    """Nobody sees patients in two institutions, or on two screens, at the same minute. Text may interleave."""
    return ruling(
        applies=~isin(f.encounter.care_mode, [CareMode.INPATIENT, CareMode.PHARMACY, CareMode.DIALYSIS]),
        violates=f.measure.overlapping_sessions > 0,
        excess=excess(count=f.measure.overlapping_sessions),
    )


@rule(
    id="I04",
    version=1,
    title=Words("分解处方", "One prescription split into several"),
    source=(
        article(PRESCRIPTION_2007, "第六条、第十九条", "articles 6 and 19", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.PRESCRIPTION,
    since=date(2021, 5, 1),
    limits=(
        "drugs_per_prescription_max",
        "supply_days_ordinary",
        "supply_days_emergency",
        "supply_days_reasoned",
        "supply_days_long",
        "supply_days_long_assessed",
    ),
    concern=Concern.EXCESS,
    why_zh="品种数和天数的上限管的是一个人手里的药，不是纸张；合起来超限而单张都不超，就是拆开的一张。",
    sentence=Words(
        "24小时内{measure.union_prescriptions}张处方合计{measure.union_drugs}种药、同一药最长{measure.union_days}天，单张"
        "均未超限，合并后超限。",
        "{measure.union_prescriptions} prescriptions within 24 hours hold {measure.union_drugs} medicines and up to "
        "{measure.union_days} days of one: each keeps to the limits, together they do not.",
    ),
    hint=Words(
        "请合并为一张并保留必需的药品；饮片与不同险种须分开开具的不算拆分。",
        "Put them together and keep what is needed; pieces and different schemes must be apart and are no split.",
    ),
)
def i04(f: Facts) -> Ruling:
    """Limits protect the person, not the paper: what no single prescription passes, all of one day may not pass."""
    drugs = f.limits.drugs_per_prescription_max
    many = (f.measure.union_drugs > drugs) & (f.measure.single_drugs <= drugs)
    # The smallest packs that cover the limit are no breach, as for a single prescription.
    pack = larger(f.measure.union_pack_days, 1)
    days = divide_up(_days_allowed(f), pack) * pack
    long = (f.measure.union_days > days) & (f.measure.single_days <= days)
    return ruling(
        applies=~f.prescription.ended & (f.measure.union_prescriptions >= 2),
        violates=many | long,
        excess=excess(
            count=larger(f.measure.union_drugs - drugs, 0),
            days=larger(f.measure.union_days - days, 0),
        ),
    )


def _days_allowed(f: Facts) -> Term:
    """The limit that the prescription may claim, as for a single one."""
    assessed = f.prescription.long_assessed & f.prescription.long_patient_signed
    long = choose(assessed, f.limits.supply_days_long_assessed, f.limits.supply_days_long)
    reasoned = choose(f.prescription.reason_recorded, f.limits.supply_days_reasoned, f.limits.supply_days_ordinary)
    return choose(
        f.prescription.kind == PrescriptionKind.EMERGENCY,
        f.limits.supply_days_emergency,
        choose(
            f.prescription.kind == PrescriptionKind.LONG,
            long,
            choose(f.prescription.kind == PrescriptionKind.REASONED, reasoned, f.limits.supply_days_ordinary),
        ),
    )


@rule(
    id="I06",
    version=1,
    title=Words("分解住院", "One stay split into two"),
    source=(
        article(TWO_LIBRARIES, "分解住院", "split admission", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.STAY,
    since=date(2021, 5, 1),
    concern=Concern.DUPLICATE,
    limits=("readmission_days_max",),
    lists=("planned_readmission",),
    official=49,
    why_zh="未治完就办出院、再办入院，同一次治疗就付了两次；计划内疗程、急性复发和转院除外。",
    sentence=Words(
        "出院{measure.days_since_discharge}天后因同类疾病再次入住同一医院（观察期{limits.readmission_days_max}天）。",
        "{measure.days_since_discharge} days after discharge back in the same hospital with the same kind of disease "
        "(looked at: {limits.readmission_days_max} days).",
    ),
    hint=Words(
        "请说明再入院的理由；属于计划内疗程或转院的，请在病案中标明。",
        "State why; a planned course or a transfer is to be marked in the record of the stay.",
    ),
)
def i06(f: Facts) -> Ruling:
    """A discharge in the midst of treatment makes the fund pay one treatment twice. Plans and transfers are fine."""
    soon = f.measure.days_since_discharge <= f.limits.readmission_days_max
    return ruling(
        applies=(f.lists.planned_readmission == ""),
        violates=soon & (f.measure.same_disease_before > 0) & ~f.stay.planned & ~f.stay.transferred,
    )


@rule(
    id="I09",
    version=1,
    title=Words("病历雷同", "A record copied from another patient"),
    source=(
        article(SUPERVISION_2022, "第十八条", "article 18", read=False),
        article(FUND_735, "第四十条", "article 40", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    limits=("record_repeated_permille_max", "record_letters_min"),
    why_zh="两位患者的病史不会逐字相同；模板和正常所见不计，文字过短的不比较。",
    sentence=Words(
        "病历自由文本{encounter.record_letters}字，与另一患者的相似度为千分之{encounter.record_repeated_permille}（上限"
        "{limits.record_repeated_permille_max}）。",
        "The record's {encounter.record_letters} letters of free text are like another patient's to "
        "{encounter.record_repeated_permille} permille (limit {limits.record_repeated_permille_max}).",
    ),
    hint=Words(
        "请按本次就诊实际情况书写病史和查体。",
        "Write history and examination as they were in this visit.",
    ),
)
def i09(f: Facts) -> Ruling:
    """The stories of two people are never the same word for word; templates and short normal findings may be."""
    return ruling(
        applies=f.encounter.record_letters >= f.limits.record_letters_min,
        violates=f.encounter.record_repeated_permille > f.limits.record_repeated_permille_max,
    )


@rule(
    id="I10",
    version=1,
    title=Words("未沟通即开方", "A prescription without a dialogue"),
    source=(
        article(CARE_2018, "第十七条", "article 17", read=False),
        article(SUPERVISION_2022, "第十八条、第二十一条", "articles 18 and 21", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("dialogue_letters_min", "dialogue_live_seconds_min"),
    concern=Concern.LEGAL,
    why_zh="开方前要了解病情；慢性病续方填写了结构化复诊单、或有语音视频沟通的，视为已沟通。",
    sentence=Words(
        "本次开具{measure.prescriptions_here}张处方，患者只写了{encounter.inbound_letters}字，医师提问"
        "{encounter.physician_questions}次，通话{encounter.live_seconds}秒。",
        "{measure.prescriptions_here} prescriptions were written; the patient wrote {encounter.inbound_letters} "
        "letters, the physician asked {encounter.physician_questions} questions, live talk {encounter.live_seconds} s.",
    ),
    hint=Words(
        "请先询问病情变化和用药反应，或请患者填写结构化复诊单，再开方。",
        "Ask first how the patient is and how the medicine is borne, or have the follow-up form filled in.",
    ),
)
def i10(f: Facts) -> Ruling:
    """Who prescribes has asked. A filled-in follow-up form or a spoken talk is a dialogue too."""
    talked = f.encounter.live_seconds >= f.limits.dialogue_live_seconds_min
    silent = (f.encounter.inbound_letters < f.limits.dialogue_letters_min) | (f.encounter.physician_questions == 0)
    return ruling(
        applies=(f.encounter.channel == Channel.ONLINE) & (f.measure.prescriptions_here > 0),
        violates=silent & ~f.encounter.structured_form & ~talked,
    )


@rule(
    id="I12",
    version=1,
    title=Words("同药大量使用", "One medicine far more often than the peers"),
    source=(article(FUND_735, "第三十八条", "article 38", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.PRACTICE,
    since=date(2021, 5, 1),
    limits=("practice_z_hundredths_max", "practice_cases_min", "practice_peers_min", "practice_over_permille_min"),
    concern=Concern.STATISTIC,
    why_zh="与同专业、同级别的同行相比，某药的占比远高于中位数，值得了解；病例少或同行少的不比较，亚专科只与亚专科比。",
    sentence=Words(
        "该药占其病例的千分之{practice.share_permille}，同行中位数为千分之{practice.peer_median_permille}（{practice.peers}"
        "人），稳健Z值{practice.z_hundredths}（百分之一）。",
        "The medicine is in {practice.share_permille} permille of the cases, the peers' median is "
        "{practice.peer_median_permille} ({practice.peers} peers), robust z {practice.z_hundredths} hundredths.",
    ),
    hint=Words(
        "请说明用药理由；亚专科患者构成不同的，请补登亚专科。",
        "Explain the choice; where a subspecialty has other patients, have it registered.",
    ),
)
def i12(f: Facts) -> Ruling:
    """A share far beyond comparable peers is worth a question, no more; few cases or few peers are not compared."""
    return ruling(
        applies=(f.practice.kind == PracticeKind.DRUG_SHARE) & _comparable(f),
        violates=_stands_out(f),
        excess=excess(count=_beyond_the_median(f)),
    )


def _comparable(f: Facts) -> Term:
    """Enough cases and enough peers."""
    return (f.practice.cases >= f.limits.practice_cases_min) & (f.practice.peers >= f.limits.practice_peers_min)


def _stands_out(f: Facts) -> Term:
    """Far from the peers by their own spread, and by a distance that matters."""
    over = f.practice.share_permille - f.practice.peer_median_permille
    return (f.practice.z_hundredths > f.limits.practice_z_hundredths_max) & (
        over >= f.limits.practice_over_permille_min
    )


def _beyond_the_median(f: Facts) -> Term:
    """Events more than the peers' median lets expect."""
    return f.practice.events - divide_up(f.practice.cases * f.practice.peer_median_permille, 1000)


@rule(
    id="I18",
    version=1,
    title=Words("过度忽略提醒", "Reminders passed over far more often than by peers"),
    source=(
        article(SUPERVISION_2022, "第二十一条", "article 21", read=False),
        article(FUND_735, "第十五条", "article 15", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.PRACTICE,
    since=date(2022, 2, 8),
    limits=(
        "practice_z_hundredths_max",
        "practice_cases_min",
        "practice_peers_min",
        "practice_over_permille_min",
        "override_median_permille_max",
    ),
    concern=Concern.STATISTIC,
    why_zh="严重提醒几乎次次被忽略，要么人有问题，要么规则有问题；大家都忽略的提醒，问题在规则。",
    sentence=Words(
        "严重提醒的忽略比例为千分之{practice.share_permille}，同行中位数为千分之{practice.peer_median_permille}，稳健Z值"
        "{practice.z_hundredths}（百分之一）。",
        "Of serious reminders {practice.share_permille} permille were passed over, the peers' median is "
        "{practice.peer_median_permille}, robust z {practice.z_hundredths} hundredths.",
    ),
    hint=Words(
        "请抽查其忽略理由；提醒不合理的，请提出修改规则。",
        "Read a sample of the reasons given; where the reminder is not sensible, ask for the rule to be changed.",
    ),
)
def i18(f: Facts) -> Ruling:
    """Serious reminders passed over nearly always: the person or the rule is wrong. If all do it, it is the rule."""
    sensible = f.practice.peer_median_permille <= f.limits.override_median_permille_max
    return ruling(
        applies=(f.practice.kind == PracticeKind.OVERRIDE_RATE) & _comparable(f) & sensible,
        violates=_stands_out(f),
        excess=excess(count=_beyond_the_median(f)),
    )


@rule(
    id="I19",
    version=1,
    title=Words("退费未撤销医保结算", "Refunded to the patient, not to the fund"),
    source=(article(FUND_735, "第十五条、第三十八条、第四十条", "articles 15, 38 and 40", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.CLAIM,
    since=date(2021, 5, 1),
    limits=("refund_reversal_days_max",),
    why_zh="患者的钱退了，基金的钱也要退回；次日仍未撤销的，基金为没有发生的服务付了费。",
    sentence=Words(
        "患者费用已于{claim.patient_refunded_at}退还，医保结算逾期{excess.days}天未撤销，涉及基金{claim.fund_fen}。",
        "The person was refunded at {claim.patient_refunded_at}; the settlement was not revoked in time, "
        "{excess.days} days late, {claim.fund_fen} of the fund.",
    ),
    hint=Words("请立即撤销该笔医保结算。", "Revoke the settlement with the insurer at once."),
)
def i19(f: Facts) -> Ruling:
    """Where the person's money went back, the fund's goes back too, by the next day."""
    until = otherwise(f.claim.reversed_at, f.claim.observed_at)
    late = days_between(day_of(f.claim.patient_refunded_at), day_of(until)) - f.limits.refund_reversal_days_max
    return ruling(
        applies=f.claim.patient_refunded
        & ((f.claim.fund_fen > 0) | (f.claim.account_fen > 0) | (f.claim.family_account_fen > 0)),
        violates=late > 0,
        excess=excess(days=late, fen=f.claim.fund_fen),
    )
