"""Who may have medicines checked, accept a finding, and read the evidence."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

CHECK_MEDICINES = Permission(
    "decision_support.check_medicines",
    frozenset({Role.PHYSICIAN, Role.PHARMACIST}),
    T(zh="核查用药：开方和审方的人", en="have medicines checked: those who prescribe or review"),
)
ACCEPT_FINDING = Permission(
    "decision_support.accept_finding",
    frozenset({Role.PHYSICIAN}),
    T(zh="注明理由后接受一条用药提示", en="accept a finding of the medicine check, with a coded reason"),
)
READ_EVIDENCE = Permission(
    "decision_support.read_evidence",
    frozenset({Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="查看并重放用药核查的证据：医师看自己的，其他人看本机构的",
        en="read and replay evidence of the medicine check: physicians their own, others their institution's",
    ),
)
READ_ALARMS = Permission(
    "decision_support.read_alarms",
    frozenset({Role.PATIENT, Role.PHYSICIAN, Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="查看危险警报：患者看自己的，医师看自己患者的，医务管理和稽核看本机构的",
        en="see alarms of danger: patients their own, physicians their patients', the desk its institution's",
    ),
)
ANSWER_ALARM = Permission(
    "decision_support.answer_alarm",
    frozenset({Role.PHYSICIAN, Role.MEDICAL_AFFAIRS}),
    T(zh="确认危险警报，或注明理由后解除", en="acknowledge an alarm of danger, or stand it down with a reason"),
)
KEEP_ALARMS = Permission(
    "decision_support.keep_alarms",
    frozenset(),
    T(zh="监测危险信号并为警报计时（系统）", en="watch for danger and run the clocks of alarms (the system)"),
)
DIAGNOSE = Permission(
    "decision_support.diagnose",
    frozenset({Role.PHYSICIAN}),
    T(zh="看一次问诊的可能诊断，供自己判断", en="see possible diagnoses of a case, for one's own judgement"),
)
CORRECT_FINDING = Permission(
    "decision_support.correct_finding",
    frozenset({Role.PHYSICIAN}),
    T(zh="更正系统对自己患者的话的理解", en="put right what was understood of one's patient's words"),
)
ASK_WHERE = Permission(
    "decision_support.ask_where",
    frozenset({Role.PATIENT}),
    T(zh="用自己的话描述，问该看哪个科、急不急", en="describe it in one's words; ask which department, and how soon"),
)
READ_AGREEMENT = Permission(
    "decision_support.read_agreement",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(
        zh="按科室看签署的诊断和提示是否一致，不到个人",
        en="see by department how signed diagnoses and suggestions agree, never by person",
    ),
)
KEEP_PROPOSALS = Permission(
    "decision_support.keep_proposals",
    frozenset(),
    T(
        zh="把去标识的文字交给语言模型，保存它的建议（系统）",
        en="give masked text to the language model, keep its proposals (the system)",
    ),
)
PERMISSIONS = [CHECK_MEDICINES, ACCEPT_FINDING, READ_EVIDENCE, READ_ALARMS, ANSWER_ALARM, KEEP_ALARMS]
PERMISSIONS += [DIAGNOSE, CORRECT_FINDING, ASK_WHERE, READ_AGREEMENT, KEEP_PROPOSALS]
