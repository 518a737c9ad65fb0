"""Whether a medicine goes with diseases, pregnancy, allergies and other medicines: rational use, second half.

What forbids what is in tables, from memory and not reviewed. A pair that no table names was not found to be harmless.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Sex
from xinglin.supervision.rules.checked import unchecked
from xinglin.supervision.rules.sources import (
    LABELS,
    PHARMACOPOEIA,
    PRESCRIPTION_2007,
    REVIEW_2018,
    TWO_LIBRARIES,
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
    otherwise,
    rule,
    ruling,
    years_between,
)


@rule(
    id="D07",
    version=2,
    title=Words("药品禁忌症", "Disease that forbids the medicine"),
    source=(
        article(PRESCRIPTION_2007, "第十四条、第三十五条", "articles 14 and 35", read=False),
        article(LABELS, "【禁忌】", "contraindications", read=False),
        article(TWO_LIBRARIES, "第71类", "class 71", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    lists=("contraindication_1", "contraindication_2", "contraindication_3"),
    official=71,
    why_zh="本次诊断或仍在持续的健康问题属于说明书禁忌；已经结束的旧病不算。",
    sentence=Words(
        "{line.drug_zh}：本次就诊的诊断或仍在持续的疾病属于其禁忌。",
        "{line.drug_en}: a diagnosis of this visit or a problem that still lasts forbids it.",
    ),
    hint=Words(
        "换用没有该禁忌的药品；健康问题已经结束的，先在问题清单中更新。",
        "Choose a medicine that it does not forbid; where the problem is over, update the list of problems first.",
    ),
)
def d07(f: Facts) -> Ruling:
    """A diagnosis of the visit or a problem that still lasts stands among the label's contraindications."""
    now = (
        (f.lists.contraindication_1 == "absolute")
        | (f.lists.contraindication_2 == "absolute")
        | (f.lists.contraindication_3 == "absolute")
    )
    return ruling(
        applies=~f.prescription.ended & ((f.line.atc_code != "") | (f.measure.disease_findings > 0)),
        violates=((f.line.atc_code != "") & (now | (f.measure.contraindications > 0)))
        | (f.measure.disease_findings > 0),
    )


@rule(
    id="D09",
    version=2,
    title=Words("妊娠期或哺乳期不宜使用", "Not for pregnancy or breastfeeding"),
    source=(
        article(PRESCRIPTION_2007, "第十四条", "article 14", read=False),
        article(LABELS, "【孕妇及哺乳期妇女用药】", "use in pregnancy and lactation", read=False),
        article(TWO_LIBRARIES, "第73类", "class 73", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    limits=("childbearing_years_from", "childbearing_years_until"),
    lists=(
        "pregnancy_level",
        "pregnancy_from_week",
        "pregnancy_until_week",
        "pregnancy_level_substance",
        "lactation_level",
        "lactation_level_substance",
    ),
    official=73,
    why_zh="妊娠或哺乳时禁用的药品不开；慎用的须由医师权衡后再次签名。育龄妇女的状态未知时无法判断，应先询问。",
    sentence=Words(
        "患者处于妊娠期或哺乳期，{line.drug_zh}在此期间禁用，或慎用而未再次签名。",
        "The patient is pregnant or breastfeeding; {line.drug_en} is then forbidden, or needs caution and was not "
        "signed a second time.",
    ),
    hint=Words(
        "换用妊娠期、哺乳期可用的药品；慎用药品确需使用的，告知患者后再次签名。",
        "Choose a medicine for pregnancy or breastfeeding; where one that needs caution is called for, tell the "
        "patient and sign a second time.",
    ),
)
def d09(f: Facts) -> Ruling:
    """What is forbidden is not given; what needs caution is weighed and signed again. An unknown state is asked."""
    bare = f.line.atc_code == ""
    level = choose(bare, f.lists.pregnancy_level_substance, f.lists.pregnancy_level)
    milk = choose(bare, f.lists.lactation_level_substance, f.lists.lactation_level)
    first = choose(bare, 0, f.lists.pregnancy_from_week)
    last = choose(bare, 99, f.lists.pregnancy_until_week)
    weeks = ((first == 0) & (last == 99)) | ((f.patient.pregnancy_weeks >= first) & (f.patient.pregnancy_weeks <= last))
    age = years_between(f.patient.birth_on, f.prescription.on)
    fertile = (age >= f.limits.childbearing_years_from) & (age <= f.limits.childbearing_years_until)
    told = otherwise(f.patient.pregnant, False) | otherwise(f.patient.lactating, False)
    listed = (level != "none") | (milk != "none")
    signed = otherwise(f.prescription.second_signed, False)
    found = (f.measure.pregnancy_x > 0) | ((f.measure.pregnancy_d > 0) & ~signed)
    known = (f.patient.pregnant & weeks & _forbids(f, level)) | (f.patient.lactating & _forbids(f, milk))
    return ruling(
        applies=~f.prescription.ended & (f.patient.sex != Sex.MALE) & ((listed & (fertile | told)) | found),
        violates=(listed & known) | found,
    )


def _forbids(f: Facts, level: Term) -> Term:
    """Forbidden, or to be used with caution and not signed a second time. A second signature never made is none."""
    signed = otherwise(f.prescription.second_signed, False)
    return (level == "contraindicated") | ((level == "caution") & ~signed)


@rule(
    id="D10",
    version=2,
    title=Words("药品相互作用", "Interaction of medicines"),
    source=(
        article(PRESCRIPTION_2007, "第三十五条", "article 35", read=False),
        article(REVIEW_2018, "适宜性审核", "review of suitability", read=False),
        article(LABELS, "【药物相互作用】【禁忌】", "interactions, contraindications", read=False),
        article(TWO_LIBRARIES, "第74类", "class 74", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    official=74,
    why_zh="同时在用的药品按有效成分逐对核对，不论先后和处方；只列禁止同用和后果严重的，轻微的不打扰医师。",
    sentence=Words(
        "{line.drug_zh}与同时使用的药品合用：不得同用的{measure.interactions_contra}处，须避免或监测的"
        "{measure.interactions_serious}处。",
        "{line.drug_en} together with the other medicines in use: {measure.interactions_contra} findings that they "
        "must not be given together, {measure.interactions_serious} that they should be avoided or watched.",
    ),
    hint=Words(
        "换药、停药或错开使用；确需同用的，写明理由和监测办法。",
        "Change or stop one, or part them in time; where both are needed, state the reason and what will be watched.",
    ),
)
def d10(f: Facts) -> Ruling:
    """Medicines in force are compared substance by substance, both ways; only what is forbidden or grave counts."""
    return ruling(
        applies=~f.prescription.ended & ~f.line.decoction & ~f.line.solvent,
        violates=(f.measure.interactions_contra > 0) | (f.measure.interactions_serious > 0) | unchecked(f),
    )


@rule(
    id="D11",
    version=2,
    title=Words("中药饮片配伍禁忌", "Decoction pieces that must not meet"),
    source=(
        article(PRESCRIPTION_2007, "第三十六条", "article 36", read=False),
        article(PHARMACOPOEIA, "各品种“注意”项（十八反、十九畏）", "cautions (antagonisms and fears)", read=False),
        article(TWO_LIBRARIES, "第75类", "class 75", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    official=75,
    why_zh="十八反、十九畏的饮片不同方；经方中确有同用先例的，医师知晓后再次签名即可调剂。",
    sentence=Words(
        "{line.drug_zh}与本方中{measure.herb_conflicts}味饮片属配伍禁忌，医师未再次签名。",
        "{line.drug_en} must not meet {measure.herb_conflicts} pieces of this prescription, and the physician did not "
        "sign a second time.",
    ),
    hint=Words(
        "调整处方；确按传统方剂使用的，在该处再次签名。",
        "Change the prescription; where a traditional formula calls for both, sign a second time beside them.",
    ),
)
def d11(f: Facts) -> Ruling:
    """The eighteen antagonisms and nineteen fears; old formulas that join such pieces need a second signature."""
    # A second signature that nobody recorded was not made: that gap is known, and the safe side is to ask.
    return ruling(
        applies=~f.prescription.ended & f.line.decoction & ~otherwise(f.prescription.second_signed, False),
        violates=f.measure.herb_conflicts > 0,
    )


@rule(
    id="D14",
    version=2,
    title=Words("过敏药品", "Medicine to which the patient is allergic"),
    source=(
        article(PRESCRIPTION_2007, "第十四条、第三十五条", "articles 14 and 35", read=False),
        article(REVIEW_2018, "适宜性审核（过敏史）", "review of suitability (allergies)", read=False),
        article(LABELS, "【禁忌】", "contraindications", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.NEVER,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    why_zh="过敏记录涵盖药品成分或有交叉过敏的同类时不应使用；仅为不耐受（副作用）的，医师知晓后再次签名即可。",
    sentence=Words(
        "患者有{measure.allergies}条过敏、{measure.intolerances}条不耐受记录涉及{line.drug_zh}的成分或同类。",
        "{measure.allergies} recorded allergies and {measure.intolerances} intolerances cover {line.drug_en} or its "
        "kin.",
    ),
    hint=Words(
        "换用不相关的药品；核实只是不耐受的，更正记录或再次签名。",
        "Choose an unrelated medicine; where it proves to be an intolerance only, correct the record or sign a second "
        "time.",
    ),
)
def d14(f: Facts) -> Ruling:
    """An allergy to the substance or a cross-reacting class forbids it; an intolerance asks for a second signature."""
    signed = otherwise(f.prescription.second_signed, False)
    return ruling(
        applies=~f.prescription.ended & ~f.line.solvent,
        violates=(f.measure.allergies > 0) | ((f.measure.intolerances > 0) & ~signed) | unchecked(f),
    )
