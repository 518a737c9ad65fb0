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
PERMISSIONS = [CHECK_MEDICINES, ACCEPT_FINDING, READ_EVIDENCE, READ_ALARMS, ANSWER_ALARM, KEEP_ALARMS]
