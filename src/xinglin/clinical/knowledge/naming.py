"""What the tables are written with: ingredients, classes of them, groups of diseases, laboratory values and sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

ATC: Final = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")
ICD: Final = re.compile(r"[A-Z]\d\d?(\.\d{0,2}[A-Z0-9]?)?|[A-Z]\d?")
LOCAL_ROUTES: Final = frozenset({"top", "eye", "ear", "nas", "pv", "wash", "buccal", "gargle", "dental", "local"})
"""Routes by which a medicine works where it is put and little of it reaches the blood."""
Document = list[dict[str, str]]
Wrong = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An active substance as the tables know it."""

    code: str
    name_zh: str
    name_en: str
    atc: tuple[str, ...]
    special_class: str
    antimicrobial_grade: str
    online_policy: str
    online_condition_zh: str
    online_condition_en: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A class of ingredients."""

    name: str
    name_zh: str
    name_en: str
    members: frozenset[str]


@dataclass
class Names:
    """Ingredients by code, classes by name, groups of ICD-10 prefixes, laboratory codes, sources by id."""

    ingredients: dict[str, Ingredient] = field(default_factory=dict)
    classes: dict[str, Group] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    labs: frozenset[str] = frozenset()
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    routes: dict[str, frozenset[str]] = field(default_factory=dict)
    """By which routes the products give a substance; a substance without a product is not here."""
    compositions: dict[frozenset[str], frozenset[tuple[tuple[str, int], ...]]] = field(default_factory=dict)
    """In what amounts (µg) the products hold several substances together, by the substances."""

    @property
    def local_only(self) -> frozenset[str]:
        """Substances that no product gives in a way that is meant to reach the blood."""
        return frozenset(code for code, routes in self.routes.items() if routes <= LOCAL_ROUTES)

    def side(self, text: str) -> frozenset[str]:
        """Ingredient codes of codes and ``@CLASS`` joined by ``|``. Raises ValueError for what is not known."""
        found: set[str] = set()
        for part in text.split("|"):
            name = part.strip()
            if name.startswith("@"):
                if name[1:] not in self.classes:
                    raise ValueError(f"{name} is no class of the tables")
                found |= self.classes[name[1:]].members
            elif name in self.ingredients:
                found.add(name)
            else:
                raise ValueError(f"{name!r} is no ingredient of the tables")
        return frozenset(found)

    def prefixes(self, text: str) -> frozenset[str]:
        """ICD-10 prefixes of prefixes and ``@GROUP`` joined by ``|``. Raises ValueError for what is not known."""
        found: set[str] = set()
        for part in text.split("|"):
            name = part.strip()
            if name.startswith("@"):
                if name[1:] not in self.groups:
                    raise ValueError(f"{name} is no group of diseases of the tables")
                found |= self.groups[name[1:]]
            elif ICD.fullmatch(name):
                found.add(name)
            else:
                raise ValueError(f"{name!r} does not look like a beginning of an ICD-10 code, such as K92.2")
        return frozenset(found)

    def lab(self, code: str) -> str:
        """The code, if it is one of the table. Raises ValueError."""
        if code not in self.labs:
            raise ValueError(f"{code!r} is no laboratory value of the tables")
        return code

    def unknown_sources(self, row: Mapping[str, str | None]) -> list[str]:
        """The ids that a row's `source` names and that no file of sources lists."""
        cited = [part.strip().split(" ")[0].rstrip(":") for part in (row.get("source") or "").split(";")]
        return [f"source ({one})" for one in cited if one and one not in self.sources]


def read_names(documents: Mapping[str, Document]) -> tuple[Names, list[Wrong]]:
    """The words of the tables, and what is wrong with them."""
    names, wrong = Names(), []
    for path, document in documents.items():
        if path.startswith("sources/"):
            for row in document:
                if row["id"] in names.sources and names.sources[row["id"]]["title_en"] != row["title_en"]:
                    wrong.append((path, row["id"], "id", "means another text in another file of sources"))
                names.sources[row["id"]] = row
    for row in documents.get("ingredients", []):
        names.ingredients[row["code"]] = _ingredient(row)
    names.labs = frozenset(row["code"] for row in documents.get("labs", []))
    names.routes = _routes(documents.get("products", []))
    names.compositions = _compositions(documents.get("products", []))
    wrong += _read_groups(documents, names)
    wrong += _read_classes(documents, names)
    return names, wrong


def _ingredient(row: Mapping[str, str | None]) -> Ingredient:
    codes = [row.get("atc") or "", *(row.get("all_atc") or "").split("|")]
    return Ingredient(
        code=row["code"] or "",
        name_zh=row["name_zh"] or "",
        name_en=row["name_en"] or "",
        atc=tuple(dict.fromkeys(code.strip() for code in codes if code.strip())),
        special_class=row.get("special_class") or "none",
        antimicrobial_grade=row.get("antimicrobial_grade") or "none",
        online_policy=row.get("online_policy") or "",
        online_condition_zh=row.get("online_condition_zh") or "",
        online_condition_en=row.get("online_condition_en") or "",
        flags=frozenset(part for part in (row.get("flags") or "").split("|") if part),
    )


def _routes(products: Document) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in products:
        ways = {way for way in re.split(r"[|;,]", row.get("routes") or "") if way}
        for part in re.split(r"[|;]", row.get("ingredients") or ""):
            found.setdefault(part.split(":")[0].strip(), set()).update(ways)
    return {code: frozenset(ways) for code, ways in found.items() if code}


def _compositions(products: Document) -> dict[frozenset[str], frozenset[tuple[tuple[str, int], ...]]]:
    found: dict[frozenset[str], set[tuple[tuple[str, int], ...]]] = {}
    for row in products:
        parts = [part.split(":") for part in (row.get("ingredients") or "").split(";")]
        if len(parts) > 1 and all(len(part) == 3 and part[2] == "ug" and part[1].isdigit() for part in parts):
            amounts = tuple(sorted((code.strip(), int(amount)) for code, amount, _ in parts))
            found.setdefault(frozenset(code for code, _ in amounts), set()).add(amounts)
    return {codes: frozenset(many) for codes, many in found.items()}


def _read_groups(documents: Mapping[str, Document], names: Names) -> list[Wrong]:
    wrong: list[Wrong] = []
    written: dict[str, tuple[str, set[str]]] = {}
    for path, document in documents.items():
        if not path.startswith("icd_groups/"):
            continue
        for row in document:
            name = row["group"]
            if name in written and written[name][0] != path:
                wrong.append((path, name, "group", f"stands in {written[name][0]}.csv as well"))
            written.setdefault(name, (path, set()))[1].update(part.strip() for part in row["prefixes"].split("|"))
    for name, (path, parts) in written.items():
        expanded, bad = _expand_group(name, written, frozenset())
        wrong += [(path, name, "prefixes", f"{one!r} is neither a prefix nor a group") for one in bad]
        names.groups[name] = frozenset(expanded)
        if not parts:
            wrong.append((path, name, "prefixes", "is empty"))
    return wrong


def _expand_group(
    name: str, written: Mapping[str, tuple[str, set[str]]], above: frozenset[str]
) -> tuple[set[str], list[str]]:
    found: set[str] = set()
    bad: list[str] = []
    for part in written[name][1]:
        if part.startswith("@") and part[1:] in written and part[1:] not in above:
            deeper, worse = _expand_group(part[1:], written, above | {name})
            found |= deeper
            bad += worse
        elif ICD.fullmatch(part):
            found.add(part)
        else:
            bad.append(part)
    return found, bad


def _read_classes(documents: Mapping[str, Document], names: Names) -> list[Wrong]:
    wrong: list[Wrong] = []
    written: dict[str, tuple[str, dict[str, str], list[str]]] = {}
    for path, document in documents.items():
        if not path.startswith("classes/"):
            continue
        for row in document:
            name = row["class"]
            if name in written and written[name][0] != path:
                wrong.append((path, name, "class", f"stands in {written[name][0]}.csv as well"))
                continue
            written.setdefault(name, (path, row, []))[2].append(row["member"].strip())
    by_atc = [(code, item.code) for item in names.ingredients.values() for code in item.atc]
    for name, (path, row, _members) in written.items():
        found, bad = _members_of(name, written, by_atc, names.ingredients, frozenset())
        wrong += [(path, name, "member", f"{one!r} {why}") for one, why in bad]
        if not found:
            wrong.append((path, name, "member", "the class has no member"))
        names.classes[name] = Group(name, row["name_zh"], row["name_en"], frozenset(found))
    return wrong


def _members_of(
    name: str,
    written: Mapping[str, tuple[str, dict[str, str], list[str]]],
    by_atc: Iterable[tuple[str, str]],
    known: Mapping[str, Ingredient],
    above: frozenset[str],
) -> tuple[set[str], list[tuple[str, str]]]:
    found: set[str] = set()
    taken: set[str] = set()
    bad: list[tuple[str, str]] = []
    for member in written[name][2]:
        bare = member.removeprefix("-")
        target = taken if member.startswith("-") else found
        if bare.startswith("@"):
            if bare[1:] not in written or bare[1:] in above | {name}:
                bad.append((member, "is no class, or the class itself"))
                continue
            deeper, worse = _members_of(bare[1:], written, by_atc, known, above | {name})
            target |= deeper
            bad += worse
        elif bare.startswith("atc:"):
            reached = {code for atc, code in by_atc if atc.startswith(bare[4:])}
            if not ATC.fullmatch(bare[4:]) or not reached:
                bad.append((member, "reaches no ingredient"))
            target |= reached
        elif bare in known:
            target.add(bare)
        else:
            bad.append((member, "is no ingredient"))
    return found - taken, bad
