"""A case as the checks see it: a patient, what is ordered, what is already taken, and where. All amounts are exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from xinglin.clinical.knowledge.naming import LOCAL_ROUTES
from xinglin.clinical.knowledge.units import Amount

ORDER: Final = "order"
CURRENT: Final = "current"


@dataclass(frozen=True, slots=True)
class Part:
    """One substance of a line: `single` in one dose, `daily` in a day; None where it cannot be told."""

    code: str
    single: Amount | None = None
    daily: Amount | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One medicine that is ordered or already taken."""

    index: int
    role: str
    text: str
    parts: tuple[Part, ...]
    name_zh: str = ""
    name_en: str = ""
    route: str = ""
    form: str = ""
    days: int | None = None
    times: Fraction | None = None
    """Doses a day; a weekly medicine has a seventh."""
    prn: bool = False
    single_dose: bool = False
    intents: frozenset[str] = frozenset()
    held: bool = False
    """Recorded as stopped for the time in which the new order runs."""
    herbs: tuple[str, ...] = ()
    patent: str = ""
    codes: frozenset[str] = field(init=False, repr=False, compare=False)
    """The substances of the line: asked so often that it is worked out once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(part.code for part in self.parts))

    @property
    def ordered(self) -> bool:
        """Written now, not already taken."""
        return self.role == ORDER

    @property
    def local(self) -> bool:
        """Put where it works, by a route that the case names."""
        return self.route in LOCAL_ROUTES

    @property
    def place(self) -> str:
        """How an answer names the line: ``orders[0]``."""
        return f"{'orders' if self.ordered else 'current'}[{self.index}]"

    def part(self, code: str) -> Part:
        """The part of a substance. Raises KeyError where the line does not hold it."""
        for part in self.parts:
            if part.code == code:
                return part
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class LabValue:
    """A measurement in the unit of the table; `days_old` is None where no day is given."""

    value: Fraction
    days_old: int | None = None


@dataclass(frozen=True, slots=True)
class AllergyRecord:
    """A recorded allergy: the substances that it names, and how it showed (any, immediate, severe, intolerance)."""

    text: str
    codes: frozenset[str]
    reaction: str = "any"


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known of the patient. None is unknown, never *no*."""

    age_days: int | None = None
    age_years: Fraction | None = None
    sex: str = ""
    weight_kg: Fraction | None = None
    height_cm: Fraction | None = None
    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None
    egfr: Fraction | None = None
    crcl: Fraction | None = None
    dialysis: bool = False
    child_pugh: str = ""
    labs: Mapping[str, LabValue] = field(default_factory=dict)
    stale_labs: frozenset[str] = frozenset()
    allergies: tuple[AllergyRecord, ...] | None = ()
    """None where nobody asked."""
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Institution:
    """Where the order is written, as far as the law of medicines asks."""

    channel: str = ""
    """online, outpatient, emergency or inpatient; empty where it is not said."""
    antimicrobial_right: str = ""
    """The highest grade that the physician may order: none, unrestricted, restricted, special; empty where not said."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be read or checked: the place in the case, the fact that is missing, why, for what."""

    place: str
    fact: str
    why_zh: str
    why_en: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One prescription to be checked."""

    id: str
    on: date | None
    patient: Patient
    orders: tuple[Line, ...]
    current: tuple[Line, ...]
    institution: Institution = Institution()
    accepted: Mapping[str, date] = field(default_factory=dict)
    """Tickets of findings that the physician accepted before, and when."""
    unknown: tuple[Unknown, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All medicines, ordered ones first."""
        return self.orders + self.current
