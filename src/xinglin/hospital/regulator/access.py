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
PERMISSIONS = [SEE_BOARD, VERIFY_JOURNAL]
