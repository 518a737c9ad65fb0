"""The explicit list of rules. An id is never reused and never renamed; a changed rule gets a new version."""

from __future__ import annotations

from datetime import date
from typing import Final

from xinglin.supervision.rules import (
    charging,
    claiming,
    consulting,
    data_quality,
    dispensing,
    drug_conflicts,
    drug_limits,
    drug_payment,
    drug_suitability,
    drug_use,
    insured,
    licensing,
    networks,
    practising,
    prescribing,
    process,
    providers,
    service_scope,
    tracing,
)
from xinglin.supervision.verdicts import Moment
from xinglin.supervision.vocabulary.papers import Rule

RULES: Final[tuple[Rule, ...]] = (
    consulting.a01,
    consulting.a02,
    consulting.a03,
    consulting.a05,
    practising.a06,
    practising.a07,
    practising.a09,
    licensing.a10,
    licensing.a11,
    practising.a12,
    licensing.a13,
    prescribing.b01,
    prescribing.b02,
    prescribing.b03,
    prescribing.b04,
    licensing.b05,
    licensing.b06,
    dispensing.b07,
    prescribing.b08,
    prescribing.b09,
    prescribing.b10,
    prescribing.b11,
    prescribing.b12,
    prescribing.b13,
    prescribing.b14,
    drug_payment.c01,
    drug_payment.c02,
    drug_payment.c03,
    drug_payment.c04,
    drug_payment.c05,
    drug_payment.c06,
    drug_payment.c07,
    drug_payment.c08,
    drug_limits.c09,
    drug_limits.c10,
    drug_limits.c11,
    drug_limits.c12,
    drug_limits.c13,
    drug_limits.c14,
    drug_use.d01,
    drug_use.d02,
    drug_use.d03,
    drug_use.d04,
    drug_use.d05,
    drug_suitability.d06,
    drug_conflicts.d07,
    drug_suitability.d08,
    drug_conflicts.d09,
    drug_conflicts.d10,
    drug_conflicts.d11,
    drug_use.d13,
    drug_conflicts.d14,
    drug_use.d15,
    drug_suitability.d19,
    charging.e01,
    charging.e02,
    charging.e03,
    charging.e05,
    charging.e06,
    service_scope.e09,
    service_scope.e10,
    service_scope.e12,
    service_scope.e17,
    service_scope.f05,
    data_quality.g02,
    data_quality.g05,
    data_quality.g07,
    data_quality.g09,
    claiming.g10,
    dispensing.g12,
    insured.h01,
    insured.h02,
    insured.h04,
    insured.h06,
    insured.h07,
    insured.h08,
    insured.h09,
    providers.i01,
    providers.i02,
    providers.i03,
    providers.i04,
    providers.i06,
    providers.i09,
    providers.i10,
    providers.i12,
    providers.i18,
    providers.i19,
    tracing.j01,
    tracing.j02,
    tracing.j03,
    tracing.j06,
    networks.j09,
    networks.j11,
    networks.j14,
    process.l01,
    process.l03,
    process.l07,
)
"""Every rule that ever was in force, in the order of its id; ended rules stay here with their last day."""


def find_rule(rule_id: str) -> Rule:
    """The newest version of a rule. Raises KeyError for an id that was never given."""
    versions = [rule for rule in RULES if rule.id == rule_id]
    if not versions:
        raise KeyError(f"there is no rule {rule_id}")
    return max(versions, key=lambda rule: rule.version)


def rules_for(moment: Moment, on: date, territory: str) -> tuple[Rule, ...]:
    """The rules in force on a day in a place that are asked at a moment."""
    return tuple(
        rule for rule in RULES if moment in rule.moments and rule.in_force(on) and territory.startswith(rule.territory)
    )
