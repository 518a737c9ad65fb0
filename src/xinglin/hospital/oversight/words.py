"""The enumerations of oversight."""

from django.db import models


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
