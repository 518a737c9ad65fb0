"""The tables of oversight: what was judged, due process of findings, points, audits, the state of rules.

Facts, judgements, verdicts, answers, links, steps and points are append-only in the database. People, visits and
prescriptions are referred to by id: they live above. Every table of events carries the institution, by which a larger
house would distribute it.
"""

from xinglin.hospital.oversight.models.audits import AuditRun, RuleSwitch
from xinglin.hospital.oversight.models.judging import Answer, DeedLink, Fact, GivenVerdict, Judgement, PreviewCount
from xinglin.hospital.oversight.models.limits import LimitChange, LimitShadow
from xinglin.hospital.oversight.models.process import FindingCase, FindingStep, PaymentStop, PointEntry

__all__ = [
    "Answer",
    "AuditRun",
    "DeedLink",
    "Fact",
    "FindingCase",
    "FindingStep",
    "GivenVerdict",
    "Judgement",
    "LimitChange",
    "LimitShadow",
    "PaymentStop",
    "PointEntry",
    "PreviewCount",
    "RuleSwitch",
]
