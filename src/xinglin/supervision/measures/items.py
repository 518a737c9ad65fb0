"""Measures of a charged item: supplies in hand, repetition, what includes it, what was taken back."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.facts.words import CareMode, ItemKind
from xinglin.supervision.measures.declared import Counted, Declared, How, Ordered, Pair, Shape
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import choose, days_between, larger, missing, otherwise, seconds_between
from xinglin.supervision.vocabulary.terms import Facts, Term

SAME_PERSON: Final = (("patient.id", "patient.id"),)
SAME_CODE: Final = (("patient.id", "patient.id"), ("item.code", "item.code"))
USED_UP_DAYS: Final = 90
"""What was supplied longer ago counts as used up."""
SIX_HOURS: Final = 6 * 3600
HOUR: Final = 3600


def itself(s: Facts, e: Facts) -> Term:
    """The event is the subject."""
    return e.item.id == s.item.id


def before(s: Facts, e: Facts) -> Term:
    """Done before the subject: on an earlier day, or at an earlier instant of the same day."""
    same_day = e.item.on == s.item.on
    gap = seconds_between(e.item.done_at, s.item.done_at)
    sooner = otherwise(gap > 0, False)
    return (e.item.on < s.item.on) | (same_day & sooner)


def taken_back(s: Facts, e: Facts) -> Term:
    """All of the event was refunded, as far as that was known when the subject was judged."""
    whole = otherwise(e.item.refunded_milli >= e.item.quantity_milli, False)
    return whole & otherwise(e.item.refunded_at <= s.record.asked_at, True)


def charged(s: Facts, e: Facts) -> Term:
    """A charge that stands: no refund, and not taken back."""
    return (e.item.quantity_milli > 0) & ~taken_back(s, e)


def up_to(s: Facts, e: Facts) -> Term:
    """The subject and what was done before it."""
    return itself(s, e) | before(s, e)


def supply(s: Facts, e: Facts) -> Term:
    """A medicine handed over outside a stay, not taken back."""
    medicine = (e.item.kind == ItemKind.MEDICINE) & charged(s, e)
    return medicine & otherwise(e.encounter.care_mode != CareMode.INPATIENT, True) & otherwise(~e.item.withdrawn, True)


def age_days(s: Facts, e: Facts) -> Term:
    """How many days before the subject the event was."""
    return days_between(e.item.on, s.item.on)


def same_supply(s: Facts, e: Facts) -> Term:
    """A supply of one of the subject's ingredients, up to the subject."""
    return (s.own.code == e.other.code) & supply(s, e) & up_to(s, e)


def lasting_supply(s: Facts, e: Facts) -> Term:
    """The same, from which days follow and which is not used up by age."""
    return same_supply(s, e) & (age_days(s, e) <= USED_UP_DAYS) & otherwise(e.item.supply_days > 0, False)


def supply_90(s: Facts, e: Facts) -> Term:
    """Supplies of the ingredient within 90 days."""
    return same_supply(s, e) & (age_days(s, e) < USED_UP_DAYS)


def supply_30(s: Facts, e: Facts) -> Term:
    """Supplies of the ingredient within 30 days."""
    return same_supply(s, e) & (age_days(s, e) < 30)


def purchase_30(s: Facts, e: Facts) -> Term:
    """Any supply within 30 days."""
    return supply(s, e) & up_to(s, e) & (age_days(s, e) < 30)


def institution(_s: Facts, e: Facts) -> Term:
    """The event's institution."""
    return e.institution.id


def day(_s: Facts, e: Facts) -> Term:
    """The event's day."""
    return e.item.on


def charged_before(s: Facts, e: Facts) -> Term:
    """An earlier charge that stands."""
    return before(s, e) & charged(s, e)


def same_day_up_to(s: Facts, e: Facts) -> Term:
    """Charges of the day, up to the subject. Refunds count by themselves only where charges do not tell theirs."""
    counted = (e.item.quantity_milli > 0) | missing(s.item.refunded_milli)
    return (e.item.on == s.item.on) & up_to(s, e) & counted


def quantity(_s: Facts, e: Facts) -> Term:
    """The event's quantity; negative for a refund."""
    return e.item.quantity_milli


def quantity_kept(s: Facts, e: Facts) -> Term:
    """The subject's quantity as it was charged; of another charge what was not taken back, as far as was known."""
    told = otherwise(e.item.refunded_at <= s.record.asked_at, True) & ~itself(s, e)
    return e.item.quantity_milli - choose(told, otherwise(e.item.refunded_milli, 0), 0)


def code_supply_30(s: Facts, e: Facts) -> Term:
    """Supplies of the code within 30 days from which days follow."""
    return supply(s, e) & up_to(s, e) & (age_days(s, e) < 30) & otherwise(e.item.supply_days > 0, False)


def supply_days(_s: Facts, e: Facts) -> Term:
    """How long the event lasts."""
    return e.item.supply_days


def charged_up_to(s: Facts, e: Facts) -> Term:
    """Charges up to the subject that stand."""
    return up_to(s, e) & charged(s, e)


def in_same_encounter(s: Facts, e: Facts) -> Term:
    """Charges of the same encounter up to the subject."""
    return charged_up_to(s, e) & (e.encounter.id == s.encounter.id)


def it_and_its_refunds(s: Facts, e: Facts) -> Term:
    """The subject and what took it back."""
    return itself(s, e) | otherwise(e.item.origin_id == s.item.id, False)


def origin_and_refunds(s: Facts, e: Facts) -> Term:
    """For a refund: the item that it takes back, and every refund of that up to this one."""
    refund = s.item.origin_id != ""
    of_it = otherwise(e.item.origin_id == s.item.origin_id, False) & up_to(s, e)
    return refund & ((e.item.id == s.item.origin_id) | of_it)


def piece(s: Facts, e: Facts) -> Term:
    """A decoction piece on the same prescription, not a refund."""
    return (s.item.prescription_id != "") & (e.item.kind == ItemKind.DECOCTION) & (e.item.quantity_milli > 0)


def piece_not_alone(s: Facts, e: Facts) -> Term:
    """Such a piece that is not payable alone."""
    return piece(s, e) & e.lists.herb_not_alone


def code(_s: Facts, e: Facts) -> Term:
    """The event's code."""
    return e.item.code


def apart(s: Facts, e: Facts) -> Term:
    """Seconds between subject and event, whichever came first."""
    return larger(seconds_between(e.item.done_at, s.item.done_at), seconds_between(s.item.done_at, e.item.done_at))


def main_in_window(s: Facts, e: Facts) -> Term:
    """A main item that includes the subject, charged within the window of the list and not taken back."""
    window = s.lists.duplicate_pair_of_sub
    by_day = (window == "day") & (e.item.on == s.item.on)
    by_encounter = (window == "encounter") & (e.encounter.id == s.encounter.id)
    by_hours = (window == "hours6") & (apart(s, e) <= SIX_HOURS)
    by_hour = (window == "hour") & (apart(s, e) < HOUR)
    return (window != "") & charged(s, e) & (by_day | by_encounter | by_hours | by_hour)


def not_cheaper_operation(s: Facts, e: Facts) -> Term:
    """The subject, or an operation of its session, incision and group that costs more (the smaller id at one price).

    What belongs to no session has no rank among others.
    """
    operation = (e.item.kind == ItemKind.OPERATION) & charged(s, e) & otherwise(~e.item.add_on, True)
    together = e.item.incision_key == s.item.incision_key
    group = (e.lists.incision_group == s.lists.incision_group) & (s.lists.incision_group != "")
    dearer = e.item.full_price_fen > s.item.full_price_fen
    first = (e.item.full_price_fen == s.item.full_price_fen) & otherwise(before(s, e), False)
    return (s.item.session_key != "") & (itself(s, e) | (operation & together & group & (dearer | first)))


def earlier_upload(s: Facts, e: Facts) -> Term:
    """An earlier upload under the same key that still stands; what has no key is no copy."""
    sooner = seconds_between(e.item.uploaded_at, s.item.uploaded_at) > 0
    return (s.item.key != "") & sooner & ~itself(s, e) & otherwise(~e.item.withdrawn, True) & ~taken_back(s, e)


def fee_up_to(s: Facts, e: Facts) -> Term:
    """A visit fee of the day in the department, up to the subject."""
    fee = (e.item.kind == ItemKind.VISIT_FEE) & charged(s, e)
    return fee & (e.encounter.department_code == s.encounter.department_code) & up_to(s, e)


def _by_ingredient(name: str, where: Pair) -> Counted:
    return Counted(
        name=name,
        scope=Scope.ITEM,
        over="items",
        match=SAME_PERSON,
        where=where,
        how=How.DISTINCT,
        value=institution,
        own="item.ingredients",
        other="item.ingredients",
    )


def _of_code(name: str, where: Pair, how: How, value: Pair | None = None, *, empty: int = 0) -> Counted:
    return Counted(name, Scope.ITEM, "items", SAME_CODE, where, how, value, empty=empty)


def _of_person(name: str, where: Pair, how: How, value: Pair | None, lists: tuple[str, ...] = ()) -> Counted:
    return Counted(name, Scope.ITEM, "items", SAME_PERSON, where, how, value, lists=lists)


def _of_prescription(name: str, where: Pair, lists: tuple[str, ...] = ()) -> Counted:
    match = (("item.prescription_id", "item.prescription_id"),)
    return Counted(name, Scope.ITEM, "items", match, where, How.DISTINCT, code, lists=lists, history=False)


MEASURES: Final[tuple[Declared, ...]] = (
    Ordered(
        name="days_in_hand",
        scope=Scope.ITEM,
        over="items",
        match=SAME_PERSON,
        where=lasting_supply,
        shape=Shape.IN_HAND,
        day="item.on",
        days="item.supply_days",
        own="item.ingredients",
        other="item.ingredients",
    ),
    _by_ingredient("supply_institutions", supply_90),
    _by_ingredient("supply_institutions_30", supply_30),
    _of_person("purchases_30", purchase_30, How.DISTINCT, day),
    _of_code("earlier_same_code", charged_before, How.COUNT),
    _of_code("days_since_same_code", charged_before, How.SMALLEST, age_days, empty=9999),
    Counted(
        name="day_quantity_milli",
        scope=Scope.ITEM,
        over="items",
        match=(*SAME_CODE, ("institution.id", "institution.id")),
        where=same_day_up_to,
        how=How.SUM,
        value=quantity_kept,
    ),
    _of_code("code_days_30", code_supply_30, How.SUM, supply_days),
    Ordered(
        name="course_days",
        scope=Scope.ITEM,
        over="items",
        match=SAME_CODE,
        where=charged_up_to,
        shape=Shape.COURSE,
        day="item.on",
        gap=7,
    ),
    _of_code("encounter_days", in_same_encounter, How.DISTINCT, day),
    _of_person("left_milli", it_and_its_refunds, How.SUM, quantity),
    _of_person("refund_leaves_milli", origin_and_refunds, How.SUM, quantity),
    _of_prescription("herbs_total", piece),
    _of_prescription("herbs_listed", piece_not_alone, ("herb_not_alone",)),
    _of_person("duplicate_mains", main_in_window, How.DISTINCT, code, ("duplicate_pair_of_sub",)),
    Counted(
        name="surgery_rank",
        scope=Scope.ITEM,
        over="items",
        match=(*SAME_PERSON, ("item.session_key", "item.session_key")),
        where=not_cheaper_operation,
        how=How.COUNT,
        lists=("incision_group",),
    ),
    Counted(
        name="copies",
        scope=Scope.ITEM,
        over="items",
        match=(("institution.id", "institution.id"), ("item.key", "item.key")),
        where=earlier_upload,
        how=How.COUNT,
    ),
    Counted(
        name="same_fee_today",
        scope=Scope.ITEM,
        over="items",
        match=(*SAME_PERSON, ("institution.id", "institution.id"), ("item.on", "item.on")),
        where=fee_up_to,
        how=How.COUNT,
    ),
)
