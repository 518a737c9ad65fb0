"""Loading many judgements of the past at once, for the demo city and for imports.

The cases are judged here, by the rules and the policy of today's program and the law of their own day: a verdict is
never made up. The journal is not written: whoever loads history says so in one entry of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import engine, records
from xinglin.hospital.oversight.asks import Ask, asks_of
from xinglin.hospital.oversight.models import Fact, GivenVerdict, Judgement
from xinglin.supervision.facts import Case

BATCH = 500


@dataclass(frozen=True, slots=True)
class PastCase:
    """One case as it was known at an instant, and the deed that it was judged for."""

    case: Case
    moment: Literal["remind", "control"]
    subject_type: str
    subject_id: UUID
    institution_id: UUID
    actor: Actor
    at: datetime
    only: frozenset[str] | None = None


def load_judgements(past: Iterable[PastCase]) -> int:
    """Judge and write cases in batches; returns how many findings and *cannot tell* there were."""
    told = 0
    remaining = iter(past)
    while batch := list(islice(remaining, BATCH)):
        judgements: list[Judgement] = []
        facts: list[Fact] = []
        verdicts: list[GivenVerdict] = []
        for judgement, case, asks in map(_judged, batch):
            judgements.append(judgement)
            facts += records.facts_of(judgement, case, judgement.at)
            verdicts += records.given(judgement, asks)
        with transaction.atomic():
            Judgement.objects.bulk_create(judgements)
            Fact.objects.bulk_create(facts)
            GivenVerdict.objects.bulk_create(verdicts)
        told += len(verdicts)
    return told


def _judged(past: PastCase) -> tuple[Judgement, Case, tuple[Ask, ...]]:
    judged = engine.ask(past.case, past.moment, past.at, past.only)
    asks = asks_of(judged.verdicts, past.case, past.subject_type, past.at, frozenset(), stored=True)
    judgement = Judgement(
        id=new_id(int(past.at.timestamp() * 1000)),
        institution_id=past.institution_id,
        moment=past.moment,
        subject_type=past.subject_type,
        subject_id=past.subject_id,
        encounter_id=past.case.encounter.id or "",
        actor_id=past.actor.id,
        actor_label=past.actor.label[:120],
        at=past.at,
        knowledge=judged.knowledge,
        answers=records.answers(judged.verdicts),
    )
    return judgement, past.case, asks
