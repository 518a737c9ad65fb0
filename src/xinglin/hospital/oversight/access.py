"""Who may do what in oversight."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

JUDGE = Permission(
    "oversight.judge",
    frozenset({Role.PATIENT, Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS}),
    T(zh="在办理业务时由规则核对", en="have one's deed checked by the rules"),
)
ANSWER = Permission(
    "oversight.answer",
    frozenset({Role.PHYSICIAN, Role.PHARMACIST}),
    T(zh="对提醒说明理由后继续", en="go on in spite of a reminder, with a reason"),
)
READ_FINDINGS = Permission(
    "oversight.read_findings",
    frozenset({Role.AUDITOR, Role.REGULATOR, Role.MEDICAL_AFFAIRS}),
    T(
        zh="查看本机构的疑点及证据；监管可看全部",
        en="see the institution's findings with evidence; a regulator sees all",
    ),
)
MARK_FINDING = Permission(
    "oversight.mark_finding",
    frozenset({Role.AUDITOR}),
    T(zh="认定疑点属实或不属实", en="say whether a finding holds"),
)
WATCH_ENGINE = Permission(
    "oversight.watch_engine",
    frozenset(),
    T(zh="定时自检规则引擎（系统）", en="test the engine from time to time (the system)"),
)

PERMISSIONS = [JUDGE, ANSWER, READ_FINDINGS, MARK_FINDING, WATCH_ENGINE]
