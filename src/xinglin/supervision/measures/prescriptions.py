"""Measures of a prescription: what stands on it, and on those written beside it."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures.declared import Counted, Declared, How, Pair
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import divide_up, otherwise, seconds_between
from xinglin.supervision.vocabulary.terms import Facts, Term

DAY_SECONDS: Final = 86_400
LONGEST_PACK_DAYS: Final = 31
"""A pack that lasts longer by itself cannot be split: it is no evidence of splitting."""
MONTH_DAYS: Final = 31
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
    """Written by the same physician or at the same institution, under the same scheme, within the 24 hours up to this
    one, or this one itself; ended ones are not counted. A draft is not signed yet: it looks back from the instant at
    which it is judged."""
    signed_at = otherwise(s.prescription.signed_at, s.record.asked_at)
    apart = seconds_between(e.prescription.signed_at, signed_at)
    recent = otherwise((apart >= 0) & (apart <= DAY_SECONDS), False)
    same_source = otherwise((e.physician.id == s.physician.id) | (e.institution.id == s.institution.id), False)
    same_scheme = otherwise(
        (e.coverage.scheme == s.coverage.scheme) & (e.coverage.benefit == s.coverage.benefit), False
    )
    itself = e.prescription.id == s.prescription.id
    return itself | (recent & same_source & same_scheme & otherwise(~e.prescription.ended, True))


def drug_beside(s: Facts, e: Facts) -> Term:
    """A medicine on a prescription written beside this one."""
    return beside(s, e) & ~e.line.decoction & ~e.line.solvent


def pack_days(_s: Facts, e: Facts) -> Term:
    """How long one pack of a line lasts, rounded up."""
    return divide_up(e.line.days, e.line.quantity)


def dated_drug_beside(s: Facts, e: Facts) -> Term:
    """The same, where days follow from the line and one pack is not a month and more by itself."""
    counts = otherwise((e.line.days > 0) & (pack_days(s, e) <= LONGEST_PACK_DAYS), False)
    return drug_beside(s, e) & counts


def prescription_of_event(_s: Facts, e: Facts) -> Term:
    """The event's prescription."""
    return e.prescription.id


def days_of(_s: Facts, e: Facts) -> Term:
    """For how many days a line was prescribed."""
    return e.line.days


def drug_of_the_day(s: Facts, e: Facts) -> Term:
    """A medicine prescribed to the person on the same day."""
    return (e.prescription.on == s.prescription.on) & counts_as_drug(s, e) & otherwise(~e.prescription.ended, True)


def _own(name: str, where: Pair, how: How = How.COUNT, value: Pair | None = None) -> Counted:
    return Counted(name, Scope.PRESCRIPTION, "lines", SAME_PRESCRIPTION, where, how, value, history=False)


def _of_person(name: str, where: Pair, how: How, value: Pair, by: str = "") -> Counted:
    return Counted(name, Scope.PRESCRIPTION, "lines", SAME_PERSON, where, how, value, by=by)


MEASURES: Final[tuple[Declared, ...]] = (
    _own("distinct_drugs", counts_as_drug, How.DISTINCT, drug),
    _own("decoction_lines", is_decoction),
    _own("western_lines", is_western),
    _own("prescription_lines", any_line),
    Counted(
        name="union_prescriptions",
        scope=Scope.PRESCRIPTION,
        over="prescriptions",
        match=SAME_PERSON,
        where=beside,
        how=How.DISTINCT,
        value=prescription_of_event,
    ),
    _of_person("union_drugs", drug_beside, How.DISTINCT, drug),
    _of_person("union_days", dated_drug_beside, How.SUM, days_of, by="line.drug_code"),
    Counted("union_pack_days", Scope.PRESCRIPTION, "lines", SAME_PERSON, dated_drug_beside, How.LARGEST, pack_days),
    Counted("single_days", Scope.PRESCRIPTION, "lines", SAME_PERSON, dated_drug_beside, How.LARGEST, days_of),
    _of_person("single_drugs", drug_beside, How.DISTINCT, drug, by="prescription.id"),
    _of_person("drugs_today", drug_of_the_day, How.DISTINCT, drug),
)
