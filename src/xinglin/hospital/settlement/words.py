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


class RecoveryStep(TextChoices):
    """What became of a recovery."""

    HELD = "held"
    BOOKED = "booked"
    RELEASED = "released"
    RETURNED = "returned"
    NOTHING = "nothing"


class RecoveryBasis(TextChoices):
    """How the fund's loss was found."""

    RESETTLED = "resettled"
    AUDITED = "audited"
    SHARE = "share"


OPEN_STEPS = (RecoveryStep.HELD, RecoveryStep.BOOKED)
"""The steps after which money is held or has moved."""

RECOVERY_NAMES = {
    RecoveryStep.HELD: T(zh="已暂扣，等待申诉期满", en="Held until the time to appeal is over"),
    RecoveryStep.BOOKED: T(zh="已追回基金", en="Back in the fund"),
    RecoveryStep.RELEASED: T(zh="已解除暂扣", en="No longer held"),
    RecoveryStep.RETURNED: T(zh="已退还机构", en="Given back to the provider"),
    RecoveryStep.NOTHING: T(zh="无需追回", en="Nothing to recover"),
}
RECOVERY_BASES = {
    RecoveryBasis.RESETTLED: T(
        zh="剔除违规部分后按当年待遇重新结算的差额",
        en="the difference when the year is settled again without the breach",
    ),
    RecoveryBasis.AUDITED: T(zh="审计重新结算得出的基金损失", en="the fund's loss as an audit settled it again"),
    RecoveryBasis.SHARE: T(
        zh="按该结算单基金支付比例折算（未能重新结算）",
        en="by the fund's share of that claim (it could not be settled again)",
    ),
}
RECOVERY_CAUSES = {
    "rejected": T(zh="认定不成立", en="the finding was rejected"),
    "changed": T(zh="认定金额已变更", en="the decision was changed"),
    "refunded": T(zh="该结算已退费，基金已收回", en="the claim was refunded: the fund has its money back"),
    "covered": T(zh="同一费用已由其他认定或拒付覆盖", en="another finding or a refusal covers the same money"),
    "fund_unpaid": T(zh="这部分费用基金未支付", en="the fund paid nothing of it"),
    "fund_unknown": T(
        zh="不知是哪个统筹区的基金支付：该待遇政策不在册，登记后再追回",
        en="which area's fund paid is not known: its policy is not on file. It is recovered once it is",
    ),
    "no_claim": T(zh="没有找到对应的结算单", en="no claim was found for it"),
}
"""Why nothing is owed to the fund, or why it went back."""
