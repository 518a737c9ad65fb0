"""Policies: what a pooling area pays for whom, for which kind of care, where, in which year. Dated data, not code.

A policy is found by (area, insurance type, person type, care type, institution level, year); a missing one is an
error that names the key, never a silent zero. The figures that come with the package are invented examples for the demo
city and say so in their papers.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

from xinglin.benefits.rounding import PERMILLE


class CareType(StrEnum):
    """Kind of care (`med_type`, national and common local codes)."""

    OUTPATIENT = "11"
    CHRONIC = "140104"
    SPECIAL = "140201"
    INPATIENT = "21"


class InsuranceType(StrEnum):
    """Insurance type (`insutype`)."""

    EMPLOYEE = "310"
    RESIDENT = "390"


class PersonType(StrEnum):
    """First two digits of the person type (`psn_type`)."""

    EMPLOYEE_ACTIVE = "11"
    EMPLOYEE_RETIRED = "12"
    RESIDENT_CHILD = "14"
    RESIDENT_ADULT = "15"


class Filing(StrEnum):
    """How care outside the home area was announced (备案)."""

    AT_HOME = "at_home"
    REFERRED = "referred"
    NOT_FILED = "not_filed"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """What decides which policy holds. `level` is the institution's level 1, 2 or 3; `disease` only in chronic care."""

    area: str
    insurance_type: str
    person_type: str
    care_type: str
    level: int
    year: int
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """The share that the pooled fund pays of cumulative in-scope cost up to a bound (None: without bound)."""

    up_to_fen: int | None
    permille: int


@dataclass(frozen=True, slots=True)
class AwayTerms:
    """What changes for care in another area: another deductible (None: the same) and fewer permille on each tier."""

    deductible_fen: int | None
    minus_permille: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters of one scheme.

    `deductible_fen` is yearly (per stay in inpatient care, then by number of admission: the last entry of
    `later_deductibles_fen` holds for all further ones). `cap_fen` limits the basic fund a year. Above the cap
    `large_sum_permille` of what the cap cut off is paid by the large-sum fund. When a person's own in-scope burden of
    the year exceeds `serious_from_fen`, `serious_permille` of the excess is paid by serious-illness insurance.
    `account_pays_all` lets the personal account pay also what is out of scope.
    """

    id: str
    key: PolicyKey
    deductible_fen: int
    tiers: tuple[Tier, ...]
    cap_fen: int | None = None
    later_deductibles_fen: tuple[int, ...] = ()
    large_sum_permille: int = 0
    serious_from_fen: int | None = None
    serious_permille: int = 0
    account_pays_all: bool = False
    tiers_by_stay: bool = False
    away: Mapping[Filing, AwayTerms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.tiers or self.tiers[-1].up_to_fen is not None:
            raise ValueError(f"policy {self.id}: the last tier must be without bound")
        bounds = [tier.up_to_fen or 0 for tier in self.tiers[:-1]]
        if any(a >= b for a, b in pairwise([0, *bounds])):
            raise ValueError(f"policy {self.id}: the bounds of the tiers must rise")
        shares = [*(tier.permille for tier in self.tiers), self.large_sum_permille, self.serious_permille]
        if any(not 0 <= s <= PERMILLE for s in shares):
            raise ValueError(f"policy {self.id}: shares lie between 0 and 1000 permille")
        if self.deductible_fen < 0 or (self.cap_fen is not None and self.cap_fen < 0):
            raise ValueError(f"policy {self.id}: deductible and cap must not be negative")

    def deductible(self, *, admission: int = 1, filing: Filing = Filing.AT_HOME) -> int:
        """The deductible in fen for this admission of the year and this kind of filing."""
        terms = self.away.get(filing)
        if terms is not None and terms.deductible_fen is not None:
            return terms.deductible_fen
        if admission <= 1 or not self.later_deductibles_fen:
            return self.deductible_fen
        return self.later_deductibles_fen[min(admission - 2, len(self.later_deductibles_fen) - 1)]

    def permille(self, tier: Tier, filing: Filing) -> int:
        """The fund's share in a tier after the reduction for care elsewhere."""
        terms = self.away.get(filing)
        return max(0, tier.permille - terms.minus_permille) if terms else tier.permille


@dataclass(frozen=True, slots=True)
class Disease:
    """A chronic or special outpatient disease of an area: which diagnoses it means and what its list holds.

    `diagnoses` are prefixes of ICD-10 codes, `atc` prefixes of ATC codes, `services` codes of service items.
    """

    code: str
    name_zh: str
    name_en: str
    diagnoses: tuple[str, ...]
    atc: tuple[str, ...]
    services: tuple[str, ...] = ()

    def covers(self, *, code: str, atc: str) -> bool:
        """Whether an item is on the disease's list."""
        return code in self.services or any(bool(atc) and atc.startswith(prefix) for prefix in self.atc)

    def means(self, diagnoses: Iterable[str]) -> bool:
        """Whether one of the diagnoses is this disease."""
        return any(diagnosis.startswith(prefix) for diagnosis in diagnoses for prefix in self.diagnoses)


class NoPolicy(LookupError):
    """No policy is on file for a key. Nothing may be settled; the key says what to add."""

    def __init__(self, key: PolicyKey) -> None:
        self.key = key
        super().__init__(f"no policy for {key}")


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All policies and disease lists of one publication, with its papers."""

    papers: Mapping[str, str]
    policies: Mapping[PolicyKey, Policy]
    diseases: Mapping[str, Disease]

    def find(self, key: PolicyKey) -> Policy:
        """The policy for a key. Raises NoPolicy."""
        if key not in self.policies:
            raise NoPolicy(key)
        return self.policies[key]


def read_book(document: Mapping[str, Any]) -> PolicyBook:
    """Build and validate a book from its JSON form; two rows for one key are refused."""
    policies: dict[PolicyKey, Policy] = {}
    for row in document["policies"]:
        for policy in _expand(row, document["area"]):
            if policy.key in policies:
                raise ValueError(f"two rows give a policy for {policy.key}")
            policies[policy.key] = policy
    diseases = {
        row["code"]: Disease(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            diagnoses=tuple(row["diagnoses"]),
            atc=tuple(row["atc"]),
            services=tuple(row.get("services", ())),
        )
        for row in document["diseases"]
    }
    return PolicyBook(papers=document["papers"], policies=policies, diseases=diseases)


def _expand(row: Mapping[str, Any], area: str) -> Iterable[Policy]:
    """One row of the file stands for every combination of its person types, levels, years and diseases."""
    combinations = product(row["person_types"], row["levels"], row["years"], row.get("diseases", [""]))
    for person_type, level, year, disease in combinations:
        key = PolicyKey(area, row["insurance_type"], person_type, row["care_type"], level, year, disease)
        suffix = f":{disease}" if disease else ""
        yield Policy(
            id=f"{row['id']}:{person_type}:L{level}:{year}{suffix}",
            key=key,
            deductible_fen=row["deductible_fen"],
            tiers=tuple(Tier(tier.get("up_to_fen"), tier["permille"]) for tier in row["tiers"]),
            cap_fen=row.get("cap_fen"),
            later_deductibles_fen=tuple(row.get("later_deductibles_fen", ())),
            large_sum_permille=row.get("large_sum_permille", 0),
            serious_from_fen=row.get("serious_from_fen"),
            serious_permille=row.get("serious_permille", 0),
            tiers_by_stay=row.get("tiers_by_stay", False),
            away={
                Filing(name): AwayTerms(terms.get("deductible_fen"), terms["minus_permille"])
                for name, terms in row.get("away", {}).items()
            },
        )


@cache
def demo_book() -> PolicyBook:
    """The policies of the demo city: invented figures, see their papers."""
    text = (files("xinglin.benefits") / "data" / "demo_city.json").read_text(encoding="utf-8")
    return read_book(json.loads(text))
