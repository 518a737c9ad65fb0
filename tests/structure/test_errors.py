"""A refusal is part of the design: its own stable code, both languages, in its module's errors.py."""

import importlib
import re
import string

from tests.structure.source import HOSPITAL, layers

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
HAN = re.compile(r"[㐀-鿿]")


def refusals() -> list[type[DomainError]]:
    """Every refusal of the hospital."""
    for module in layers():
        if (HOSPITAL / module / "errors.py").exists():
            importlib.import_module(f"xinglin.hospital.{module}.errors")
    found, waiting = [], [DomainError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("xinglin.") and "text" in vars(kind):
                found.append(kind)
    return found


def test_codes_are_stable_and_unique() -> None:
    codes = [kind.code for kind in refusals()]
    assert [code for code in codes if not CODE.fullmatch(code)] == []
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def test_refusals_live_in_their_modules_errors() -> None:
    assert [kind.__module__ for kind in refusals() if not kind.__module__.endswith(".errors")] == []


def _slots(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def _faults(label: str, text: T) -> list[str]:
    if not re.sub(r"\{\w+\}|\W", "", text.zh):
        return []  # It only passes on other texts.
    found = []
    if not HAN.search(text.zh):
        found.append(f"{label}: the Chinese text is not Chinese")
    if not text.en.strip() or HAN.search(text.en):
        found.append(f"{label}: the English text is not English")
    if _slots(text.zh) != _slots(text.en):
        found.append(f"{label}: the two texts name different fields")
    return found


def test_sentences_are_in_both_languages() -> None:
    found = []
    for kind in refusals():
        found += _faults(kind.code, kind.text)
        if kind.hint is not None:
            found += _faults(f"{kind.code} (hint)", kind.hint)
    assert found == []


def test_statuses_are_refusals() -> None:
    """4xx: the hospital works as meant. An outside party that is down is 424, a failed dependency, not our failure."""
    assert [f"{kind.code}: {kind.status}" for kind in refusals() if not 400 <= kind.status < 500] == []


def test_each_says_when_it_happens() -> None:
    assert [kind.code for kind in refusals() if not (kind.__doc__ or "").strip()] == []
