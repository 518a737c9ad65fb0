"""Facts that are measured from several rows before a rule looks: a rule never walks a list.

Every number is computed by :mod:`xinglin.supervision.measures` from a person's, a physician's or a code's history,
in every engine alike, and never by a caller. `scope` and `subject` say of whom. A number is unknown where the history
was not at hand, or where a fact that decides about it is unknown.
"""

# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass

from xinglin.supervision.facts.schema import Group, fact


@dataclass(frozen=True, slots=True)
class Measure(Group):
    """Named numbers of one subject."""

    scope: str | None = fact("对象类别", "scope of the subject that was measured")
    subject: str | None = fact("对象编号", "the subject's id")

    # OF A PRESCRIPTION AND ITS LINES
    distinct_drugs: int | None = fact("不同药品种数", "different medicines, without decoction pieces and solvents", "n")
    decoction_lines: int | None = fact("饮片行数", "lines of decoction pieces on the prescription", "n")
    western_lines: int | None = fact("西药和中成药行数", "lines of western or patent medicine on it", "n")
    prescription_lines: int | None = fact("处方行数", "lines on the prescription", "n")
    union_prescriptions: int | None = fact(
        "24小时内处方张数",
        "prescriptions of the person by the physician or institution under the same scheme "
        "(coverage.scheme and benefit) within the 24 hours up to this one (up to now for a draft), this "
        "included; ended ones are not counted",
        "n",
    )
    union_drugs: int | None = fact(
        "24小时内合并药品种数",
        "different medicines on all of those together, without decoction pieces and solvents",
        "n",
    )
    union_days: int | None = fact(
        "24小时内合并天数",
        "largest sum of line.days of one medicine over all of those together; lines of which one pack lasts more than "
        "31 days, decoction pieces and solvents are not counted",
        "days",
    )
    union_pack_days: int | None = fact(
        "24小时内最大包装天数",
        "longest that one pack of those lines lasts: line.days / line.quantity, rounded up",
        "days",
    )
    single_days: int | None = fact(
        "24小时内单方最长天数", "largest line.days of one of those lines: what one prescription alone holds", "days"
    )
    single_drugs: int | None = fact(
        "24小时内单方最多种数", "largest number of different medicines on any one of those prescriptions", "n"
    )
    drugs_today: int | None = fact(
        "当日药品种数", "different medicines prescribed to the person on the day, all included", "n"
    )

    # OF A LINE: MEDICINES IN FORCE, PROBLEMS, ALLERGIES
    overlap_days: int | None = fact(
        "重复用药重叠天数", "days for which another supply of the same ingredient is in force as well", "days"
    )
    same_group_in_force: int | None = fact(
        "同类药在用数", "other medicines of the same ATC group (5 letters), other ingredient, in force", "n"
    )
    interactions_contra: int | None = fact(
        "禁忌相互作用数", "the check found: medicines that must not meet this one (X)", "n"
    )
    interactions_serious: int | None = fact("严重相互作用数", "the check found: a serious interaction (D)", "n")
    contraindications: int | None = fact("禁忌疾病数", "active problems that forbid the medicine", "n")
    allergies: int | None = fact("过敏匹配数", "the check found: a recorded allergy covers an ingredient (X)", "n")
    intolerances: int | None = fact(
        "不耐受匹配数", "the check found: an intolerance, or a remote cross-reaction (D)", "n"
    )
    child_findings: int | None = fact("儿童禁用发现数", "the check found: forbidden to a child of this age (X)", "n")
    dose_findings: int | None = fact("剂量发现数", "the check found: too much for this patient (X, D)", "n")
    dose_over_permille: int | None = fact("剂量超出部分", "the largest part of a dose above its limit", "permille")
    duplicate_findings: int | None = fact("重复用药发现数", "the check found: the same or a like medicine (X, D)", "n")
    indication_findings: int | None = fact(
        "适应证不符发现数", "the check found: no diagnosis is among its indications (X, D, C)", "n"
    )
    disease_findings: int | None = fact("禁忌证发现数", "the check found: a disease that speaks against it (X, D)", "n")
    elderly_findings: int | None = fact(
        "老年用药发现数", "the check found: often not the right one from 65 years on (X, D, C)", "n"
    )
    pregnancy_x: int | None = fact(
        "妊娠哺乳禁用发现数", "the check found: forbidden in pregnancy or lactation (X)", "n"
    )
    pregnancy_d: int | None = fact("妊娠哺乳慎用发现数", "the check found: to be weighed then (D)", "n")
    organ_findings: int | None = fact(
        "肝肾及检验发现数", "the check found: kidney, liver or a laboratory value speak against it (X, D)", "n"
    )
    herb_conflicts: int | None = fact(
        "饮片配伍禁忌数", "pieces on the same prescription that must not meet this one", "n"
    )

    # OF AN ITEM: SUPPLY, REPETITION, PAIRS
    days_in_hand: int | None = fact(
        "领药后在手天数",
        "days of the same ingredient in hand after this supply, over all institutions and supplies of 90 days (what "
        "is older counts as used up); what is given in a stay and what is refunded is not counted",
        "days",
    )
    supply_institutions: int | None = fact(
        "近90天供药机构数",
        "institutions that supplied the same ingredient outside stays within 90 days, this included",
        "n",
    )
    supply_institutions_30: int | None = fact(
        "近30天供药机构数",
        "institutions that supplied the same ingredient outside stays within 30 days, this included",
        "n",
    )
    purchases_30: int | None = fact(
        "近30天购药次数", "days with a supply of medicine outside stays within 30 days, this included", "days"
    )
    earlier_same_code: int | None = fact("此前同一项目次数", "earlier charges of the same code to the person", "n")
    days_since_same_code: int | None = fact(
        "距上次同一项目天数", "days since the last charge of the same code; 9999 where there was none", "days"
    )
    day_quantity_milli: int | None = fact(
        "当日同一项目数量",
        "quantity of the code for the person at the institution on the day, up to this one, net of refunds but its own",
        "1/1000",
    )
    code_days_30: int | None = fact(
        "近30天同药天数", "days supplied of the same code within 30 days, this included", "days"
    )
    course_days: int | None = fact(
        "疗程内已用天数", "distinct days of the code in the running course (gaps up to 7 days), this included", "days"
    )
    encounter_days: int | None = fact(
        "本次就诊内已用天数", "distinct days of the code in the same encounter or stay, up to this one", "days"
    )
    left_milli: int | None = fact(
        "扣除退费后数量", "quantity of the item less what refunds known by then took back of it", "1/1000"
    )
    herbs_listed: int | None = fact(
        "处方内单方不付饮片数", "pieces on the prescription that are not payable alone", "n"
    )
    herbs_total: int | None = fact("处方内饮片数", "decoction pieces on the prescription", "n")
    duplicate_mains: int | None = fact(
        "重复收费主项数", "main items in the window of the list that include this one", "n"
    )
    surgery_rank: int | None = fact(
        "同切口手术序位",
        "place among the operations of one session, incision and group by full price, 1 the dearest",
        "n",
    )
    copies: int | None = fact("重复上传数", "earlier uploads with the same key at the institution, not withdrawn", "n")
    same_fee_today: int | None = fact(
        "当日同科室诊查费次数", "visit fees of the person in the department on the day, up to this one", "n"
    )
    refund_leaves_milli: int | None = fact(
        "退费后剩余数量", "for a refund: what is left of the item it takes back; negative where too much", "1/1000"
    )

    # OF AN ENCOUNTER: PRESENCE, PLACE, DEVICE
    visit_days_7: int | None = fact(
        "近7天就诊天数",
        "days with an outpatient, emergency or online visit within 7 days, this included; visits under a main "
        "diagnosis of the list frequent_exempt are not counted",
        "days",
    )
    visit_days_30: int | None = fact(
        "近30天就诊天数", "the same within 30 days; dialysis, stays and purchases in a pharmacy are no visits", "days"
    )
    stays_around: int | None = fact(
        "同期他院住院数",
        "stays of the person at another institution that began before the day and ended after it or go on",
        "n",
    )
    travel_metres: int | None = fact(
        "与上次线下就诊距离",
        "distance to the person's last visit in person (no purchase in a pharmacy); 0 where there was none",
        "m",
    )
    travel_seconds: int | None = fact(
        "与上次线下就诊间隔",
        "time from the end of that visit to the start of this, negative where both overlap; 999999999 where there was "
        "none",
        "s",
    )
    overlapping_sessions: int | None = fact(
        "同时在场就诊数",
        "other visits, in person elsewhere or live, during which the physician was present more than 60 seconds at the "
        "same time; present is from the start to the end, at most 30 minutes (in person, no stay, no dialysis), or for "
        "live_seconds from live_from_at, else from the start (online); text alone is no presence; none where this "
        "visit is itself by text",
        "n",
    )
    physician_active_seconds: int | None = fact(
        "医师当日操作时长", "active time of the physician on the day, with a floor a visit, up to this one", "s"
    )
    physician_patients: int | None = fact("医师当日患者数", "patients of the physician on the day, up to this one", "n")
    minute_neighbours: int | None = fact(
        "前后十分钟就诊数",
        "other visits in person under the physician's name at the institution that begin at most 600 seconds before or "
        "after",
        "n",
    )
    device_persons: int | None = fact(
        "同一设备户数",
        "households (household_key; a person without one counts alone) that used the same device within 30 days, this "
        "included",
        "n",
    )
    device_is_physicians: int | None = fact(
        "与医师设备相同次数", "visits within 30 days in which a physician worked on this patient's device", "n"
    )
    contradicts_here: int | None = fact(
        "本次就诊矛盾数",
        "items of this visit (care only, no purchase in a pharmacy) that contradict the person's sex or age by the "
        "lists body_sex_*, body_from_*, body_until_* over main diagnosis, ATC code and department, and by item_sex",
        "n",
    )
    contradicting_days: int | None = fact(
        "矛盾就诊天数", "distinct days within 365 with such a visit, this included", "days"
    )
    sex_contradictions: int | None = fact(
        "性别矛盾就诊天数", "distinct days within 365 with an item of the other sex, this included", "days"
    )
    age_contradictions: int | None = fact(
        "年龄矛盾就诊天数", "distinct days within 365 with an item for another age, this included", "days"
    )
    other_face_days: int | None = fact(
        "人脸不一致就诊天数",
        "distinct days within 365 with a visit for which the fund was asked and at which the face on the patient's "
        "side was not the patient's (patient_face_matched; no guardian there), this included; what was not checked "
        "does not count",
        "days",
    )
    face_persons: int | None = fact(
        "同一人脸模板人数",
        "persons whose visits within 365 days were checked against the same face template (patient_face_key), this "
        "included; 0 where none was checked",
        "n",
    )
    contradiction_institutions: int | None = fact(
        "矛盾涉及机构数", "institutions at which such items were charged within 365 days", "n"
    )
    untraced_items: int | None = fact(
        "无追溯码药品数", "medicines of the visit that should carry trace codes and were charged without any", "n"
    )
    prescriptions_here: int | None = fact(
        "本次就诊处方数", "prescriptions written in the visit; ended ones are not counted", "n"
    )

    # OF A PACK: THE TRACE CODE'S OTHER SALES
    code_sales_open: int | None = fact(
        "追溯码未退回的此前销售数",
        "earlier sales of the same trace code, at any institution, not returned before this sale; by instant, then id",
        "n",
    )
    code_open_unfit: int | None = fact(
        "其中不能同属一个拆零包装的数",
        "open earlier sales of the code that were of a whole pack, or were made by another institution",
        "n",
    )
    code_returned_here: int | None = fact(
        "此前已退回本机构数",
        "earlier sales of the same trace code returned before this sale to their seller, which is this institution",
        "n",
    )
    code_returned_elsewhere: int | None = fact(
        "此前退回他处数",
        "earlier sales of the same trace code returned before this sale, otherwise than to this institution as seller",
        "n",
    )
    code_sold_permille: int | None = fact(
        "追溯码累计售出千分比",
        "sum of the shares (share_permille) of code_sales_open and of this sale; a whole pack counts 1000",
        "permille",
    )

    # OF A STAY
    days_since_discharge: int | None = fact(
        "距上次出院天数", "days since the last discharge from the same institution; 9999 where there was none", "days"
    )
    same_disease_before: int | None = fact(
        "上次住院同类疾病", "earlier stays there within 30 days with the same category of disease", "n"
    )
