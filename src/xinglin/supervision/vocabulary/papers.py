"""The papers of a rule: who wrote it, from which clause, until when, and who has checked it.

A rule is an act of authority. The papers stand with the function, so that nobody can read the one without the other.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinglin.supervision.verdicts import Certainty, Concern, Kind, Moment, Scope, Words
from xinglin.supervision.vocabulary.terms import Facts
from xinglin.supervision.vocabulary.words import Ruling

PLACEHOLDER: Final = re.compile(r"\{([a-z_0-9]+\.[a-z_0-9]+)\}")
"""A fact, limit, list or excess in a sentence, such as ``{line.quantity}`` or ``{excess.days}``."""

Body = Callable[[Facts], Ruling]


class Reading(enum.Enum):
    """Whether the text of a source was read when the rule was written."""

    READ = "read"
    FROM_MEMORY = "from memory"


@dataclass(frozen=True, slots=True)
class Source:
    """A law and article, a guideline or a label; never a note of ours."""

    law: Words
    article: Words
    reading: Reading


class BadPapers(ValueError):
    """The papers of a rule are incomplete or contradict each other. The message names the field."""


CONCERNS: Final = {
    "A": Concern.IDENTITY,
    "B": Concern.LEGAL,
    "C": Concern.PAYMENT_LIMIT,
    "D": Concern.RATIONAL,
    "E": Concern.EXCESS,
    "F": Concern.EXCESS,
    "G": Concern.STATISTIC,
    "H": Concern.IDENTITY,
    "I": Concern.FABRICATED,
    "J": Concern.FABRICATED,
    "L": Concern.STATISTIC,
}
"""What the rules of a family are about unless their papers say otherwise."""
ALL_MOMENTS: Final = (Moment.REMIND, Moment.CONTROL, Moment.AUDIT)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its papers. `body` is the function of facts; everything else is about it.

    `territory` is a prefix of the administrative code, empty for the whole country. `concern` decides which finding is
    the principal one of a line's money; by family unless it is named. `official` is the running number in the published
    list of 88 classes of fund supervision, edition 2025, where the rule is in it. `reviewed` is the day on which a
    lawyer or clinician approved the rule, None while nobody has.
    """

    body: Body
    id: str
    version: int
    title: Words
    source: tuple[Source, ...]
    certainty: Certainty
    kind: Kind
    scope: Scope
    moments: tuple[Moment, ...]
    limits: tuple[str, ...]
    lists: tuple[str, ...]
    territory: str
    since: date
    until: date | None
    reviewed: date | None
    sentence: Words
    hint: Words
    why: Words
    concern: Concern
    official: int | None

    def __post_init__(self) -> None:
        check_papers(self)

    @property
    def shows(self) -> tuple[str, ...]:
        """The facts that the rule's sentences name, such as ``line.drug_zh``."""
        named = {path for text in (*self.sentence, *self.hint) for path in PLACEHOLDER.findall(text)}
        return tuple(sorted(path for path in named if not path.startswith("excess.")))

    def in_force(self, on: date) -> bool:
        """Whether the rule is law on this day."""
        return self.since <= on and (self.until is None or on <= self.until)


def rule(
    *,
    id: str,
    version: int,
    title: Words,
    source: tuple[Source, ...],
    certainty: Certainty,
    kind: Kind,
    scope: Scope,
    sentence: Words,
    hint: Words,
    why_zh: str,
    since: date,
    until: date | None = None,
    moments: tuple[Moment, ...] = ALL_MOMENTS,
    limits: tuple[str, ...] = (),
    lists: tuple[str, ...] = (),
    territory: str = "",
    reviewed: date | None = None,
    concern: Concern | None = None,
    official: int | None = None,
) -> Callable[[Body], Rule]:
    """Give a function its papers, see :class:`Rule`. Raises BadPapers when something is missing or out of order."""

    def with_papers(body: Body) -> Rule:
        return Rule(
            body=body,
            id=id,
            version=version,
            title=title,
            source=source,
            certainty=certainty,
            kind=kind,
            scope=scope,
            moments=moments,
            limits=limits,
            lists=lists,
            territory=territory,
            since=since,
            until=until,
            reviewed=reviewed,
            sentence=sentence,
            hint=hint,
            why=Words(why_zh, " ".join((body.__doc__ or "").split())),
            concern=concern or CONCERNS.get(id[:1], Concern.STATISTIC),
            official=official,
        )

    return with_papers


def check_papers(made: Rule) -> None:
    """Refuse incomplete papers at import, so that a rule without them cannot exist."""
    wrong = None
    if not (len(made.id) == 3 and made.id[0].isupper() and made.id[1:].isdigit()):
        wrong = "id must be a family letter and two digits, such as B03"
    elif made.version < 1:
        wrong = "version counts from 1"
    elif made.official is not None and not 1 <= made.official <= 88:
        wrong = "official is a running number of the list of 88 classes"
    elif not made.source:
        wrong = "source is empty: name the law and article"
    elif not made.moments:
        wrong = "moments is empty: a rule that never runs is not a rule"
    elif made.until is not None and made.until < made.since:
        wrong = "until is before since"
    elif not all(made.why):
        wrong = "say why: why_zh in Chinese, the docstring of the function in English"
    elif not all((*made.title, *made.sentence, *made.hint)):
        wrong = "title, sentence and hint need both languages"
    if wrong:
        raise BadPapers(f"rule {made.id}: {wrong}")
