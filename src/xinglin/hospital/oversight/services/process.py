"""Due process of findings: the provider is told, heard, and only then a suspicious finding is decided and costs money.

Each verb takes one step, writes it down in the words of whoever took it, and starts the next clock. All of them name
the finding by a verdict of it: one core of one institution is one case, however often it was given.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, Permission, Role, require
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, errors, process
from xinglin.hospital.oversight.cases import CaseCard, case_for_provider
from xinglin.hospital.oversight.events import (
    DecisionBecameFinal,
    FindingAppealed,
    FindingDecided,
    FindingNotified,
    FindingOverdue,
)
from xinglin.hospital.oversight.models import FindingCase, FindingStep, GivenVerdict
from xinglin.hospital.oversight.rows import visible
from xinglin.hospital.oversight.services import points
from xinglin.hospital.oversight.subjects import place_of, practitioner_of
from xinglin.hospital.oversight.words import STATE_NAMES, VERB_NAMES, Decision, FindingState
from xinglin.supervision.verdicts import Outcome

WORDS_MAX = 1000
SYSTEM_WORDS = "（系统）/ (the system)"


@transaction.atomic
def notify_provider(*, actor: Actor, verdict_id: UUID, words: str, now: datetime) -> UUID:
    """Tell the provider of a finding: its time to state its case begins. Returns the case.

    Raises NotFound, NotAFinding, OutOfOrder, InvalidInput.
    """
    verdict = _verdict_for(actor, access.PROSECUTE, verdict_id)
    case = _case(verdict, now)
    _in_order(case, "notify_provider")
    _step(case, actor, "notify_provider", FindingState.NOTIFIED, _words(words), now)
    publish(
        FindingNotified(
            case_id=case.pk,
            verdict_id=verdict_id,
            institution_id=case.institution_id,
            practitioner_id=case.practitioner_id,
            due_at=case.due_at,
            at=now,
        )
    )
    if case.practitioner_id:
        live.announce(f"physician:{case.practitioner_id}", "finding", verdict_id)
    return case.pk


@transaction.atomic
def state_case(*, actor: Actor, verdict_id: UUID, words: str, now: datetime) -> None:
    """The provider's statement: medical affairs for the institution, or the practitioner whom it concerns.

    A late statement is still taken until the finding was verified. Raises NotFound, OutOfOrder, InvalidInput.
    """
    case = _own_case(actor, verdict_id)
    _in_order(case, "state_case")
    case.heard_from_id = actor.id
    _step(case, actor, "state_case", FindingState.STATED, _words(words), now)


def open_own_finding(*, actor: Actor, verdict_id: UUID, now: datetime) -> CaseCard:
    """One finding as the provider sees it, with its evidence. Reading it is written into the journal. Raises
    NotFound.
    """
    card = case_for_provider(actor=actor, verdict_id=verdict_id, now=now)
    journal.write(
        actor=actor,
        institution_id=card.institution_id,
        verb="open_own_finding",
        object_type="verdict",
        object_id=verdict_id,
        now=now,
        detail={"rule": card.rule},
    )
    return card


@transaction.atomic
def verify_finding(*, actor: Actor, verdict_id: UUID, words: str, now: datetime) -> None:
    """What checking the statement against the facts gave. Without a statement, only once its time has passed.

    Raises NotFound, OutOfOrder, StatementTimeRuns, InvalidInput.
    """
    verdict = _verdict_for(actor, access.PROSECUTE, verdict_id)
    case = _case(verdict, now)
    _in_order(case, "verify_finding")
    if case.state == FindingState.NOTIFIED and case.due_at is not None and now < case.due_at:
        raise errors.StatementTimeRuns(until=_day(case.due_at))
    _step(case, actor, "verify_finding", FindingState.VERIFIED, _words(words), now)


@transaction.atomic
def decide_finding(
    *,
    actor: Actor,
    verdict_id: UUID,
    decision: str,
    words: str,
    now: datetime,
    upheld_fen: int | None = None,
    severity: int = 0,
    degree: str = "",
) -> None:
    """Decide: `upheld`, `partly` (with the fen that are owed) or `rejected`, which is final at once.

    `severity` (1 to 4) and `degree` of responsibility give points to the practitioner; 0 gives none. Raises NotFound,
    NotAFinding, ProviderNotHeard, OutOfOrder, AnotherPersonNeeded, NobodyToAnswer, InvalidInput.
    """
    verdict = _verdict_for(actor, access.PROSECUTE, verdict_id)
    case = _case(verdict, now)
    if case.state in process.UNDECIDED and not process.may_follow("decide_finding", case.state, case.certainty):
        raise errors.ProviderNotHeard
    _in_order(case, "decide_finding")
    if case.heard_from_id == actor.id:
        raise errors.AnotherPersonNeeded
    owed = _owed(case, decision, upheld_fen)
    given = points.wanted(case, decision, severity, degree, now)
    case.decision, case.upheld_fen = decision, owed if case.fen is not None else None
    case.decided_by_id, case.decided_by_person_id = actor.id, actor.person_id
    after = FindingState.FINAL if decision == Decision.REJECTED else FindingState.DECIDED
    _step(case, actor, "decide_finding", after, _words(words), now)
    if given is not None:
        points.give(case, given, actor, words, now)
    _tell_decision(case, verdict_id, now, on_appeal=False)


@transaction.atomic
def appeal_decision(*, actor: Actor, verdict_id: UUID, words: str, now: datetime) -> None:
    """Appeal against a decision within its time, for the institution or for oneself.

    Raises NotFound, OutOfOrder, AppealTimeOver, InvalidInput.
    """
    case = _own_case(actor, verdict_id)
    _in_order(case, "appeal_decision")
    if case.due_at is not None and now >= case.due_at:
        raise errors.AppealTimeOver(until=_day(case.due_at))
    case.heard_from_id = actor.id
    _step(case, actor, "appeal_decision", FindingState.APPEALED, _words(words), now)
    publish(
        FindingAppealed(
            case_id=case.pk, verdict_id=verdict_id, institution_id=case.institution_id, due_at=case.due_at, at=now
        )
    )


@transaction.atomic
def close_appeal(
    *, actor: Actor, verdict_id: UUID, decision: str, words: str, now: datetime, upheld_fen: int | None = None
) -> None:
    """Decide an appeal, for good. Another person than who decided before. Points go back when it is rejected.

    Raises NotFound, OutOfOrder, AnotherPersonNeeded, InvalidInput.
    """
    verdict = _verdict_for(actor, access.DECIDE_APPEAL, verdict_id)
    case = _case(verdict, now)
    _in_order(case, "close_appeal")
    same_person = actor.person_id is not None and actor.person_id == case.decided_by_person_id
    if same_person or actor.id in {case.decided_by_id, case.heard_from_id}:
        raise errors.AnotherPersonNeeded
    owed = _owed(case, decision, upheld_fen)
    case.turned_on_appeal = decision != case.decision
    case.decision, case.upheld_fen = decision, owed if case.fen is not None else None
    _step(case, actor, "close_appeal", FindingState.FINAL, _words(words), now)
    if decision == Decision.REJECTED:
        points.take_back(case, actor, words, now)
    _tell_decision(case, verdict_id, now, on_appeal=True)


def chase_overdue(*, actor: Actor, now: datetime) -> int:
    """Notice every clock that has passed: late ones are chased once, decisions nobody appealed become final.

    Returns how many cases changed.
    """
    require(actor, access.RUN_CLOCKS)
    late = Q(chased_at__isnull=True) | Q(state=FindingState.DECIDED)
    ids = FindingCase.objects.filter(late, due_at__lte=now).order_by("id").values_list("id", flat=True)[:500]
    return sum(_chase(actor, case_id, now) for case_id in ids)


@transaction.atomic
def _chase(actor: Actor, case_id: UUID, now: datetime) -> bool:
    case = FindingCase.objects.select_for_update().get(pk=case_id)
    if case.due_at is None or case.due_at > now:
        return False  # somebody took the step meanwhile
    if case.state == FindingState.DECIDED:
        _step(case, actor, "end_appeal_time", FindingState.FINAL, SYSTEM_WORDS, now)
        publish(
            DecisionBecameFinal(
                case_id=case.pk,
                verdict_id=case.verdict_id,
                institution_id=case.institution_id,
                decision=case.decision,
                at=now,
            )
        )
        return True
    if case.chased_at is not None:
        return False
    due = case.due_at
    _step(case, actor, "chase_overdue", FindingState(case.state), SYSTEM_WORDS, now)
    publish(
        FindingOverdue(
            case_id=case.pk,
            verdict_id=case.verdict_id,
            institution_id=case.institution_id,
            state=case.state,
            due_at=due,
            at=now,
        )
    )
    return True


# PARTS OF A STEP


def _verdict_for(actor: Actor, permission: Permission, verdict_id: UUID) -> GivenVerdict:
    """A finding that the actor may see and act on."""
    require(actor, permission)
    verdict = visible(actor).filter(pk=verdict_id).first()
    if verdict is None:
        raise NotFound
    if verdict.outcome != Outcome.FINDING:
        raise errors.NotAFinding(rule=verdict.rule)
    return verdict


def _case(verdict: GivenVerdict, now: datetime) -> FindingCase:
    """The case of a finding, locked; made new where there is none yet."""
    core = {
        "institution_id": verdict.institution_id,
        "rule": verdict.rule,
        "subject": verdict.subject,
        "core_hash": verdict.core_hash,
    }
    fresh = FindingCase(
        id=new_id(),
        verdict=verdict,
        territory=place_of(verdict),
        practitioner_id=practitioner_of(verdict),
        certainty=verdict.certainty,
        state=FindingState.NEW,
        fen=verdict.excess_fen,
        opened_at=now,
        changed_at=now,
        **core,
    )
    FindingCase.objects.bulk_create([fresh], ignore_conflicts=True)
    return FindingCase.objects.select_for_update().get(**core)


def _own_case(actor: Actor, verdict_id: UUID) -> FindingCase:
    """A case of which the provider was told, for whoever speaks for the provider. Others find nothing."""
    require(actor, access.SPEAK)
    verdict = GivenVerdict.objects.filter(pk=verdict_id).first()
    if verdict is None:
        raise NotFound
    mine = Q(practitioner_id=actor.practitioner_id) if actor.practitioner_id else Q(pk=None)
    if actor.has(Role.MEDICAL_AFFAIRS):
        mine |= Q(institution_id__in=actor.institution_ids)
    case = (
        FindingCase.objects.select_for_update()
        .filter(mine, rule=verdict.rule, subject=verdict.subject, core_hash=verdict.core_hash)
        .filter(institution_id=verdict.institution_id)
        .first()
    )
    if case is None:
        raise NotFound
    return case


def _in_order(case: FindingCase, verb: str) -> None:
    if not process.may_follow(verb, case.state, case.certainty):
        raise errors.OutOfOrder(state=STATE_NAMES[FindingState(case.state)], step=VERB_NAMES[verb])


def _words(words: str) -> str:
    text = words.strip()
    if not text or len(text) > WORDS_MAX:
        raise InvalidInput(field="words", reason=T(zh="请写明依据（1000 字以内）。", en="Say why, in 1000 characters."))
    return text


def _owed(case: FindingCase, decision: str, upheld_fen: int | None) -> int:
    """What is owed by this decision, in fen."""
    whole = case.fen or 0
    fixed = {Decision.UPHELD.value: whole, Decision.REJECTED.value: 0}
    if decision in fixed:
        return fixed[decision]
    if decision != Decision.PARTLY:
        raise InvalidInput(field="decision", reason=T(zh="请选择认定结果。", en="Choose what is decided."))
    if case.fen is None:
        return 0
    if upheld_fen is None or not 0 < upheld_fen < whole:
        says = T(
            zh="部分成立时，请填写大于 0 且小于涉及金额的数额。",
            en="Enter an amount above 0 and below the money in breach.",
        )
        raise InvalidInput(field="upheld_fen", reason=says)
    return upheld_fen


def _step(case: FindingCase, actor: Actor, verb: str, after: FindingState, words: str, now: datetime) -> None:
    """Move the case on, start the next clock, write the step and the journal, and wake the desks."""
    before, stays = case.state, case.state == after
    case.state, case.changed_at = after, now
    case.due_at = case.due_at if stays else process.due_at(after, now, case.territory)
    case.chased_at = now if stays else None
    case.save()
    FindingStep(
        id=new_id(),
        case=case,
        institution_id=case.institution_id,
        verb=verb,
        before=before,
        after=after,
        decision=case.decision,
        upheld_fen=case.upheld_fen,
        words=words,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        due_at=case.due_at,
        at=now,
    ).save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=case.institution_id,
        verb=verb,
        object_type="finding_case",
        object_id=case.pk,
        now=now,
        detail={"rule": case.rule, "before": before, "after": after.value, "decision": case.decision},
    )
    desks: tuple[str, ...] = ("desk:audit", "desk:affairs")
    live.announce_all([(desk, "finding", case.verdict_id) for desk in desks])


def _tell_decision(case: FindingCase, verdict_id: UUID, now: datetime, *, on_appeal: bool) -> None:
    publish(
        FindingDecided(
            case_id=case.pk,
            verdict_id=verdict_id,
            institution_id=case.institution_id,
            decision=case.decision,
            owed_fen=case.upheld_fen or 0,
            on_appeal=on_appeal,
            at=now,
        )
    )


def _day(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
