"""Measures of a prescription: what stands on it, and on those written beside it."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures.declared import Counted, Declared, How
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import otherwise, seconds_between
from xinglin.supervision.vocabulary.terms import Facts, Term

DAY_SECONDS: Final = 86_400
SAME_PRESCRIPTION: Final = (("prescription.id", "line.prescription_id"),)
SAME_PERSON: Final = (("patient.id", "patient.id"),)


def counts_as_drug(_s: Facts, e: Facts) -> Term:
    """Decoction pieces and solvents are not counted as medicines of their own."""
    return ~e.line.decoction & ~e.line.solvent


def drug(_s: Facts, e: Facts) -> Term:
    """The medicine of a line."""
    return e.line.drug_code


def is_decoction(_s: Facts, e: Facts) -> Term:
    """A line of decoction pieces."""
    return e.line.decoction


def is_western(_s: Facts, e: Facts) -> Term:
    """A line of western or patent medicine."""
    return e.line.western


def any_line(_s: Facts, e: Facts) -> Term:
    """Every line."""
    return e.line.id != ""


def beside(s: Facts, e: Facts) -> Term:
    """Written by the same physician or at the same institution within the 24 hours before this one, or this one."""
    apart = seconds_between(e.prescription.signed_at, s.prescription.signed_at)
    recent = otherwise((apart >= 0) & (apart <= DAY_SECONDS), False)
    same_source = (e.physician.id == s.physician.id) | (e.institution.id == s.institution.id)
    itself = e.prescription.id == s.prescription.id
    return itself | (recent & otherwise(same_source, False) & otherwise(~e.prescription.ended, True))


def drug_beside(s: Facts, e: Facts) -> Term:
    """A medicine on a prescription written beside this one."""
    return beside(s, e) & ~e.line.decoction & ~e.line.solvent


def dated_drug_beside(s: Facts, e: Facts) -> Term:
    """The same, where days follow from the line at all."""
    return drug_beside(s, e) & otherwise(e.line.dose_measured, False)


def prescription_of_event(_s: Facts, e: Facts) -> Term:
    """The event's prescription."""
    return e.prescription.id


def days_of(_s: Facts, e: Facts) -> Term:
    """For how many days a line was prescribed."""
    return e.line.days


def dated_drug_here(s: Facts, e: Facts) -> Term:
    """A medicine on this prescription from which days follow."""
    return counts_as_drug(s, e) & otherwise(e.line.dose_measured, False)


def drug_of_the_day(s: Facts, e: Facts) -> Term:
    """A medicine prescribed to the person on the same day."""
    return (e.prescription.on == s.prescription.on) & counts_as_drug(s, e) & otherwise(~e.prescription.ended, True)


def _own(name: str, where, how: How = How.COUNT, value=None, by: str = "") -> Counted:  # type: ignore[no-untyped-def]
    return Counted(name, Scope.PRESCRIPTION, "lines", SAME_PRESCRIPTION, where, how, value, by=by, history=False)


def _of_person(name: str, where, how: How, value, by: str = "") -> Counted:  # type: ignore[no-untyped-def]
    return Counted(name, Scope.PRESCRIPTION, "lines", SAME_PERSON, where, how, value, by=by)


MEASURES: Final[tuple[Declared, ...]] = (
    _own("distinct_drugs", counts_as_drug, How.DISTINCT, drug),
    _own("decoction_lines", is_decoction),
    _own("western_lines", is_western),
    _own("prescription_lines", any_line),
    _own("own_days", dated_drug_here, How.SUM, days_of, by="line.drug_code"),
    Counted(
        "union_prescriptions", Scope.PRESCRIPTION, "prescriptions", SAME_PERSON, beside, How.DISTINCT,
        prescription_of_event,
    ),
    _of_person("union_drugs", drug_beside, How.DISTINCT, drug),
    _of_person("union_days", dated_drug_beside, How.SUM, days_of, by="line.drug_code"),
    _of_person("drugs_today", drug_of_the_day, How.DISTINCT, drug),
)  # fmt: skip
