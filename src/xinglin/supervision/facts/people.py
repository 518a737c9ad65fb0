"""Facts about the people and the institution of an encounter, as they were on its day."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import (
    AntimicrobialGrade,
    AuthMethod,
    Benefit,
    IdentityBasis,
    IdentityState,
    InstitutionKind,
    Registration,
    Scheme,
    Sex,
    Title,
)


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
    sex: Sex | None = fact("登记性别", "sex in the register")
    death_on: date | None = fact("死亡日期", "day of death; None where none is recorded")
    dead: bool | None = fact("是否登记死亡", "a death is recorded in the register")
    weight_grams: int | None = fact("体重", "latest body weight", "g")
    pregnant: bool | None = fact("是否妊娠", "pregnant on the day; False where it was asked or cannot be")
    pregnancy_weeks: int | None = fact("妊娠周数", "completed weeks of pregnancy; None where not known", "weeks")
    lactating: bool | None = fact("是否哺乳", "breastfeeding on the day; False where it was asked or cannot be")
    term_on: date | None = fact(
        "足月日期", "expected day of birth of a child born too early; None for a child born at term or not known"
    )
    results: str | None = fact(
        "检验结果",
        'latest results known of each value, "code=value unit@day", joined by "|", codes of the table of laboratory '
        'values; "" where none is known',
    )
    taken: str | None = fact(
        "自述在用药",
        'medicines from elsewhere that are taken: active substances joined by "+", medicines by "|"; "" where none is',
    )
    household_key: str | None = fact(
        "家庭或住所标识", 'key of the household or shared dwelling, without meaning; "" where none is known'
    )
    contact_key: str | None = fact(
        "联系电话标识", 'key of the telephone that was given, without meaning; "" where none is known'
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
    title: Title | None = fact("职称", "professional title")
    antimicrobial_right: AntimicrobialGrade | None = fact(
        "抗菌药物处方权限", "highest grade of antimicrobials that may be prescribed on the day; NONE for no right"
    )
    face_practitioners: int | None = fact(
        "同一人脸登记的医务人员数",
        "practitioners whose enrolled face is this physician's at the strict threshold, this one included, while "
        "nobody has found them to be different people; None where no face is enrolled",
        "n",
    )
    device_key: str | None = fact(
        "医师所用设备标识", 'key of the device used for the encounter, without meaning; "" where none is known'
    )


@dataclass(frozen=True, slots=True)
class Institution(Group):
    """The institution that answers for the encounter."""

    id: str | None = fact("机构编号", "the institution's id")
    name_zh: str | None = fact("机构名称", "name of the institution; as registered, in Chinese")
    territory_code: str | None = fact(
        "机构所在行政区划代码", "administrative code of the place, six digits; limits are looked up by it"
    )
    kind: InstitutionKind | None = fact("机构类型", "kind of institution")
    level: int | None = fact("机构级别", "level of the institution, 1 to 3; 0 for unrated", "level")
    licence_from_on: date | None = fact("执业许可起始日", "first day of the licence or filing")
    licence_until_on: date | None = fact("执业许可截止日", "last day of the licence; None where no end is recorded")
    department_approved: bool | None = fact(
        "科室是否获准", "the department of the encounter stands on the licence on the day"
    )
    online_from_on: date | None = fact(
        "互联网诊疗获准起始日", "first day on which online care is approved; None where it is not"
    )
    online_until_on: date | None = fact("互联网诊疗获准截止日", "last day of it; None where no end is recorded")
    online_approved: bool | None = fact("是否获准互联网诊疗", "an approval of online care is registered at all")
    renewal_pending: bool | None = fact(
        "许可是否正在依法延续",
        "renewal of the licence or of the online approval was asked for in time and is not decided on the day",
    )
    agreement_from_on: date | None = fact(
        "医保协议起始日", "first day of the agreement with the insurer; None where there is none"
    )
    agreement_until_on: date | None = fact("医保协议截止日", "last day of it; None where no end is recorded")
    agreement_exists: bool | None = fact("是否有医保协议", "an agreement with the insurer is registered at all")
    east_metres: int | None = fact("机构位置东向", "place of the institution, metres east of a fixed point", "m")
    north_metres: int | None = fact("机构位置北向", "place of the institution, metres north of a fixed point", "m")


@dataclass(frozen=True, slots=True)
class Coverage(Group):
    """Who is insured for what, on the day of the encounter."""

    scheme: Scheme | None = fact("参保险种", "insurance that is or would be asked to pay; NONE for self-pay")
    benefit: Benefit | None = fact("待遇类型", "kind of benefit that is or would be used")
    chronic_code: str | None = fact(
        "门诊慢特病病种", 'code of the chronic or special disease under which is claimed; "" for none'
    )
    area_code: str | None = fact("参保地", "administrative code of the place of insurance, six digits")
    ended: bool | None = fact("是否已停保", "the insurance is recorded as ended or suspended at all")
    ended_on: date | None = fact("停保日期", "last day of insurance; None where none is recorded")
