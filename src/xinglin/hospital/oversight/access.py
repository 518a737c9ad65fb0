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
PROSECUTE = Permission(
    "oversight.prosecute",
    frozenset({Role.AUDITOR}),
    T(
        zh="告知机构、核实并认定疑点，记支付资格分",
        en="tell the provider of a finding, verify and decide it, give points",
    ),
)
SPEAK = Permission(
    "oversight.speak",
    frozenset({Role.MEDICAL_AFFAIRS, Role.PHYSICIAN, Role.PHARMACIST}),
    T(
        zh="对疑点说明和申诉：医务管理代表本机构，医师和药师只对自己的",
        en="state the case and appeal: medical affairs for the institution, practitioners for themselves",
    ),
)
DECIDE_APPEAL = Permission(
    "oversight.decide_appeal",
    frozenset({Role.REGULATOR}),
    T(zh="裁定申诉", en="decide an appeal"),
)
TAKE_STEP = Permission(
    "oversight.take_step",
    PROSECUTE.roles | DECIDE_APPEAL.roles,
    T(zh="办理疑点的下一步：稽核或申诉裁定", en="take the next step with a finding: audit, or decide an appeal"),
)
SEE_POINTS = Permission(
    "oversight.see_points",
    frozenset({Role.AUDITOR, Role.MEDICAL_AFFAIRS, Role.REGULATOR}),
    T(zh="查看本机构人员的支付资格记分", en="see the payment points of the institution's practitioners"),
)
STORE_AUDIT = Permission(
    "oversight.store_audit",
    frozenset({Role.AUDITOR}),
    T(zh="保存一次事后审计的结论", en="store the verdicts of an audit"),
)
SWITCH_RULE = Permission(
    "oversight.switch_rule",
    frozenset({Role.AUDITOR}),
    T(zh="将规则转为试运行、停用或恢复，写明理由", en="put a rule in shadow, suspend or restore it, with a reason"),
)
APPROVE_LIMIT = Permission(
    "oversight.approve_limit",
    frozenset({Role.AUDITOR, Role.REGULATOR}),
    T(
        zh="批准他人提议并已试运行的限值，或不予采用",
        en="approve a limit that another person proposed and that ran in shadow, or give it up",
    ),
)
RUN_CLOCKS = Permission(
    "oversight.run_clocks",
    frozenset(),
    T(zh="疑点处理的计时（系统）", en="run the clocks of due process (the system)"),
)
WATCH_ENGINE = Permission(
    "oversight.watch_engine",
    frozenset(),
    T(zh="定时自检规则引擎（系统）", en="test the engine from time to time (the system)"),
)

PERMISSIONS = [
    JUDGE,
    ANSWER,
    READ_FINDINGS,
    PROSECUTE,
    SPEAK,
    DECIDE_APPEAL,
    TAKE_STEP,
    SEE_POINTS,
    STORE_AUDIT,
    SWITCH_RULE,
    APPROVE_LIMIT,
    RUN_CLOCKS,
    WATCH_ENGINE,
]
