"""What several families of rules about payment ask alike, so that it is written once."""

from __future__ import annotations

from xinglin.supervision.facts import CareMode, ItemKind
from xinglin.supervision.vocabulary import Facts, Term, isin, missing, otherwise


def left_of(f: Facts) -> Term:
    """The quantity that is left after refunds; the quantity itself where refunds are not at hand."""
    return otherwise(f.measure.left_milli, f.item.quantity_milli)


def asked_of_fund(f: Facts) -> Term:
    """The fund is asked to pay for something that is left after refunds, and the settlement was not revoked."""
    return f.item.fund_asked & (left_of(f) > 0) & missing(f.claim.reversed_at) & ~otherwise(f.item.withdrawn, False)


def is_medicine(f: Facts) -> Term:
    """A western or patent medicine."""
    return f.item.kind == ItemKind.MEDICINE


def is_service(f: Facts) -> Term:
    """A service, an operation or a visit fee."""
    return isin(f.item.kind, [ItemKind.SERVICE, ItemKind.OPERATION, ItemKind.VISIT_FEE])


def mode_allowed(f: Facts, modes: Term) -> Term:
    """Whether the mode of care is one of the modes, written as in the tables."""
    mode = f.encounter.care_mode
    ward = (mode == CareMode.INPATIENT) | ((mode == CareMode.DAY_SURGERY) & f.limits.day_surgery_is_inpatient)
    rescue = (mode == CareMode.EMERGENCY) | f.encounter.emergency
    clinic = isin(mode, [CareMode.OUTPATIENT, CareMode.ONLINE, CareMode.PHARMACY, CareMode.DIALYSIS])
    has_ward = isin(
        modes, ["inpatient", "emergency inpatient", "outpatient inpatient", "outpatient emergency inpatient"]
    )
    has_rescue = isin(
        modes, ["emergency", "emergency inpatient", "outpatient emergency", "outpatient emergency inpatient"]
    )
    has_clinic = isin(
        modes, ["outpatient", "outpatient emergency", "outpatient inpatient", "outpatient emergency inpatient"]
    )
    return (has_ward & ward) | (has_rescue & rescue) | (has_clinic & clinic)
