"""What may be prescribed: special control, how many medicines, for how long, under whose signature."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import (
    Channel,
    PrescriptionKind,
    PrescriptionOrigin,
    ReviewResult,
    SpecialControl,
    Stage,
    Title,
)
from xinglin.supervision.rules.sources import (
    CARE_2018,
    DRUG_LAW,
    LONG_2021,
    PRESCRIPTION_2007,
    REVIEW_2018,
    SIGNATURE_LAW,
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
    day_of,
    days_between,
    divide_down,
    divide_up,
    excess,
    isin,
    larger,
    missing,
    otherwise,
    rule,
    ruling,
    seconds_between,
    starts_with,
)


@rule(
    id="B01",
    version=2,
    title=Words("线上开具特殊管理药品", "Special-control medicine prescribed online"),
    source=(
        article(CARE_2018, "第十九条", "article 19", read=True),
        article(DRUG_LAW, "第六十一条", "article 61", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.LINE,
    since=date(2018, 7, 17),
    lists=("special_control",),
    why_zh="麻醉、精神、毒性等特殊管理药品，不得开给未见面的患者。",
    sentence=Words(
        "{line.drug_zh}属于特殊管理药品，不得线上开具。",
        "{line.drug_en} is under special control and may not be prescribed online.",
    ),
    hint=Words(
        "请删除该药，引导患者到实体医疗机构就诊，或换用非特殊管理药品。",
        "Take it off; send the patient to a physical institution or choose a medicine that is not under special "
        "control.",
    ),
)
def b01(f: Facts) -> Ruling:
    """Narcotic, psychotropic, toxic and other special-control medicines are never prescribed to a person not seen."""
    listed = f.lists.special_control != "none"
    marked = f.line.special_control != SpecialControl.NONE
    return ruling(
        applies=(f.encounter.channel == Channel.ONLINE) & ~f.prescription.ended,
        violates=listed | marked,
        excess=excess(fen=f.line.amount_fen),
    )


@rule(
    id="B02",
    version=2,
    title=Words("单张处方超过五种药品", "More than five medicines on one prescription"),
    source=(article(PRESCRIPTION_2007, "第六条", "article 6", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    limits=("drugs_per_prescription_max",),
    why_zh="药品过多就无法相互权衡；中药饮片和溶媒不计入。",
    sentence=Words(
        "本处方有{measure.distinct_drugs}种药品，每张处方最多{limits.drugs_per_prescription_max}种。",
        "This prescription holds {measure.distinct_drugs} medicines; one prescription may hold "
        "{limits.drugs_per_prescription_max}.",
    ),
    hint=Words(
        "请保留必需的药品，其余待下次就诊评估；不要为此拆成多张处方。",
        "Keep the medicines that are needed now and weigh the others at the next visit; do not split the prescription.",
    ),
)
def b02(f: Facts) -> Ruling:
    """Too many medicines at once cannot be weighed against each other. Decoction pieces and solvents do not count."""
    over = f.measure.distinct_drugs - f.limits.drugs_per_prescription_max
    return ruling(applies=~f.prescription.ended, violates=over > 0, excess=excess(count=over))


@rule(
    id="B03",
    version=2,
    title=Words("处方超量", "Supply for too many days"),
    source=(
        article(PRESCRIPTION_2007, "第十九条", "article 19", read=True),
        article(LONG_2021, "处方量", "amount of a prescription", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    limits=(
        "supply_days_ordinary",
        "supply_days_emergency",
        "supply_days_reasoned",
        "supply_days_long",
        "supply_days_long_assessed",
    ),
    lists=("frequency_times", "frequency_days", "frequency_counted"),
    why_zh="任何人手中的药不应超过规定天数；能覆盖规定天数的最小包装不算超量。",
    sentence=Words(
        "{line.drug_zh}共{line.quantity}个包装，比{prescription.kind}的天数上限多{excess.days}天（涉及金额{excess.fen}）。",
        "{line.drug_en}: {line.quantity} packs pass the limit of days of this prescription ({prescription.kind}) by "
        "{excess.days} days ({excess.fen}).",
    ),
    hint=Words(
        "减少数量；慢性病可开长期处方，超过四周须评估并由患者签字。",
        "Lower the quantity; for a chronic disease write a long-term prescription, beyond four weeks after assessment "
        "and with the patient's signature.",
    ),
)
def b03(f: Facts) -> Ruling:
    """Nobody should hold more than the law's days of a medicine; the smallest pack that covers them is no breach."""
    limit = _days_allowed(f)
    # One pack lasts content / (dose x times / days), cross-multiplied so that nothing is rounded before comparing.
    pack = f.line.pack_content * f.lists.frequency_days
    daily = f.line.dose * f.lists.frequency_times
    packs_allowed = divide_up(limit * daily, pack)
    packs_over = f.line.quantity - packs_allowed
    return ruling(
        applies=~f.prescription.ended
        & f.line.dose_measured
        & f.lists.frequency_counted
        & (f.line.dose > 0)
        & (f.line.pack_content > 0),
        violates=packs_over > 0,
        excess=excess(
            count=packs_over,
            days=divide_down(packs_over * pack, daily),
            fen=divide_down(f.line.amount_fen * packs_over, f.line.quantity),
        ),
    )


def _days_allowed(f: Facts) -> Term:
    """The limit that the prescription may claim: the longer ones only with what they ask for."""
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
    id="B04",
    version=1,
    title=Words("长期处方条件不符", "Long-term prescription without its conditions"),
    source=(
        article(
            LONG_2021, "适用范围、药品、医师和处方量", "on diseases, medicines, physicians and amounts", read=False
        ),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2021, 8, 10),
    limits=("supply_days_long",),
    lists=(
        "special_control",
        "long_excluded",
        "long_disease_1",
        "long_disease_2",
        "long_disease_3",
        "lasting_infection_1",
        "lasting_infection_2",
        "lasting_infection_3",
    ),
    why_zh="长期处方只给诊断明确、病情稳定、需长期服药的慢性病患者；特殊管理药品和抗微生物药除外，首次须中级以上医师开具。",
    sentence=Words(
        "{line.drug_zh}按长期处方开具，但药品、病种（{encounter.diagnosis_code}）、病情稳定的记录、首次开方医师的职称"
        "（{physician.title}）或超过{limits.supply_days_long}天的评估与签字不符合条件。",
        "{line.drug_en} stands on a long-term prescription, but the medicine, the disease "
        "({encounter.diagnosis_code}), the note of stability, the title of the first prescriber ({physician.title}) "
        "or, beyond {limits.supply_days_long} days, assessment and signature do not meet its conditions.",
    ),
    hint=Words(
        "改开普通处方；或补记病情稳定，首次由中级以上医师开具，超过四周的完成评估并由患者签字。",
        "Write an ordinary prescription; or record that the disease is stable, let an attending physician or above "
        "write the first one and, beyond four weeks, assess and have the patient sign.",
    ),
)
def b04(f: Facts) -> Ruling:
    """Weeks of medicine without a visit are for chronic, stable disease and for medicines that are safe to keep.

    Antimicrobials are left out unless one of the diagnoses is a lasting infection, such as tuberculosis.
    """
    lasting_infection = f.lists.lasting_infection_1 | f.lists.lasting_infection_2 | f.lists.lasting_infection_3
    excluded = (
        (f.line.special_control != SpecialControl.NONE)
        | (f.lists.special_control != "none")
        | isin(f.lists.long_excluded, ["storage", "radioactive"])
        | ((f.lists.long_excluded == "antimicrobial") & ~lasting_infection)
    )
    chronic = f.lists.long_disease_1 | f.lists.long_disease_2 | f.lists.long_disease_3
    experienced = isin(f.physician.title, [Title.ATTENDING, Title.ASSOCIATE_CHIEF, Title.CHIEF])
    beyond = choose(f.line.dose_measured, f.line.days > f.limits.supply_days_long, False)
    agreed = f.prescription.long_assessed & f.prescription.long_patient_signed
    return ruling(
        applies=~f.prescription.ended & (f.prescription.kind == PrescriptionKind.LONG),
        violates=excluded
        | ~chronic
        | ~f.prescription.stable_recorded
        | (f.prescription.first_long & ~experienced)
        | (beyond & ~agreed),
    )


@rule(
    id="B08",
    version=1,
    title=Words("处方签名无效", "Signature of the prescription is not valid"),
    source=(
        article(SIGNATURE_LAW, "第十三条", "article 13", read=True),
        article(CARE_2018, "第十八条", "article 18", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2018, 7, 17),
    why_zh="处方只有带着开方医师本人对这份内容的签名才有效，以签名时的状态为准。",
    sentence=Words(
        "处方已进入“{prescription.stage}”，但签名缺失、不是开方医师的、与内容不符，或签名时密钥无效。",
        "The prescription stands at “{prescription.stage}”, but its signature is absent, not the prescriber's, not "
        "over this content, or made with a key that was not valid then.",
    ),
    hint=Words(
        "退回开方医师核对内容并重新签名。",
        "Return it to the prescriber, who checks the content and signs again.",
    ),
)
def b08(f: Facts) -> Ruling:
    """A prescription counts only with the prescriber's own signature over exactly this content, as of signing."""
    good = (
        f.prescription.signature_present
        & f.prescription.signature_holds
        & f.prescription.signature_by_prescriber
        & f.prescription.signature_content_same
        & f.prescription.signature_key_valid
    )
    return ruling(
        applies=isin(f.prescription.stage, [Stage.SIGNED, Stage.REVIEWED, Stage.SETTLED, Stage.DISPENSED]),
        violates=~good,
    )


@rule(
    id="B09",
    version=1,
    title=Words("处方过期发药", "Dispensed on an expired prescription"),
    source=(article(PRESCRIPTION_2007, "第十八条", "article 18", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    limits=("prescription_extra_days_max",),
    why_zh="处方当日有效，医师可注明延长，最多三天；以发药或寄出为准，送达时间不算。",
    sentence=Words(
        "处方开于{prescription.on}，{dispensing.left_at}发药时已过有效期{excess.days}天。",
        "Written on {prescription.on} and dispensed at {dispensing.left_at}, {excess.days} days after it ended.",
    ),
    hint=Words(
        "请医师重新评估后另开处方；需要次日以后取药的，开方时注明有效期，最多三天。",
        "Let the physician look again and write a new one; where it will be collected later, state the validity when "
        "writing, three days at most.",
    ),
)
def b09(f: Facts) -> Ruling:
    """A prescription is for the patient as seen that day. Leaving the pharmacy counts, arriving at the door not."""
    left_on = day_of(f.dispensing.left_at)
    after_own_end = days_between(otherwise(f.prescription.valid_until_on, f.prescription.on), left_on)
    after_longest = days_between(f.prescription.on, left_on) - f.limits.prescription_extra_days_max
    late = larger(after_own_end, after_longest)
    return ruling(applies=f.prescription.stage == Stage.DISPENSED, violates=late > 0, excess=excess(days=late))


@rule(
    id="B10",
    version=1,
    title=Words("处方无临床诊断", "Prescription without a diagnosis"),
    source=(article(PRESCRIPTION_2007, "第六条", "article 6", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    lists=("own_reason_1", "own_reason_2", "own_reason_3"),
    why_zh="没有诊断就无法审核用药是否适宜；“复诊”“配药”不是诊断，但带有基础疾病的续方有效。",
    sentence=Words(
        "{prescription.on}的处方：就诊记录中没有可说明用药理由的疾病诊断；“复诊”“配药”一类的就诊原因不算。",
        "The prescription of {prescription.on}: no diagnosis of the visit says why the medicine is given; a mere "
        "reason for coming, such as a follow-up, does not.",
    ),
    hint=Words(
        "请补充用药所针对的疾病诊断；续方请写明基础疾病。",
        "Add the disease that the medicine is for; for a renewal the underlying disease.",
    ),
)
def b10(f: Facts) -> Ruling:
    """Without a diagnosis nobody can review whether a medicine fits. “Follow-up” is a reason to come, not a disease.

    A code of chapter Z counts only where it says by itself why a medicine is given, or beside an underlying disease.
    """
    first, second, third = f.encounter.diagnosis_code, f.encounter.diagnosis_2_code, f.encounter.diagnosis_3_code
    named = (
        ((first != "") & (~starts_with(first, "Z") | f.lists.own_reason_1))
        | ((second != "") & (~starts_with(second, "Z") | f.lists.own_reason_2))
        | ((third != "") & (~starts_with(third, "Z") | f.lists.own_reason_3))
    )
    return ruling(applies=~f.prescription.ended, violates=~named)


@rule(
    id="B11",
    version=1,
    title=Words("中药饮片与西药同方", "Decoction and western medicine on one prescription"),
    source=(article(PRESCRIPTION_2007, "第六条", "article 6", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    why_zh="饮片按剂调配、按君臣佐使审核，须单独开方；配方颗粒按饮片计，中成药可与西药同方。",
    sentence=Words(
        "本处方有中药饮片{measure.decoction_lines}味，又有西药或中成药{measure.western_lines}种。",
        "This prescription holds {measure.decoction_lines} decoction pieces and {measure.western_lines} western or "
        "patent medicines.",
    ),
    hint=Words("请把中药饮片另开一张处方。", "Write the decoction pieces on a prescription of their own."),
)
def b11(f: Facts) -> Ruling:
    """Pieces are weighed and reviewed as one recipe. Granules of pieces are pieces; patent medicines are not."""
    return ruling(
        applies=~f.prescription.ended,
        violates=(f.measure.decoction_lines > 0) & (f.measure.western_lines > 0),
    )


@rule(
    id="B12",
    version=1,
    title=Words("自审自开或审方流于形式", "Reviewed by the prescriber, or reviewed in name only"),
    source=(
        article(PRESCRIPTION_2007, "第二十九条、第三十一条", "articles 29 and 31", read=False),
        article(REVIEW_2018, "药师是处方审核第一责任人", "the pharmacist answers for the review", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    limits=("review_seconds_base", "review_seconds_line"),
    why_zh="审方是另一双眼睛：开方者自审、同一设备代审、只有系统预审，都等于没有审。用时过短只是线索，先听药师说明。",
    sentence=Words(
        "审方药师（{review.pharmacist_id}）与开方医师（{physician.id}）为同一人或使用同一设备，或仅有系统预审"
        "（{review.automatic}），或{measure.prescription_lines}行处方人工审核只用了{review.human_seconds}秒。",
        "The reviewer ({review.pharmacist_id}) and the prescriber ({physician.id}) are one person or used one device, "
        "or only the machine reviewed ({review.automatic}), or a person spent {review.human_seconds} seconds on "
        "{measure.prescription_lines} lines.",
    ),
    hint=Words(
        "请另一位药师以本人账号在自己的设备上逐行审核。",
        "Let another pharmacist, signed in on an own device, go through every line.",
    ),
)
def b12(f: Facts) -> Ruling:
    """A review is a second pair of eyes: neither the prescriber's own, nor a machine's, nor a glance.

    One and the same person is a breach on its face; device and pace are clues, so the whole is heard first. Only the
    person's own step is timed: the machine may be as quick as it likes before it.
    """
    least = f.limits.review_seconds_base + f.limits.review_seconds_line * f.measure.prescription_lines
    return ruling(
        applies=~f.prescription.ended & (f.review.result == ReviewResult.APPROVED),
        violates=((f.review.pharmacist_id == f.physician.id) & (f.review.pharmacist_id != ""))
        | f.review.same_device
        | f.review.automatic
        | (f.review.human_seconds < least),
    )


@rule(
    id="B13",
    version=1,
    title=Words("先药后方", "Medicine first, prescription afterwards"),
    source=(article(SUPERVISION_2022, "第二十一条", "article 21", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2022, 2, 8),
    limits=("clock_skew_seconds",),
    why_zh="处方开具前不得向患者提供药品：先选药、付款或发药，再补处方，医师只是盖章。患者说出想要的药不算。",
    sentence=Words(
        "处方{prescription.signed_at}签名，而处方药诊前已被锁定（{prescription.ordered_before}），"
        "或结算（{prescription.settled_at}）、发药（{dispensing.left_at}）在签名之前。",
        "The prescription was signed at {prescription.signed_at}; its medicine was ordered before the visit "
        "({prescription.ordered_before}), or settled ({prescription.settled_at}) or handed over ({dispensing.left_at}) "
        "before the signature.",
    ),
    hint=Words(
        "取消已锁定的订单，由医师按病情重新判断；需要用药的，先开方再结算和发药。",
        "Cancel the order; let the physician judge afresh; where a medicine is needed it is prescribed first, then "
        "paid for and handed over.",
    ),
)
def b13(f: Facts) -> Ruling:
    """What is chosen, paid for or sent before anybody prescribed it makes a stamp of the physician. A wish is none."""
    paid = seconds_between(f.prescription.settled_at, f.prescription.signed_at) > f.limits.clock_skew_seconds
    left = seconds_between(f.dispensing.left_at, f.prescription.signed_at) > f.limits.clock_skew_seconds
    # What has no instant has not happened yet.
    return ruling(
        applies=~f.prescription.ended & (f.encounter.channel == Channel.ONLINE),
        violates=f.prescription.ordered_before
        | choose(missing(f.prescription.settled_at), False, paid)
        | choose(missing(f.dispensing.left_at), False, left),
    )


@rule(
    id="B14",
    version=1,
    title=Words("系统自动生成处方", "Prescription made by a machine"),
    source=(article(SUPERVISION_2022, "第二十一条", "article 21", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2022, 2, 8),
    limits=("visit_to_signature_seconds_min",),
    why_zh="严禁用人工智能等自动生成处方。系统的建议须由医师逐项确认或修改；开诊几秒即签名，说明没有看病。医师自建模板和续方可以很快。",
    sentence=Words(
        "处方来源为“{prescription.origin}”，{encounter.started_at}开诊，{prescription.signed_at}签名。",
        "The lines are “{prescription.origin}”; the visit began at {encounter.started_at} and the prescription was "
        "signed at {prescription.signed_at}.",
    ),
    hint=Words(
        "由医师本人问诊，逐项确认或修改后再签名。",
        "Let the physician see the patient and confirm or change every line before signing.",
    ),
)
def b14(f: Facts) -> Ruling:
    """A machine may propose; a physician prescribes. Nobody sees a patient in a few seconds, unless he repeats.

    A template of one's own and a repeat are quick by design, so that only their pace says nothing.
    """
    quick = seconds_between(f.encounter.started_at, f.prescription.signed_at) < f.limits.visit_to_signature_seconds_min
    ready = isin(f.prescription.origin, [PrescriptionOrigin.OWN_TEMPLATE, PrescriptionOrigin.REPEAT])
    return ruling(
        applies=~f.prescription.ended & (f.encounter.channel == Channel.ONLINE),
        violates=(f.prescription.origin == PrescriptionOrigin.MACHINE) | (quick & ~ready),
    )
