"""Evidence for people: each fact by its name in both languages, its value in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.texts import T
from xinglin.supervision.engines.sentences import yuan
from xinglin.supervision.facts.case import all_columns
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Coded
from xinglin.supervision.vocabulary.papers import Reading, Source

TYPES = {column.path: column.type for column in all_columns()}


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact of a finding: its path for programs, its name and value for people."""

    path: str
    name: T
    value: T


def shown(core: dict[str, Any]) -> tuple[tuple[Shown, ...], tuple[T, ...]]:
    """The facts on which a verdict rests, and the names of those that were missing."""
    facts = tuple(Shown(path, _name(path), _value(path, value)) for path, value in sorted(core["evidence"].items()))
    return facts, tuple(dict.fromkeys(_name(path) for path in core["missing"]))


def source(of: Source) -> T:
    """A source of a rule in one line, with whether it was read."""
    read = of.reading is Reading.READ
    return T(
        zh=f"{of.law.zh} {of.article.zh}（{'读过副本' if read else '凭记忆，未核对原文'}）",
        en=f"{of.law.en}, {of.article.en} ({'a copy was read' if read else 'from memory, the text was not checked'})",
    )


def _name(path: str) -> T:
    words = load_knowledge().words_of(path)
    return T(zh=words.zh, en=words.en)


def _value(path: str, value: Any) -> T:
    kind = TYPES.get(path, type(value))
    if issubclass(kind, Coded):
        member = kind.of(value)
        return T(zh=member.zh, en=member.en)
    if isinstance(value, bool):
        return T(zh="是" if value else "否", en="yes" if value else "no")
    if kind is datetime:
        local = f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        return T(zh=local, en=local)
    if path.endswith("_fen"):
        return T(zh=yuan(value), en=yuan(value))
    return T(zh=str(value) or "无", en=str(value) or "none")
