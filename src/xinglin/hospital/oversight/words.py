"""The enumerations of oversight."""

from django.db import models

from xinglin.hospital.kernel.texts import T


class Consequence(models.TextChoices):
    """What is done with a verdict. Policy, not law: dated, by territory, by moment."""

    REMIND = "remind", "提醒"
    NEEDS_REASON = "needs_reason", "需说明理由"
    BLOCK = "block", "不能继续"
    HOLD = "hold", "暂缓，待人工处理"
    DENY = "deny", "基金不予支付"
    FLAG = "flag", "留痕"


class FindingState(models.TextChoices):
    """How far the auditor has come with a finding."""

    NEW = "new", "未查看"
    SEEN = "seen", "已查看"
    CONFIRMED = "confirmed", "属实"
    REJECTED = "rejected", "不属实"


DECIDED = frozenset({FindingState.CONFIRMED, FindingState.REJECTED})
STATE_NAMES = {
    FindingState.NEW: T(zh="未查看", en="not opened"),
    FindingState.SEEN: T(zh="已查看", en="opened"),
    FindingState.CONFIRMED: T(zh="属实", en="holds"),
    FindingState.REJECTED: T(zh="不属实", en="does not hold"),
}
CONSEQUENCE_NAMES = {
    Consequence.REMIND: T(zh="提醒", en="reminded"),
    Consequence.NEEDS_REASON: T(zh="需说明理由", en="a reason was asked for"),
    Consequence.BLOCK: T(zh="不能继续", en="stopped"),
    Consequence.HOLD: T(zh="暂缓，待人工处理", en="held for a person to look at"),
    Consequence.DENY: T(zh="基金不予支付", en="the fund does not pay"),
    Consequence.FLAG: T(zh="留痕，未拦截", en="noted, not stopped"),
}
