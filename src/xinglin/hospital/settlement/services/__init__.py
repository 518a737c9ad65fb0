"""Verbs of settlement: quote, settle, reverse, hold and charge fees, finish what is open, reconcile."""

from xinglin.hospital.settlement.services.fees import charge_visit_fee, hold_visit_fee, refund_visit_fee
from xinglin.hospital.settlement.services.reconciling import days_to_reconcile, reconcile_day
from xinglin.hospital.settlement.services.recovering import give_back_recoveries, recover
from xinglin.hospital.settlement.services.reversing import reverse
from xinglin.hospital.settlement.services.settling import Quote, presettle, settle
from xinglin.hospital.settlement.services.sweeping import sweep_pending, wish_reversal

__all__ = [
    "Quote",
    "charge_visit_fee",
    "days_to_reconcile",
    "give_back_recoveries",
    "hold_visit_fee",
    "presettle",
    "reconcile_day",
    "recover",
    "refund_visit_fee",
    "reverse",
    "settle",
    "sweep_pending",
    "wish_reversal",
]
