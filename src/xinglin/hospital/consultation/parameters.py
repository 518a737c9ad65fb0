"""Dated data of the consultation: promises, consent texts, questionnaires, vital signs. Read from `data/`, pure."""

import csv
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.signing import digest
from xinglin.hospital.kernel.texts import T

DATA = Path(__file__).parent / "data"

# THE RESPONSE PROMISE


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon a physician answers, and when the fee goes back. Minutes from the request."""

    id: str
    from_on: date
    until_on: date | None
    hour_from: int
    hour_until: int
    promise_minutes: int
    refund_minutes: int
    source: T

    def covers(self, local: datetime) -> bool:
        """Whether the row holds for an instant in Shanghai time; hours may run past midnight."""
        if local.date() < self.from_on or (self.until_on is not None and local.date() > self.until_on):
            return False
        if self.hour_from < self.hour_until:
            return self.hour_from <= local.hour < self.hour_until
        return local.hour >= self.hour_from or local.hour < self.hour_until


@dataclass(frozen=True, slots=True)
class Clock:
    """The instants of one promise."""

    from_at: datetime
    nudge_at: datetime
    promised_by_at: datetime
    refund_by_at: datetime


@cache
def promises() -> tuple[Promise, ...]:
    """Every promise of the table."""
    with (DATA / "promises.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Promise(
                id=row["id"],
                from_on=date.fromisoformat(row["from_on"]),
                until_on=date.fromisoformat(row["until_on"]) if row["until_on"] else None,
                hour_from=int(row["hour_from"]),
                hour_until=int(row["hour_until"]),
                promise_minutes=int(row["promise_minutes"]),
                refund_minutes=int(row["refund_minutes"]),
                source=T(zh=row["source_zh"], en=row["source_en"]),
            )
            for row in csv.DictReader(file)
        )


def promise_at(at: datetime) -> Promise:
    """The promise that holds for a request at this instant. Raises LookupError when the table has a hole."""
    local = at.astimezone(SHANGHAI)
    for promise in promises():
        if promise.covers(local):
            return promise
    raise LookupError(f"no response promise covers {local.isoformat()}")


def clock_from(at: datetime) -> Clock:
    """The clock that starts at this instant: nudge at half time, escalation at the promise, refund at the end."""
    promise = promise_at(at)
    whole = timedelta(minutes=promise.promise_minutes)
    return Clock(at, at + whole / 2, at + whole, at + timedelta(minutes=promise.refund_minutes))


def nudge_at(from_at: datetime, promised_by_at: datetime) -> datetime:
    """Half way between the start of a clock and its promise."""
    return from_at + (promised_by_at - from_at) / 2


# CONSENT


@dataclass(frozen=True, slots=True)
class Consent:
    """One version of the consent text."""

    version: str
    from_on: date
    text: T

    @property
    def sha256(self) -> str:
        """Hash over version and both languages: what is agreed to can be shown to be this text."""
        return digest({"version": self.version, "zh": self.text.zh, "en": self.text.en})


@cache
def consents() -> tuple[Consent, ...]:
    """Every version, oldest first."""
    rows = json.loads((DATA / "consent.json").read_text(encoding="utf-8"))
    found = [Consent(r["version"], date.fromisoformat(r["from_on"]), T(zh=r["zh"], en=r["en"])) for r in rows]
    return tuple(sorted(found, key=lambda c: c.from_on))


def consent_at(at: datetime) -> Consent:
    """The version in force at an instant; before the first version, the first."""
    day = civil_day(at)
    in_force = [c for c in consents() if c.from_on <= day]
    return in_force[-1] if in_force else consents()[0]


# VITAL SIGNS


@dataclass(frozen=True, slots=True)
class Vital:
    """A vital sign stored as an integer; `divisor` turns it into what people write (365 → 36.5)."""

    code: str
    name: T
    unit: T
    divisor: int
    least: int
    most: int
    low: int | None
    high: int | None

    def shown(self, value: int) -> str:
        """The value as people write it."""
        if self.divisor == 1:
            return str(value)
        text = f"{Decimal(value) / Decimal(self.divisor):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def alarming(self, value: int) -> bool:
        """Whether the value needs the physician's attention first."""
        return (self.low is not None and value <= self.low) or (self.high is not None and value >= self.high)

    def checked(self, value: int) -> int:
        """The value itself. Raises InvalidInput naming the field when it lies outside what can be."""
        if not self.least <= value <= self.most:
            reason = T(
                zh="{name}应在 {least} 到 {most} {unit} 之间。", en="{name} lies between {least} and {most} {unit}."
            )
            words = reason.with_(
                name=self.name, least=self.shown(self.least), most=self.shown(self.most), unit=self.unit
            )
            raise InvalidInput(field=self.code, reason=words)
        return value

    def parsed(self, text: str) -> int:
        """The integer for what a person typed. Raises InvalidInput naming the field."""
        try:
            number = Decimal(text.strip().replace("，", ".").replace(",", ".")) * self.divisor
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number != number.to_integral_value():
            step = "1" if self.divisor == 1 else self.shown(1)
            words = T(zh="{name}请填数字，精确到 {step} {unit}。", en="{name}: a number, in steps of {step} {unit}.")
            raise InvalidInput(field=self.code, reason=words.with_(name=self.name, step=step, unit=self.unit))
        return self.checked(int(number))


@cache
def vitals() -> dict[str, Vital]:
    """Every vital sign by code, in the order of the form."""
    with (DATA / "vitals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["code"]: Vital(
            code=row["code"],
            name=T(zh=row["zh"], en=row["en"]),
            unit=T(zh=row["unit_zh"], en=row["unit_en"]),
            divisor=int(row["divisor"]),
            least=int(row["least"]),
            most=int(row["most"]),
            low=int(row["low"]) if row["low"] else None,
            high=int(row["high"]) if row["high"] else None,
        )
        for row in rows
    }
