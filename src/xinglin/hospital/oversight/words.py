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
    SHADOW = "shadow", "试运行，只计数"


class FindingState(models.TextChoices):
    """How far a finding has come on its way to be final. Each state but the last has a clock."""

    NEW = "new", "新发现"
    NOTIFIED = "notified", "已告知机构"
    STATED = "stated", "机构已说明"
    VERIFIED = "verified", "已核实"
    DECIDED = "decided", "已认定"
    APPEALED = "appealed", "申诉中"
    FINAL = "final", "已终结"


class Decision(models.TextChoices):
    """What was decided about a finding."""

    UPHELD = "upheld", "成立"
    PARTLY = "partly", "部分成立"
    REJECTED = "rejected", "不成立"


class Degree(models.TextChoices):
    """How far a practitioner answers for what happened (NHSA notice 23 of 2024)."""

    GENERAL = "general", "一般责任"
    IMPORTANT = "important", "重要责任"
    MAIN = "main", "主要责任"


class PointReason(models.TextChoices):
    """Why points were given or taken back."""

    FINDING = "finding", "疑点成立"
    APPEAL = "appeal", "申诉改变认定"
    CORRECTION = "correction", "整改修复"


class AuditView(models.TextChoices):
    """With which knowledge an audit judged."""

    THEN = "then", "按当时所知"
    HINDSIGHT = "hindsight", "按事后所知"


class RuleUse(models.TextChoices):
    """How the hospital uses a rule."""

    ACTIVE = "active", "启用"
    SHADOW = "shadow", "试运行"
    SUSPENDED = "suspended", "停用"


class LimitState(models.TextChoices):
    """How far a change of a limit has come."""

    PROPOSED = "proposed", "已提议"
    SHADOW = "shadow", "试运行"
    APPROVED = "approved", "已批准"
    WITHDRAWN = "withdrawn", "已撤回"


SETTLED = frozenset({FindingState.DECIDED, FindingState.APPEALED, FindingState.FINAL})
"""Something was decided, be it for the first time."""

LIMIT_STATES = {
    LimitState.PROPOSED: T(zh="已提议", en="proposed"),
    LimitState.SHADOW: T(zh="试运行中", en="in shadow"),
    LimitState.APPROVED: T(zh="已批准", en="approved"),
    LimitState.WITHDRAWN: T(zh="未采用", en="not adopted"),
}
STATE_NAMES = {
    FindingState.NEW: T(zh="新发现", en="new"),
    FindingState.NOTIFIED: T(zh="已告知，等待说明", en="provider told, statement awaited"),
    FindingState.STATED: T(zh="已说明，等待核实", en="provider heard, to be verified"),
    FindingState.VERIFIED: T(zh="已核实，等待认定", en="verified, to be decided"),
    FindingState.DECIDED: T(zh="已认定，可申诉", en="decided, may be appealed"),
    FindingState.APPEALED: T(zh="申诉中", en="under appeal"),
    FindingState.FINAL: T(zh="已终结", en="final"),
}
DECISION_NAMES = {
    Decision.UPHELD: T(zh="成立", en="upheld"),
    Decision.PARTLY: T(zh="部分成立", en="upheld in part"),
    Decision.REJECTED: T(zh="不成立", en="rejected"),
}
DEGREE_NAMES = {
    Degree.GENERAL: T(zh="一般责任", en="general responsibility"),
    Degree.IMPORTANT: T(zh="重要责任", en="important responsibility"),
    Degree.MAIN: T(zh="主要责任", en="main responsibility"),
}
POINT_REASONS = {
    PointReason.FINDING: T(zh="疑点成立", en="a finding was upheld"),
    PointReason.APPEAL: T(zh="申诉改变认定", en="an appeal changed the decision"),
    PointReason.CORRECTION: T(zh="整改修复", en="taken back after correction"),
}
VIEW_NAMES = {
    AuditView.THEN: T(zh="按当时所知", en="with what was known then"),
    AuditView.HINDSIGHT: T(zh="按事后所知", en="in hindsight"),
}
USE_NAMES = {
    RuleUse.ACTIVE: T(zh="启用", en="active"),
    RuleUse.SHADOW: T(zh="试运行：只计数，不显示", en="shadow: counted, not shown"),
    RuleUse.SUSPENDED: T(zh="停用", en="suspended"),
}
VERB_NAMES = {
    "notify_provider": T(zh="告知机构", en="Provider told"),
    "state_case": T(zh="机构说明", en="Provider's statement"),
    "verify_finding": T(zh="核实", en="Verified"),
    "decide_finding": T(zh="认定", en="Decided"),
    "appeal_decision": T(zh="申诉", en="Appealed"),
    "close_appeal": T(zh="申诉裁定", en="Appeal decided"),
    "chase_overdue": T(zh="逾期提醒", en="Passed its time"),
    "end_appeal_time": T(zh="申诉期满", en="Time for an appeal ended"),
}
CONSEQUENCE_NAMES = {
    Consequence.REMIND: T(zh="提醒", en="reminded"),
    Consequence.NEEDS_REASON: T(zh="需说明理由", en="a reason was asked for"),
    Consequence.BLOCK: T(zh="不能继续", en="stopped"),
    Consequence.HOLD: T(zh="暂缓，待人工处理", en="held for a person to look at"),
    Consequence.DENY: T(zh="基金不予支付", en="the fund does not pay"),
    Consequence.FLAG: T(zh="留痕，未拦截", en="noted, not stopped"),
    Consequence.SHADOW: T(zh="试运行，未显示", en="counted only, not shown"),
}
