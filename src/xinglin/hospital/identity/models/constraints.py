"""Constraints that several tables share."""

from django.db import models
from django.db.models import F, Q


def both_or_neither(first: str, second: str, name: str) -> models.CheckConstraint:
    """Two fields that mean something only together: both set or both empty."""
    none = Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
    both = Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    return models.CheckConstraint(condition=none | both, name=name)


def in_order(first: str, last: str, name: str) -> models.CheckConstraint:
    """An interval does not end before it begins; an empty end is open."""
    return models.CheckConstraint(condition=Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": F(first)}), name=name)


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The field holds one of the codes."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
