"""Who may be seen online: real name, follow-up of a known condition, a guardian for a small child."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel, EvidenceKind, IdentityBasis, IdentityState, Judgement, Service
from xinglin.supervision.rules.sources import CARE_2018, FUND_735, ONLINE_PAYMENT_2020, SUPERVISION_2022, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Term,
    Words,
    choose,
    days_between,
    first_letters,
    isin,
    months_after,
    otherwise,
    rule,
    ruling,
    starts_with,
    years_between,
)


@rule(
    id="A01",
    version=1,
    title=Words("患者未实名", "Patient not known by the real name"),
    source=(
        article(SUPERVISION_2022, "第十七条", "article 17", read=False),
        article(FUND_735, "第十五条", "article 15", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("identity_age_days_max", "newborn_days_max"),
    why_zh="线上诊疗不接受假名：患者须经核验、核验未过期，且核验后身份信息未变更。",
    sentence=Words(
        "患者的实名核验状态为“{patient.identity_state}”，不足以开展线上诊疗。",
        "The patient's real-name check stands at “{patient.identity_state}”, which is not enough for online care.",
    ),
    hint=Words(
        "请患者（或监护人）用本人证件完成实名核验后再继续；出生二十八天内的新生儿可用母亲证件。",
        "Let the patient (or guardian) complete the real-name check with the own document, then go on; "
        "a newborn of up to 28 days may go by the mother's.",
    ),
)
def a01(f: Facts) -> Ruling:
    """Nobody is treated online under a pseudonym: the person must be verified, recently enough, and unchanged since."""
    age_of_check = days_between(f.patient.identity_verified_on, f.encounter.on)
    good = (
        (f.patient.identity_state == IdentityState.VERIFIED)
        & (age_of_check >= 0)
        & (age_of_check <= f.limits.identity_age_days_max)
    )
    changed = otherwise(f.patient.identity_changed_on > f.patient.identity_verified_on, False)
    by_mother = f.patient.identity_basis == IdentityBasis.MOTHER
    too_old = by_mother & (days_between(f.patient.birth_on, f.encounter.on) > f.limits.newborn_days_max)
    return ruling(applies=f.encounter.channel == Channel.ONLINE, violates=~good | changed | too_old)


def _treats_online(f: Facts) -> Term:
    """Diagnosis and treatment online of a patient who sits at home; advice and talk between physicians are neither."""
    return (f.encounter.channel == Channel.ONLINE) & isin(f.encounter.service, [Service.FOLLOW_UP, Service.FIRST_VISIT])


def _first_visit_allowed(f: Facts) -> Term:
    """The dated pilot: a listed institution and field, a listed physician, the guardian present."""
    return f.lists.first_visit_pilot & f.physician.first_visit_pilot_listed & f.encounter.guardian_present


def _is_document(f: Facts) -> Term:
    """One of the four kinds of document that the rules accept."""
    return isin(
        f.evidence.kind,
        [
            EvidenceKind.OUTPATIENT_RECORD,
            EvidenceKind.INPATIENT_RECORD,
            EvidenceKind.DISCHARGE_SUMMARY,
            EvidenceKind.DIAGNOSIS_CERTIFICATE,
        ],
    )


@rule(
    id="A02",
    version=1,
    title=Words("无复诊依据", "No evidence of an earlier diagnosis"),
    source=(
        article(CARE_2018, "第十六条", "article 16", read=False),
        article(SUPERVISION_2022, "第十八条", "article 18", read=True),
        article(ONLINE_PAYMENT_2020, "复诊凭证", "proof of follow-up", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    limits=("evidence_months_chronic", "evidence_months_common"),
    lists=("first_visit_pilot", "evidence_group"),
    why_zh="线上只诊疗已由实体机构确诊过的疾病；有期限的首诊试点除外。",
    sentence=Words(
        "没有可用的复诊依据（材料：{evidence.kind}，日期：{evidence.issued_on}，医师判断：{evidence.judgement}）。",
        "There is no evidence that carries a follow-up (document: {evidence.kind}, day: {evidence.issued_on}, the "
        "physician's judgement: {evidence.judgement}).",
    ),
    hint=Words(
        "请患者上传实体医疗机构在回溯期内的门诊病历、住院病历、出院小结或诊断证明，由医师认可；否则请到实体机构就诊。",
        "Let the patient upload an outpatient or inpatient record, a discharge summary or a diagnosis certificate of a "
        "physical institution within the look-back, and the physician accept it; otherwise a visit in person.",
    ),
)
def a02(f: Facts) -> Ruling:
    """Online care is for conditions that a physical institution has already diagnosed; a dated pilot is exempt."""
    months = choose(f.lists.evidence_group != "none", f.limits.evidence_months_chronic, f.limits.evidence_months_common)
    in_time = (f.evidence.issued_on <= f.encounter.on) & (f.encounter.on <= months_after(f.evidence.issued_on, months))
    accepted = f.evidence.judgement == Judgement.ACCEPTED
    return ruling(
        applies=_treats_online(f) & ~_first_visit_allowed(f),
        violates=~(_is_document(f) & f.evidence.physical & accepted & in_time),
    )


@rule(
    id="A03",
    version=1,
    title=Words("复诊诊断不一致", "Follow-up for another disease"),
    source=(article(CARE_2018, "第十六条", "article 16", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    lists=("first_visit_pilot", "evidence_group", "diagnosis_group", "diagnosis_2_group", "diagnosis_3_group"),
    why_zh="复诊针对同一疾病：编码相同，或类目相同，或属于同一慢性病组；症状编码不算另一种疾病。",
    sentence=Words(
        "本次诊断{encounter.diagnosis_code}与复诊依据的诊断{evidence.diagnosis_code}不是同一疾病。",
        "The diagnosis {encounter.diagnosis_code} of this visit and the diagnosis {evidence.diagnosis_code} of the "
        "evidence are not the same disease.",
    ),
    hint=Words(
        "核对诊断编码；若是并发症请说明理由；若是新疾病，请引导患者到实体机构就诊。",
        "Check the code; state the reason where it is a complication; where it is a new disease, send the patient to a "
        "physical institution.",
    ),
)
def a03(f: Facts) -> Ruling:
    """A follow-up is for the same disease: equal code, else equal category, else one group of chronic disease."""
    same = (
        _same_disease(f, f.encounter.diagnosis_code, f.lists.diagnosis_group)
        | _same_disease(f, f.encounter.diagnosis_2_code, f.lists.diagnosis_2_group)
        | _same_disease(f, f.encounter.diagnosis_3_code, f.lists.diagnosis_3_group)
    )
    # A symptom (chapter R) names no disease, so symptoms alone cannot be another disease.
    only_symptoms = (
        _is_symptom_or_none(f.encounter.diagnosis_code)
        & _is_symptom_or_none(f.encounter.diagnosis_2_code)
        & _is_symptom_or_none(f.encounter.diagnosis_3_code)
    )
    comparable = _is_document(f) & (f.evidence.diagnosis_code != "") & ~only_symptoms
    return ruling(applies=_treats_online(f) & ~_first_visit_allowed(f) & comparable, violates=~same)


def _same_disease(f: Facts, code: Term, group: Term) -> Term:
    """A diagnosis of this visit is the disease of the evidence. Six digits are never demanded."""
    known = f.evidence.diagnosis_code
    return (
        (code == known)
        | (first_letters(code, 3) == first_letters(known, 3))
        | ((group == f.lists.evidence_group) & (group != "none"))
    )


def _is_symptom_or_none(code: Term) -> Term:
    return (code == "") | starts_with(code, "R")


@rule(
    id="A05",
    version=1,
    title=Words("低龄儿童缺少监护人或相关专业医师", "Small child without guardian or fitting physician"),
    source=(article(CARE_2018, "第十九条", "article 19", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    limits=("guardian_years_below",),
    lists=("paediatric_specialty",),
    why_zh="幼儿不能自己表达：须有监护人和相关专业医师，年龄按就诊当日计算。",
    sentence=Words(
        "患儿未满{limits.guardian_years_below}周岁，须有已核验的监护人在场，并由儿科相关专业医师接诊。",
        "The child is under {limits.guardian_years_below}: a verified guardian must be present and the physician must "
        "be of a paediatric specialty.",
    ),
    hint=Words(
        "请监护人（不限父母）完成核验并全程参加，改约儿科医师；做不到时请到实体机构就诊。",
        "Let a guardian (not only a parent) be verified and take part, and book a paediatric physician; otherwise a "
        "visit in person.",
    ),
)
def a05(f: Facts) -> Ruling:
    """A small child cannot speak for itself: guardian and fitting physician, by the age on the day of the visit."""
    age = years_between(f.patient.birth_on, f.encounter.on)
    small = age < f.limits.guardian_years_below
    guarded = f.patient.guardian_verified & f.encounter.guardian_present
    return ruling(
        applies=(f.encounter.channel == Channel.ONLINE) & (f.encounter.service != Service.ADVICE) & small,
        violates=~(guarded & f.lists.paediatric_specialty),
    )
