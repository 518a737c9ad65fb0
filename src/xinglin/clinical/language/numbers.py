"""Numbers with their quantity: temperatures, blood pressure, laboratory values, in the quantity's own unit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from xinglin.clinical.language.lexicon import Lexicon
from xinglin.clinical.language.normal import normalise
from xinglin.clinical.language.normals import panels, said_beyond, said_normal
from xinglin.clinical.language.reading import Told

ADULT: Final = 30.0
"""Age taken for the bands of a text that tells none."""
_NUMBER: Final = re.compile(
    r"(?:\s|[:=是为有达到在约高至近]|大概|左右|最高|检查|测得|测|量|量了|结果|显示|报告|升至|降至|升高|降低"
    r"|偏高|偏低|平时|波动|就|只|\(|\)|,(?=\s?\d)"
    r"|of\b|is\b|was\b|at\b|to\b|up\b|around\b|about\b|reads?\b|reading\b|read\b|reached\b|hit\b|went\b|got\b"
    r"|over\b|above\b|below\b|only\b|spiked\b|measured\b|just\b|low\b|high\b|level\b|count\b|today\b"
    r"|elevated\b|raised\b|>|<|~|≥|≤|-(?=\s)){0,6}"
    r"(?P<n>\d{1,6}(?:,\d{3})*(?:\.\d+)?)(?![\d.]*\d|\s?(?:年|月|日|天前|days|weeks|years|hours|months|day\b"
    r"|mg\b(?!/)|times"
    r"|次(?!/|每)))"
)
_PAIR: Final = re.compile(r"\s*(?:/|over|到|比|-|~|与|和|,\s?(?:低压|舒张压))\s*(?P<low>\d{2,3})(?!\d)")
_BARE_PRESSURE: Final = re.compile(
    r"(?<![\d./])(?P<n>\d{2,3})\s*(?:/|over)\s*(?P<low>\d{2,3})(?!\d|/)\s*(?P<u>mm\s?hg|毫米汞柱)?"
)
_BARE_TEMPERATURE: Final = re.compile(
    r"(?<![\d.])(?P<n>\d{2,3}(?:\.\d{1,2})?)\s*(?:度(?P<tenth>\d)?|℃|°\s?[cf]\b|摄氏度|℉|degrees?(?:\s*(?:c|f"
    r"|celsius|fahrenheit|centigrade))?\b|c\b|f\b|(?:celsius|fahrenheit)\b)"
)
_SPOKEN: Final = re.compile(
    r"(?P<tens>三十|四十)(?P<ones>[一二五六七八九])?(?:度|点)(?P<half>半|[一二三四五六七八九])?"
)
_BARE_SATURATION: Final = re.compile(
    r"(?<![\d.])(?P<n>\d{2,3})\s?%\s*(?:on (?:room air|ra|air|oxygen|\d)|spo2|saturation|sats)"
)
_SHORT: Final = 2
_NEWBORN: Final = 0.1
_MOST_MG: Final = 40
"""A newborn's bilirubin up to this, without a unit, is in mg/dL; in µmol/L it would be that of no newborn."""
_COLDEST_FAHRENHEIT: Final = 80.0
_COLDEST_UNNAMED: Final = 34.0
"""Below this a number of degrees without a scale is an angle."""
_ZH_DIGITS: Final = dict(zip("一二三四五六七八九", range(1, 10), strict=True))


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a quantity in its own unit. `normal`: the text only says that the quantity is normal; no value."""

    quantity: str
    value: float | None
    unit: str
    start: int
    end: int
    beyond: str = ""
    """`high` or `low`, when the text says that instead of a value."""


def numbers(text: str, shown: str, lexicon: Lexicon, age_years: float | None = None) -> list[Number]:
    """Every number with a quantity in a normalised text (`shown` is the text as written), from left to right."""
    reading = _Numbers(text, shown, lexicon, age_years)
    found: list[Number] = []
    for one in (*reading.pressures(), *reading.named(), *reading.bare(), *reading.normals(), *reading.beyond()):
        if not any(one.quantity == old.quantity and one.start < old.end and old.start < one.end for old in found[-40:]):
            found.append(one)
    return sorted(found, key=lambda one: (one.start, one.end, one.quantity))


class _Numbers:
    """One search for numbers."""

    def __init__(self, text: str, shown: str, lexicon: Lexicon, age_years: float | None) -> None:
        self._newborn = age_years is not None and age_years < _NEWBORN
        self._text, self._quantities, self._bands = text, lexicon.quantities, lexicon.bands
        self._names = [
            (name, start, end)
            for start, end, names in lexicon.measures.scan(text, _named_for_sure(shown), lambda _: False)
            for name in names
        ]

    def pressures(self) -> Iterator[Number]:
        """Two numbers that are a blood pressure: 180/110, 血压160到100."""
        for name, start, end in self._names:
            if name != "sbp" or (match := _NUMBER.match(self._text, end)) is None:
                continue
            pair = _PAIR.match(self._text, match.end())
            if pair:
                yield from self._pair(match["n"], pair["low"], start, match.end("n"), pair.start("low"), pair.end())
        for match in _BARE_PRESSURE.finditer(self._text):
            high, low = float(match["n"]), float(match["low"])
            if match["u"] or (90 <= high <= 260 and 50 <= low <= 150 and high - low >= 20):
                yield from self._pair(
                    match["n"], match["low"], match.start(), match.end("n"), match.start(), match.end()
                )

    def _pair(self, high: str, low: str, start: int, middle: int, second: int, end: int) -> Iterator[Number]:
        if float(low) < float(high) <= 320:
            if "sbp" in self._quantities:
                yield Number("sbp", float(high), "mmHg", start, end)
            if "dbp" in self._quantities:
                yield Number("dbp", float(low), "mmHg", start, end)

    def named(self) -> Iterator[Number]:
        """A quantity's name with a number after it."""
        for name, start, end in self._names:
            match = _NUMBER.match(self._text, end)
            if match is None:
                continue
            figure = float(match["n"].replace(",", ""))
            value, stop = self._valued(name, figure, match.end("n"))
            if value is not None:
                quantity = "temperature" if name == "temperature_f" else name
                yield Number(quantity, value, self._quantities[quantity].unit, start, stop)

    def bare(self) -> Iterator[Number]:
        """Temperatures and saturations that are known by their unit alone."""
        if "temperature" in self._quantities:
            for match in _BARE_TEMPERATURE.finditer(self._text):
                value = celsius(float(match["n"]) + (int(match["tenth"]) / 10 if match["tenth"] else 0))
                fahrenheit = match.group().rstrip().endswith(("f", "fahrenheit", "℉"))
                named = re.search(r"[cf℃℉]|摄氏", match.group()) is not None
                coldest = _COLDEST_FAHRENHEIT if fahrenheit else 25.0 if named else _COLDEST_UNNAMED
                if value is not None and float(match["n"]) > coldest:
                    yield Number("temperature", value, "C", match.start(), match.end())
            for match in _SPOKEN.finditer(self._text):
                value = (30.0 if match["tens"] == "三十" else 40.0) + _ZH_DIGITS.get(match["ones"] or "", 0)
                value += 0.5 if match["half"] == "半" else _ZH_DIGITS.get(match["half"] or "", 0) / 10
                yield Number("temperature", value, "C", match.start(), match.end())
        if "spo2" in self._quantities:
            for match in _BARE_SATURATION.finditer(self._text):
                if 40 <= float(match["n"]) <= 100:
                    yield Number("spo2", float(match["n"]), "%", match.start(), match.end())

    def normals(self) -> Iterator[Number]:
        """Quantities of which the text says only that they are normal, panels too."""
        places = list(self._names)
        places += [(name, start, end) for names, start, end in panels(self._text) for name in names]
        for name, start, end in places:
            span = said_normal(self._text, start, end)
            if name in self._quantities and span:
                yield Number(name, None, self._quantities[name].unit, *span)

    def beyond(self) -> Iterator[Number]:
        """Quantities that the text calls high or low without a number."""
        for name, start, end in self._names:
            if name not in _NO_HIGH_OR_LOW and (said := said_beyond(self._text, end)):
                yield Number(name, None, self._quantities[name].unit, start, said[1], said[0])

    def _valued(self, name: str, figure: float, end: int) -> tuple[float | None, int]:
        """The number in the quantity's unit, and where its unit ends; None for what cannot be."""
        quantity = self._quantities[name]
        if name in {"temperature", "temperature_f"}:
            tail = re.match(r"\s*(?:度(\d)?|℃|℉|°\s?[cf]?|degrees?(?: [cf]\b)?|[cf]\b)?", self._text[end : end + 12])
            tenth = int(tail[1]) / 10 if tail and tail[1] else 0.0
            return celsius(figure + tenth), end + (tail.end() if tail else 0)
        unit, stop = self._unit(quantity, end)
        if unit is not None:
            return self._plausible(quantity, figure * unit), stop
        if name in _UNIT_NEEDED:
            return None, end
        if name == "bilirubin" and self._newborn and figure <= _MOST_MG:
            return self._plausible(quantity, figure * 17.1), end
        fitting = [figure * factor for factor in (1.0, *(float(factor) for _, factor in quantity.units))]
        fitting = [value for value in fitting if self._plausible(quantity, value) is not None]
        return (min(fitting, key=lambda value: self._strange(name, value)) if fitting else None), end

    def _unit(self, quantity: Any, end: int) -> tuple[float | None, int]:
        """The factor of the unit that follows a number."""
        match = re.match(r"\s*", self._text[end : end + 3])
        start = end + (match.end() if match else 0)
        for unit, factor in sorted(((quantity.unit, "1"), *quantity.units), key=lambda pair: -len(pair[0])):
            plain = _plain_unit(unit)
            for stop in range(start + len(plain), min(len(self._text), start + len(plain) + 5) + 1) if plain else ():
                if _plain_unit(self._text[start:stop]) == plain and not self._letters_meet(stop):
                    return float(factor), stop
        return None, end

    def _letters_meet(self, place: int) -> bool:
        pair = self._text[place - 1 : place + 1]
        return len(pair) == 2 and pair.isascii() and pair.isalpha()

    def _plausible(self, quantity: Any, value: float) -> float | None:
        low, high = quantity.low, quantity.high
        fits = (low is None or value >= low) and (high is None or value <= high)
        return round(value, 3) if fits else None

    def _strange(self, name: str, value: float) -> float:
        """How far a value is from the middle of its bands: tells which unit was left out."""
        edges = [edge for band in self._bands if band.quantity == name for edge in (band.start, band.below) if edge]
        if not edges or value <= 0:
            return 0.0
        return abs(math.log(value) - sum(math.log(edge) for edge in edges) / len(edges))


_UNIT_NEEDED: Final = frozenset({"weight_loss_kg"})
_NO_HIGH_OR_LOW: Final = frozenset({"weight_loss_kg", "spo2", "temperature", "temperature_f"})


def _named_for_sure(shown: str) -> Callable[[str, int, int], bool]:
    """A name of one or two Latin letters (T, P, BP) counts with a capital letter only."""
    return lambda text, start, end: end - start > _SHORT or not text[start].isascii() or shown[start].isupper()


def celsius(figure: float) -> float | None:
    """A body temperature in degrees Celsius, whichever scale it was given in; None when no body has it."""
    if 25 <= figure <= 43.5:
        return round(figure, 2)
    return round((figure - 32) / 1.8, 2) if 80 <= figure <= 113 else None


def _plain_unit(unit: str) -> str:
    return (
        normalise(unit)
        .replace("×", "x")
        .replace("µ", "u")
        .replace("μ", "u")
        .replace(" ", "")
        .removeprefix("x")
        .replace("^", "")
        .replace("*", "")
    )


def in_age(band: Any, told: Told) -> bool:
    """Whether a band is for this age; without an age, whether it is for an adult."""
    age = ADULT if told.age_years is None else told.age_years
    return not (
        (band.age_from is not None and age < band.age_from) or (band.age_until is not None and age >= band.age_until)
    )


def in_band(band: Any, value: float, told: Told) -> bool:
    """Whether a value lies in a band that is for this age and sex; without an age the bands of an adult count."""
    if not in_age(band, told):
        return False
    if band.sex and told.sex and band.sex[0].lower() != told.sex[0]:
        return False
    return (band.start is None or value >= band.start) and (band.below is None or value < band.below)
