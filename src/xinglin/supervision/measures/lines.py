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


def forbidding_problem(s: Facts, e: Facts) -> Term:
    """An active problem that forbids the medicine."""
    begun = otherwise(e.condition.from_on <= s.prescription.on, True)
    lasting = missing(e.condition.until_on) | otherwise(e.condition.until_on >= s.prescription.on, False)
    return begun & lasting & isin(s.lists.contraindication_of_problem, ["absolute"])


def problem(_s: Facts, e: Facts) -> Term:
    """The problem's code."""
    return e.condition.code


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


def _found(kinds: tuple[str, ...], tiers: tuple[str, ...]) -> Pair:
    """An entry of the check of medicines of one of some kinds and tiers; a tier that cannot be told leaves it open."""

    def where(_s: Facts, e: Facts) -> Term:
        return isin(e.detected.kind, list(kinds)) & isin(e.detected.tier, list(tiers))

    return where


def over_limit(_s: Facts, e: Facts) -> Term:
    """The part of a dose above its limit, in thousandths."""
    return otherwise(e.detected.over_permille, 0)


def _checked(
    name: str, kinds: tuple[str, ...], tiers: tuple[str, ...], how: How = How.COUNT, value: Pair | None = None
) -> Counted:
    return Counted(
        name=name,
        scope=Scope.LINE,
        over="detected",
        match=(("line.id", "detected.line_id"),),
        where=_found(kinds, tiers),
        how=how,
        value=value,
    )


GRAVE: Final = ("X", "D")
TOLD: Final = ("X", "D", "C")
MEASURES: Final[tuple[Declared, ...]] = (
    _checked("interactions_contra", ("interaction", "mixture"), ("X",)),
    _checked("interactions_serious", ("interaction", "mixture", "burden"), ("D",)),
    _checked("allergies", ("allergy",), ("X",)),
    _checked("intolerances", ("allergy",), ("D",)),
    _checked("child_findings", ("child",), ("X",)),
    _checked("dose_findings", ("dose",), GRAVE),
    _checked("dose_over_permille", ("dose",), GRAVE, How.LARGEST, over_limit),
    _checked("duplicate_findings", ("duplicate",), GRAVE),
    _checked("indication_findings", ("indication",), TOLD),
    _checked("disease_findings", ("contraindication",), GRAVE),
    _checked("elderly_findings", ("elderly",), TOLD),
    _checked("pregnancy_x", ("pregnancy", "lactation"), ("X",)),
    _checked("pregnancy_d", ("pregnancy", "lactation"), ("D",)),
    _checked("organ_findings", ("renal", "hepatic", "laboratory"), GRAVE),
    _beside("overlap_days", same_ingredient_in_force, How.LARGEST, overlap),
    _beside("same_group_in_force", same_group, How.DISTINCT, atc_of_event, pairs=False),
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
