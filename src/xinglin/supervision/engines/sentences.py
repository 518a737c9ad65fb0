"""Filling a rule's sentences with the facts of a verdict, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from xinglin.supervision.engines.calendar import SHANGHAI
from xinglin.supervision.engines.said import Deferred
from xinglin.supervision.facts.case import all_columns
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Coded, Core, Json, Outcome, Words
from xinglin.supervision.vocabulary.papers import PLACEHOLDER, Rule

TYPES = {column.path: column.type for column in all_columns()}
ENUMERATIONS = {column.path: column.type for column in all_columns() if issubclass(column.type, Coded)}


def fill(rule: Rule, core: Core, knowledge: Knowledge) -> tuple[Words, Words]:
    """The sentence and the hint of a verdict: what is so, and what would make it right."""
    outcome = core.outcome
    if outcome is Outcome.FINDING:
        known = core.shown(_named(rule.sentence, rule.hint)) if isinstance(core, Deferred) else dict(core.evidence)
        known |= {f"excess.{unit}": value for unit, value in core.excess.as_json().items()}
        return _both(rule.sentence, known), _both(rule.hint, known)
    if outcome is Outcome.CANNOT_TELL:
        names = list(dict.fromkeys(knowledge.words_of(path) for path in core.missing))
        return (
            Words(
                f"无法判断“{rule.title.zh}”：缺少{'、'.join(name.zh for name in names)}。",
                f"Cannot tell about “{rule.title.en}”: not known yet: {'; '.join(name.en for name in names)}.",
            ),
            Words("补上缺少的事实后会重新判断。", "It is judged again once the missing facts are there."),
        )
    clear, not_applicable = quiet(rule.title)
    return clear if outcome is Outcome.CLEAR else not_applicable


@cache
def quiet(title: Words) -> tuple[tuple[Words, Words], tuple[Words, Words]]:
    """What is said where nothing was found, clear and not applicable: the same of every subject."""
    clear, not_applicable = (
        (Words(f"{title.zh}：{outcome.zh}。", f"{title.en}: {outcome.en}."), Words("", ""))
        for outcome in (Outcome.CLEAR, Outcome.NOT_APPLICABLE)
    )
    return clear, not_applicable


@cache
def _named(sentence: Words, hint: Words) -> frozenset[str]:
    """The facts that the sentences of a rule name."""
    return frozenset(path for text in (*sentence, *hint) for path in PLACEHOLDER.findall(text))


def _both(text: Words, known: Mapping[str, Json]) -> Words:
    return Words(_filled(text.zh, known, "zh"), _filled(text.en, known, "en"))


@cache
def _pieces(text: str) -> tuple[str, ...]:
    """A text and the facts that it names, in turn, a text first and last."""
    return tuple(PLACEHOLDER.split(text))


def _filled(text: str, known: Mapping[str, Json], language: str) -> str:
    pieces = list(_pieces(text))
    pieces[1::2] = [_worded(path, known.get(path), language) for path in pieces[1::2]]
    return "".join(pieces)


def _worded(path: str, value: Json, language: str) -> str:
    """A fact in the words of a sentence."""
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if path in ENUMERATIONS:
        return ENUMERATIONS[path].of(value).words.in_language(language)
    if TYPES.get(path) is datetime:
        return f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return yuan(value) if path.endswith("fen") else str(value)


def yuan(fen: Json) -> str:
    """Whole fen as yuan with two digits."""
    amount = int(str(fen))
    return f"{'-' if amount < 0 else ''}¥{abs(amount) // 100}.{abs(amount) % 100:02d}"
