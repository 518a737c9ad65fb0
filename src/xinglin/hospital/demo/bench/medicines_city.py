"""Prescriptions of the demo city as cases, and how often they would interrupt: the burden of alarms.

A resident brings the year's illness, age, sex, every diagnosis that is known of the person and what is taken every day.
The city knows no weights, no laboratory values and no pregnancies, so those are absent, as they would be where nobody
wrote them down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines.checking import check
from xinglin.hospital.demo.bench.medicines_scenarios import GRAVENESS, LOUD
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.prices import Medicine

SEED: Final = 20
SCALE: Final = 0.05
CITY_DATE: Final = date(2026, 11, 20)
PRESCRIBED: Final = frozenset({"outpatient", "online", "emergency", "dialysis"})
CHANNELS: Final = {"online": "online", "emergency": "emergency"}
MOST_CARDS: Final = 2
UNITS: Final[Mapping[str, str]] = {"ug": "ug", "ng": "ng", "IU": "IU"}
COUNTED: Final[Mapping[str, str]] = {"片": "片", "囊": "粒", "粒": "粒", "丸": "丸", "颗粒": "袋", "散": "袋"}


@dataclass(slots=True)
class Burden:
    """Counts over prescriptions. `loud` counts cards as if every row had been read a second time."""

    prescriptions: int = 0
    lines: int = 0
    interrupting: int = 0
    """Cards that interrupt now: rows without a second reading never do."""
    loud: int = 0
    interactions: int = 0
    gravest: int = 0
    pharmacist: int = 0
    not_read: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    quiet_rows: Counter[str] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)

    def per_hundred(self, count: int) -> float:
        """So many per 100 prescriptions."""
        return 100 * count / max(1, self.prescriptions)


def city() -> City:
    """The city of the benchmark: a twentieth of the usual size, a year of care."""
    from xinglin.benefits.policy import demo_book
    from xinglin.hospital.demo.city.city import build
    from xinglin.hospital.demo.pricing import price_list

    return build(seed=SEED, scale=SCALE, city_date=CITY_DATE, prices=price_list(), book=demo_book())


def cases(made: City) -> Iterator[dict[str, Any]]:
    """Every honest prescription of the year as a case of the contract, in the order of days."""
    for number, visit in enumerate(made.encounters):
        orders = [made.prices.medicines[code] for code, _ in visit.items if code in made.prices.medicines]
        if orders and not visit.plant and visit.kind in PRESCRIBED:
            yield _case(made, made.residents[visit.person], visit, orders, number)


def _case(made: City, person: Resident, visit: Encounter, orders: list[Medicine], number: int) -> dict[str, Any]:
    habit = made.habits.get(person.index)
    regular = [code for codes in habit.regimens.values() for code in codes] if habit else []
    known = [*visit.codes, *(habit.codes.values() if habit else ())]
    years = Fraction((visit.on - person.birth_on).days * 4, 1461)
    return {
        "id": f"city-{number}",
        "on": visit.on.isoformat(),
        "patient": {
            "age_years": f"{float(years):.2f}",
            "sex": person.sex,
            "allergies": [],
            "diagnoses": list(dict.fromkeys(known)),
            **({"dialysis": True} if person.on_dialysis else {}),
        },
        "current": [_line(made.prices.medicines[code]) for code in dict.fromkeys(regular)],
        "orders": [_line(one) | {"days": max(1, visit.days)} for one in orders],
        "institution": {"channel": CHANNELS.get(visit.kind, "outpatient")},
    }


def _line(one: Medicine) -> dict[str, Any]:
    strength = "" if "每" in one.strength_text else one.strength_text
    line: dict[str, Any] = {"drug": one.name_zh, "frequency": one.frequency, "route": one.route}
    if strength:
        line["strength"] = strength
    if one.dose_unit in UNITS:
        return line | {"dose": one.dose, "unit": UNITS[one.dose_unit]}
    if one.dose_unit == "ul":
        return line | {"dose": one.dose / 1000, "unit": "ml"}
    word = next((unit for ending, unit in COUNTED.items() if one.name_zh.endswith(ending)), "")
    return line | {"dose": one.dose / 1000, "unit": word} if word else line


def measure(found: Iterable[Mapping[str, Any]], knowledge: Knowledge) -> Burden:
    """The burden of some cases."""
    burden = Burden()
    for case in found:
        count(burden, case, check(case, knowledge))
    return burden


def count(burden: Burden, case: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """One answer more."""
    burden.prescriptions += 1
    burden.lines += len(case["orders"])
    burden.not_read += sum(one["fact"] == "drug" for one in told["unchecked"])
    burden.interrupting += sum(card["interrupts"] for card in told["cards"])
    by_problem: dict[str, list[Mapping[str, Any]]] = {}
    for one in told["findings"]:
        if one["accepted_on"] is None:
            by_problem.setdefault(one["problem"], []).append(one)
    loud = [[one for one in many if one["tier"] in LOUD] for many in by_problem.values()]
    loud = [many for many in loud if many]
    burden.loud += min(MOST_CARDS, len(loud))
    burden.interactions += any(one["kind"] == "interaction" for many in loud for one in many)
    burden.gravest += any(one["tier"] == "X" for many in loud for one in many)
    burden.pharmacist += sum(
        any(GRAVENESS[one["tier"]] >= GRAVENESS["C"] for one in many) for many in by_problem.values()
    )
    _rows(burden, told["findings"])


def _rows(burden: Burden, findings: Iterable[Mapping[str, Any]]) -> None:
    for kind in {one["kind"] for one in findings if one["tier"] in LOUD}:
        burden.kinds[kind] += 1
    for row, tier in {(one["row"], one["tier"]) for one in findings if one["tier"] != "B"}:
        (burden.rows if tier in LOUD else burden.quiet_rows)[row] += 1
    for one in findings:
        names = " + ".join(drug["en"] for drug in one["drugs"])
        burden.words.setdefault(one["row"], f"{names}: {one['text']['en']}")
