"""The kinds of rows: what each table states, column by column."""

# ruff: noqa: RUF009
# `column` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xinglin.clinical.knowledge import cells
from xinglin.clinical.knowledge.cells import column
from xinglin.clinical.knowledge.expressions import Entry, Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every statement carries: its name and its papers."""

    id: str = column(cells.text)
    source: str = column(cells.text)
    read: str = column(cells.word("yes", "memory"))
    second: date | None = column(cells.day, needed=False)
    since: date = column(cells.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Row):
    """A statement that may become a finding: a tier, what it is, what to do, and what changes it."""

    tier: str = column(cells.tier)
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)
    action_zh: str = column(cells.text, needed=False, unlisted="")
    action_en: str = column(cells.text, needed=False, unlisted="")
    remedies: tuple[str, ...] = column(cells.remedies, needed=False, unlisted=())
    context: tuple[Entry, ...] = column(cells.context, needed=False, unlisted=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Row):
    """Two medicines that change one another's effect."""

    a: frozenset[str] = column(cells.side)
    b: frozenset[str] = column(cells.side)
    tier: str = column(cells.tier)
    mechanism: str = column(
        cells.word(
            *[
                "cyp3a4",
                "cyp2c9",
                "cyp2c19",
                "cyp2d6",
                "cyp1a2",
                "pgp",
                "oatp",
                "ugt",
                "absorption",
                "renal",
                "additive",
                "antagonism",
                "displacement",
                "other",
            ]
        )
    )
    effect: str = column(cells.text)
    problem: str = column(cells.problem)
    onset: str = column(cells.word("immediate", "days", "weeks"))
    effect_zh: str = column(cells.text)
    effect_en: str = column(cells.text)
    action_zh: str = column(cells.text)
    action_en: str = column(cells.text)
    remedies: tuple[str, ...] = column(cells.remedies, needed=False, unlisted=())
    context: tuple[Entry, ...] = column(cells.context, needed=False, unlisted=())
    evidence: str = column(cells.word("established", "probable", "theoretical"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose(Row):
    """The largest dose of a substance for some patients, by some routes, for some diseases."""

    ingredient: str = column(cells.text)
    routes: frozenset[str] = column(cells.words, needed=False, unlisted=())
    form: frozenset[str] = column(cells.words, needed=False, unlisted=())
    age_from: Fraction | None = column(cells.age, needed=False)
    age_until: Fraction | None = column(cells.age, needed=False)
    weight_from: Fraction | None = column(cells.number, needed=False)
    weight_until: Fraction | None = column(cells.number, needed=False)
    indication: frozenset[str] = column(cells.prefixes, needed=False, unlisted=frozenset())
    when: Expression = column(cells.expression, needed=False, unlisted=())
    unit: str = column(cells.word("ug", "mg", "g", "IU", "ml", "mmol"))
    single_max: Fraction | None = column(cells.number, needed=False)
    daily_max: Fraction | None = column(cells.number, needed=False)
    single_max_kg: Fraction | None = column(cells.number, needed=False)
    daily_max_kg: Fraction | None = column(cells.number, needed=False)
    daily_min_kg: Fraction | None = column(cells.number, needed=False)
    course_max_days: int | None = column(cells.whole, needed=False)
    interval_min_h: Fraction | None = column(cells.number, needed=False)
    note_zh: str = column(cells.text, needed=False, unlisted="")
    note_en: str = column(cells.text, needed=False, unlisted="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Renal(Advice):
    """What a kidney function asks of a medicine: the band is from `from` up to, not including, `below`."""

    side: frozenset[str] = column(cells.side)
    metric: str = column(cells.word("egfr", "crcl", "dialysis"))
    low: Fraction | None = column(cells.number, needed=False, header="from")
    below: Fraction | None = column(cells.number, needed=False)
    action: str = column(cells.word("avoid", "lower", "space", "monitor"))
    daily_max: Fraction | None = column(cells.number, needed=False)
    single_max: Fraction | None = column(cells.number, needed=False)
    unit: str = column(cells.word("ug", "mg", "g", "IU", "ml", "mmol"), needed=False, unlisted="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hepatic(Advice):
    """What a liver disease asks of a medicine: by Child-Pugh class, or by diagnosis where a row names one."""

    side: frozenset[str] = column(cells.side)
    child_pugh: frozenset[str] = column(cells.words_of("A", "B", "C"), needed=False, unlisted=frozenset())
    dx: frozenset[str] = column(cells.prefixes, needed=False, unlisted=frozenset())
    daily_max: Fraction | None = column(cells.number, needed=False)
    unit: str = column(cells.word("ug", "mg", "g", "IU", "ml", "mmol"), needed=False, unlisted="")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRule(Advice):
    """A medicine and a laboratory value that does not go with it."""

    side: frozenset[str] = column(cells.side)
    when: Expression = column(cells.expression)
    problem: str = column(cells.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraindication(Advice):
    """A medicine and a disease that does not go with it."""

    side: frozenset[str] = column(cells.side)
    dx: frozenset[str] = column(cells.prefixes)
    except_dx: frozenset[str] = column(cells.prefixes, needed=False, unlisted=frozenset())
    problem: str = column(cells.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pregnancy(Advice):
    """A medicine in some weeks of pregnancy; `childbearing` is the tier where the state of a woman is unknown."""

    side: frozenset[str] = column(cells.side)
    weeks_from: int | None = column(cells.whole, needed=False)
    weeks_until: int | None = column(cells.whole, needed=False)
    childbearing: str = column(cells.word("D", "C", "B"), needed=False, unlisted="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lactation(Advice):
    """A medicine while breastfeeding."""

    side: frozenset[str] = column(cells.side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(Advice):
    """A medicine below an age."""

    side: frozenset[str] = column(cells.side)
    age_below: Fraction = column(cells.age)
    routes: frozenset[str] = column(cells.words, needed=False, unlisted=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Elderly(Advice):
    """A medicine that is often not the right one from 65 years on, and when."""

    criterion: str = column(cells.text)
    side: frozenset[str] = column(cells.side)
    when: Expression = column(cells.expression, needed=False, unlisted=())
    problem: str = column(cells.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Row):
    """A medicine that is often missing where it would help, from 65 years on."""

    criterion: str = column(cells.text)
    when: Expression = column(cells.expression)
    missing: frozenset[str] = column(cells.side)
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergy(Advice):
    """A recorded allergy and a medicine that it covers."""

    recorded: frozenset[str] = column(cells.side)
    ordered: frozenset[str] = column(cells.side)
    reaction: str = column(cells.word("any", "immediate", "severe"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Advice):
    """A class of which only so many belong together."""

    group: str = column(cells.text, header="class")
    side: frozenset[str] = column(cells.side, header="class")
    most: int = column(cells.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication(Row):
    """The diseases for which a medicine is given, and the tier where none of them is there."""

    ingredient: str = column(cells.text)
    dx: frozenset[str] = column(cells.prefixes)
    tier: str = column(cells.tier)
    text_zh: str = column(cells.text, needed=False, unlisted="")
    text_en: str = column(cells.text, needed=False, unlisted="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SexRow(Row):
    """A medicine for one sex only: `sex` is the sex that it is not for."""

    side: frozenset[str] = column(cells.side)
    sex: str = column(cells.word("F", "M"))
    tier: str = column(cells.tier)
    except_dx: frozenset[str] = column(cells.prefixes, needed=False, unlisted=frozenset())
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Row):
    """For how many days a medicine may be prescribed."""

    side: frozenset[str] = column(cells.side)
    days_max: int | None = column(cells.whole, needed=False)
    days_max_chronic: int | None = column(cells.whole, needed=False)
    long_term: str = column(cells.word("allowed", "never"), needed=False, unlisted="")
    tier: str = column(cells.tier)
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture(Row):
    """Two injections, or one and its diluent, that must not be mixed or follow through one line."""

    a: str = column(cells.text)
    b: str = column(cells.text)
    hours: Fraction | None = column(cells.number, needed=False)
    tier: str = column(cells.tier)
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A laboratory value or a measurement: its unit, other units with factors, and when it is too old to count."""

    code: str = column(cells.text)
    name_zh: str = column(cells.text)
    name_en: str = column(cells.text)
    aliases: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    unit: str = column(cells.text)
    units: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    low: Fraction | None = column(cells.number, needed=False)
    high: Fraction | None = column(cells.number, needed=False)
    valid_days: int = column(cells.whole)
    plausible_low: Fraction | None = column(cells.number, needed=False)
    plausible_high: Fraction | None = column(cells.number, needed=False)
    source: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentMedicine(Row):
    """A Chinese patent medicine: the western substances in it, its herbs, what it holds besides."""

    name_zh: str = column(cells.text)
    aliases_zh: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    name_en: str = column(cells.text)
    ingredients: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    herbs: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    toxic_herbs: tuple[str, ...] = column(cells.words, needed=False, unlisted=())
    pregnancy: str = column(cells.word("forbidden", "avoid", "caution", "none"))
    ethanol: str = column(cells.yes_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class HerbPair(Row):
    """Two decoction pieces that must not meet."""

    a: str = column(cells.text)
    b: str = column(cells.text)
    kind: str = column(cells.word("eighteen", "nineteen", "other"))
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike(Row):
    """Two names that are taken for one another."""

    a_zh: str = column(cells.text)
    b_zh: str = column(cells.text)
    a: str = column(cells.text, needed=False, unlisted="")
    b: str = column(cells.text, needed=False, unlisted="")
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Antimicrobial(Row):
    """The usual grade of an antimicrobial; the catalogue in force is the province's and the institution's."""

    ingredient: str = column(cells.text)
    grade: str = column(cells.word("unrestricted", "restricted", "special"))
    culture_needed: str = column(cells.yes_no)
    outpatient_ok: str = column(cells.yes_no)
    text_zh: str = column(cells.text)
    text_en: str = column(cells.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergen(Row):
    """A class of substances as records of allergies name it."""

    names: tuple[str, ...] = column(cells.words)
    substances: frozenset[str] = column(cells.side)
