"""One rule, three moments: what it said of one subject each time it was asked, and what was done then."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.models import Answer, GivenVerdict, Judgement
from xinglin.hospital.oversight.words import CONSEQUENCE_NAMES, VIEW_NAMES, AuditView, Consequence
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.verdicts import Moment, Outcome


@dataclass(frozen=True, slots=True)
class GivenReason:
    """Why somebody went on."""

    at: datetime
    who: str
    reason_code: str
    text: str
    verdict_id: UUID

    @property
    def name(self) -> T:
        """The coded reason in words."""
        names = {reason.code: T(zh=reason.name_zh, en=reason.name_en) for reason in terminology.override_reasons()}
        return names.get(self.reason_code, T(zh=self.reason_code, en=self.reason_code))


@dataclass(frozen=True, slots=True)
class MomentAnswer:
    """What the same rule said of the same subject at one moment. `same` compares the hashed cores.

    `consequence` and `sentence` are None where nothing was shown (the rule was clear); `followed` says whether the deed
    that was asked for was done on this judgement; `view` says with which knowledge an audit judged.
    """

    at: datetime
    moment: T
    outcome: T
    core_hash: str
    same: bool
    asked_for: str
    moment_code: str
    outcome_code: str
    who: str
    verdict_id: UUID | None
    consequence: T | None
    sentence: T | None
    reasons: tuple[GivenReason, ...]
    followed: bool
    view: T | None = None


def reasons_for(rule: str, subject: str) -> tuple[GivenReason, ...]:
    """The reasons given for one rule and subject, in the order of time."""
    return tuple(
        GivenReason(given.at, given.actor_label, given.reason_code, given.text, given.verdict_id)
        for given in Answer.objects.filter(rule=rule, subject=subject).order_by("at")
    )


def moments_of(verdict: GivenVerdict) -> tuple[MomentAnswer, ...]:
    """Every judgement of the same visit or subject in which this rule answered for the same subject."""
    judged = verdict.judgement
    related = Q(subject_id=judged.subject_id)
    if judged.encounter_id:
        related |= Q(encounter_id=judged.encounter_id)
    judgements = Judgement.objects.filter(related, institution_id=verdict.institution_id).order_by("at", "id")
    given = {
        row.judgement_id: row
        for row in GivenVerdict.objects.filter(
            rule=verdict.rule, subject=verdict.subject, judgement__in=judgements
        ).order_by("id")
    }
    reasons = reasons_for(verdict.rule, verdict.subject)
    return tuple(
        _answer(judgement, verdict, code, core_hash, given.get(judgement.id), reasons)
        for judgement in judgements.select_related("run").prefetch_related("deeds")
        for rule, _version, subject, code, core_hash in judgement.answers
        if (rule, subject) == (verdict.rule, verdict.subject)
    )


def _answer(
    judgement: Judgement,
    verdict: GivenVerdict,
    code: str,
    core_hash: str,
    told: GivenVerdict | None,
    reasons: tuple[GivenReason, ...],
) -> MomentAnswer:
    moment, outcome = Moment.of(judgement.moment), Outcome.of(code)
    return MomentAnswer(
        at=judgement.at,
        moment=T(zh=moment.zh, en=moment.en),
        outcome=T(zh=outcome.zh, en=outcome.en),
        core_hash=core_hash,
        same=core_hash == verdict.core_hash,
        asked_for=judgement.subject_type,
        moment_code=moment.value,
        outcome_code=outcome.value,
        who=judgement.actor_label,
        verdict_id=told.id if told else None,
        consequence=CONSEQUENCE_NAMES[Consequence(told.consequence)] if told else None,
        sentence=T(zh=told.sentence_zh, en=told.sentence_en) if told else None,
        reasons=tuple(reason for reason in reasons if told is not None and reason.verdict_id == told.id),
        followed=bool(judgement.deeds.all()),
        view=VIEW_NAMES[AuditView(judgement.run.view)] if judgement.run else None,
    )
