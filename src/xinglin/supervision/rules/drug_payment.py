"""For whom, for what and in which order the fund pays a medicine: the notes of the reimbursement list, first half.

A limit of payment is no limit of use: the label may be wider. Who pays a medicine alone is outside these rules.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import ItemKind, Scheme
from xinglin.supervision.rules.payable import asked_of_fund, is_medicine
from xinglin.supervision.rules.sources import FUND_735, REIMBURSEMENT_LIST, TWO_LIBRARIES, article
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
    days_between,
    isin,
    otherwise,
    rule,
    ruling,
    years_between,
)


@rule(
    id="C01",
    version=1,
    title=Words("限工伤保险支付", "Paid by work-injury insurance only"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第1、16类", "classes 1 and 16", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("item_scheme", "item_scheme_substance"),
    official=1,
    why_zh="有些药品和项目只由工伤保险支付，其他险种支付会挪用别人的基金。",
    sentence=Words(
        "{item.name_zh}限工伤保险支付，本次按{coverage.scheme}申请支付{item.amount_fen}。",
        "{item.name_zh} is paid by work-injury insurance only; {item.amount_fen} was claimed from {coverage.scheme}.",
    ),
    hint=Words(
        "确属工伤的，改按工伤保险结算；否则告知患者并改为自费。",
        "If it is a work injury, settle it under that insurance; otherwise tell the patient and charge it outside the "
        "fund.",
    ),
)
def c01(f: Facts) -> Ruling:
    """Some medicines and services belong to work-injury insurance alone; another fund must not bear them."""
    return ruling(
        applies=asked_of_fund(f) & (_only_scheme(f) == "work_injury"),
        violates=f.coverage.scheme != Scheme.WORK_INJURY,
    )


@rule(
    id="C02",
    version=1,
    title=Words("限生育保险支付", "Paid by maternity insurance only"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第2、17类", "classes 2 and 17", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("maternity_under_basic",),
    lists=("item_scheme", "item_scheme_substance"),
    official=2,
    why_zh="有些药品和项目只由生育保险支付；当地规定可并入基本医疗保险结算的除外。",
    sentence=Words(
        "{item.name_zh}限生育保险支付，本次按{coverage.scheme}申请支付{item.amount_fen}。",
        "{item.name_zh} is paid by maternity insurance only; {item.amount_fen} was claimed from {coverage.scheme}.",
    ),
    hint=Words(
        "属生育医疗费用的，改按生育保险结算；否则告知患者并改为自费。",
        "If it belongs to the care of a birth, settle it under maternity insurance; otherwise tell the patient and "
        "charge it outside the fund.",
    ),
)
def c02(f: Facts) -> Ruling:
    """Some items belong to maternity insurance alone, unless the place settles births under the basic insurances."""
    basic = isin(f.coverage.scheme, [Scheme.EMPLOYEE, Scheme.RESIDENT]) & f.limits.maternity_under_basic
    return ruling(
        applies=asked_of_fund(f) & (_only_scheme(f) == "maternity"),
        violates=(f.coverage.scheme != Scheme.MATERNITY) & ~basic,
    )


@rule(
    id="C03",
    version=1,
    title=Words("饮片单复方均不予支付", "Decoction piece that is never paid"),
    source=(
        article(REIMBURSEMENT_LIST, "中药饮片部分", "part on decoction pieces", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第3类", "class 3", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("herb_never",),
    concern=Concern.NEVER_PAYABLE,
    official=3,
    why_zh="滋补、贵重饮片无论单用还是入复方，基金均不支付。",
    sentence=Words(
        "{item.name_zh}无论单方或复方均不予支付，本次申请支付{item.amount_fen}。",
        "{item.name_zh} is never paid, alone or in a compound; {item.amount_fen} was claimed.",
    ),
    hint=Words(
        "将该饮片改为自费，或由医师换用可支付的饮片。",
        "Charge the piece outside the fund, or let the physician choose one that is paid.",
    ),
)
def c03(f: Facts) -> Ruling:
    """Tonic and precious pieces are for the patient's own account, whatever they stand beside."""
    return ruling(applies=asked_of_fund(f) & (f.item.kind == ItemKind.DECOCTION), violates=f.lists.herb_never)


@rule(
    id="C04",
    version=1,
    title=Words("饮片单方使用不予支付", "Decoction piece that is not paid alone"),
    source=(
        article(REIMBURSEMENT_LIST, "中药饮片部分", "part on decoction pieces", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第4类", "class 4", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("herb_not_alone",),
    official=4,
    why_zh="处方全由这类饮片组成即为单方使用；只要配有一味其他饮片就可以支付。",
    sentence=Words(
        "处方{measure.herbs_total}味饮片全部属于单方不予支付的饮片，{item.name_zh}申请支付{item.amount_fen}。",
        "All {measure.herbs_total} pieces of the prescription are pieces that are not paid alone; {item.name_zh}: "
        "{item.amount_fen} claimed.",
    ),
    hint=Words(
        "按单方使用的改为自费；确需配伍的由医师按辨证开具复方，不要为报销凑一味药。",
        "Charge it outside the fund; where a compound is needed the physician writes one for the patient's sake, not a "
        "token piece for the fund's.",
    ),
)
def c04(f: Facts) -> Ruling:
    """A prescription of nothing but such pieces is a tonic; one other piece on it makes them payable."""
    return ruling(
        applies=asked_of_fund(f) & (f.item.kind == ItemKind.DECOCTION) & f.lists.herb_not_alone,
        violates=f.measure.herbs_listed >= f.measure.herbs_total,
    )


@rule(
    id="C05",
    version=1,
    title=Words("限二线用药", "Second-line medicine"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第5类", "class 5", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("second_line", "second_line_substance"),
    official=5,
    why_zh="二线用药应先有一线药物无效、不耐受或禁忌的依据；依据可能在其他机构，所以先问再扣。",
    sentence=Words(
        "{item.name_zh}限二线使用，未见一线用药无效、不耐受或禁忌的依据（涉及{item.amount_fen}）。",
        "{item.name_zh} is paid as second line; no record of a first-line medicine that failed, was not borne or was "
        "forbidden ({item.amount_fen}).",
    ),
    hint=Words(
        "补充一线用药记录（含外院）、不耐受或禁忌的证明；没有依据的先用一线药物或改为自费。",
        "Add the record of the first-line medicine (of other institutions too), of intolerance or of the ground "
        "against it; without one use the first line first, or charge it outside the fund.",
    ),
)
def c05(f: Facts) -> Ruling:
    """The dearer second choice is paid once the first has failed, was not borne or cannot be given."""
    listed = f.lists.second_line | f.lists.second_line_substance
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & listed,
        violates=~(f.item.first_line_tried | f.item.evidence_filed),
    )


@rule(
    id="C06",
    version=1,
    title=Words("限新生儿支付", "Paid for newborns only"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第6类", "class 6", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    limits=("newborn_payment_days",),
    lists=("newborn_only", "newborn_only_substance"),
    official=6,
    why_zh="只为新生儿付费的药品；早产儿按足月日期起算。",
    sentence=Words(
        "{item.name_zh}限新生儿（出生{limits.newborn_payment_days}天内）支付，患者已超过该日龄。",
        "{item.name_zh} is paid within {limits.newborn_payment_days} days of birth only; the patient is older.",
    ),
    hint=Words(
        "核对出生日期和足月日期；已过新生儿期的改为自费或换药。",
        "Check the day of birth and, of a child born too early, the expected day; past the newborn period charge it "
        "outside the fund or choose another medicine.",
    ),
)
def c06(f: Facts) -> Ruling:
    """Paid for the first weeks of life; of a child born too early they are counted from the expected day of birth."""
    born = otherwise(f.patient.term_on, f.patient.birth_on)
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (f.lists.newborn_only | f.lists.newborn_only_substance),
        violates=days_between(born, f.item.on) > f.limits.newborn_payment_days,
    )


@rule(
    id="C07",
    version=1,
    title=Words("限儿童支付", "Paid for children only"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第7类", "class 7", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=("child_payment", "child_payment_from", "child_payment_substance", "child_payment_substance_from"),
    official=7,
    why_zh="只为一定年龄的儿童付费的药品；年龄按用药当天的周岁计算，备注中的其他条件另行核对。",
    sentence=Words(
        "{item.name_zh}只为限定年龄的儿童支付，患者在{item.on}不在该年龄段（涉及{item.amount_fen}）。",
        "{item.name_zh} is paid for children of certain ages only; on {item.on} the patient was not of them "
        "({item.amount_fen}).",
    ),
    hint=Words(
        "核对出生日期；不在支付年龄的改为自费，或换用该年龄可支付的品种。",
        "Check the day of birth; at other ages charge it outside the fund or choose a product that is paid.",
    ),
)
def c07(f: Facts) -> Ruling:
    """The note names the ages that are paid, in completed years on the day; its further conditions are not ages."""
    own = f.lists.child_payment > 0
    below = choose(own, f.lists.child_payment, f.lists.child_payment_substance)
    lowest = choose(own, otherwise(f.lists.child_payment_from, 0), otherwise(f.lists.child_payment_substance_from, 0))
    years = years_between(f.patient.birth_on, f.item.on)
    return ruling(applies=asked_of_fund(f) & is_medicine(f) & (below > 0), violates=(years >= below) | (years < lowest))


@rule(
    id="C08",
    version=1,
    title=Words("限适应症支付", "Paid for certain diseases only"),
    source=(
        article(REIMBURSEMENT_LIST, "备注", "notes", read=False),
        article(FUND_735, "第三十八条", "article 38", read=False),
        article(TWO_LIBRARIES, "第8类", "class 8", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ITEM,
    since=date(2021, 5, 1),
    lists=(
        "indication_limited",
        "indication_coded",
        "indication_limited_substance",
        "drug_indication_1",
        "drug_indication_2",
        "drug_indication_3",
        "drug_indication_substance_1",
        "drug_indication_substance_2",
        "drug_indication_substance_3",
    ),
    official=8,
    why_zh="备注限定了病种。这里只核对能编码的病种；分期、联合用药、化验等条件由附上的证明说明。",
    sentence=Words(
        "{item.name_zh}限特定病种支付，本次诊断{encounter.diagnosis_code}等均不在其中，也未附证明（涉及"
        "{item.amount_fen}）。",
        "{item.name_zh} is paid for certain diseases only; the diagnoses ({encounter.diagnosis_code} and the further "
        "ones) are not among them and no document is on file ({item.amount_fen}).",
    ),
    hint=Words(
        "核对并补全诊断编码，或附上符合支付条件的证明；都不符合的改为自费。",
        "Check and complete the diagnoses, or attach the document that shows the condition; otherwise charge it "
        "outside the fund.",
    ),
)
def c08(f: Facts) -> Ruling:
    """The note limits payment to diseases. Only what has a code is compared; the rest is shown by a document."""
    by_code = f.lists.drug_indication_1 | f.lists.drug_indication_2 | f.lists.drug_indication_3
    by_substance = (
        f.lists.drug_indication_substance_1 | f.lists.drug_indication_substance_2 | f.lists.drug_indication_substance_3
    )
    # The diseases of a note are complete by code or by substance, unless the product's own row says they never are.
    may_be_held = choose(f.lists.indication_limited, otherwise(f.lists.indication_coded, True), True)
    complete = may_be_held & (f.lists.indication_coded | f.lists.indication_limited_substance)
    return ruling(
        applies=asked_of_fund(f) & is_medicine(f) & (f.lists.indication_limited | f.lists.indication_limited_substance),
        violates=~by_code & ~by_substance & complete & ~f.item.evidence_filed,
    )


def _only_scheme(f: Facts) -> Term:
    """The insurance that alone pays: by the national code, else by the substance; empty for none."""
    by_code = f.lists.item_scheme
    return choose(by_code != "", by_code, f.lists.item_scheme_substance)
