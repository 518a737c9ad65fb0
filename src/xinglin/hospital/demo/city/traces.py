"""Trace codes: every pack handed out carries one of 20 digits, sold once — unless somebody sells a used one again.

The first seven digits name the product, the rest is a running number. Planted resale takes packs of an earlier bill.
"""

from collections.abc import Sequence

from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.prices import PriceList


def give_codes(bills: Sequence[Bill], prices: PriceList) -> None:
    """Codes for every pack of every bill, in the order of settlement. Services and untraced goods get none."""
    serial = dict.fromkeys(prices.medicines, 0)
    sold: dict[int, dict[str, tuple[str, ...]]] = {}
    sources = {bill.encounter.supplied_by for bill in bills if bill.encounter.supplied_by >= 0}
    for bill in bills:
        used = sold.get(bill.encounter.supplied_by, {})
        for line in bill.lines:
            medicine = prices.medicines.get(line.code)
            if medicine is None or bill.encounter.no_trace:
                bill.traces.append(())
                continue
            again = used.get(line.code, ())[: line.quantity]
            first = serial[line.code] + 1
            serial[line.code] += line.quantity - len(again)
            fresh = [f"{medicine.trace_prefix}{n:013d}" for n in range(first, serial[line.code] + 1)]
            bill.traces.append((*again, *fresh))
        if bill.encounter.order in sources:
            kept = sold.setdefault(bill.encounter.order, {})
            kept.update({line.code: codes for line, codes in zip(bill.lines, bill.traces, strict=True) if codes})
