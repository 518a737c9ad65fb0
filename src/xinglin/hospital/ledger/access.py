"""Who may touch the books: nobody but the system's own modules; auditors and regulators may look."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

MOVE_MONEY = Permission(
    "ledger.move",
    frozenset(),
    T(zh="开立账户和记账（系统）", en="open accounts and move money (the system)"),
)
READ_BOOKS = Permission(
    "ledger.read",
    frozenset({Role.AUDITOR, Role.REGULATOR}),
    T(zh="查看账簿", en="read the books"),
)
PERMISSIONS = [MOVE_MONEY, READ_BOOKS]
