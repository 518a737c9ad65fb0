"""The open cases on which diagnosis is measured, read from XINGLIN_DATA/diagnosis; they are not part of this project.

Three Chinese sets of dialogues between parents and paediatricians (findings annotated, explicit and implicit; MIT) and
107 English cases in the style of an examination (MIT).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xinglin.clinical.knowledge.conditions import ConditionKnowledge

CHINESE: Final = ("dxy", "mz4", "mz10")
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "上呼吸道感染": ("upper-respiratory-infection",),
    "过敏性鼻炎": ("allergic-rhinitis",),
    "小儿腹泻": ("childhood-diarrhoea", "rotavirus-enteritis", "acute-gastroenteritis"),
    "小儿手足口病": ("hand-foot-mouth",),
    "肺炎": ("childhood-pneumonia", "community-acquired-pneumonia"),
    "小儿支气管炎": ("childhood-bronchitis", "acute-bronchitis"),
    "小儿消化不良": ("childhood-dyspepsia",),
    "小儿发热": ("fever-in-child",),
    "小儿感冒": ("common-cold",),
    "小儿咳嗽": ("cough-in-child",),
    "新生儿黄疸": ("physiological-jaundice", "pathological-jaundice-newborn", "breast-milk-jaundice"),
    "小儿便秘": ("childhood-constipation",),
    "小儿支气管肺炎": ("childhood-pneumonia",),
}
"""The sets' labels as conditions of the tables."""
_SAID: Final[Mapping[str, bool | None]] = {"1": True, "0": False, "2": None}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One case, with what is right: ids of conditions (Chinese sets) or a name (English)."""

    id: str
    raw: Mapping[str, Any]
    label: str
    right: frozenset[str]


def folder() -> Path | None:
    """Where the cases lie; None where XINGLIN_DATA names no folder that holds them."""
    named = os.environ.get("XINGLIN_DATA", "")
    path = Path(named) / "diagnosis"
    return path if named and (path / "dxy_train.json").is_file() else None


def chinese(name: str, path: Path) -> list[OpenCase]:
    """One of the Chinese sets: children's complaints as annotated findings."""
    found = []
    for one in json.loads((path / f"{name}_train.json").read_text(encoding="utf-8")):
        said = {**one["exp_sxs"], **one["imp_sxs"]}
        findings = [{"name": word, "present": _SAID[value]} for word, value in said.items()]
        key = f"{name}/{one['pid']}"
        raw = {"id": key, "findings": findings, "language": "zh"}
        found.append(OpenCase(key, raw, one["label"], frozenset(LABELS[one["label"]])))
    return [one for one in found if one.raw["findings"]]


def english(path: Path, knowledge: ConditionKnowledge) -> list[OpenCase]:
    """The English cases, one text each: what the patient says, the examination, the results; not the diagnosis."""
    found = []
    lines = (path / "agentclinic_medqa.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        told = json.loads(line)["OSCE_Examination"]
        label = str(told["Correct_Diagnosis"])
        actor = told.get("Patient_Actor", {})
        text = " ".join(
            _sentences(part)
            for part in (actor, told.get("Physical_Examination_Findings", {}), told.get("Test_Results", {}))
        )
        key = f"en/{number}"
        raw = {"id": key, "text": text, "language": "en"}
        found.append(OpenCase(key, raw, label, named(label, knowledge)))
    return found


def _sentences(value: object, name: str = "") -> str:
    """A tree of names and values as sentences."""
    head = f"{name.replace('_', ' ')}: " if name else ""
    if isinstance(value, Mapping):
        return " ".join(_sentences(one, key) for key, one in value.items())
    if isinstance(value, list):
        return head + ", ".join(str(one) for one in value) + "."
    return f"{head}{value}" + ("" if str(value).endswith(".") else ".")


def plain(name: str) -> str:
    """A name as it is compared: lower case words without brackets, apostrophes, hyphens and articles."""
    words = re.sub(r"\([^)]*\)", " ", name.lower()).replace("'s", "s").replace("’s", "s")
    words = words.replace("haem", "hem").replace("oed", "ed").replace("aem", "em").replace("oes", "es")
    return " ".join(word for word in re.findall(r"[a-z0-9]+", words) if word not in {"the", "a", "an", "of"})


def named(label: str, knowledge: ConditionKnowledge) -> frozenset[str]:
    """The conditions that a written diagnosis names: by a whole name, else by the longest name that it contains."""
    wanted = f" {plain(label)} "
    names = {
        plain(name): one.id for one in knowledge.conditions.values() for name in (one.name_en, *one.also_en) if name
    }
    whole = {found for name, found in names.items() if f" {name} " == wanted}
    if whole:
        return frozenset(whole)
    inside = [name for name in names if name and f" {name} " in wanted]
    if not inside:
        return frozenset()
    longest = max(len(name) for name in inside)
    return frozenset(names[name] for name in inside if len(name) == longest)
