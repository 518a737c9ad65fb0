"""Rows of use as the pure arithmetic sees them."""

from xinglin.benefits.totals import Effect, SchemeKey
from xinglin.hospital.insurance.models import Usage


def effect_of(row: Usage) -> Effect:
    """The effect of one row, signs included."""
    return Effect(
        key=SchemeKey(row.care_type, row.year, row.disease),
        deductible_fen=row.deductible_fen,
        basic_fund_fen=row.basic_fund_fen,
        in_scope_fen=row.in_scope_fen,
        burden_fen=row.burden_fen,
        serious_fen=row.serious_fen,
        visits=row.visits,
    )
