"""The watch over home values of a chronic patient: limits, trends, and alarms that do not ring twice for one noise.

Every alarm follows from the series alone: an alarm rings when a value climbs onto a graver step, and the step is left
only when a later value is better than its limit by a margin. So a value that wavers about a limit rings once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Final

from xinglin.clinical.warning.alarms import Alarm, alarm_rows, limit, ring
from xinglin.clinical.warning.home import Measurement, Patient, in_standard_unit

MARGINS: Final = {"glucose": 0.5, "ketones": 0.3, "spo2": 1.0, "pulse": 5.0, "temperature": 0.3, "pressure": 8.0}
"""By how much a value must be better than a limit before the same alarm can ring again."""
PEAK_FLOW_MARGIN: Final = 0.05
"""The same for peak flow, as a share of the best value."""
BASELINE_DAYS: Final = 30
FEVER_GAP: Final = timedelta(hours=36)
"""A fever counts as going on while readings of fever lie no further apart."""


@dataclass(frozen=True, slots=True)
class Rung:
    """An alarm and the measurement that rang it."""

    at: datetime
    quantity: str
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class _Step:
    alarm: str
    limit: float


@dataclass(frozen=True, slots=True)
class _Ladder:
    """Steps of rising gravity. `up`: high values are bad. The margin frees a step again."""

    up: bool
    margin: float
    steps: tuple[_Step, ...]
    strict: bool = False

    def height(self, value: float, eased: float = 0.0) -> int:
        """The gravest step that a value reaches, 0 for none; with `eased` limits, the step that it still holds."""
        reached = 0
        for number, step in enumerate(self.steps, 1):
            bound = step.limit - eased if self.up else step.limit + eased
            beyond = value > bound if self.up else value < bound
            if beyond or (self.up and not self.strict and value == bound):
                reached = number
        return reached


def judge(series: Iterable[Measurement], patient: Patient) -> tuple[Rung, ...]:
    """Every alarm that the series rings, in the order of time. Raises BadInput for what cannot be used."""
    ordered = sorted((in_standard_unit(one) for one in series), key=lambda one: one.at)
    by_quantity: dict[str, list[Measurement]] = {}
    for one in ordered:
        by_quantity.setdefault(one.quantity, []).append(one)
    found: list[Rung] = []
    for quantity, values in by_quantity.items():
        for ladder in _ladders(quantity, patient):
            found += _climb(ladder, [(one, one.value) for one in values])
    found += _pressure(by_quantity.get("pressure", []), patient)
    found += _pressure_mean(by_quantity.get("pressure", []))
    found += _with_ketones(by_quantity.get("glucose", []), by_quantity.get("ketones", []))
    found += _spo2_drop(by_quantity.get("spo2", []))
    found += _fever_days(by_quantity.get("temperature", []))
    if patient.heart_failure:
        found += _weight_gain(by_quantity.get("weight", []))
    return tuple(sorted(found, key=lambda one: (one.at, one.quantity, one.alarm.id)))


def latest(series: Sequence[Measurement], patient: Patient) -> tuple[Rung, ...]:
    """The alarms that the newest measurement rings."""
    if not series:
        return ()
    newest = max(one.at for one in series)
    return tuple(one for one in judge(series, patient) if one.at == newest)


def _steps(*steps: tuple[str, str]) -> tuple[_Step, ...]:
    return tuple(_Step(alarm, limit(alarm, name)) for alarm, name in steps)


def _ladders(quantity: str, patient: Patient) -> Iterator[_Ladder]:
    margin = MARGINS.get(quantity, 0.0)
    if quantity == "glucose":
        yield _Ladder(False, margin, _steps(("hypoglycaemia-1", "below"), ("hypoglycaemia-2", "below")))
        yield _Ladder(True, margin * 2, _steps(("glucose-high", "least"), ("glucose-extreme", "least")))
    elif quantity == "ketones":
        yield _Ladder(True, margin, _steps(("ketones-raised", "least"), ("ketones-high", "least")))
    elif quantity == "spo2":
        yield _Ladder(False, margin, _spo2_steps(patient))
    elif quantity == "pulse":
        yield _Ladder(True, margin, _steps(("pulse-fast", "over"), ("pulse-very-fast", "over")), strict=True)
        yield _Ladder(False, margin, _steps(("pulse-slow", "below")))
    elif quantity == "temperature":
        fever = ("temperature-chemotherapy", "least") if patient.chemotherapy else ("temperature-very-high", "least")
        yield _Ladder(True, margin, _steps(fever))
        yield _Ladder(False, margin, _steps(("temperature-low", "below")))
    elif quantity == "peak_flow" and patient.best_peak_flow is not None:
        best = patient.best_peak_flow
        steps = tuple(_Step(name, limit(name, "share") * best) for name in ("peak-flow-amber", "peak-flow-red"))
        yield _Ladder(False, PEAK_FLOW_MARGIN * best, steps)


def _spo2_steps(patient: Patient) -> tuple[_Step, ...]:
    if patient.spo2_target is None:
        return _steps(("spo2-low", "below"), ("spo2-very-low", "below"))
    names = ("spo2-target-low", "spo2-target-very-low")
    return tuple(_Step(name, patient.spo2_target - limit(name, "below_target")) for name in names)


def _climb(ladder: _Ladder, values: Sequence[tuple[Measurement, float]]) -> Iterator[Rung]:
    """Rings when a value climbs onto a graver step; steps are left only with the margin."""
    standing = 0
    for one, value in values:
        reached = ladder.height(value)
        if reached > standing:
            yield Rung(one.at, one.quantity, ring(ladder.steps[reached - 1].alarm, value=round(value, 1)))
            standing = reached
        else:
            standing = min(standing, max(reached, ladder.height(value, ladder.margin)))


def _pressure(values: Sequence[Measurement], patient: Patient) -> Iterator[Rung]:
    severe = "bp-pregnancy-severe" if patient.pregnant else "bp-severe"
    names = ("bp-pregnancy", severe) if patient.pregnant else (severe,)
    rows = [alarm_rows()[name].limits for name in names]
    upper = _Ladder(True, MARGINS["pressure"], tuple(map(_Step, names, (row["systolic"] for row in rows))))
    lower = _Ladder(True, MARGINS["pressure"], tuple(map(_Step, names, (row["diastolic"] for row in rows))))
    low = _Ladder(False, MARGINS["pressure"], (_Step("bp-low", limit("bp-low", "systolic")),))
    standing = fallen = 0
    for one in values:
        second = one.second or 0.0
        reached = max(upper.height(one.value), lower.height(second))
        if reached > standing:
            yield _pressure_rung(one, names[reached - 1])
        eased = max(upper.height(one.value, upper.margin), lower.height(second, lower.margin))
        standing = max(reached, min(standing, eased))
        down = low.height(one.value)
        if down > fallen:
            yield _pressure_rung(one, "bp-low")
        fallen = max(down, min(fallen, low.height(one.value, low.margin)))


def _pressure_rung(one: Measurement, alarm: str, systolic: float | None = None, diastolic: float | None = None) -> Rung:
    upper, lower = systolic or one.value, diastolic or one.second or 0.0
    return Rung(one.at, one.quantity, ring(alarm, systolic=round(upper), diastolic=round(lower)))


def _pressure_mean(values: Sequence[Measurement]) -> Iterator[Rung]:
    """The mean of seven days, from six readings on. Rings once for a level until the mean is well below it."""
    names = ("bp-mean-high", "bp-mean-very-high")
    rows = [alarm_rows()[name].limits for name in names]
    upper = _Ladder(True, 3.0, tuple(map(_Step, names, (row["systolic"] for row in rows))))
    lower = _Ladder(True, 3.0, tuple(map(_Step, names, (row["diastolic"] for row in rows))))
    standing = 0
    for place, one in enumerate(values):
        week = [two for two in values[: place + 1] if two.at > one.at - timedelta(days=rows[0]["days"])]
        if len(week) < rows[0]["readings"]:
            continue
        systolic, diastolic = fmean(two.value for two in week), fmean(two.second or 0.0 for two in week)
        reached = max(upper.height(systolic), lower.height(diastolic))
        if reached > standing:
            yield _pressure_rung(one, names[reached - 1], systolic, diastolic)
        eased = max(upper.height(systolic, upper.margin), lower.height(diastolic, lower.margin))
        standing = max(reached, min(standing, eased))


def _with_ketones(glucose: Sequence[Measurement], ketones: Sequence[Measurement]) -> Iterator[Rung]:
    """High glucose and raised ketones within six hours of each other; rings again only after glucose was below."""
    limits = alarm_rows()["glucose-ketones"].limits
    reach = timedelta(hours=limits["hours"])
    raised = [one for one in ketones if one.value >= limits["ketones"]]
    standing = False
    for one in sorted((*glucose, *raised), key=lambda one: one.at):
        sugar = one if one.quantity == "glucose" else _newest(glucose, one.at, reach)
        ketone = one if one.quantity == "ketones" else _newest(raised, one.at, reach)
        if sugar is None or sugar.value < limits["glucose"]:
            standing = standing and one.quantity == "ketones"
        elif ketone is not None and not standing:
            standing = True
            alarm = ring("glucose-ketones", value=round(sugar.value, 1), ketones=round(ketone.value, 1))
            yield Rung(one.at, "glucose", alarm)


def _newest(values: Sequence[Measurement], until: datetime, reach: timedelta) -> Measurement | None:
    inside = [one for one in values if until - reach <= one.at <= until]
    return inside[-1] if inside else None


def _spo2_drop(values: Sequence[Measurement]) -> Iterator[Rung]:
    """A fall of three points or more below the person's own median of thirty days, from five earlier readings on."""
    limits = alarm_rows()["spo2-drop"].limits
    standing = False
    for place, one in enumerate(values):
        before = [two.value for two in values[:place] if two.at > one.at - timedelta(days=BASELINE_DAYS)]
        if len(before) < limits["readings"]:
            continue
        baseline = median(before)
        drop = baseline - one.value
        if drop >= limits["drop"] and not standing:
            alarm = ring("spo2-drop", value=one.value, baseline=baseline, drop=drop)
            yield Rung(one.at, one.quantity, alarm)
        standing = drop >= limits["drop"] or (standing and drop > limits["drop"] - MARGINS["spo2"])


def _fever_days(values: Sequence[Measurement]) -> Iterator[Rung]:
    """Fever on three days or more without a gap; rings once a fever."""
    limits = alarm_rows()["temperature-days"].limits
    began: datetime | None = None
    last: datetime | None = None
    rung = False
    for one in values:
        if one.value < limits["least"] - MARGINS["temperature"] or (last is not None and one.at - last > FEVER_GAP):
            began, rung = None, False
        if one.value < limits["least"]:
            continue
        began = began or one.at
        last = one.at
        days = (one.at.date() - began.date()).days + 1
        if days >= limits["days"] and not rung:
            rung = True
            yield Rung(one.at, one.quantity, ring("temperature-days", days=days))


def _weight_gain(values: Sequence[Measurement]) -> Iterator[Rung]:
    """Two kilograms or more within three days; rings again only after the gain fell to half of that."""
    limits = alarm_rows()["weight-gain"].limits
    standing = False
    for place, one in enumerate(values):
        window = [two for two in values[: place + 1] if two.at >= one.at - timedelta(days=limits["days"])]
        lowest = min(window, key=lambda two: two.value)
        gain = one.value - lowest.value
        if gain >= limits["gain"] and not standing:
            standing = True
            days = max(1, (one.at.date() - lowest.at.date()).days)
            yield Rung(one.at, one.quantity, ring("weight-gain", value=round(gain, 1), days=days))
        elif gain <= limits["gain"] / 2:
            standing = False
