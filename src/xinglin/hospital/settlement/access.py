"""Who may pay, reverse and look."""

from uuid import UUID

from xinglin.hospital.kernel.access import Actor, Permission, Role
from xinglin.hospital.kernel.texts import T

PAY = Permission(
    "settlement.pay",
    frozenset({Role.PATIENT}),
    T(zh="为自己或被监护人结算付款", en="pay for oneself or a ward"),
)
REVERSE = Permission(
    "settlement.reverse",
    frozenset({Role.PHARMACIST, Role.MEDICAL_AFFAIRS}),
    T(zh="撤销本机构的结算", en="reverse a settlement of one's institution"),
)
SEE_PAYMENTS = Permission(
    "settlement.see",
    frozenset({Role.PATIENT, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR}),
    T(
        zh="查看结算单：患者看本人和被监护人，工作人员看本机构的",
        en="see receipts: patients their own and their wards', staff those of their institution",
    ),
)
KEEP_BOOKS = Permission(
    "settlement.keep",
    frozenset(),
    T(
        zh="收取和退回诊费、处理未决付款、对账（系统）",
        en="hold and refund fees, finish open payments, reconcile (the system)",
    ),
)
SEE_RECONCILIATION = Permission(
    "settlement.reconcile",
    frozenset({Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(zh="查看本机构的日对账", en="see the daily reconciliation of one's institution"),
)
SEE_RECOVERIES = Permission(
    "settlement.see_recoveries",
    frozenset({Role.AUDITOR, Role.MEDICAL_AFFAIRS, Role.REGULATOR}),
    T(
        zh="查看认定后追回的基金：本机构的；监管可看全部",
        en="see what upheld findings brought back to the fund: the institution's; a regulator sees all",
    ),
)
PERMISSIONS = [PAY, REVERSE, SEE_PAYMENTS, KEEP_BOOKS, SEE_RECONCILIATION, SEE_RECOVERIES]


def pays_for(actor: Actor, person_id: UUID) -> bool:
    """Whether the actor may settle this person's bills: oneself, a ward, or the system."""
    return actor.has(Role.SYSTEM) or (actor.has(Role.PATIENT) and actor.acts_for(person_id))
