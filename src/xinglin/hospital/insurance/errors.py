"""Refusals of insurance."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class CoverageOverlaps(DomainError):
    """A person has one insurance at a time."""

    code = "insurance.coverage_overlaps"
    text = T(
        zh="这段时间已有参保记录（自 {since} 起）。", en="There is coverage for these days already (since {since})."
    )
    hint = T(zh="请先结束原来的参保，再登记新的。", en="End the earlier coverage before entering the new one.")


class AlreadyQualified(DomainError):
    """The qualification exists for these days."""

    code = "insurance.already_qualified"
    text = T(
        zh="这段时间已有该病种的慢特病资格。", en="The person is qualified for this disease on these days already."
    )
    hint = T(zh="无需重复登记。", en="There is nothing to enter.")


class DiseaseUnknown(DomainError):
    """Not a disease of the policy book."""

    code = "insurance.disease_unknown"
    text = T(zh="没有“{disease}”这个门诊慢特病病种。", en='There is no chronic scheme for "{disease}".')
    hint = T(zh="请从病种目录中选择。", en="Choose one of the diseases that have a scheme.")
    status = 422


class UsageAlreadyUndone(DomainError):
    """What a claim used was given back before, in another way."""

    code = "insurance.usage_already_undone"
    text = T(zh="这笔结算占用的额度已经恢复。", en="What this claim used has been given back already.")
    hint = T(zh="无需再次恢复。", en="There is nothing to give back.")
