"""The codes that settlement's tables hold, each with its name in both languages where people see it."""

from django.db.models import TextChoices

from xinglin.hospital.kernel.texts import T


class ClaimKind(TextChoices):
    """What is paid for."""

    PRESCRIPTION = "prescription"
    VISIT_FEE = "visit_fee"


class ClaimState(TextChoices):
    """Where an attempt to settle stands."""

    RESERVED = "reserved"
    SETTLED = "settled"
    GIVEN_UP = "given_up"
    REVERSING = "reversing"
    REVERSED = "reversed"


UNDECIDED = (ClaimState.RESERVED, ClaimState.REVERSING)
STANDING = (ClaimState.RESERVED, ClaimState.SETTLED, ClaimState.REVERSING)

STATE_NAMES = {
    ClaimState.RESERVED: T(zh="结算中", en="Being settled"),
    ClaimState.SETTLED: T(zh="已结算", en="Settled"),
    ClaimState.GIVEN_UP: T(zh="未完成", en="Not completed"),
    ClaimState.REVERSING: T(zh="退费中", en="Being refunded"),
    ClaimState.REVERSED: T(zh="已退费", en="Refunded"),
}


class CallStep(TextChoices):
    """What became of a message to the insurer."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNREACHED = "unreached"
    TIMED_OUT = "timed_out"
    FOUND = "found"
    ABSENT = "absent"
    QUERY_FAILED = "query_failed"
    UNDONE = "undone"
    UNDO_FAILED = "undo_failed"


SELF_PAY = {
    "not_insured": T(zh="没有查到当日有效的参保信息", en="no insurance was found for the day"),
    "suspended": T(zh="医保联网结算已暂停", en="online insurance payment is suspended"),
    "no_agreement": T(zh="本院与参保地没有医保协议", en="the hospital has no agreement with the insured area"),
    "no_policy": T(zh="没有参保地的待遇政策", en="no benefit policy of the insured area is on file"),
    "chosen": T(zh="本人选择不使用医保", en="the patient chose not to use insurance"),
}
"""Why insurance is not used for a bill."""

SCHEME_NAMES = {
    "11": T(zh="普通门诊", en="Ordinary outpatient"),
    "140104": T(zh="门诊慢特病", en="Chronic outpatient"),
    "self": T(zh="自费", en="Paid by oneself"),
}
