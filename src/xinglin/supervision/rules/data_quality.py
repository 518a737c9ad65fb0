"""What is written down must hold together: sums, refunds, days of a stay, uploads, diagnoses and their bodies."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import CareMode, IdentityBasis, Sex
from xinglin.supervision.rules.sources import FUND_735, ICD_10, TWO_LIBRARIES, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Term,
    Words,
    day_of,
    divide_up,
    excess,
    larger,
    otherwise,
    rule,
    ruling,
    starts_with,
    years_between,
)


@rule(
    id="G02",
    version=1,
    title=Words("结算明细信息异常", "Charged line does not hold together"),
    source=(
        article(FUND_735, "第十六条、第三十九条", "articles 16 and 39", read=True),
        article(TWO_LIBRARIES, "第36类", "class 36", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    official=36,
    limits=("line_tolerance_fen",),
    why_zh="数量乘单价减优惠应等于金额，退费须对应原明细且不超过原数量，上传时不能含未来的费用。",
    sentence=Words(
        "{item.name_zh}的金额{item.amount_fen}与数量、单价、优惠不符（差{excess.fen}），或退费无对应明细、超过原数量，"
        "或收费日期{item.on}在上传之后。",
        "The amount {item.amount_fen} of {item.name_zh} does not follow from quantity, price and discount "
        "(difference {excess.fen}), or a refund has no origin or takes back too much, or it is dated {item.on}, after "
        "its upload.",
    ),
    hint=Words(
        "撤回后按实际数量、单价和日期重新上传；退费填写原明细流水号。",
        "Withdraw it and upload it again with the true quantity, price and day; a refund names the line it takes back.",
    ),
)
def g02(f: Facts) -> Ruling:
    """A line that contradicts itself proves nothing. It is returned for correction, not held against anybody.

    Quantities and prices are whole thousandths, so their product counts in millionths of a fen. What has not been
    uploaded yet cannot lie after its upload.
    """
    expected = f.item.quantity_milli * f.item.unit_price_millifen - f.item.discount_fen * 1_000_000
    booked = f.item.amount_fen * 1_000_000
    off = larger(booked - expected, expected - booked)
    wrong_sum = off > f.limits.line_tolerance_fen * 1_000_000
    refund = f.item.quantity_milli < 0
    dangling = (refund | (f.item.amount_fen < 0)) & (f.item.origin_id == "")
    too_much_back = refund & (f.measure.refund_leaves_milli < 0)
    future = otherwise(f.item.on > day_of(f.item.uploaded_at), False)
    return ruling(
        applies=~f.item.withdrawn,
        violates=wrong_sum | dangling | too_much_back | future,
        excess=excess(fen=divide_up(off, 1_000_000)),
    )


@rule(
    id="G05",
    version=1,
    title=Words("诊断与患者性别或年龄不符", "Diagnosis of another sex or age"),
    source=(
        article(ICD_10, "第二卷：限用于一种性别的类目", "volume 2, categories limited to one sex", read=False),
        article(TWO_LIBRARIES, "第54、55类", "classes 54 and 55", read=False),
        article(FUND_735, "第十六条", "article 16", read=True),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2021, 5, 1),
    official=54,
    lists=(
        "diagnosis_sex_1",
        "diagnosis_sex_2",
        "diagnosis_sex_3",
        "diagnosis_from_years_1",
        "diagnosis_from_years_2",
        "diagnosis_from_years_3",
        "diagnosis_below_years_1",
        "diagnosis_below_years_2",
        "diagnosis_below_years_3",
    ),
    why_zh="诊断与身体不符，多半是录错编码或性别，也可能是冒用。新生儿挂在母亲名下的情况不算。",
    sentence=Words(
        "诊断{encounter.diagnosis_code}、{encounter.diagnosis_2_code}、{encounter.diagnosis_3_code}与登记性别"
        "（{patient.sex}）或出生日期（{patient.birth_on}）不符。",
        "The diagnoses {encounter.diagnosis_code}, {encounter.diagnosis_2_code}, {encounter.diagnosis_3_code} do not "
        "fit the registered sex ({patient.sex}) or the birth date ({patient.birth_on}).",
    ),
    hint=Words(
        "核对诊断编码、登记性别和出生日期；确属少见情况的，由医师说明。",
        "Check the code, the registered sex and the birth date; where it is a rare case, the physician says so.",
    ),
)
def g05(f: Facts) -> Ruling:
    """A diagnosis that the body cannot have is mostly a slip of a code, sometimes another person's card.

    What a newborn has may stand on the mother's bill: under her document nothing is asked, and beside an obstetric
    diagnosis of a woman the codes of the perinatal period are hers to carry. Official classes 54 (sex) and 55 (age).
    """
    first, second, third = f.encounter.diagnosis_code, f.encounter.diagnosis_2_code, f.encounter.diagnosis_3_code
    age = years_between(f.patient.birth_on, f.encounter.on)
    mother = (f.patient.sex == Sex.FEMALE) & (_obstetric(first) | _obstetric(second) | _obstetric(third))
    wrong_sex = (
        _of_the_other(f, f.lists.diagnosis_sex_1)
        | _of_the_other(f, f.lists.diagnosis_sex_2)
        | _of_the_other(f, f.lists.diagnosis_sex_3)
    )
    wrong_age = (
        (_outside(age, f.lists.diagnosis_from_years_1, f.lists.diagnosis_below_years_1) & ~_carried(first, mother))
        | (_outside(age, f.lists.diagnosis_from_years_2, f.lists.diagnosis_below_years_2) & ~_carried(second, mother))
        | (_outside(age, f.lists.diagnosis_from_years_3, f.lists.diagnosis_below_years_3) & ~_carried(third, mother))
    )
    mothers_document = otherwise(f.patient.identity_basis == IdentityBasis.MOTHER, False)
    return ruling(applies=(first != "") & ~mothers_document, violates=wrong_sex | wrong_age)


def _of_the_other(f: Facts, bound_to: Term) -> Term:
    """Whether a diagnosis is of the other sex; a register that states none contradicts nothing."""
    return ((bound_to == "female") & (f.patient.sex == Sex.MALE)) | (
        (bound_to == "male") & (f.patient.sex == Sex.FEMALE)
    )


def _outside(age: Term, from_years: Term, below_years: Term) -> Term:
    """Whether an age lies outside the bounds; 0 and 999 are no bounds, so that no birth date is asked for."""
    return ((from_years > 0) & (age < from_years)) | ((below_years < 999) & (age >= below_years))


def _obstetric(code: Term) -> Term:
    """Whether a diagnosis is of pregnancy or birth."""
    return starts_with(code, "O") | starts_with(code, "Z37") | starts_with(code, "Z39")


def _carried(code: Term, mother: Term) -> Term:
    """Whether a diagnosis of the newborn stands on the bill of a woman who has just given birth."""
    return (starts_with(code, "P") | starts_with(code, "Z38")) & mother


@rule(
    id="G07",
    version=1,
    title=Words("计费日期在住院时间之外", "Charged outside the stay"),
    source=(
        article(FUND_735, "第十六条、第三十九条", "articles 16 and 39", read=True),
        article(TWO_LIBRARIES, "第42类", "class 42", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    official=42,
    why_zh="住院费用只能发生在入院到出院之间；病理等出院后才出报告的项目除外。",
    sentence=Words(
        "{item.name_zh}计费于{item.on}，不在住院期间（{stay.on}至{stay.discharged_on}）。",
        "{item.name_zh} was charged on {item.on}, outside the stay from {stay.on} to {stay.discharged_on}.",
    ),
    hint=Words(
        "核对计费日期；出院后才有结果的项目请标明后报告。",
        "Check the day; mark what was charged when its result came after discharge.",
    ),
)
def g07(f: Facts) -> Ruling:
    """A stay pays for what was done in it. Pathology and the like may be charged when the report comes."""
    after = otherwise(f.item.on > f.stay.discharged_on, False) & ~f.item.resulted_later
    return ruling(
        applies=(f.encounter.care_mode == CareMode.INPATIENT) & ~f.item.withdrawn & (f.item.quantity_milli > 0),
        violates=(f.item.on < f.stay.on) | after,
    )


@rule(
    id="G09",
    version=1,
    title=Words("明细重复上传", "Charged line uploaded twice"),
    source=(article(FUND_735, "第十六条、第三十九条", "articles 16 and 39", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    why_zh="同一流水号只能对应一笔费用；因网络重发而撤回或替换了前一次的不算。",
    sentence=Words(
        "{item.name_zh}的流水号{item.key}此前已上传{measure.copies}次且未撤回。",
        "The key {item.key} of {item.name_zh} was uploaded {measure.copies} times before and not withdrawn.",
    ),
    hint=Words(
        "确属重发的撤回前一次；不同费用请换用新的流水号。",
        "If it was sent again, withdraw the earlier one; another charge needs a key of its own.",
    ),
)
def g09(f: Facts) -> Ruling:
    """One key is one charge. A resend that withdrew or replaced the earlier upload leaves one and is no duplicate."""
    return ruling(
        applies=~f.item.withdrawn & (f.item.key != "") & (f.item.quantity_milli > 0), violates=f.measure.copies > 0
    )
