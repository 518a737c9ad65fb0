"""Measures of a pack handed over: the other sales under its trace code."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures.declared import Counted, Declared, How, Pair
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import missing, otherwise, seconds_between
from xinglin.supervision.vocabulary.terms import Facts, Term

SAME_CODE: Final = (("pack.trace_code", "pack.trace_code"),)


def itself(s: Facts, e: Facts) -> Term:
    """The event is the subject."""
    return e.pack.id == s.pack.id


def earlier(s: Facts, e: Facts) -> Term:
    """A sale under the same code before this one: by instant, where it is known of both, else by day."""
    gap = seconds_between(e.pack.sold_at, s.pack.sold_at)
    sooner = otherwise(gap > 0, e.pack.on < s.pack.on)
    return (s.pack.trace_code != "") & ~itself(s, e) & sooner


def returned_by_then(s: Facts, e: Facts) -> Term:
    """It had been returned before this sale."""
    return ~missing(e.pack.returned_at) & otherwise(seconds_between(e.pack.returned_at, s.pack.sold_at) >= 0, True)


def still_sold(s: Facts, e: Facts) -> Term:
    """An earlier sale that was not returned before this one."""
    return earlier(s, e) & ~returned_by_then(s, e)


def unfit(s: Facts, e: Facts) -> Term:
    """Such a sale that cannot be another part of the same opened pack."""
    return still_sold(s, e) & (~e.pack.split | (e.institution.id != s.institution.id))


def returned_here(s: Facts, e: Facts) -> Term:
    """An earlier sale that was returned to its seller, which is this institution."""
    own = e.pack.returned_here & (e.institution.id == s.institution.id)
    return earlier(s, e) & returned_by_then(s, e) & own


def returned_elsewhere(s: Facts, e: Facts) -> Term:
    """An earlier sale that was returned otherwise."""
    own = e.pack.returned_here & (e.institution.id == s.institution.id)
    return earlier(s, e) & returned_by_then(s, e) & ~own


def sold_with(s: Facts, e: Facts) -> Term:
    """This sale and the earlier ones that were not returned."""
    return itself(s, e) | still_sold(s, e)


def share(_s: Facts, e: Facts) -> Term:
    """The part of the pack that was sold."""
    return e.pack.share_permille


def _of_code(name: str, where: Pair, how: How = How.COUNT, value: Pair | None = None) -> Counted:
    return Counted(name, Scope.PACK, "packs", SAME_CODE, where, how, value)


MEASURES: Final[tuple[Declared, ...]] = (
    _of_code("code_sales_open", still_sold),
    _of_code("code_open_unfit", unfit),
    _of_code("code_returned_here", returned_here),
    _of_code("code_returned_elsewhere", returned_elsewhere),
    _of_code("code_sold_permille", sold_with, How.SUM, share),
)
