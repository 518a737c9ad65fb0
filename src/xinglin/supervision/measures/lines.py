"""Measures of a prescription line: medicines in force beside it, problems, allergies, other pieces."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.facts.words import CareMode, ItemKind
from xinglin.supervision.measures.declared import Counted, Declared, How, Pair
from xinglin.supervision.measures.items import charged
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import days_between, first_letters, isin, missing, otherwise, smaller
from xinglin.supervision.vocabulary.terms import Facts, Term

SAME_PERSON: Final = (("patient.id", "patient.id"),)


def days_left(s: Facts, e: Facts) -> Term:
    """Days for which a supply lasts beyond the day of the line."""
    return e.item.supply_days - days_between(e.item.on, s.prescription.on)


def in_force(s: Facts, e: Facts) -> Term:
    """Another medicine that was supplied up to the day of the line, is not used up and was not taken back; none given
    in a stay."""
    medicine = (e.item.kind == ItemKind.MEDICINE) & charged(s, e)
    outside = otherwise(e.encounter.care_mode != CareMode.INPATIENT, True)
    begun = e.item.on <= s.prescription.on
    other = otherwise(e.item.line_id != s.line.id, True)
    return medicine & outside & begun & other & otherwise(days_left(s, e) > 0, False)


def same_ingredient_in_force(s: Facts, e: Facts) -> Term:
    """One ingredient of this line in another supply."""
    return (s.own.code == e.other.code) & in_force(s, e)


def overlap(s: Facts, e: Facts) -> Term:
    """Days for which both last."""
    return smaller(days_left(s, e), s.line.days)


def same_group(s: Facts, e: Facts) -> Term:
    """A medicine of the same ATC group with another substance."""
    group = (first_letters(s.line.atc_code, 5) == first_letters(e.item.atc_code, 5)) & (s.line.atc_code != "")
    return in_force(s, e) & group & (s.line.atc_code != e.item.atc_code)


def atc_of_event(_s: Facts, e: Facts) -> Term:
    """The event's substance."""
    return e.item.atc_code


def code_of_event(_s: Facts, e: Facts) -> Term:
    """The event's medicine."""
    return e.item.code


def contraindicated_pair(s: Facts, e: Facts) -> Term:
    """Two substances that must not meet, whichever the list names first."""
    listed = (s.lists.interaction == "contraindicated") | (s.lists.interaction_reverse == "contraindicated")
    return in_force(s, e) & listed


def serious_pair(s: Facts, e: Facts) -> Term:
    """Two substances with a serious interaction, whichever the list names first."""
    listed = (s.lists.interaction == "serious") | (s.lists.interaction_reverse == "serious")
    return in_force(s, e) & listed


def forbidding_problem(s: Facts, e: Facts) -> Term:
    """An active problem that forbids the medicine."""
    begun = otherwise(e.condition.from_on <= s.prescription.on, True)
    lasting = missing(e.condition.until_on) | otherwise(e.condition.until_on >= s.prescription.on, False)
    return begun & lasting & isin(s.lists.contraindication_of_problem, ["absolute"])


def problem(_s: Facts, e: Facts) -> Term:
    """The problem's code."""
    return e.condition.code


def covered(s: Facts, e: Facts) -> Term:
    """The recorded substance is the ingredient, or covers it."""
    recorded = otherwise(e.allergy.since_on <= s.prescription.on, True)
    return recorded & ((s.own.code == e.other.code) | s.lists.allergy_cover)


def allergy(s: Facts, e: Facts) -> Term:
    """A recorded allergy; one of which it is not said that it is only an intolerance counts as one."""
    return covered(s, e) & otherwise(~e.allergy.intolerance, True)


def intolerance(s: Facts, e: Facts) -> Term:
    """A recorded intolerance."""
    return covered(s, e) & otherwise(e.allergy.intolerance, False)


def allergy_id(_s: Facts, e: Facts) -> Term:
    """The record of the allergy."""
    return e.allergy.id


def conflicting_piece(s: Facts, e: Facts) -> Term:
    """Another piece on the prescription that must not meet this one."""
    pair = (s.lists.herb_pair != "none") | (s.lists.herb_pair_reverse != "none")
    return s.line.decoction & e.line.decoction & (e.line.id != s.line.id) & pair


def line_of_event(_s: Facts, e: Facts) -> Term:
    """The event's line."""
    return e.line.id


def _beside(
    name: str, where: Pair, how: How, value: Pair, *, pairs: bool = True, lists: tuple[str, ...] = ()
) -> Counted:
    ingredients = ("line.ingredients", "item.ingredients") if pairs else ("", "")
    return Counted(
        name=name,
        scope=Scope.LINE,
        over="items",
        match=SAME_PERSON,
        where=where,
        how=how,
        value=value,
        own=ingredients[0],
        other=ingredients[1],
        lists=lists,
    )


def _recorded(name: str, where: Pair) -> Counted:
    return Counted(
        name=name,
        scope=Scope.LINE,
        over="allergies",
        match=(("patient.id", "allergy.person_id"),),
        where=where,
        how=How.DISTINCT,
        value=allergy_id,
        own="line.ingredients",
        other="allergy.substance_code",
        lists=("allergy_cover",),
    )


INTERACTION: Final = ("interaction", "interaction_reverse")
MEASURES: Final[tuple[Declared, ...]] = (
    _beside("overlap_days", same_ingredient_in_force, How.LARGEST, overlap),
    _beside("same_group_in_force", same_group, How.DISTINCT, atc_of_event, pairs=False),
    _beside("interactions_contra", contraindicated_pair, How.DISTINCT, code_of_event, lists=INTERACTION),
    _beside("interactions_serious", serious_pair, How.DISTINCT, code_of_event, lists=INTERACTION),
    Counted(
        name="contraindications",
        scope=Scope.LINE,
        over="conditions",
        match=(("patient.id", "condition.person_id"),),
        where=forbidding_problem,
        how=How.DISTINCT,
        value=problem,
        lists=("contraindication_of_problem",),
    ),
    _recorded("allergies", allergy),
    _recorded("intolerances", intolerance),
    Counted(
        name="herb_conflicts",
        scope=Scope.LINE,
        over="lines",
        match=(("prescription.id", "line.prescription_id"),),
        where=conflicting_piece,
        how=How.DISTINCT,
        value=line_of_event,
        own="line.ingredients",
        other="line.ingredients",
        lists=("herb_pair", "herb_pair_reverse"),
        history=False,
    ),
)
