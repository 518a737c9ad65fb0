"""What may be prescribed: special control, how many medicines, for how long, under whose signature."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel, PrescriptionKind, SpecialControl, Stage
from xinglin.supervision.rules.sources import CARE_2018, DRUG_LAW, LONG_2021, PRESCRIPTION_2007, SIGNATURE_LAW, article
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
    isin,
    rule,
    ruling,
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
