"""How a reading of directions is written in one line, so that the table of expected readings can be read by people.

Phases are parted by `|`: doses (`+`, with `=` for the same amount written twice, `/day` for a whole day, `/kg`, `@` for
a time of the day), then how often in how many days. After `;` come prn, r(oute), t(iming), d(ays), total, strength,
limits, `?` doubts and `rest`.
"""

from xinglin.clinical.medicines.amounts import Amount, plain
from xinglin.clinical.medicines.directions import Phase, Sig


def amount(value: Amount | None) -> str:
    """`1-2tab`, or `-` for none."""
    if value is None:
        return "-"
    digits = plain(value.low) if value.low == value.high else f"{plain(value.low)}-{plain(value.high)}"
    return digits + value.unit


def phase(one: Phase) -> str:
    """One phase."""
    text = "[1st]" if one.first_dose else ""
    if one.from_day:
        text += f"[{one.from_day}..{one.until_day or ''}]"
    doses = []
    for dose in one.doses:
        also = f"={amount(dose.also)}" if dose.also else ""
        basis = {"day": "/day", "period": "/period"}.get(dose.basis, "")
        doses.append(
            amount(dose.amount) + also + basis + ("/kg" if dose.per_kg else "") + (f"@{dose.slot}" if dose.slot else "")
        )
    text += "+".join(doses)
    often = one.frequency
    if often:
        text += f" {often.low}" + (f"-{often.high}" if often.high != often.low else "")
        text += f"/{often.period}d" if often.period != 1 else ""
        text += "@" + ",".join(often.slots) if often.slots else ""
        text += "w" + "".join(str(day) for day in often.weekdays) if often.weekdays else ""
    return (text + (" once" if one.once else "")).strip()


def line(sig: Sig) -> str:
    """All of a reading."""
    days = "-" if sig.days_low == sig.days_high else f"-{sig.days_high}"
    words = {
        "prn": sig.prn, f"r={','.join(sig.routes)}": sig.routes, f"t={','.join(sig.timing)}": sig.timing,
        f"d={sig.days_low}{days.rstrip('-')}": sig.days_high is not None, "open": sig.open_ended,
        f"total={amount(sig.total)}": sig.total, f"str={amount(sig.strength)}": sig.strength,
        f"maxx={sig.max_times}": sig.max_times is not None, f"max={amount(sig.max_amount)}": sig.max_amount,
        f"max1={amount(sig.max_single)}": sig.max_single, f"rate={amount(sig.rate)}": sig.rate,
        f"?{','.join(dict.fromkeys(doubt.code for doubt in sig.doubts))}": sig.doubts,
        f"rest={'|'.join(sig.rest_text)}": sig.rest,
    }  # fmt: skip
    said = [word for word, there in words.items() if there]
    return "; ".join([" | ".join(phase(one) for one in sig.phases), *said])


def day(sig: Sig) -> str:
    """What a day comes to: least, most, and the most on one day."""
    return " ".join(amount(value) for value in (sig.daily_low, sig.daily_high, sig.day_peak))
