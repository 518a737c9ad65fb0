"""What was asked of the rules and what each answered, judgement by judgement, in the order of time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, evidence
from xinglin.hospital.oversight.models import GivenVerdict, Judgement
from xinglin.hospital.oversight.rows import title_of
from xinglin.hospital.oversight.words import CONSEQUENCE_NAMES, Consequence


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule answered for one subject. `sentence`, `consequence` and `missing` belong to findings and to what
    could not be told; `verdict_id` is None for the rest.
    """

    rule: str
    title: T
    subject: str
    outcome: str
    core_hash: str
    verdict_id: UUID | None = None
    sentence: T | None = None
    hint: T | None = None
    consequence: T | None = None
    missing: tuple[T, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One judgement: who asked at which moment, for which deed, and every answer."""

    id: UUID
    at: datetime
    who: str
    moment: str
    subject_type: str
    subject_id: UUID
    rulings: tuple[Ruling, ...]


def asked_since(*, actor: Actor, after_id: UUID | None = None, limit: int = 200) -> list[Asked]:
    """The judgements after one (all when None), oldest first: a regulator's or the system's all, else one's own
    institutions'.
    """
    require(actor, access.READ_FINDINGS)
    rows = Judgement.objects.order_by("id").prefetch_related("verdicts")
    if not actor.has(Role.REGULATOR, Role.SYSTEM):
        rows = rows.filter(institution_id__in=actor.institution_ids)
    if after_id is not None:
        rows = rows.filter(id__gt=after_id)
    return [_asked(row) for row in rows[:limit]]


def _asked(row: Judgement) -> Asked:
    told = {(verdict.rule, verdict.subject): verdict for verdict in row.verdicts.all()}
    rulings = tuple(
        _ruling(rule, subject, outcome, core_hash, told.get((rule, subject)))
        for rule, _, subject, outcome, core_hash in row.answers
    )
    return Asked(row.id, row.at, row.actor_label, row.moment, row.subject_type, row.subject_id, rulings)


def _ruling(rule: str, subject: str, outcome: str, core_hash: str, verdict: GivenVerdict | None) -> Ruling:
    if verdict is None:
        return Ruling(rule, title_of(rule), subject, outcome, core_hash)
    _, missing = evidence.shown(verdict.core, [])
    return Ruling(
        rule=rule,
        title=title_of(rule),
        subject=subject,
        outcome=outcome,
        core_hash=core_hash,
        verdict_id=verdict.id,
        sentence=T(zh=verdict.sentence_zh, en=verdict.sentence_en),
        hint=T(zh=verdict.hint_zh, en=verdict.hint_en),
        consequence=CONSEQUENCE_NAMES[Consequence(verdict.consequence)],
        missing=missing,
    )
