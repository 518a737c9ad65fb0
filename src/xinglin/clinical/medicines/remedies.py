"""What can be done about a finding with one tap, as the machine keeps it and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xinglin.clinical.knowledge.naming import Names

MOST_NAMES: Final = 4


@dataclass(frozen=True, slots=True)
class Remedy:
    """One offer: its code (`switch:rosuvastatin`), the codes it names, and its words."""

    code: str
    kind: str
    ingredients: tuple[str, ...]
    zh: str
    en: str


def remedy(code: str, names: Names) -> Remedy:
    """The words of a remedy of the tables. `code` was checked when the tables were read."""
    kind, _, value = code.partition(":")
    zh, en, ingredients = WORDS[kind](value, names)
    return Remedy(code, kind, ingredients, zh, en)


Told = tuple[str, str, tuple[str, ...]]


def _named(value: str, names: Names) -> tuple[str, str, tuple[str, ...]]:
    zh, en, codes = [], [], []
    for part in value.split("+"):
        if part.startswith("@"):
            group = names.classes[part[1:]]
            zh.append(group.name_zh)
            en.append(group.name_en)
            codes += sorted(group.members)
        else:
            item = names.ingredients[part]
            zh.append(item.name_zh)
            en.append(item.name_en)
            codes.append(part)
    return "、".join(zh[:MOST_NAMES]), ", ".join(en[:MOST_NAMES]), tuple(codes)


def _switch(value: str, names: Names) -> Told:
    zh, en, codes = _named(value, names)
    return f"换用{zh}", f"Switch to {en}", codes


def _protect(value: str, names: Names) -> Told:
    zh, en, codes = _named(value, names)
    return f"加用{zh}保护", f"Add {en} for protection", codes


def _lower(value: str, _names: Names) -> Told:
    amount, _, per = value.partition("/")
    if amount.endswith("%"):
        return f"减量{amount}", f"Lower the dose by {amount}", ()
    zh = {"d": "每日", "dose": "每次"}.get(per, "")
    en = {"d": " a day", "dose": " a dose"}.get(per, "")
    return f"减至{zh}不超过{amount}", f"Lower to at most {amount}{en}", ()


def _space(value: str, _names: Names) -> Told:
    return f"间隔{value.removesuffix('h')}小时服用", f"Take them {value.removesuffix('h')} hours apart", ()


def _test(value: str, _names: Names) -> Told:
    code, _, days = value.partition("@")
    when_zh = f"{days.removesuffix('d')}天内" if days else ""
    when_en = f" within {days.removesuffix('d')} days" if days else ""
    return f"{when_zh}复查{code}", f"Test {code}{when_en}", ()


def _end(value: str, _names: Names) -> Told:
    return f"限用{value.removesuffix('d')}天", f"End after {value.removesuffix('d')} days", ()


def _stop(value: str, _names: Names) -> Told:
    if value == "b":
        return "停用另一种", "Stop the other one", ()
    return "停用该药", "Stop it", ()


WORDS: Final[dict[str, Callable[[str, Names], Told]]] = {
    "switch": _switch,
    "protect": _protect,
    "lower": _lower,
    "space": _space,
    "test": _test,
    "end": _end,
    "stop": _stop,
    "refer": lambda _value, _names: ("转线下或请会诊", "Refer or ask a colleague", ()),
    "counsel": lambda _value, _names: ("向患者交代", "Counsel the patient", ()),
}
