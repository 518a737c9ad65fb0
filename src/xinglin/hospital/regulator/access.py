"""Permissions of the regulator's part."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

SEE_BOARD = Permission(
    "regulator.see_board",
    frozenset({Role.REGULATOR, Role.AUDITOR}),
    T(zh="查看全部机构及其日志状态", en="See every institution and the state of its journal"),
)
VERIFY_JOURNAL = Permission(
    "regulator.verify_journal",
    frozenset({Role.REGULATOR, Role.AUDITOR}),
    T(zh="核验机构日志是否被改动", en="Verify that an institution's journal was not altered"),
)
TRY_RULE = Permission(
    "regulator.try_rule",
    frozenset({Role.AUDITOR, Role.REGULATOR}),
    T(zh="用过去的数据试算规则", en="try a rule with other limits on past records"),
)
MAKE_LAKE = Permission(
    "regulator.make_lake",
    frozenset({Role.AUDITOR}),
    T(zh="更新试算数据，对其整体审计", en="make the records for trials anew, and audit all of them"),
)
PERMISSIONS = [SEE_BOARD, VERIFY_JOURNAL, TRY_RULE, MAKE_LAKE]
