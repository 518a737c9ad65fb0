"""Checks of the amount: one dose, a day, a kilogram, a course, the time between doses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from xinglin.clinical.knowledge import rows
from xinglin.clinical.knowledge.units import Amount, amount
from xinglin.clinical.medicines.case import Case, Line, Part
from xinglin.clinical.medicines.checks_patient import Unchecked
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import Reading, Sides, has_prefix, holds, plain

ADULT: Final = 18
NARROW: Final = "narrow_index"
ROUNDING_PER_KG: Final = Fraction(11, 10)
"""A dose by weight is rounded to what can be given: a tenth above is no breach."""
GRAVE: Final = 3
GRAVE_NARROW: Final = 2
SLIGHT: Final = Fraction(21, 20)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a row for this patient, in the smallest unit, and what was given."""

    row: rows.Dose
    what: str
    most: Amount
    given: Amount
    per_kg: bool


def doses(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """Every ordered substance against the rows that fit the patient, the route and the disease."""
    for line in case.orders:
        for part in line.parts:
            yield from _line(case, index, line, part, unchecked)


def _line(case: Case, index: Index, line: Line, part: Part, unchecked: Unchecked) -> Iterator[Finding]:
    if line.local and part.code not in index.doses:
        return
    fitting = _fitting(case, index, line, part.code, unchecked)
    if not fitting:
        if not line.local:
            unchecked.add("dose_limit", part.code)
        return
    yield from _courses(fitting, line, part)
    if part.single is None and part.daily is None:
        unchecked.add(f"{line.place}.dose", part.code)
        return
    worst: dict[str, Finding] = {}
    for limit in _limits(case, line, part, fitting, unchecked):
        found = _over(index, line, part, limit)
        if found is not None and limit.what not in worst:
            worst[limit.what] = found
    yield from worst.values()
    yield from _too_little(case, line, part, fitting)


def _fitting(case: Case, index: Index, line: Line, code: str, unchecked: Unchecked) -> list[rows.Dose]:
    """Rows for this patient: those for a disease of the patient before those for any, and every lowered limit."""
    patient = case.patient
    usable = [row for row in index.doses.get(code, ()) if _way(row, line) and _age(case, row, code, unchecked)]
    plain_rows, lowered = [], []
    for row in usable:
        if (row.weight_from or row.weight_until) and not _weight(case, row, code, unchecked):
            continue
        if row.when:
            reading = Reading()
            held = holds(row.when, case, Sides(line, code), reading)
            if held:
                lowered.append(row)
            elif held is None:
                for fact in sorted(reading.missing):
                    unchecked.add(fact, code)
        elif not row.indication or has_prefix(patient.diagnoses, row.indication):
            plain_rows.append(row)
    own = [row for row in plain_rows if row.indication]
    return (own or plain_rows) + lowered


def _way(row: rows.Dose, line: Line) -> bool:
    routes = {"iv" if route == "ivgtt" else route for route in row.routes}
    route = "iv" if line.route == "ivgtt" else line.route
    if routes and "any" not in routes and (route not in routes if route else "po" not in routes):
        return False
    return not row.form or not line.form or "any" in row.form or line.form in row.form


def _age(case: Case, row: rows.Dose, code: str, unchecked: Unchecked) -> bool:
    days = case.patient.age_days
    if row.age_from is None and row.age_until is None:
        return days is None or days >= ADULT * 365 or bool(row.single_max_kg or row.daily_max_kg or row.weight_from)
    if days is None:
        unchecked.add("patient.age_years", code)
        return row.age_from is None or row.age_from >= ADULT * 365
    return (row.age_from is None or days >= row.age_from) and (row.age_until is None or days < row.age_until)


def _weight(case: Case, row: rows.Dose, code: str, unchecked: Unchecked) -> bool:
    weight = case.patient.weight_kg
    if weight is None:
        unchecked.add("patient.weight_kg", code)
        return False
    return (row.weight_from is None or weight >= row.weight_from) and (
        row.weight_until is None or weight < row.weight_until
    )


def _limits(case: Case, line: Line, part: Part, fitting: list[rows.Dose], unchecked: Unchecked) -> Iterator[Limit]:
    """The limits that count: of plain rows the widest, of lowered ones each."""
    total = _whole_day(case, line, part)
    given = {"single": part.single, "daily": total}
    for what in ("single", "daily"):
        amounts: list[tuple[rows.Dose, Amount, bool]] = []
        lowered: list[tuple[rows.Dose, Amount, bool]] = []
        for row in fitting:
            for found in _row_limits(case, row, what, part.code, unchecked):
                (lowered if row.when else amounts).append((row, *found))
        mine = given[what]
        if mine is None:
            if amounts or lowered:
                unchecked.add(f"{line.place}.{'dose' if what == 'single' else 'frequency'}", part.code)
            continue
        same = [one for one in amounts if one[1].kind == mine.kind]
        if (amounts or lowered) and not same and not [one for one in lowered if one[1].kind == mine.kind]:
            unchecked.add(f"{line.place}.unit", part.code)
            continue
        if same:
            widest = max(same, key=lambda one: one[1].value)
            yield Limit(widest[0], what, widest[1], mine, widest[2])
        for row, most, per_kg in sorted(lowered, key=lambda one: one[1].value)[:1]:
            if most.kind == mine.kind:
                yield Limit(row, what, most, mine, per_kg)


def _row_limits(
    case: Case, row: rows.Dose, what: str, code: str, unchecked: Unchecked
) -> Iterator[tuple[Amount, bool]]:
    """The limit of a row: by weight, under the cap that stands beside it."""
    fixed = row.single_max if what == "single" else row.daily_max
    by_kg = row.single_max_kg if what == "single" else row.daily_max_kg
    weight = case.patient.weight_kg
    if by_kg is not None and weight is None:
        unchecked.add("patient.weight_kg", code)
    if by_kg is not None and weight is not None:
        most = by_kg * weight * ROUNDING_PER_KG
        if fixed is not None and fixed < most:
            yield amount(fixed, row.unit), False
        else:
            yield amount(most, row.unit), True
    elif fixed is not None:
        yield amount(fixed, row.unit), False


def _whole_day(case: Case, line: Line, part: Part) -> Amount | None:
    """What the patient takes of the substance in a day, this order and what runs beside it, renewals left out."""
    if part.daily is None:
        return None
    total = part.daily.value
    for other in case.lines:
        if other is line or other.held or other.local != line.local or part.code not in other.codes:
            continue
        if other.codes == line.codes and other.role != line.role:
            continue
        daily = other.part(part.code).daily
        if daily is not None and daily.kind == part.daily.kind:
            total += daily.value
    return Amount(total, part.daily.kind)


def _over(index: Index, line: Line, part: Part, limit: Limit) -> Finding | None:
    if limit.most.value <= 0 or limit.given.value <= limit.most.value:
        return None
    times = limit.given.value / limit.most.value
    grave = GRAVE_NARROW if NARROW in index.knowledge.names.ingredients[part.code].flags else GRAVE
    tier = "C" if times <= SLIGHT else ("X" if times >= grave else "D")
    name = index.knowledge.names.ingredients[part.code]
    given, most = _shown(limit.given), _shown(limit.most)
    which = ("单次", "one dose") if limit.what == "single" else ("全天", "a day's dose")
    facts = {f"{line.place}.{limit.what}": given, "limit": most}
    return Finding(
        kind="dose",
        table="doses",
        row=limit.row.id,
        tier=tier,
        base=tier,
        problem="dose",
        places=(line.place,),
        codes=(part.code,),
        text_zh=f"{name.name_zh}{which[0]}{given}，超过该患者的上限{most}（{plain(times)}倍）。{limit.row.note_zh}",
        text_en=f"{name.name_en}: {which[1]} of {given} is above {most} for this patient ({plain(times)} times). "
        f"{limit.row.note_en}".strip(),
        action_zh="减量，或注明超量的理由。",
        action_en="Lower the dose, or state the reason.",
        remedies=(f"lower:{most}/{'dose' if limit.what == 'single' else 'd'}",),
        because="",
        could_be=(),
        facts=facts,
        source=limit.row.source,
        read=limit.row.read,
        second=limit.row.second is not None,
        over_permille=math.ceil((1 - limit.most.value / limit.given.value) * 1000),
    )


def _courses(fitting: list[rows.Dose], line: Line, part: Part) -> Iterator[Finding]:
    bounded = [row for row in fitting if row.course_max_days is not None]
    if line.days is not None and bounded and len(bounded) == len(fitting):
        row = max(bounded, key=lambda one: one.course_max_days or 0)
        if line.days > (row.course_max_days or 0):
            yield _plain(
                row,
                line,
                part,
                f"用药{line.days}天，超过该用法的最长疗程{row.course_max_days}天。",
                f"{line.days} days are longer than the longest course of {row.course_max_days} days.",
                (f"end:{row.course_max_days}d",),
                tier="C",
            )
    spaced = [row for row in fitting if row.interval_min_h is not None]
    hours = 24 / line.times if line.times else None
    if hours is not None and spaced:
        row = min(spaced, key=lambda one: one.interval_min_h or Fraction(0))
        least = row.interval_min_h or Fraction(0)
        if hours < least:
            yield _plain(
                row,
                line,
                part,
                f"两次用药平均相隔{plain(hours)}小时，少于{plain(least)}小时。",
                f"Doses are {plain(hours)} hours apart on average, less than {plain(least)}.",
                (f"space:{plain(least)}h",),
                tier="C",
            )


def _too_little(case: Case, line: Line, part: Part, fitting: list[rows.Dose]) -> Iterator[Finding]:
    """Too little of an antimicrobial cures nothing and breeds resistance."""
    least = [row for row in fitting if row.daily_min_kg is not None]
    weight = case.patient.weight_kg
    if not least or weight is None or part.daily is None:
        return
    row = min(least, key=lambda one: one.daily_min_kg or Fraction(0))
    low = amount((row.daily_min_kg or Fraction(0)) * weight * Fraction(9, 10), row.unit)
    if row.daily_max is not None:
        low = Amount(min(low.value, amount(row.daily_max, row.unit).value * Fraction(9, 10)), low.kind)
    if low.kind == part.daily.kind and part.daily.value < low.value:
        yield _plain(
            row,
            line,
            part,
            f"全天{_shown(part.daily)}，低于按体重计算的最低量{_shown(low)}。",
            f"A day's dose of {_shown(part.daily)} is below the least by weight, {_shown(low)}.",
            (),
            tier="C",
        )


def _plain(
    row: rows.Dose, line: Line, part: Part, text_zh: str, text_en: str, remedies: tuple[str, ...], *, tier: str
) -> Finding:
    return Finding(
        kind="dose",
        table="doses",
        row=row.id,
        tier=tier,
        base=tier,
        problem="dose",
        places=(line.place,),
        codes=(part.code,),
        text_zh=text_zh + row.note_zh,
        text_en=f"{text_en} {row.note_en}".strip(),
        action_zh="核对用法、疗程和用量。",
        action_en="Check directions, course and amount.",
        remedies=remedies,
        because="",
        could_be=(),
        facts={f"{line.place}.days": str(line.days), f"{line.place}.daily": _shown(part.daily)},
        source=row.source,
        read=row.read,
        second=row.second is not None,
    )


def _shown(found: Amount | None) -> str:
    """An amount as a person writes it."""
    if found is None:
        return ""
    if found.kind == "activity":
        return f"{plain(found.value)} IU"
    if found.kind == "volume":
        return f"{plain(found.value / 1000)} ml"
    if found.kind == "substance":
        return f"{plain(found.value)} mmol"
    if found.value >= 1_000_000:
        return f"{plain(found.value / 1_000_000)} g"
    if found.value >= 1_000:
        return f"{plain(found.value / 1_000)} mg"
    return f"{plain(found.value)} µg"
