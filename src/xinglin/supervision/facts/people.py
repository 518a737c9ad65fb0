"""Facts about the people and the institution of an encounter, as they were on its day."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import AuthMethod, IdentityBasis, IdentityState, Registration


@dataclass(frozen=True, slots=True)
class Patient(Group):
    """The person who is seen."""

    id: str | None = fact("the patient's id, without meaning outside the house")
    birth_on: date | None = fact("day of birth")
    identity_state: IdentityState | None = fact("result of the latest real-name check before the encounter")
    identity_basis: IdentityBasis | None = fact("on whose document the real name rests")
    identity_verified_on: date | None = fact("day of the latest successful real-name check at or before the encounter")
    identity_changed_on: date | None = fact("day of the last change of name or document; None where none is recorded")
    guardian_verified: bool | None = fact("a guardian (not necessarily a parent) is verified for this patient")


@dataclass(frozen=True, slots=True)
class Physician(Group):
    """The physician who sees the patient."""

    id: str | None = fact("the physician's id")
    specialty_code: str | None = fact("registered specialty, code of the national list of departments, such as 07.03")
    registration: Registration | None = fact("state in the register for the day of the encounter")
    registered_from_on: date | None = fact("first day on which the registration is effective")
    registered_until_on: date | None = fact("last day of the registration; None where no end is recorded")
    here_from_on: date | None = fact("first day of registration or multi-site filing at this institution")
    here_until_on: date | None = fact("last day of it; None where no end is recorded")
    independent_from_on: date | None = fact("start of independent clinical practice (the licence, not the graduation)")
    authenticated_at: datetime | None = fact("latest proof of identity at or before the start of the encounter")
    authentication_method: AuthMethod | None = fact("how identity was proved then; NONE where it was not")
    authentication_uses: int | None = fact("encounters already opened under the same proof, this one not counted", "n")
    payment_suspended: bool | None = fact("the register of payment rights names a suspension or end for this physician")
    payment_suspended_from_on: date | None = fact("first day of it (the one that covers or is nearest to the day)")
    payment_suspended_until_on: date | None = fact("last day of it; None where no end is recorded")
    first_visit_pilot_listed: bool | None = fact("on the list of physicians of a first-visit pilot")


@dataclass(frozen=True, slots=True)
class Institution(Group):
    """The institution that answers for the encounter."""

    id: str | None = fact("the institution's id")
    name_zh: str | None = fact("registered name in Chinese")
    territory_code: str | None = fact("administrative code of the place, six digits; limits are looked up by it")
