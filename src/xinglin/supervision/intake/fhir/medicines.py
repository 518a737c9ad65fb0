"""What a medicine's name says: substances, strength, form and way of giving.

RxNorm writes ``24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]``: a prefix with the amount or
the hours, each substance with its strength, the form, the brand. Salts are left out; every substance must be known to
our table, or the medicine's substances are unknown: half a combination would hide the other half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xinglin.supervision.intake.fhir.values import scaled
from xinglin.supervision.tables.naming import Substance, medicine_names

PREFIX: Final = re.compile(r"^(?:NDA\d+ )?(?:\d+(?:\.\d+)? (?:ML|HR|ACTUAT|MG) )?", re.IGNORECASE)
BRAND: Final = re.compile(r"\s*\[[^]]*\]\s*$")
PART: Final = re.compile(
    r"^(?P<name>.+?) (?P<amount>\d+(?:\.\d+)?) (?P<unit>(?:MG|MCG|G|UNT|MEQ|IU|ML)(?:/\w+)?|%)(?P<rest>.*)$",
    re.IGNORECASE,
)
SALTS: Final = re.compile(
    r"\b(?:hydrochloride|hydrobromide|sodium|potassium|calcium|magnesium|succinate|tartrate|sulfate|maleate|fumarate|"
    r"acetate|phosphate|citrate|nitrate|besylate|mesylate|trihydrate|monohydrate|anhydrous|macrocrystals|bitartrate|"
    r"propionate|disoproxil|human)\b"
)
ROUTES: Final = (
    ("oral", "po"),
    ("inject", "inj"),
    ("syringe", "inj"),
    ("inhal", "inh"),
    ("ophthalmic", "eye"),
    ("nasal", "nas"),
    ("transdermal", "td"),
    ("vaginal", "pv"),
    ("rectal", "pr"),
    ("topical", "top"),
    ("mucosal", "buccal"),
    ("intrauterine", "iu"),
    ("implant", "implant"),
    ("day pack", "po"),
)
COUNTED: Final = ("tablet", "capsule")
MICROGRAMS: Final = {"MG": 1_000, "MCG": 1, "G": 1_000_000}


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine by its name. `substances` is None where one of them is not known to our table.

    `micrograms` is the mass of the only substance in one tablet or capsule; None for everything else.
    """

    substances: tuple[Substance, ...] | None
    atc: str | None
    route: str | None
    counted: bool
    micrograms: int | None

    @property
    def ingredients(self) -> str | None:
        """The codes of the substances, sorted and joined."""
        return None if self.substances is None else "|".join(sorted(one.code for one in self.substances))


@lru_cache(maxsize=10_000)
def medicine(words: str) -> Medicine:
    """What a name says."""
    names = medicine_names()
    plain = BRAND.sub("", PREFIX.sub("", words.strip(), count=1))
    route = next((code for word, code in ROUTES if word in plain.lower()), None)
    counted = any(word in plain.lower() for word in COUNTED)
    brand = names.brands.get(plain.lower().split(" ")[0]) if plain else None
    if brand is not None:
        found: tuple[Substance, ...] | None = tuple(names.by_code[code] for code in brand.split("|"))
        strengths: list[int | None] = []
    else:
        parts = [PART.match(part) for part in plain.split(" / ")]
        known = [
            substance(part["name"] if part else text) for part, text in zip(parts, plain.split(" / "), strict=True)
        ]
        found = None if None in known else tuple(one for one in known if one is not None)
        strengths = [_micrograms(part) for part in parts]
    alone = strengths[0] if len(strengths) == 1 and counted else None
    return Medicine(found, _atc(found, route), route, counted, alone)


def substance(name: str) -> Substance | None:
    """The substance of a name, its salt left out; None where our table does not hold it."""
    known = medicine_names().substances
    plain = re.sub(r"[(),]", " ", name.lower())
    tried = (plain, SALTS.sub(" ", plain))
    return next((known[text] for form in tried if (text := " ".join(form.split())) in known), None)


def _micrograms(part: re.Match[str] | None) -> int | None:
    if part is None or part["unit"].upper() not in MICROGRAMS:
        return None
    return scaled(part["amount"], MICROGRAMS[part["unit"].upper()], "strength")


def _atc(found: tuple[Substance, ...] | None, route: str | None) -> str | None:
    """The ATC code of a substance given alone (in this way, where that matters) or of a combination of our table."""
    if not found:
        return None
    if len(found) == 1:
        return medicine_names().by_route.get((found[0].code, route or "")) or found[0].atc or None
    return medicine_names().combinations.get("|".join(sorted(one.code for one in found)))
