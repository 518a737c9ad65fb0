"""Writing down: facts, judgement and verdicts in three statements; counts of previews in one."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import digest
from xinglin.hospital.oversight.asks import Ask
from xinglin.hospital.oversight.models import Fact, GivenVerdict, Judgement
from xinglin.supervision.facts import Case
from xinglin.supervision.facts.codec import decode_case, encode_case
from xinglin.supervision.verdicts import Verdict


def answers(verdicts: tuple[Verdict, ...]) -> list[list[Any]]:
    """What every rule answered: rule, version, subject, outcome, hash of the core."""
    return [
        [verdict.rule, verdict.core.version, verdict.core.subject, verdict.outcome.value, verdict.core.hash]
        for verdict in verdicts
    ]


def seal(answered: list[list[Any]]) -> str:
    """One hash over all answers of a judgement, for the journal."""
    return digest({"answers": answered})


def write(judgement: Judgement, case: Case, asks: tuple[Ask, ...], happened_at: datetime) -> None:
    """Insert a judgement, its facts and its verdicts."""
    judgement.save(force_insert=True)
    Fact.objects.bulk_create(facts_of(judgement, case, happened_at))
    GivenVerdict.objects.bulk_create(given(judgement, asks))


def facts_of(judgement: Judgement, case: Case, happened_at: datetime) -> list[Fact]:
    """The rows of a case for the fact log, in the order in which the case is built again."""
    return [
        Fact(
            id=new_id(),
            institution_id=judgement.institution_id,
            judgement=judgement,
            position=position,
            subject_type=group,
            subject_id=str(payload.get("id") or judgement.subject_id),
            group=group,
            payload=payload,
            happened_at=happened_at,
            known_at=judgement.at,
        )
        for position, (group, payload) in enumerate(encode_case(case))
    ]


def case_of(judgement: Judgement) -> Case:
    """The case as it was judged, from the fact log."""
    return decode_case([(fact.group, fact.payload) for fact in judgement.facts.order_by("position")])


def given(judgement: Judgement, asks: tuple[Ask, ...]) -> list[GivenVerdict]:
    """The rows of what was found or could not be told."""
    return [_given(judgement, ask) for ask in asks]


def _given(judgement: Judgement, ask: Ask) -> GivenVerdict:
    core = ask.verdict.core
    assert ask.verdict_id is not None, "a stored ask has an id"
    return GivenVerdict(
        id=ask.verdict_id,
        judgement=judgement,
        institution_id=judgement.institution_id,
        rule=core.rule,
        version=core.version,
        outcome=core.outcome.value,
        certainty=core.certainty.value,
        scope=core.scope.value,
        subject=core.subject,
        moment=judgement.moment,
        consequence=ask.consequence,
        core_hash=core.hash,
        core=core.as_json(),
        sentence_zh=ask.sentence.zh,
        sentence_en=ask.sentence.en,
        hint_zh=ask.hint.zh,
        hint_en=ask.hint.en,
        excess_fen=core.excess.fen,
        at=judgement.at,
    )


COUNT = """
INSERT INTO oversight_preview_count ("on", institution_id, rule, outcome, count)
SELECT %s, %s, rule, outcome, count FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS c (rule, outcome, count)
ON CONFLICT ("on", institution_id, rule, outcome) DO UPDATE SET count = oversight_preview_count.count + EXCLUDED.count
"""


def count_preview(verdicts: tuple[Verdict, ...], institution_id: UUID, on: date) -> None:
    """Add one preview to the counts in one statement, rows in a fixed order so that two previews at once cannot block
    each other.
    """
    counted = sorted(Counter((verdict.rule, verdict.outcome.value) for verdict in verdicts).items())
    rules, outcomes = [rule for (rule, _), _ in counted], [outcome for (_, outcome), _ in counted]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [on, institution_id, rules, outcomes, [count for _, count in counted]])
