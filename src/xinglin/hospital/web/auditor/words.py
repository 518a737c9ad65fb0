"""Names that the auditor's pages need for codes of other modules."""

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.selectors import DECISION_NAMES, STATE_NAMES

MOMENTS = {
    "remind": T(zh="事前", en="Before"),
    "control": T(zh="事中", en="During"),
    "audit": T(zh="事后", en="After"),
}
MOMENT_WORDS = {
    "remind": T(zh="办理时的提醒", en="a reminder while the work is being done"),
    "control": T(zh="签名、审核、发药、结算时的控制", en="a control at signing, review, hand-over and settlement"),
    "audit": T(zh="全部数据上的审计", en="an audit over all the data"),
}
NOT_ASKED = {
    "remind": T(zh="没有在事前问过这条规则。", en="The rule was not asked before."),
    "control": T(
        zh="还没有走到控制环节，或事情已就此停止。", en="No control was reached, or the matter ended before it."
    ),
    "audit": T(zh="还没有做过事后审计。", en="No audit has been run over it yet."),
}
SUBJECTS = {
    "visit": T(zh="就诊", en="visit"),
    "prescription": T(zh="处方", en="prescription"),
    "dispensing": T(zh="发药", en="dispensing"),
    "claim": T(zh="结算", en="claim"),
    "settlement": T(zh="结算", en="settlement"),
}
CERTAINTIES = {
    "definite": T(zh="明确违规", en="Definite"),
    "suspicious": T(zh="可疑：先听取机构说明", en="Suspicious: the provider is heard first"),
}
STATES = {"open": T(zh="待认定", en="To decide")} | STATE_NAMES | {"all": T(zh="全部", en="All")}
STATES["late"] = T(zh="已逾期", en="Past its time")
STATE_TONES = {"notified": "info", "stated": "info", "verified": "info", "decided": "hold", "appealed": "hold"}
DECISIONS = {decision.value: name for decision, name in DECISION_NAMES.items()}
FAMILIES = {
    "A": T(zh="资格与准入", en="Who may practise, for whom"),
    "B": T(zh="处方合规", en="Prescribing by law"),
    "C": T(zh="药品支付", en="Paying for medicines"),
    "D": T(zh="合理用药", en="Rational use of medicines"),
    "E": T(zh="诊疗收费", en="Charging for services"),
    "F": T(zh="耗材", en="Consumables"),
    "G": T(zh="数据质量与先后次序", en="Data and the order of events"),
    "H": T(zh="参保人行为", en="Behaviour of the insured"),
    "I": T(zh="机构与医务人员行为", en="Behaviour of providers"),
    "J": T(zh="追溯码与团伙", en="Trace codes and rings"),
    "K": T(zh="支付方式", en="Payment systems"),
    "L": T(zh="流程与服务", en="Process and service"),
}
OUTCOMES = {
    "finding": T(zh="发现问题", en="Finding"),
    "cannot_tell": T(zh="无法判断", en="Cannot tell"),
    "clear": T(zh="符合", en="Clear"),
    "not_applicable": T(zh="不适用", en="Not applicable"),
}


def subject_name(code: str) -> T:
    """What was judged, in words; an unknown code stands for itself."""
    return SUBJECTS.get(code, T(zh=code, en=code))
