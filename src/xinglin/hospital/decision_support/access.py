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
PERMISSIONS = [CHECK_MEDICINES, ACCEPT_FINDING, READ_EVIDENCE]
