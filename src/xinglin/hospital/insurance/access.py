"""Who may see and enter insurance data."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

KEEP_INSURANCE = Permission(
    "insurance.keep",
    frozenset(),
    T(
        zh="登记参保、慢特病资格和暂停联网结算（系统，来自医保经办机构）",
        en="enter coverage, qualifications and suspensions",
    ),
)
USE_LIMITS = Permission(
    "insurance.use",
    frozenset(),
    T(zh="占用和恢复待遇额度（系统）", en="use and restore a person's limits (the system)"),
)
SEE_COVERAGE = Permission(
    "insurance.see",
    frozenset({Role.PATIENT, Role.AUDITOR}),
    T(
        zh="查看参保和待遇使用情况：患者看本人和被监护人",
        en="see coverage and use: patients their own and their wards'",
    ),
)
PERMISSIONS = [KEEP_INSURANCE, USE_LIMITS, SEE_COVERAGE]
