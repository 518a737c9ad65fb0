"""The values that other modules receive: plain, frozen, without a database behind them."""

from dataclasses import dataclass
from datetime import date

from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class IngredientPart:
    """One ingredient of a product: `strength_units` of `unit` (ug, ng, IU or milli) in one counted unit of it."""

    code: str
    name_zh: str
    name_en: str
    strength_units: int
    unit: str
    atc: str = ""


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """A medicine as it is ordered: one form, strength and pack, made by nobody in particular.

    Doses are whole `dose_unit`s: ug (microgram), ng (nanogram), IU, ul (microlitre) or milli (a thousandth of a counted
    piece, so that half a tablet is 500). `unit_content` is how many of them one counted unit (tablet, bottle, pen)
    holds. People write doses in `write_unit`, each of which is `dose_units_per_write_unit` dose units. Prices
    are fen a pack. Class, share, limit and price are invented for the demo city. `default_dose` 0:
    none can be proposed.
    """

    code: str
    name_zh: str
    name_en: str
    ingredients: tuple[IngredientPart, ...]
    atc: str
    form_code: str
    form_zh: str
    form_en: str
    strength_zh: str
    strength_en: str
    dose_unit: str
    write_unit_zh: str
    write_unit_en: str
    dose_units_per_write_unit: int
    unit_content: int
    count_unit_zh: str
    count_unit_en: str
    units_per_pack: int
    pack_zh: str
    pack_en: str
    routes: tuple[str, ...]
    default_dose: int
    default_frequency: str
    default_days: int
    splittable: str
    is_injection: bool
    online_injection_allowed: bool
    is_decoction: bool
    no_days: bool
    needs_skin_test: bool
    cold_chain: bool
    high_risk: bool
    special_class: str
    special_since: str
    antimicrobial_grade: str
    catalogue_class: str
    selfpay_share_permille: int
    price_limit_fen: int | None
    price_fen: int
    valid_from_on: date | None = None
    valid_until_on: date | None = None

    @property
    def name(self) -> T:
        """The generic name."""
        return T(zh=self.name_zh, en=self.name_en)

    @property
    def strength(self) -> T:
        """The strength as the label writes it."""
        return T(zh=self.strength_zh, en=self.strength_en)

    @property
    def pack(self) -> T:
        """What one pack holds."""
        return T(zh=self.pack_zh, en=self.pack_en)

    @property
    def write_unit(self) -> T:
        """The unit in which people write a dose."""
        return T(zh=self.write_unit_zh, en=self.write_unit_en)

    @property
    def strength_text(self) -> str:
        """The strength in Chinese, for signed texts."""
        return self.strength_zh

    @property
    def pack_text(self) -> str:
        """The pack in Chinese, for signed texts."""
        return self.pack_zh

    @property
    def pack_content(self) -> int:
        """Dose units in one pack."""
        return self.unit_content * self.units_per_pack

    @property
    def substances(self) -> str:
        """The codes of the active substances, sorted and joined by a bar; empty for none."""
        return "|".join(sorted(part.code for part in self.ingredients))


@dataclass(frozen=True, slots=True)
class DiagnosisInfo:
    """A diagnosis: an ICD-10 code with its dot, names in our own words or from a national edition.

    `age_min_days` and `age_max_days` bound the ages at which it makes sense (None: no bound); `sex` is M, F or empty.
    """

    code: str
    name_zh: str
    name_en: str
    chronic_group: str
    acute_danger: bool
    chapter: str = ""
    sex: str = ""
    age_min_days: int | None = None
    age_max_days: int | None = None
    edition: str = "xinglin"
    valid_from_on: date | None = None
    valid_until_on: date | None = None

    @property
    def name(self) -> T:
        """The diagnosis in words."""
        return T(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class IngredientInfo:
    """An active substance: INN, ATC code (empty where WHO gives none), special control, antimicrobial grade."""

    code: str
    name_zh: str
    name_en: str
    aliases_zh: tuple[str, ...]
    aliases_en: tuple[str, ...]
    atc: str
    special_class: str
    special_since: str
    antimicrobial_grade: str
    source: str


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """A service that is charged. Codes, classes and prices are invented for the demo city."""

    code: str
    category: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    price_fen: int
    catalogue_class: str
    selfpay_share_permille: int
    price_limit_fen: int | None
    online: bool
    title: str
    valid_from_on: date | None = None
    valid_until_on: date | None = None

    @property
    def name(self) -> T:
        """The service in words."""
        return T(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class ListItem:
    """What every entry of a short list has: a code and a name in both languages."""

    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> T:
        """The entry in words."""
        return T(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class Frequency(ListItem):
    """How often: `times` doses in every `period_days` days. st and prn give no days' supply."""

    period_days: int
    times: int
    gives_days_supply: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Department(ListItem):
    """A clinical department of the national list; `parent` is its two-digit group."""

    aliases_zh: tuple[str, ...]
    parent: str
    is_paediatric: bool
    online: bool


@dataclass(frozen=True, slots=True)
class Route(ListItem):
    """How a medicine enters the body."""

    national_code: str
    is_injection: bool
    is_local: bool


@dataclass(frozen=True, slots=True)
class ChronicGroup(ListItem):
    """Diagnoses that count as one chronic disease, and for how many months evidence of it stays fresh."""

    icd_categories: tuple[str, ...]
    evidence_months: int


@dataclass(frozen=True, slots=True)
class OverrideReason(ListItem):
    """A coded reason for going on in spite of a reminder; some need words as well."""

    needs_text: bool
    family: str


@dataclass(frozen=True, slots=True)
class ReviewCode(ListItem):
    """A coded remark of the pharmacist's review: irregular, inappropriate or abnormal."""

    kind: str


@dataclass(frozen=True, slots=True)
class Title(ListItem):
    """A professional title: grade, rank among its kind, and what it may be given the right to do."""

    kind: str
    grade: str
    rank: int
    antimicrobial_right: str
    may_review_prescriptions: bool
