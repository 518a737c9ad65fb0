"""Measures of a hospital stay: the stays before it."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures.declared import Counted, Declared, How
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import days_between, first_letters
from xinglin.supervision.vocabulary.terms import Facts, Term

SAME_HOSPITAL: Final = (("patient.id", "patient.id"), ("institution.id", "institution.id"))


def days_since(s: Facts, e: Facts) -> Term:
    """Days from the earlier discharge to this admission."""
    return days_between(e.stay.discharged_on, s.stay.on)


def ended_before(s: Facts, e: Facts) -> Term:
    """An earlier stay that had ended by this admission."""
    return (e.stay.id != s.stay.id) & (e.stay.on <= s.stay.on) & (days_since(s, e) >= 0)


def same_disease(s: Facts, e: Facts) -> Term:
    """Such a stay within 30 days with the same category of disease."""
    category = first_letters(e.stay.diagnosis_code, 3) == first_letters(s.stay.diagnosis_code, 3)
    return ended_before(s, e) & (days_since(s, e) <= 30) & category


MEASURES: Final[tuple[Declared, ...]] = (
    Counted(
        name="days_since_discharge",
        scope=Scope.STAY,
        over="stays",
        match=SAME_HOSPITAL,
        where=ended_before,
        how=How.SMALLEST,
        value=days_since,
        empty=9999,
    ),
    Counted("same_disease_before", Scope.STAY, "stays", SAME_HOSPITAL, same_disease, How.COUNT),
)
