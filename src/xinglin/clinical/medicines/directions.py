"""What directions for use say, as values: doses, phases, the whole `Sig`, and what a day comes to. Pure, exact."""

from dataclasses import dataclass
from fractions import Fraction

from xinglin.clinical.medicines.amounts import Amount
from xinglin.clinical.medicines.frequency import Frequency

Span = tuple[int, int]
DOUBTS: dict[str, tuple[str, str]] = {
    "trailing_zero": ("小数点后写了0，可能被看成十倍量", "A nought after the point can be read as ten times the dose"),
    "naked_decimal": ("小数点前没有写0，可能被看成十倍量", "A point without a nought before it can be overlooked"),
    "unit_u": ("单位写成U，可能被看成0", "The letter U for units can be read as a nought"),
    "total_of_day": (
        "写的是每日总量，没有写每次用量",
        "This is the amount of a whole day; the amount of one dose is not written",
    ),
    "dose_without_unit": ("用量没有写单位", "The dose has no unit"),
    "maybe_frequency": ("这个词像用药频次，但写法不对", "This looks like a misspelt frequency"),
    "double_meaning": ("这个缩写有两种意思", "This abbreviation has two meanings"),
    "two_frequencies": ("写了两种不同的频次", "Two different frequencies are written"),
    "two_doses": ("写了两个不同的单次用量", "Two different doses are written"),
    "range_backwards": ("范围前大后小", "The range runs from the greater to the smaller number"),
    "unclear": ("读到了这些词，但读不出确定的意思", "The words were read, but not one certain meaning"),
    "every_other_n": ("“隔N日”可能指每N日，也可能指每N+1日", "It is not certain whether N or N+1 days are meant"),
    "strength_or_total": ("可能是规格×总数，也可能是单次用量", "This may be strength times total, or a dose"),
    "times_without_period": ("写了次数，没有写是每日还是每周", "A number of times without the period"),
    "as_directed": ("没有写明用量", "The dose is left to other directions"),
    "two_durations": ("写了两个不同的疗程", "Two different durations are written"),
    "pause": ("有停药的间歇", "The treatment pauses"),
    "month_is_30_days": ("“月”按30天计", "A month is counted as 30 days"),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something read that may be meant otherwise: a code of `DOUBTS`, the place and the words."""

    code: str
    start: int
    end: int
    text: str

    def sentence(self, lang: str = "zh") -> str:
        """The doubt in a sentence."""
        return DOUBTS[self.code][lang != "zh"]


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount. `basis` says of what: one `dose`, a whole `day`, or a whole `period` of the frequency.

    `also` is the same amount written a second way (`1片(0.5g)`), `slot` the time of the day to which it belongs.
    """

    amount: Amount
    basis: str = "dose"
    slot: str = ""
    also: Amount | None = None
    per_kg: bool = False


@dataclass(frozen=True, slots=True)
class DayAmount:
    """What a day comes to: on the average of the period, and the most on any one day. None where nothing limits it."""

    low: Amount
    high: Amount | None
    peak: Amount | None
    per_kg: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a treatment: the days it covers (from 1; None is open), its doses and how often."""

    doses: tuple[Dose, ...] = ()
    frequency: Frequency | None = None
    once: bool = False
    from_day: int | None = None
    until_day: int | None = None
    first_dose: bool = False

    def daily(self, prn: bool, max_times: Fraction | None, max_amount: Amount | None) -> DayAmount | None:
        """What a day of this phase comes to; None where it cannot be told from the text alone."""
        if not self.doses or any(not dose.amount.unit for dose in self.doses):
            return None
        found = self._of_slots() if self.doses[0].slot else self._of_dose(prn, max_times)
        if found is None:
            return None
        none, zero = found.low, Amount(Fraction(0), Fraction(0), found.low.unit)
        low = zero if prn else none
        return DayAmount(
            low, _capped(found.high, max_amount, low.unit), _capped(found.peak, max_amount, low.unit), found.per_kg
        )

    def _of_slots(self) -> DayAmount | None:
        first = self.doses[0]
        same = all(d.slot and d.amount.unit == first.amount.unit and d.per_kg == first.per_kg for d in self.doses)
        if not same:
            return None
        low = sum((d.amount.low for d in self.doses), Fraction(0))
        high = sum((d.amount.high for d in self.doses), Fraction(0))
        peak = Amount(high, high, first.amount.unit)
        period = self.frequency.period if self.frequency and self.frequency.period > 1 else Fraction(1)
        weekly = Fraction(len(self.frequency.weekdays), 7) if self.frequency and self.frequency.weekdays else 1 / period
        return DayAmount(
            Amount(low * weekly, low * weekly, peak.unit),
            Amount(high * weekly, high * weekly, peak.unit),
            peak,
            first.per_kg,
        )

    def _of_dose(self, prn: bool, max_times: Fraction | None) -> DayAmount | None:
        dose, often = self.doses[0], self.frequency
        if len(self.doses) > 1:
            return None
        amount = dose.amount
        most = Amount(amount.high, amount.high, amount.unit)
        if dose.basis == "day":
            period = often.period if often and often.period > 1 else Fraction(1)
            per = Fraction(1) / period if often and often.period > 1 else Fraction(1)
            return DayAmount(_flat(amount.low * per, amount), _flat(amount.high * per, amount), most, dose.per_kg)
        if often is None:
            if self.once:
                return DayAmount(_flat(amount.low, amount), most, most, dose.per_kg)
            top = most.times(max_times) if max_times is not None else None
            return DayAmount(_flat(Fraction(0), amount), top, top, dose.per_kg) if prn or top else None
        if dose.basis == "period":
            return DayAmount(
                _flat(amount.low / often.period, amount), _flat(amount.high / often.period, amount), most, dose.per_kg
            )
        most_times = often.per_day_high if max_times is None else min(often.per_day_high, max_times)
        on_a_day = often.on_a_day if max_times is None else min(often.on_a_day, max(max_times, Fraction(1)))
        low = _flat(amount.low * min(often.per_day_low, most_times), amount)
        return DayAmount(low, _flat(amount.high * most_times, amount), most.times(on_a_day), dose.per_kg)


def _flat(value: Fraction, like: Amount) -> Amount:
    return Amount(value, value, like.unit)


def _capped(amount: Amount | None, cap: Amount | None, unit: str) -> Amount | None:
    limit = cap.into(unit) if cap and cap.unit else None
    if limit is None:
        return amount
    top = Amount(limit.high, limit.high, unit)
    return top if amount is None or amount.high > limit.high else amount


@dataclass(frozen=True, slots=True)
class Sig:
    """Directions for use, read. Nothing here was guessed: `rest` is what was not understood, `doubts` what is unsure.

    `understood` and `rest` are places in `text`; together they cover it. `total` is the quantity to be supplied,
    `strength` a strength that stands among the directions. `days_low`–`days_high` is the duration.
    """

    text: str
    phases: tuple[Phase, ...] = ()
    prn: bool = False
    route: str = ""
    routes: tuple[str, ...] = ()
    timing: tuple[str, ...] = ()
    days_low: Fraction | None = None
    days_high: Fraction | None = None
    open_ended: bool = False
    total: Amount | None = None
    strength: Amount | None = None
    max_times: Fraction | None = None
    max_amount: Amount | None = None
    max_single: Amount | None = None
    rate: Amount | None = None
    as_directed: bool = False
    first_doubled: bool = False
    understood: tuple[Span, ...] = ()
    rest: tuple[Span, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def doses(self) -> tuple[Dose, ...]:
        """All doses, in the order of the text."""
        return tuple(dose for phase in self.phases for dose in phase.doses)

    @property
    def main(self) -> Phase | None:
        """The phase that goes on longest: the last one."""
        return self.phases[-1] if self.phases else None

    @property
    def frequency(self) -> Frequency | None:
        """The frequency of the main phase, else of the last phase that has one."""
        for phase in reversed(self.phases):
            if phase.frequency:
                return phase.frequency
        return None

    @property
    def once(self) -> bool:
        """One single dose, and nothing after it."""
        return bool(self.phases) and len(self.phases) == 1 and self.phases[0].once and not self.phases[0].frequency

    @property
    def times_per_day(self) -> Fraction | None:
        """The most times a day on average (1/7 for once a week); None when the text does not say."""
        return self.frequency.per_day_high if self.frequency else None

    @property
    def single(self) -> Amount | None:
        """The greatest single dose that is written (of one unit), or the day's amount shared out over the day."""
        units = {dose.amount.unit for dose in self.doses}
        if len(units) != 1 or any(dose.per_kg for dose in self.doses):
            return None
        found = []
        for phase in self.phases:
            for dose in phase.doses:
                if dose.basis == "dose" or (dose.basis == "period" and phase.frequency and phase.frequency.high == 1):
                    found.append(dose.amount)
                elif phase.frequency and phase.frequency.period == 1:
                    parts = phase.frequency.low
                    found.append(
                        Amount(dose.amount.low / phase.frequency.high, dose.amount.high / parts, dose.amount.unit)
                    )
        return max(found, key=lambda amount: amount.high) if found else None

    @property
    def by_day(self) -> tuple[DayAmount, ...]:
        """What a day of each phase comes to; empty when one phase cannot be told or the units differ."""
        found = [phase.daily(self.prn, self.max_times, self.max_amount) for phase in self.phases if phase.doses]
        days = tuple(day for day in found if day)
        return days if len(days) == len(found) and len({day.low.unit for day in days}) == 1 else ()

    @property
    def daily_low(self) -> Amount | None:
        """The least a day comes to, on average; nought when taken as needed. None when it cannot be told."""
        days = self.by_day
        return min((day.low for day in days), key=lambda amount: amount.low) if days else None

    @property
    def daily_high(self) -> Amount | None:
        """The most a day comes to, on the average of the period. None when it cannot be told or nothing limits it."""
        highs = [day.high for day in self.by_day]
        return max((h for h in highs if h), key=lambda amount: amount.high) if highs and None not in highs else None

    @property
    def day_peak(self) -> Amount | None:
        """The most that is taken on any single day: the whole weekly dose for a weekly medicine."""
        peaks = [day.peak for day in self.by_day]
        if not peaks or None in peaks:
            return None
        most = max((p for p in peaks if p), key=lambda amount: amount.high)
        if self.first_doubled and self.single and self.single.unit == most.unit:
            top = most.high + self.single.high
            return Amount(top, top, most.unit)
        return most

    @property
    def rest_text(self) -> tuple[str, ...]:
        """The words that were not understood."""
        return tuple(self.text[start:end].strip() for start, end in self.rest)

    @property
    def complete(self) -> bool:
        """Everything was understood, without a doubt, and it says how much and how often."""
        main = self.main
        return (
            not self.rest
            and not self.doubts
            and bool(main and main.doses and (main.frequency or main.once or self.prn))
        )
