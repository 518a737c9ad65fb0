"""What is asked because of verdicts: each finding and each *cannot tell*, with what follows by policy."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.consequences import consequence_of
from xinglin.hospital.oversight.words import Consequence
from xinglin.supervision.facts import Case
from xinglin.supervision.verdicts import Verdict

REFUSING = frozenset({Consequence.BLOCK, Consequence.HOLD, Consequence.DENY})


@dataclass(frozen=True, slots=True)
class Ask:
    """One finding or *cannot tell*, with what follows by policy. `verdict_id` is None in a preview."""

    verdict: Verdict
    consequence: str
    sentence: T
    hint: T
    rule_id: str
    verdict_id: UUID | None
    answered: bool = False

    @property
    def title(self) -> T:
        """The rule's name."""
        return T(zh=self.verdict.title.zh, en=self.verdict.title.en)


@dataclass(frozen=True, slots=True)
class Judged:
    """Every verdict that was given, and what is asked because of them. `id` is None in a preview."""

    verdicts: tuple[Verdict, ...]
    asks: tuple[Ask, ...]
    id: UUID | None = None

    @property
    def stops(self) -> tuple[Ask, ...]:
        """The asks that forbid going on: block, hold, deny."""
        return tuple(ask for ask in self.asks if ask.consequence in REFUSING)


def asks_of(
    verdicts: tuple[Verdict, ...],
    case: Case,
    subject_type: str,
    now: datetime,
    answered: frozenset[tuple[str, str]],
    *,
    stored: bool,
    shadow: frozenset[str] = frozenset(),
) -> tuple[Ask, ...]:
    """The asks of some verdicts. `answered`: rules and subjects with a reason already given; `stored` gives ids;
    `shadow`: rules of which nothing follows.

    A rule that could not tell and of which nothing follows asks nothing.
    """
    made = []
    for verdict in verdicts:
        if not (verdict.is_finding or verdict.is_undecided):
            continue
        known = (verdict.rule, verdict.core.subject) in answered
        consequence = consequence_of(
            verdict,
            subject_type=subject_type,
            territory=case.institution.territory_code or "",
            on=civil_day(now),
            answered=known,
        )
        if verdict.rule in shadow:
            consequence = Consequence.SHADOW
        if verdict.is_undecided and consequence is Consequence.FLAG:
            continue  # nothing is asked of anybody; that it could not be told stands in the answers of the judgement
        made.append(
            Ask(
                verdict=verdict,
                consequence=consequence.value,
                sentence=T(zh=verdict.sentence.zh, en=verdict.sentence.en),
                hint=T(zh=verdict.hint.zh, en=verdict.hint.en),
                rule_id=verdict.rule,
                verdict_id=new_id() if stored else None,
                answered=known,
            )
        )
    return tuple(made)


def seen(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """The asks that people see: those of rules in shadow are only counted."""
    return tuple(ask for ask in asks if ask.consequence != Consequence.SHADOW)
