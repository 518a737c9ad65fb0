"""What each rule of the grammar means: one action for each, which writes what it read into the reader. Pure.

An action gets the reader and the first and last place of its words. It says how many words it used; None means that
no certain meaning was found, and its words stay in the rest.
"""

from collections.abc import Mapping
from fractions import Fraction

from xinglin.clinical.medicines.amounts import COUNT, UNITS, Amount
from xinglin.clinical.medicines.directions import Dose
from xinglin.clinical.medicines.frequency import Frequency, codes, every_hours, frequency
from xinglin.clinical.medicines.reader import ONE, PERIODS, ZERO, Action, Draft, Reader


def _broken(r: Reader, k: int, end: int) -> int | None:
    """`1/6片`, `50/500`: numbers in a relation that is not one amount; no part of it may be read as a dose."""
    return None


def _max_single(r: Reader, k: int, end: int) -> int | None:
    place = r.first("Nh", r.first("o", k, end), end)
    r.max_single, _, _ = r.amount(place)
    return end - k


def _max(r: Reader, k: int, end: int) -> int | None:
    """`每日不超过4次`, `max 4 g/day`; a limit in other hours than 24 is unclear."""
    over = r.first("o", k, end)
    place = r.first("Nh", over, end)
    _, high, after = r.number(place)
    for hours in range(k, end):
        if r.kinds[hours] == "H" and (r.kinds[hours - 1] != "N" or r.tokens[hours - 1].value != (24, 24)):
            return None
        if r.kinds[hours] == "D" and hours and r.kinds[hours - 1] == "N" and r.tokens[hours - 1].value != (1, 1):
            return None
        if r.kinds[hours] == "F" and r.tokens[hours].value.code != "qd":
            return None
    if after < len(r.kinds) and r.kinds[after] == "U" and after < end:
        amount, _, _ = r.amount(place)
        r.max_amount = amount
    else:
        r.max_times = high
    before = r.first("Nh", k, over)
    unit = r.first("U", k, over)
    if before >= 0 and unit > before:
        amount, also, _ = r.amount(before)
        r.add_dose(Dose(amount, "day", also=also), before, over)
    return end - k


def _max_days(r: Reader, k: int, end: int) -> int | None:
    place = r.first("N", k, end)
    _, high, _ = r.number(place)
    days = high * PERIODS[r.kinds[end - 1]]
    r.now.days = (ZERO, days) if r.now.days is None else (r.now.days[0], min(r.now.days[1], days))
    return end - k


def _per_kg(r: Reader, k: int, end: int) -> int | None:
    low, high, after = r.number(r.first("Nh", k, end))
    day = "D" in r.kinds[k:end]
    r.add_dose(Dose(Amount(low, high, r.tokens[after].value), "day" if day else "dose", per_kg=True), k, end)
    return end - k


def _rate(r: Reader, k: int, end: int) -> int | None:
    low, high, after = r.number(r.first("Nh", k, end))
    scale = 60 if "I" in r.kinds[k:end] else 1
    r.rate = Amount(low * scale, high * scale, r.tokens[after].value)
    return end - k


def _every(r: Reader, k: int, end: int) -> int | None:
    """`每8小时1次`, `every 4-6 hours`, `once every 8 hours`, `1次/8小时`."""
    unit = r.first("HI", k, end)
    low = high = ONE
    if r.kinds[unit - 1] in "Nh" or (r.kinds[unit - 1] == "v" and r.kinds[unit - 2] == "N"):
        low, high, _ = r.number(unit - 1 if r.kinds[unit - 1] in "Nh" else unit - 2)
    times = _times(r, k, end, unit)
    if low <= 0 or times != (ONE, ONE):
        return None
    scale = PERIODS[r.kinds[unit]] * 24
    r.set_frequency(every_hours(low * scale, high * scale), k, end)
    return end - k


def _times(r: Reader, k: int, end: int, unit: int) -> tuple[Fraction, Fraction]:
    """The number of times in a phrase: `3次`, `twice`; once when none is written."""
    for place in range(k, end):
        if r.kinds[place] == "A":
            count = Fraction(r.tokens[place].value)
            return count, count
        if r.kinds[place] == "N" and r.kinds[place + 1 : place + 2] in ("T", "X") and place + 1 != unit:
            low, high = r.tokens[place].value
            return low, high
    return ONE, ONE


def _other(r: Reader, k: int, end: int) -> int | None:
    """`隔日一次`, `every other day`; `隔2日` is a doubt, for it is used in two senses."""
    mark = r.first("Z", k, end)
    unit = r.first("DWMH", mark, end)
    place = r.first("N", mark, unit)
    times = _times(r, k, end, unit)
    length = ONE if place < 0 else r.tokens[place].value[0]
    if place >= 0 and length != r.tokens[place].value[1]:
        return None
    if length > 1:
        r.flaw("every_other_n", k, end)
        return None
    if times[0] <= 0:
        return None
    r.set_frequency(frequency(*times, PERIODS[r.kinds[unit]] * (length + 1)), k, end)
    return end - k


def _days_of_week(r: Reader, k: int, end: int) -> int | None:
    days = r.tokens[r.first("y", k, end)].value
    times = _times(r, k, end, -1)
    count = Fraction(len(days))
    if times not in ((ONE, ONE), (count, count)):
        return None
    found = frequency(count, count, Fraction(7))
    r.now.frequency = Frequency(count, count, Fraction(7), found.code, (), days)
    return end - k


def _often(r: Reader, k: int, end: int) -> int | None:
    """`每日3次`, `每2日1次`, `一周两次`, `3 times a day`, `twice daily`, `3次/日`."""
    unit = r.first("DWMF", k, end)
    if r.kinds[unit] == "F":
        period = r.tokens[unit].value.period
        if r.tokens[unit].value.high != 1:
            return None
    else:
        period = PERIODS[r.kinds[unit]]
    low, high = _times(r, k, end, unit)
    if r.kinds[k] in "NX" and r.kinds[k:end].lstrip("X").startswith("N/"):
        low, high = r.tokens[k + r.kinds[k:end].index("N")].value
    for place in range(k, unit):
        if r.kinds[place] == "N" and r.kinds[place + 1] not in "TX/":
            first, last = r.tokens[place].value
            if first != last or not 0 < first <= 31:
                return None
            period *= first
    if low <= 0:
        return None
    if r.kinds[k] == "N" and r.kinds[k + 1] == "D" and r.kinds[end - 1] == "T" and period > 4:
        return None
    r.set_frequency(frequency(low, high, period), k, end)
    return end - k


def _every_days(r: Reader, k: int, end: int) -> int | None:
    """`every 3 days`, `每2周` without a number of times: once."""
    low, high = r.tokens[r.first("N", k, end)].value
    if low != high or low <= 0:
        return None
    r.set_frequency(frequency(ONE, ONE, low * PERIODS[r.kinds[end - 1]]), k, end)
    return end - k


def _total_day(r: Reader, k: int, end: int) -> int | None:
    """`每日3片`, `20mg/日`: an amount for the whole day (or week). `每周15mg` is one weekly dose."""
    place = k if r.kinds[k] in "Nh" and r.kinds[end - 1] in "DW" else r.first("DW", k, end) + 1
    period = r.kinds[end - 1] if place == k else r.kinds[place - 1]
    if place != k and r.kinds[k] == "N" and r.tokens[k].value != (1, 1):
        return None
    while r.kinds[place] == "v":
        place += 1
    amount, also, _ = r.amount(place)
    if period == "W":
        r.add_dose(Dose(amount, "period", also=also), k, end)
        if r.now.frequency is None:
            r.set_frequency(codes()["qw"], k, end)
        return end - k
    r.add_dose(Dose(amount, "day", also=also), k, end)
    if not (amount.kind == COUNT and amount.low == amount.high <= 1) and "k" not in r.kinds[end:]:
        r.totals.append((r.now, k, end))
    return end - k


def _total_day_split(r: Reader, k: int, end: int) -> int | None:
    """`每日1.5g,分3次`."""
    place = r.first("D", k, end) + 1
    if r.kinds[k] == "N" and r.tokens[k].value != (1, 1):
        return None
    while r.kinds[place] == "v":
        place += 1
    amount, also, after = r.amount(place)
    r.add_dose(Dose(amount, "day", also=also), k, end)
    _divided(r, after, end)
    return end - k


def _divided(r: Reader, k: int, end: int) -> int | None:
    place = r.first("N", k, end)
    if place >= 0:
        low, high = r.tokens[place].value
        if low < 1:
            return None
        if r.now.doses and r.now.doses[-1].basis == "period":
            r.now.frequency = frequency(low, high, Fraction(7))
            return end - k
        r.set_frequency(frequency(low, high, ONE), k, end)
    return end - k


def _dose_each(r: Reader, k: int, end: int) -> int | None:
    place = k
    if r.kinds[k + 1 : k + 2] == "T" and r.kinds[k] in "EN":
        if r.kinds[k] == "N" and r.tokens[k].value != (1, 1):
            return None
        place = k + 2
        while r.kinds[place] == "v":
            place += 1
    return _put(r, place, k, end)


def _put(r: Reader, place: int, k: int, end: int) -> int | None:
    amount, also, after = r.amount(place)
    if amount.unit == "kg":
        return None
    r.add_dose(Dose(amount, also=also), k, end)
    return max(after, end if r.kinds[end - 1] == "T" else after) - k


def _slots_times(r: Reader, k: int, end: int) -> int | None:
    """`早晚各一次`, `每晚1次`, `once at night`."""
    slots = r.slots(k, end)
    low, high = _times(r, k, end, -1)
    if low != high or low < 1:
        return None
    each = "g" in r.kinds[k:end] or len(slots) == 1
    count = low * len(slots) if each else low
    if count != len(slots) and not each:
        return None
    r.now.slots += slots
    r.set_frequency(frequency(count, count, ONE), k, end)
    return end - k


def _slots_dose(r: Reader, k: int, end: int) -> int | None:
    """`早2片`, `早晚各1片`, `睡前10mg`."""
    place = r.first("g", k, end) + 1
    if not place:
        place = max(i for i in range(k, end) if r.kinds[i] == "L") + 1
        while _time_at_meal(r, place, end):
            place = _time_at_meal(r, place, end)
    while r.kinds[place] in "v;GR":
        place += 1
    amount, also, after = r.amount(place)
    for slot in r.slots(k, place):
        r.add_dose(Dose(amount, slot=slot, also=also), k, end)
    return after - k


def _time_at_meal(r: Reader, place: int, end: int) -> int:
    """The place after `30分钟` behind `早餐前`, or nought when no length of time stands there."""
    while r.kinds[place : place + 1] in ("v", ";", "G"):
        place += 1
    if r.kinds[place : place + 1] not in ("N", "h"):
        return 0
    _, _, after = r.number(place)
    return after + 1 if r.kinds[after : after + 1] in ("H", "I") else 0


def _dose_slots(r: Reader, k: int, end: int) -> int | None:
    """`1片 睡前`, `2 tabs in the morning`."""
    amount, also, after = r.amount(k)
    slots = r.slots(after, end)
    often = r.now.frequency or next((t.value for t in r.tokens[end:] if t.kind == "F" and t.value.slots == ()), None)
    if often is not None and often.high != len(slots):
        r.add_dose(Dose(amount, also=also), k, end)
        r.now.slots += slots
        return end - k
    for slot in slots:
        r.add_dose(Dose(amount, slot=slot, also=also), k, end)
    return end - k


def _doses_after(r: Reader, k: int, end: int) -> int | None:
    place = k
    while place < end:
        amount, also, after = r.amount(place)
        following = r.first("Nh", after, end)
        while following >= 0 and r.kinds[r.number(following)[2]] in "HI":
            following = r.first("Nh", following + 2, end)
        until = end if following < 0 else following
        for slot in r.slots(after, until):
            r.add_dose(Dose(amount, slot=slot, also=also), place, until)
        place = until
    return end - k


def _strength(r: Reader, k: int, end: int) -> int | None:
    """`0.25g 2片`: a strength and a dose. `0.25g×24片` may be a strength and the total: a doubt, and no dose."""
    first, _, after = r.amount(k)
    crossed = r.kinds[after : after + 1] == "X"
    if first.kind == COUNT or UNITS[r.tokens[end - 1].value].kind != COUNT or first.low != first.high:
        r.add_dose(Dose(first), k, after)
        return after - k
    r.strength = first
    if crossed:
        r.total, _, _ = r.amount(after + 1)
        r.flaw("strength_or_total", k, end)
        return end - k
    return after - k


def _slots(r: Reader, k: int, end: int) -> int | None:
    slots = r.slots(k, end)
    if r.now.doses and r.now.doses[0].slot:
        return end - k
    r.now.slots += slots
    return end - k


def _daily(r: Reader, k: int, end: int) -> int | None:
    often = {"D": "qd", "W": "qw", "M": "qmonth"}[r.kinds[end - 1]]
    if r.now.frequency is None and not r.now.slots:
        r.set_frequency(codes()[often], k, end)
    return end - k


def _code(r: Reader, k: int, end: int) -> int | None:
    found: Frequency = r.tokens[k].value
    times = _times(r, k, end, -1)
    if end - k > 1 and times not in ((found.low, found.high), (ONE, ONE)):
        if found.period != 1 or found.high != 1:
            return None
        found = frequency(*times, found.period) if times[0] > 0 else found
    r.set_frequency(found, k, end)
    return end - k


def _duration(r: Reader, k: int, end: int) -> int | None:
    unit = r.first("DWMu", r.first("Nh", k, end), end)
    if r.kinds[unit] == "u":
        return None
    low, high, _ = r.number(r.first("Nh", k, end))
    scale = PERIODS[r.kinds[unit]]
    if r.kinds[end : end + 1] == "j" and "U" not in r.kinds[end:] and "c" not in r.kinds[k:end]:
        return None
    if r.kinds[unit] == "M":
        r.flaw("month_is_30_days", k, end)
    found = (low * scale, high * scale)
    if r.now.days and r.now.days != found:
        r.flaw("two_durations", k, end)
        return end - k
    r.now.days = found
    return end - k


def _total(r: Reader, k: int, end: int) -> int | None:
    place = r.first("N", k, end)
    low, high, after = r.number(place)
    r.total = Amount(low, high, r.tokens[after].value if r.kinds[after : after + 1] == "U" and after < end else "")
    return end - k


def _at_meal(r: Reader, k: int, end: int) -> int | None:
    r.timing.append(r.tokens[r.first("G", k, end)].value)
    return end - k


def _prn(r: Reader, k: int, end: int) -> int | None:
    r.prn = True
    return end - k


def _aside(r: Reader, k: int, end: int) -> int | None:
    """`半片 bid (12.5mg)`: the same dose once more in another unit."""
    amount, _, _ = r.amount(k + 1)
    if len(r.now.doses) == 1 and r.now.doses[0].also is None and r.now.doses[0].amount.kind != amount.kind:
        known = r.now.doses[0]
        r.now.doses[0] = Dose(known.amount, known.basis, known.slot, amount, known.per_kg)
    else:
        r.add_dose(Dose(amount), k, end)
    return end - k


def _pause(r: Reader, k: int, end: int) -> int | None:
    r.flaw("pause", k, end)
    return end - k


def _doubled(r: Reader, k: int, end: int) -> int | None:
    r.first_doubled = True
    return 1


def _triple(r: Reader, k: int, end: int) -> int | None:
    """`6U 6U 8U 三餐前`."""
    slots = r.slots(end - 1, end)
    places = [place for place in range(k, end) if r.kinds[place] == "N"]
    if len(slots) != 3:
        return None
    for slot, place in zip(slots, places, strict=True):
        amount, also, _ = r.amount(place)
        r.add_dose(Dose(amount, slot=slot, also=also), k, end)
    return end - k


def _strengths(r: Reader, k: int, end: int) -> int | None:
    """`50µg/500µg`, `160mg/5ml`, `6片/盒`: what the pack holds, which is no dose."""
    return end - k


def _stat(r: Reader, k: int, end: int) -> int | None:
    r.now.once = True
    return 1


def _route(r: Reader, k: int, end: int) -> int | None:
    r.routes.append(r.tokens[k].value)
    return 1


def _phase(r: Reader, k: int, end: int) -> int | None:
    first, until = r.tokens[k].value
    if first == 0:
        r.start(Draft(first_dose=True))
        r.now.once = True
    elif until == first and first > 1 and "U" not in r.kinds[k:]:
        return None
    else:
        r.start(Draft(first, until))
    return 1


def _phase_behind(r: Reader, k: int, end: int) -> int | None:
    """`2 tablets on day 1`: the days of the dose that stands before."""
    if not r.now.doses or r.now.from_day not in (None, r.tokens[k].value[0]):
        return _phase(r, k, end)
    r.now.from_day, r.now.until_day = r.tokens[k].value
    return 1


def _then(r: Reader, k: int, end: int) -> int | None:
    if r.now.doses and "U" in r.kinds[k:]:
        if r.now.until_day is None and r.now.days and r.now.days[1].denominator == 1:
            r.now.from_day = r.now.from_day or 1
            r.now.until_day = r.now.from_day + int(r.now.days[1]) - 1
        last = r.now.until_day
        r.start(Draft(last + 1 if last else None))
    return 1


def _directed(r: Reader, k: int, end: int) -> int | None:
    r.directed = True
    r.flaw("as_directed", k, end)
    return 1


def _open_ended(r: Reader, k: int, end: int) -> int | None:
    r.open_ended = True
    return 1


def _pairs(r: Reader, k: int, end: int) -> int | None:
    unit = r.tokens[end - 1].value if end - k > 1 else ""
    if not unit:
        r.flaw("dose_without_unit", k, end)
    for slot, value in r.tokens[k].value:
        r.add_dose(Dose(Amount(value, value, unit), slot=slot), k, end)
    return end - k


def _bare(r: Reader, k: int, end: int) -> int | None:
    low, high = r.tokens[k].value
    r.add_dose(Dose(Amount(low, high, "")), k, end)
    r.flaw("dose_without_unit", k, end)
    return 1


def _lone_times(r: Reader, k: int, end: int) -> int | None:
    r.flaw("times_without_period", k, end)
    return None


ACTIONS: Mapping[str, Action] = {
    "phase_behind": _phase_behind,
    "broken": _broken,
    "max_single": _max_single, "max_of_day": _max, "max_plain": _max, "max_days": _max_days, "per_kg": _per_kg,
    "rate": _rate, "every": _every, "other": _other, "days_of_week": _days_of_week, "often": _often, "times": _often,
    "total_day_split": _total_day_split, "total_day": _total_day,
    "every_days": _every_days, "doses_after": _doses_after, "dose_each": _dose_each,
    "slots_times": _slots_times, "slots_dose": _slots_dose, "strength": _strength, "dose_slots": _dose_slots,
    "dose": _dose_each, "slots": _slots, "daily": _daily, "code": _code, "divided": _divided, "duration": _duration,
    "total": _total, "at_meal": _at_meal, "aside": _aside, "prn": _prn, "pause": _pause,
    "doubled": _doubled, "triple": _triple, "strengths": _strengths,
    "stat": _stat, "route": _route, "phase": _phase, "then": _then,
    "directed": _directed, "open_ended": _open_ended, "pairs": _pairs, "once_alone": _lone_times, "noise": _strengths,
    "bare": _bare, "times_alone": _lone_times,
}  # fmt: skip
