"""Whether a medicine suits this patient's diseases, age, kidney and liver: what the check of medicines found.

What does not suit whom is medical knowledge, in tables of its own with a source for each row; the check of medicines
reads them before the rules are asked. Here stands what follows from its findings.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.rules.checked import unchecked
from xinglin.supervision.rules.sources import LABELS, PRESCRIPTION_2007, REVIEW_2018, TWO_LIBRARIES, article
from xinglin.supervision.vocabulary import Certainty, Facts, Kind, Ruling, Scope, Words, rule, ruling


@rule(
    id="D06",
    version=1,
    title=Words("超适应症用药", "Outside its indications"),
    source=(
        article(PRESCRIPTION_2007, "第十四条、第三十五条", "articles 14 and 35", read=False),
        article(REVIEW_2018, "适宜性审核（处方用药与诊断是否相符）", "suitability (diagnosis)", read=False),
        article(TWO_LIBRARIES, "第70类", "class 70", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    official=70,
    why_zh="处方用药应与诊断相符；诊断漏写很常见，所以先提示补写，不作为违规。没有收录适应证的药品不判断。",
    sentence=Words(
        "{line.drug_zh}：本次就诊的诊断中没有其适应证。",
        "{line.drug_en}: none of the visit's diagnoses is among its indications.",
    ),
    hint=Words(
        "补写与用药相符的诊断；确属超说明书用药的，按规定备案并告知患者。",
        "Add the diagnosis that it is given for; use outside the label is filed and the patient is told.",
    ),
)
def d06(f: Facts) -> Ruling:
    """A medicine should answer to a diagnosis. Diagnoses are often left out, so this asks and blames nobody."""
    return ruling(
        applies=~f.prescription.ended & ~f.line.decoction & ~f.line.solvent,
        violates=(f.measure.indication_findings > 0) | unchecked(f),
    )


@rule(
    id="D08",
    version=1,
    title=Words("老年人慎用药品", "Often not the right medicine in old age"),
    source=(
        article(PRESCRIPTION_2007, "第十四条", "article 14", read=False),
        article(REVIEW_2018, "适宜性审核（特殊人群）", "review of suitability (special groups)", read=False),
        article(TWO_LIBRARIES, "第72类", "class 72", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    official=72,
    why_zh="有些药品对老年人弊大于利，取决于疾病、剂量和同用药品；只提示，由医师和药师权衡。",
    sentence=Words(
        "患者{patient.birth_on}出生，{line.drug_zh}有{measure.elderly_findings}项老年人潜在不适当用药提示。",
        "The patient was born {patient.birth_on}; {measure.elderly_findings} criteria say that {line.drug_en} is often "
        "not the right medicine in old age.",
    ),
    hint=Words(
        "按提示换药、减量或缩短疗程；继续使用的，说明理由并定期复核。",
        "Change it, lower it or shorten the course; where it stays, say why and review it.",
    ),
)
def d08(f: Facts) -> Ruling:
    """From 65 years on some medicines do more harm than good, by disease, dose and company. A hint to be weighed."""
    return ruling(
        applies=~f.prescription.ended & ~f.line.decoction & ~f.line.solvent,
        violates=(f.measure.elderly_findings > 0) | unchecked(f),
    )


@rule(
    id="D19",
    version=1,
    title=Words("肝肾功能或检验值不宜", "Kidney, liver or a laboratory value speak against it"),
    source=(
        article(PRESCRIPTION_2007, "第十四条、第三十五条", "articles 14 and 35", read=False),
        article(LABELS, "【禁忌】【注意事项】【用法用量】", "contraindications, precautions, dosage", read=False),
        article(REVIEW_2018, "适宜性审核（特殊人群）", "review of suitability (special groups)", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.LINE,
    since=date(2007, 5, 1),
    why_zh="肾功能、肝功能或检验值达到说明书的界限时须减量、换药或停药；没有近期检验值的无法判断，应先检查。",
    sentence=Words(
        "{line.drug_zh}：患者的肝肾功能或检验值有{measure.organ_findings}项与其用法不符。",
        "{line.drug_en}: {measure.organ_findings} findings of kidney, liver or laboratory do not go with its use.",
    ),
    hint=Words(
        "按肝肾功能调整剂量或换药，并复查；已调整的请核对剂量。",
        "Fit the dose to kidney and liver or change the medicine, and test again.",
    ),
)
def d19(f: Facts) -> Ruling:
    """At a label's limit of kidney, liver or a laboratory value the dose is lowered or the medicine changed.

    Without a recent value it cannot be told for those medicines for which it matters.
    """
    return ruling(
        applies=~f.prescription.ended & ~f.line.decoction & ~f.line.solvent,
        violates=(f.measure.organ_findings > 0) | unchecked(f),
    )
