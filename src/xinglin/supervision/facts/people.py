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

    id: str | None = fact("患者编号", "the patient's id, without meaning outside the house")
    birth_on: date | None = fact("出生日期", "day of birth")
    identity_state: IdentityState | None = fact(
        "实名核验状态", "result of the latest real-name check before the encounter"
    )
    identity_basis: IdentityBasis | None = fact("实名核验所用证件", "on whose document the real name rests")
    identity_verified_on: date | None = fact(
        "实名核验日期", "day of the latest successful real-name check at or before the encounter"
    )
    identity_changed_on: date | None = fact(
        "身份信息变更日期", "day of the last change of name or document; None where none is recorded"
    )
    guardian_verified: bool | None = fact(
        "监护人是否已核验", "whether a guardian is verified for this patient; not necessarily a parent"
    )


@dataclass(frozen=True, slots=True)
class Physician(Group):
    """The physician who sees the patient."""

    id: str | None = fact("医师编号", "the physician's id")
    specialty_code: str | None = fact(
        "执业专业代码", "registered specialty; code of the national list of departments, such as 07.03"
    )
    registration: Registration | None = fact("执业注册状态", "state in the register for the day of the encounter")
    registered_from_on: date | None = fact("注册生效日", "first day on which the registration is effective")
    registered_until_on: date | None = fact("注册截止日", "last day of the registration; None where no end is recorded")
    here_from_on: date | None = fact(
        "在本机构执业起始日", "first day of registration or multi-site filing at this institution"
    )
    here_until_on: date | None = fact("在本机构执业截止日", "last day of it; None where no end is recorded")
    independent_from_on: date | None = fact(
        "独立执业起始日", "start of independent clinical practice (the licence, not the graduation)"
    )
    authenticated_at: datetime | None = fact(
        "最近一次医师认证时刻", "latest proof of identity at or before the start of the encounter"
    )
    authentication_method: AuthMethod | None = fact(
        "医师认证方式", "how identity was proved then; NONE where it was not"
    )
    authentication_uses: int | None = fact(
        "同一次认证已开启的就诊数", "encounters already opened under the same proof, this one not counted", "n"
    )
    payment_suspended: bool | None = fact(
        "是否登记有支付资格暂停", "the register of payment rights names a suspension or end for this physician"
    )
    payment_suspended_from_on: date | None = fact(
        "支付资格暂停起始日", "first day of it (the one that covers or is nearest to the day)"
    )
    payment_suspended_until_on: date | None = fact(
        "支付资格暂停截止日", "last day of it; None where no end is recorded"
    )
    first_visit_pilot_listed: bool | None = fact(
        "是否在首诊试点医师名单", "on the list of physicians of a first-visit pilot"
    )


@dataclass(frozen=True, slots=True)
class Institution(Group):
    """The institution that answers for the encounter."""

    id: str | None = fact("机构编号", "the institution's id")
    name_zh: str | None = fact("机构名称", "name of the institution; as registered, in Chinese")
    territory_code: str | None = fact(
        "机构所在行政区划代码", "administrative code of the place, six digits; limits are looked up by it"
    )
