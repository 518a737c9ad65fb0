"""What a recorded allergy names: a medicine, or a class of medicines as patients and records name it."""

from __future__ import annotations

from functools import lru_cache

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.rows import Allergen
from xinglin.clinical.medicines.amounts import same_name
from xinglin.clinical.medicines.names import resolve

DROPPED = (
    "过敏",
    "类药物",
    "类药",
    "药物",
    "类抗生素",
    "抗生素",
    "类",
    "制剂",
    "allergy",
    "allergies",
    "antibiotics",
    "drugs",
)


def plain(text: str) -> str:
    """A name as it is compared: compatibility form, small letters, words such as *allergy* taken away."""
    found = same_name(text).strip().lower()
    for word in DROPPED:
        found = found.removesuffix(word).strip()
    return found


@lru_cache(maxsize=4096)
def _resolved(text: str) -> frozenset[str]:
    named = resolve(text)
    return frozenset(named.codes) if named.known else frozenset()


def resolve_allergen(text: str, knowledge: Knowledge) -> frozenset[str]:
    """Substances that an allergy names; empty where nothing is understood."""
    name = plain(text)
    if not name:
        return frozenset()
    found: set[str] = set()
    for row in knowledge.rows(Allergen):
        if name in {plain(alias) for alias in row.names} or name == row.id.lower():
            found |= row.substances
    if found:
        return frozenset(found)
    if text.strip().removeprefix("@").upper() in knowledge.names.classes:
        return knowledge.names.classes[text.strip().removeprefix("@").upper()].members
    return _resolved(text.strip()) or _resolved(name)
