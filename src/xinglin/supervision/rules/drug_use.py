"""Whether a medicine suits the person by age, sex and dose, and how much of it there is: rational use, first half.

What a label forbids is in tables, by ATC code, by product or, for a medicine without ATC code, by active substance.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Benefit, ItemKind, PrescriptionKind, Sex
from xinglin.supervision.rules.sources import FUND_735, LABELS, PRESCRIPTION_2007, TWO_LIBRARIES, article
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
    larger,
    months_after,
    otherwise,
    rule,
    ruling,
    smaller,
    years_between,
)


@rule(
    id="D01",
    version=2,
    title=Words("儿童禁用药品", "Medicine forbidden for children of this age"),
    source=(
        article(PRESCRIPTION_2007, "第十四条", "article 14", read=False),
        article(LABELS, "【禁忌】【儿童用药】", "contraindications, use in children", read=False),
        article(TWO_LIBRARIES, "第66类", "class 66", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    lists=("child_forbidden_atc", "child_forbidden_product", "child_forbidden_substance"),
    official=66,
    why_zh="说明书规定某年龄以下禁用的药品可能造成不可逆的伤害；到了该年龄当天即不再属于“以下”。",
    sentence=Words(
        "{line.drug_zh}对本患者（{patient.birth_on}出生）这一年龄禁用。",
        "{line.drug_en} is forbidden at the age of this patient (born {patient.birth_on}).",
    ),
    hint=Words(
        "换用适合该年龄的药品；出生日期有误的先更正登记。",
        "Choose a medicine for this age; where the day of birth is wrong, correct the register first.",
    ),
)
def d01(f: Facts) -> Ruling:
    """Below the age on its label such a medicine may do lasting harm; on the very birthday nobody is below it."""
    by_atc = choose(f.line.atc_code == "", f.lists.child_forbidden_substance, f.lists.child_forbidden_atc)
    months = choose(f.lists.child_forbidden_product >= 0, f.lists.child_forbidden_product, by_atc)
    return ruling(
        applies=~f.prescription.ended & ((months > 0) | (f.measure.child_findings > 0)),
        violates=((months > 0) & (f.prescription.on < months_after(f.patient.birth_on, months)))
        | (f.measure.child_findings > 0),
    )


@rule(
    id="D02",
    version=1,
    title=Words("儿童专用药品用于其他人", "Medicine for children given to an older person"),
    source=(
        article(PRESCRIPTION_2007, "第十四条", "article 14", read=False),
        article(TWO_LIBRARIES, "第65类", "class 65", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    lists=("child_only_product", "child_only_substance"),
    official=65,
    why_zh="儿童专用的规格开给成人，多半是剂量不足或替他人取药；体格小的成人偶有用处，所以只提示。",
    sentence=Words(
        "{line.drug_zh}是儿童专用药品，患者{patient.birth_on}出生，已超过其年龄范围。",
        "{line.drug_en} is made for children; the patient, born {patient.birth_on}, is past that age.",
    ),
    hint=Words(
        "换用成人规格；确因吞咽或体格需要的，请在病历中说明。",
        "Use the strength for adults; where swallowing or build calls for this one, say so in the record.",
    ),
)
def d02(f: Facts) -> Ruling:
    """A strength for children is too little for most adults, or is fetched for somebody else. A question, no danger."""
    by_substance = choose(f.line.atc_code == "", f.lists.child_only_substance, 0)
    years = choose(f.lists.child_only_product > 0, f.lists.child_only_product, by_substance)
    return ruling(
        applies=~f.prescription.ended & (years > 0),
        violates=years_between(f.patient.birth_on, f.prescription.on) >= years,
    )


@rule(
    id="D03",
    version=1,
    title=Words("药品与性别不符", "Medicine for the other sex"),
    source=(
        article(PRESCRIPTION_2007, "第十四条", "article 14", read=False),
        article(TWO_LIBRARIES, "第67类", "class 67", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    lists=(
        "drug_sex_atc",
        "drug_sex_product",
        "drug_sex_substance",
        "drug_sex_exception_1",
        "drug_sex_exception_2",
        "drug_sex_exception_3",
    ),
    official=67,
    why_zh="适应症只属于一种性别的药品开给另一性别，多半是替他人开药或登记有误；另一性别有正当用途的诊断除外。",
    sentence=Words(
        "{line.drug_zh}的适应症限于另一性别，登记性别为{patient.sex}。",
        "The indications of {line.drug_en} are of the other sex; the register says {patient.sex}.",
    ),
    hint=Words(
        "核对登记性别；确有正当用途的，写明相应诊断并说明理由；药品须由本人就诊开具。",
        "Check the register; where there is a sound use, write its diagnosis and the reason; a medicine is prescribed "
        "to the person who is seen.",
    ),
)
def d03(f: Facts) -> Ruling:
    """Mostly it is for somebody else, or the register errs. Diagnoses with a sound use for the other sex lift it."""
    by_atc = choose(f.line.atc_code == "", f.lists.drug_sex_substance, f.lists.drug_sex_atc)
    meant = choose(f.lists.drug_sex_product != "none", f.lists.drug_sex_product, by_atc)
    other = ((meant == "female") & (f.patient.sex == Sex.MALE)) | ((meant == "male") & (f.patient.sex == Sex.FEMALE))
    sound = f.lists.drug_sex_exception_1 | f.lists.drug_sex_exception_2 | f.lists.drug_sex_exception_3
    return ruling(
        applies=~f.prescription.ended & (meant != "none") & (f.patient.sex != Sex.OTHER),
        violates=other & ~sound,
    )


@rule(
    id="D04",
    version=2,
    title=Words("超说明书用量", "More than the label's dose"),
    source=(
        article(PRESCRIPTION_2007, "第十四条、第三十五条", "articles 14 and 35", read=False),
        article(LABELS, "【用法用量】", "dosage", read=False),
        article(TWO_LIBRARIES, "第68类", "class 68", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    limits=("dose_tolerance_permille", "dose_child_years_below"),
    lists=(
        "dose_single_max",
        "dose_daily_max",
        "dose_kilogram_max",
        "dose_once_max",
        "dose_days_max",
        "frequency_times",
        "frequency_days",
        "frequency_counted",
    ),
    official=68,
    why_zh="单次、每日或疗程超过说明书上限须有理由；只用一次的负荷剂量另有上限，儿童按体重计算。",
    sentence=Words(
        "{line.drug_zh}每次{line.dose_micrograms}微克、频次{line.frequency_code}、{line.days}天，"
        "超过说明书的上限（涉及金额{excess.fen}）。",
        "{line.drug_en}: {line.dose_micrograms} micrograms a dose, {line.frequency_code}, {line.days} days: more than "
        "the label names ({excess.fen}).",
    ),
    hint=Words(
        "核对剂量、单位和频次；确需超过的，写明理由并在病历中记录依据。",
        "Check dose, unit and frequency; where more is needed, state the reason and put its ground on the record.",
    ),
)
def d04(f: Facts) -> Ruling:
    """A dose, day or course above the label needs a reason. A dose given once has its own limit; children go by weight.

    A child for whom the table names no dose by weight is judged by the adult's limit only: within it, nothing is said.
    """
    once = f.line.frequency_code == "st"
    single_max = choose(once, larger(f.lists.dose_single_max, f.lists.dose_once_max), f.lists.dose_single_max)
    days_max = f.lists.dose_days_max
    single = _over(f.line.dose_micrograms * 1000, single_max * f.limits.dose_tolerance_permille)
    times = f.line.dose_micrograms * f.lists.frequency_times * 1000
    period = f.lists.frequency_days * f.limits.dose_tolerance_permille
    daily = choose(f.lists.frequency_counted, _over(times, f.lists.dose_daily_max * period), 0)
    child = years_between(f.patient.birth_on, f.prescription.on) < f.limits.dose_child_years_below
    by_weight = child & (f.lists.dose_kilogram_max > 0) & f.lists.frequency_counted
    weighed = divide_up(f.lists.dose_kilogram_max * f.patient.weight_grams, 1000)
    kilogram = choose(by_weight, _over(times, weighed * period), 0)
    long = choose((days_max > 0) & f.lists.frequency_counted, _over(f.line.days, days_max), 0)
    over = (single > 0) | (daily > 0) | (long > 0)
    listed = f.lists.dose_single_max > 0
    found = f.measure.dose_findings > 0
    part = choose(listed, larger(larger(single, daily), larger(kilogram, long)), 0)
    return ruling(
        applies=~f.prescription.ended & ((listed & (over | ~child | (f.lists.dose_kilogram_max > 0))) | found),
        violates=(listed & (over | (kilogram > 0))) | found,
        excess=excess(
            fen=divide_down(f.line.amount_fen * larger(part, otherwise(f.measure.dose_over_permille, 0)), 1000)
        ),
    )


def _over(amount: Term, limit: Term) -> Term:
    """The part of an amount that lies above its limit, in thousandths of the amount, rounded up."""
    return divide_up(larger(amount - limit, 0) * 1000, larger(amount, 1))


@rule(
    id="D05",
    version=2,
    title=Words("重复开药", "The same or a like medicine twice"),
    source=(
        article(PRESCRIPTION_2007, "第三十五条", "article 35", read=False),
        article(TWO_LIBRARIES, "第69类", "class 69", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    limits=("overlap_grace_days",),
    lists=("duplicate_group",),
    official=69,
    why_zh="同一成分两份同时在用，或同类药两种同时在用，剂量就会叠加；复方中的成分同样计算。提前几天续药不算。",
    sentence=Words(
        "{line.drug_zh}与其他药重复：核对本处方和在用药品发现{measure.duplicate_findings}处，同类其他药在用"
        "{measure.same_group_in_force}种，与同一成分的另一份药重叠{measure.overlap_days}天。",
        "{line.drug_en} doubles another medicine: found on this prescription and among what is in force: "
        "{measure.duplicate_findings}; others of its group in force: {measure.same_group_in_force}; days shared with "
        "another supply of the same substance: {measure.overlap_days}.",
    ),
    hint=Words(
        "停用其中一种或缩短天数；有意联用、换药或两种规格搭配的，请注明“有意联用”。",
        "Stop one of them or prescribe fewer days; where a doubling, a switch or two strengths are meant, mark it so.",
    ),
)
def d05(f: Facts) -> Ruling:
    """Two supplies of one substance, or two of a kind, add up. Ingredients of combinations count; a few days do not."""
    over = f.measure.overlap_days - f.limits.overlap_grace_days
    like = (f.lists.duplicate_group & (f.measure.same_group_in_force > 0)) | (f.measure.duplicate_findings > 0)
    part = choose(like, f.line.days, smaller(larger(over, 0), f.line.days))
    # Where the days of this line are not known the doubled days still are.
    days = choose(like, f.line.days, larger(over, 0))
    return ruling(
        applies=~f.prescription.ended & ~f.line.decoction & ~f.line.solvent & ~f.line.intended_combination,
        violates=(over > 0) | like,
        excess=excess(days=days, fen=divide_down(f.line.amount_fen * part, f.line.days)),
    )


@rule(
    id="D13",
    version=2,
    title=Words("中药饮片超量上传", "More decoction pieces charged than prescribed"),
    source=(
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第77类", "class 77", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("decoction_tolerance_permille",),
    official=77,
    concern=Concern.EXCESS,
    why_zh="饮片按处方每剂克数乘剂数收费；称量允许少量误差。改剂数后退费的，按退费后的数量算。",
    sentence=Words(
        "{item.name_zh}退费后的数量仍多于处方应付数量，多收{excess.fen}。",
        "{item.name_zh}: after refunds more is still charged than prescribed, by {excess.fen}.",
    ),
    hint=Words(
        "按处方克数和剂数更正上传数量，多收的退费。",
        "Correct the quantity to grams and doses of the prescription and refund what is too much.",
    ),
)
def d13(f: Facts) -> Ruling:
    """Pieces are charged by grams a dose and doses; weighing may err a little; a refund after a change counts first."""
    left = f.measure.left_milli
    allowed = f.item.prescribed_milli * (f.limits.decoction_tolerance_permille + 1000)
    over = left - f.item.prescribed_milli
    return ruling(
        applies=(f.item.kind == ItemKind.DECOCTION)
        & (f.item.quantity_milli > 0)
        & f.item.fund_asked
        & ~otherwise(f.item.withdrawn, False),
        violates=left * 1000 > allowed,
        excess=excess(count=over, fen=divide_down(f.item.amount_fen * over, f.item.quantity_milli)),
    )


@rule(
    id="D15",
    version=1,
    title=Words("当日药品种类过多", "Many medicines on one day"),
    source=(
        article(PRESCRIPTION_2007, "第六条、第十四条", "articles 6 and 14", read=False),
        article(TWO_LIBRARIES, "第46类", "class 46", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    limits=("drugs_a_day_max", "drugs_a_day_chronic_max"),
    lists=("diagnosis_group", "diagnosis_2_group", "diagnosis_3_group"),
    official=46,
    why_zh="一天内开给同一个人的药品越多，越难彼此权衡；有慢性病的人按较高的数计算。",
    sentence=Words(
        "当日共为患者开具{measure.drugs_today}种药品，超出{excess.count}种。",
        "On this day {measure.drugs_today} medicines were prescribed to the patient, {excess.count} above the limit.",
    ),
    hint=Words(
        "逐一核对是否都仍需要；多病共存确有必要的，在病历中说明。",
        "Check whether each is still needed; where several diseases call for all, say so in the record.",
    ),
)
def d15(f: Facts) -> Ruling:
    """Many medicines for one person on a day are hard to weigh together. A chronic disease raises the number."""
    chronic = (
        (f.lists.diagnosis_group != "none")
        | (f.lists.diagnosis_2_group != "none")
        | (f.lists.diagnosis_3_group != "none")
        | (f.prescription.kind == PrescriptionKind.LONG)
        | (f.coverage.benefit == Benefit.CHRONIC)
    )
    over = f.measure.drugs_today - f.limits.drugs_a_day_max
    over_chronic = f.measure.drugs_today - f.limits.drugs_a_day_chronic_max
    return ruling(
        applies=~f.prescription.ended,
        violates=(over_chronic > 0) | ((over > 0) & ~chronic),
        excess=excess(count=choose(chronic, over_chronic, over)),
    )
