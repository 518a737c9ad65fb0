"""The verbs of oversight: judge, answer, link, hear and decide findings, give points, store audits, switch rules."""

from xinglin.hospital.oversight.asks import Ask as Ask
from xinglin.hospital.oversight.asks import Judged as Judged
from xinglin.hospital.oversight.audited import Audited as Audited
from xinglin.hospital.oversight.services.audits import audit_day, store_audit, store_audit_folder
from xinglin.hospital.oversight.services.judging import (
    answer,
    check_engine_alive,
    judge,
    link_verdicts,
    open_finding,
    preview,
)
from xinglin.hospital.oversight.services.limits import (
    approve_limit,
    propose_limit,
    shadow_limit,
    withdraw_limit,
)
from xinglin.hospital.oversight.services.points import correct_points
from xinglin.hospital.oversight.services.process import (
    appeal_decision,
    chase_overdue,
    close_appeal,
    decide_finding,
    notify_provider,
    open_own_finding,
    state_case,
    verify_finding,
)
from xinglin.hospital.oversight.services.switching import switch_rule

__all__ = [
    "Ask",
    "Audited",
    "Judged",
    "answer",
    "appeal_decision",
    "approve_limit",
    "audit_day",
    "chase_overdue",
    "check_engine_alive",
    "close_appeal",
    "correct_points",
    "decide_finding",
    "judge",
    "link_verdicts",
    "notify_provider",
    "open_finding",
    "open_own_finding",
    "preview",
    "propose_limit",
    "shadow_limit",
    "state_case",
    "store_audit",
    "store_audit_folder",
    "switch_rule",
    "verify_finding",
    "withdraw_limit",
]
