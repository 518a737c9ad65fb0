"""The price list that the city uses: what terminology says of a medicine or a service, as far as the city needs it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medicine:
    """A product as it is prescribed by default. `counts_days`: the days that a pack lasts can be computed."""

    code: str
    name_zh: str
    name_en: str
    ingredient: str
    atc: str
    price_fen: int
    catalogue_class: str
    selfpay_permille: int
    limit_fen: int | None
    unit_content: int
    units_per_pack: int
    strength_text: str
    pack_text: str
    dose: int
    used: int
    """Dose units that one dose uses up, the unsaved rest of a cut tablet included."""
    dose_unit: str
    frequency: str
    route: str
    period_days: int
    times: int
    counts_days: bool
    trace_prefix: str
    ingredients: tuple[str, ...] = ()
    antimicrobial_grade: str = "none"
    special_class: str = "none"
    decoction: bool = False
    micrograms: int | None = None
    """One dose of the active substance; None for several substances or where the strength is in no mass."""

    def packs_for(self, days: int) -> int:
        """The fewest packs that cover the days; one where no days can be counted."""
        if not self.counts_days:
            return 1
        need = days * self.used * self.times
        pack = self.period_days * self.unit_content * self.units_per_pack
        return max(1, -(-need // pack))

    def days_of(self, packs: int) -> int | None:
        """How many whole days the packs last at the default dose; None where no days can be counted."""
        if not self.counts_days:
            return None
        return packs * self.unit_content * self.units_per_pack * self.period_days // (self.used * self.times)


@dataclass(frozen=True, slots=True)
class Service:
    """A service item of the price list."""

    code: str
    name_zh: str
    name_en: str
    price_fen: int
    catalogue_class: str
    selfpay_permille: int
    limit_fen: int | None


Item = Medicine | Service


@dataclass(frozen=True, slots=True)
class PriceList:
    """All medicines and services of the city by code; a code that is missing is a fault (KeyError)."""

    medicines: Mapping[str, Medicine]
    services: Mapping[str, Service]
