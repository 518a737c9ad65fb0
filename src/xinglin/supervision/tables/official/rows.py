"""From one published record to the values of a table of the rules, or the reason why there are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from xinglin.supervision.tables.official import text as read
from xinglin.supervision.tables.official.files import PARAMETERS, Record
from xinglin.supervision.tables.rows import Cell

GROUPS: Final = {
    "肝胆手术组": "hepatobiliary",
    "胃肠手术组": "gastrointestinal",
    "膀胱尿道手术组": "urinary",
    "女性生殖系统手术组": "female_genital",
    "直肠肛门手术组": "anorectal",
    "经腹直肠手术组": "transabdominal_rectal",
    "男性生殖系统手术组": "male_genital",
}
SERVICE_AGES: Final = (
    ("新生儿", (0, 0, True)),
    ("婴幼儿", (0, 3, False)),
    ("婴儿", (0, 1, False)),
    ("小儿", (0, read.CHILD_BELOW_YEARS, False)),
    ("儿童", (0, read.CHILD_BELOW_YEARS, False)),
)
"""First completed year, year below which, newborns only; the first word that a text holds decides."""
STAY_DAYS: Final = re.compile("床位费|取暖费|降温费|住院诊查费|I+级护理|(特殊疾病|新生儿|精神病)护理")
"""Items that are charged for each day of a stay; in the normal form, in which the Roman numerals are letters."""
UNITS: Final = {"日": ("day", 1_000), "天": ("day", 1_000), "小时": ("hour", 24_000)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a record says: values for a table, or why not; what is not judged; where it contradicts itself."""

    values: Mapping[str, Cell] | None
    reason: str = ""
    partly: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()


V = TypeVar("V", int, str)
Reader = Callable[[Record], Taken]


def _parameter(record: Record, name: str) -> str:
    return next((value for word, value in record.parameters if PARAMETERS[word] == name), "")


def _with_parameter(
    record: Record, name: str, told: V | None, parse: Callable[[str], V | None]
) -> tuple[V | None, tuple[tuple[str, str], ...]]:
    """The text's value; the parameter's where the text has none; and a contradiction where both differ."""
    written = _parameter(record, name)
    encoded = parse(written) if written else None
    if told is None or encoded is None or told == encoded:
        return (encoded if told is None else told), ()
    return told, (("parameter", f"text {told}, parameter {encoded}"),)


def _number(written: str) -> int | None:
    digits = read.normal(written).removesuffix("天").removesuffix("岁").removesuffix("级")
    return int(digits) if digits.isdigit() else read.LEVELS.get(digits[:1])


def _conditions(record: Record, *, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    return tuple(name for name in read.further_conditions(record.text) if name not in without)


def _listed(record: Record) -> Taken:
    return Taken({"listed": True})


def _herb_never(record: Record) -> Taken:
    return Taken({"listed": True}, partly=("category",) if record.name.startswith("各种") else ())


def _scheme(scheme: str, word: str) -> Reader:
    def reader(record: Record) -> Taken:
        if word not in read.normal(record.text):
            return Taken(None, "text_denies", contradictions=(("class_text", record.text),))
        return Taken({"scheme": scheme})

    return reader


def _second_line(record: Record) -> Taken:
    if not read.EARLIER_TREATMENT.search(read.normal(record.text)):
        return Taken(None, "text_denies", contradictions=(("class_text", record.text),))
    return Taken({"listed": True}, partly=_conditions(record, without=frozenset({"disease"})))


def _indication(record: Record) -> Taken:
    return Taken({"listed": True}, partly=("text_condition",))


def _child(record: Record) -> Taken:
    """Payment for children only: by the text, which must speak of children or ages."""
    years, wrong = _with_parameter(record, "years", read.child_years(record.text), _number)
    if years is None:
        return Taken(None, "age_unclear", contradictions=wrong)
    youngest = read.youngest_years(record.text)
    ages: dict[str, Cell] = {"years": years} if youngest is None else {"years": years, "from_years": youngest}
    return Taken(ages, "", _conditions(record), wrong)


def _child_only(record: Record) -> Taken:
    """Made for children: a label need not say so, since the class does."""
    years, wrong = _with_parameter(record, "years", read.child_years(record.text), _number)
    if years is None:
        return Taken({"years": read.CHILD_BELOW_YEARS}, "", ("child_assumed",), wrong)
    return Taken({"years": years}, "", (), wrong)


def _days(record: Record) -> Taken:
    course = read.course_of(record.text)
    days, wrong = _with_parameter(record, "days", course.days if course else None, _number)
    return Taken(None, "days_unclear") if days is None else Taken({"days": days}, "", (), wrong)


def _course(record: Record) -> Taken:
    course = read.course_of(record.text)
    days, wrong = _with_parameter(record, "days", course.days if course else None, _number)
    if days is None:
        return Taken(None, "days_unclear")
    if "连续时间跨度" in record.logic or (course is not None and course.span):
        return Taken(None, "span_not_days", contradictions=wrong)
    return Taken({"days": days, "per_stay": course is not None and course.per_stay}, "", _conditions(record), wrong)


def _level(record: Record) -> Taken:
    level = read.level_of(record.text)
    rank, wrong = _with_parameter(record, "level", level.level if level else None, _number)
    if rank is None:
        return Taken(None, "level_unclear")
    special = ("specialist",) if level is not None and level.specialist else ()
    first = level is not None and level.first_only
    return Taken({"level": rank, "first_only": first}, "", (*special, *_conditions(record)), wrong)


def _service_level(record: Record) -> Taken:
    taken = _level(record)
    if taken.values is None:
        return taken
    return Taken({"level": taken.values["level"]}, "", taken.partly, taken.contradictions)


def _modes(record: Record) -> Taken:
    modes, wrong = _with_parameter(record, "modes", read.modes_of(record.text), _encoded_modes)
    if modes is None:
        return Taken(None, "mode_unclear")
    return Taken({"modes": modes}, "", _conditions(record), wrong)


def _encoded_modes(written: str) -> str | None:
    return " ".join(mode for mode, word in read.MODES if word in written) or None


def _incision(record: Record) -> Taken:
    group = GROUPS.get(read.normal(record.text))
    return Taken(None, "group_unclear") if group is None else Taken({"group": group})


def _sex(*, also_name: bool) -> Reader:
    def reader(record: Record) -> Taken:
        told = read.sex_of(record.text, record.name) if also_name else read.sex_of(record.text)
        sex, wrong = _with_parameter(record, "sex", told, read.sex_of)
        return Taken(None, "sex_unclear", contradictions=wrong) if sex is None else Taken({"sex": sex}, "", (), wrong)

    return reader


def _service_age(record: Record) -> Taken:
    flat = read.normal(record.text)
    if "法定就业年龄" in flat:
        values: dict[str, Cell] = {"from_years": read.WORKING_AGE_FROM_YEARS, "until_years": 0, "newborn": False}
        return Taken(values, partly=("upper_age_open",))
    for word, (first, below, newborn) in SERVICE_AGES:
        if word in flat:
            assumed = ("child_assumed",) if below == read.CHILD_BELOW_YEARS else ()
            return Taken({"from_years": first, "until_years": below, "newborn": newborn}, partly=assumed)
    return Taken(None, "age_unclear")


def _frequency(record: Record) -> Taken:
    unit = UNITS.get(read.normal(record.text))
    if unit is None:
        return Taken(None, "unit_unclear")
    values: dict[str, Cell] = {"unit": unit[0], "max_milli": unit[1]}
    if unit[0] == "day":
        values["stay_day"] = STAY_DAYS.search(read.normal(record.name)) is not None
    return Taken(values)


def _cycle(record: Record) -> Taken:
    days, wrong = _with_parameter(record, "days", read.cycle_days(record.text), _number)
    return Taken(None, "days_unclear") if days is None else Taken({"days": days}, "", (), wrong)


PAIRS_CLASS: Final = 25
READERS: Final[dict[int, tuple[str, Reader]]] = {
    1: ("item_scheme", _scheme("work_injury", "工伤")),
    2: ("item_scheme", _scheme("maternity", "生育")),
    3: ("herb_never", _herb_never),
    4: ("herb_not_alone", _listed),
    5: ("second_line", _second_line),
    6: ("newborn_only", _listed),
    7: ("child_payment", _child),
    8: ("indication_limited", _indication),
    9: ("drug_days_max", _days),
    10: ("drug_course", _course),
    12: ("drug_level", _level),
    13: ("drug_care_mode", _modes),
    15: ("incision_group", _incision),
    16: ("item_scheme", _scheme("work_injury", "工伤")),
    17: ("item_scheme", _scheme("maternity", "生育")),
    18: ("service_age", _service_age),
    19: ("service_age", _service_age),
    22: ("service_care_mode", _modes),
    24: ("service_level", _service_level),
    27: ("service_frequency", _frequency),
    29: ("service_age", _service_age),
    31: ("service_cycle", _cycle),
    47: ("online_excluded", _listed),
    65: ("child_only", _child_only),
    67: ("drug_sex", _sex(also_name=True)),
    80: ("service_age", _service_age),
    81: ("item_sex", _sex(also_name=False)),
}
"""By running number of the class: the table that its records fill, and how they are read."""
