"""Due process of findings: who may take which step when, and that a refusal leaves nothing behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import (
    AFFAIRS,
    AUDITOR,
    HOUSE,
    OTHER_AFFAIRS,
    PHYSICIAN,
    REGULATOR,
    STRANGER,
    SYSTEM,
)

from xinglin.hospital.kernel.access import Actor, Role
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import errors, process, selectors, services
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import FindingCase, FindingStep, GivenVerdict, PaymentStop, PointEntry
from xinglin.hospital.oversight.selectors import Filters
from xinglin.supervision.verdicts import Certainty

NOW = datetime(2026, 5, 20, 10, 5, tzinfo=SHANGHAI)
DOCTOR = Actor(
    id=new_id(),
    label="the doctor",
    roles=frozenset({Role.PHYSICIAN}),
    institution_ids=frozenset({HOUSE}),
    practitioner_id=new_id(),
)
pytestmark = pytest.mark.django_db(transaction=True)


def a_finding(
    *, suspicious: bool = False, house: UUID = HOUSE, physician: UUID | None = DOCTOR.practitioner_id
) -> UUID:
    """Nine packs of a week each where the law allows one: 80 yuan over the limit."""
    clean = clean_case()
    case = replace(
        clean,
        lines=(replace(clean.lines[0], id=str(new_id()), quantity=9, amount_fen=9000),),
        physician=replace(clean.physician, id=str(physician) if physician else "unknown"),
    )
    services.judge(
        actor=PHYSICIAN,
        moment="control",
        case=case,
        subject_type="prescription",
        subject_id=new_id(),
        institution_id=house,
        now=NOW,
    )
    verdict = GivenVerdict.objects.filter(rule="B03").latest("id")
    if suspicious:
        given = GivenVerdict.objects.filter(pk=verdict.pk).values().get()
        made = GivenVerdict(**(given | {"id": new_id(), "subject": str(new_id()), "certainty": Certainty.SUSPICIOUS}))
        made.save(force_insert=True)
        return made.pk
    return verdict.pk


def step(verb: str, verdict_id: UUID, **given: Any) -> None:
    """Take a step as whoever takes it."""
    actors = {"state_case": AFFAIRS, "appeal_decision": AFFAIRS, "close_appeal": REGULATOR}
    words = {"actor": actors.get(verb, AUDITOR), "words": f"words of {verb}", "now": NOW} | given
    getattr(services, verb)(verdict_id=verdict_id, **words)


def told(verdict_id: UUID) -> UUID:
    step("notify_provider", verdict_id)
    return verdict_id


def verified(verdict_id: UUID) -> UUID:
    step("state_case", told(verdict_id))
    step("verify_finding", verdict_id)
    return verdict_id


def decided(verdict_id: UUID, **given: Any) -> UUID:
    step("decide_finding", verdict_id, **({"decision": "upheld"} | given))
    return verdict_id


def appealed(verdict_id: UUID) -> UUID:
    step("appeal_decision", verdict_id)
    return verdict_id


def state() -> tuple[Any, ...]:
    """Everything that a step may change."""
    return (
        list(FindingCase.objects.order_by("id").values()),
        FindingStep.objects.count(),
        PointEntry.objects.count(),
        PaymentStop.objects.count(),
        JournalEntry.objects.count(),
    )


def refused(kind: type[DomainError], verb: str, verdict_id: UUID, **given: Any) -> DomainError:
    """The refusal of a step, after which everything is as it was."""
    before = state()
    with pytest.raises(kind) as refusal:
        step(verb, verdict_id, **given)
    assert state() == before
    return refusal.value


def test_a_suspicious_finding_goes_the_whole_way() -> None:
    verdict = a_finding(suspicious=True)
    step("notify_provider", verdict)
    case = FindingCase.objects.get()
    assert (case.state, case.fen, case.upheld_fen, case.territory) == ("notified", 8000, None, "370902")
    assert case.practitioner_id == DOCTOR.practitioner_id
    assert case.due_at == datetime(2026, 5, 28, tzinfo=SHANGHAI), "five working days, the last one whole"
    step("state_case", verdict, actor=DOCTOR, words="two weeks of travel, see the record")
    step("verify_finding", verdict)
    step("decide_finding", verdict, decision="partly", upheld_fen=3000)
    step("appeal_decision", verdict)
    step("close_appeal", verdict, decision="rejected")
    case.refresh_from_db()
    assert (case.state, case.decision, case.upheld_fen, case.due_at) == ("final", "rejected", 0, None)
    detail = selectors.finding(actor=AUDITOR, verdict_id=verdict)
    assert [done.after for done in detail.steps] == ["notified", "stated", "verified", "decided", "appealed", "final"]
    assert [done.upheld_fen for done in detail.steps] == [None, None, None, 3000, None, 0]
    assert detail.steps[1].words == "two weeks of travel, see the record"
    journaled = JournalEntry.objects.filter(object_type="finding_case").order_by("id")
    assert list(journaled.values_list("verb", flat=True)) == list(process.FOLLOWS)
    assert "travel" not in str(list(journaled.values_list("detail", flat=True)))


def test_a_suspicious_finding_is_not_decided_before_the_provider_was_heard() -> None:
    verdict = a_finding(suspicious=True)
    refused(errors.ProviderNotHeard, "decide_finding", verdict, decision="upheld")
    refused(errors.ProviderNotHeard, "decide_finding", told(verdict), decision="upheld")
    refused(errors.StatementTimeRuns, "verify_finding", verdict)
    step("state_case", verdict)
    refused(errors.ProviderNotHeard, "decide_finding", verdict, decision="upheld")


def test_silence_does_not_stop_the_process() -> None:
    verdict = told(a_finding(suspicious=True))
    due = FindingCase.objects.get().due_at
    assert due is not None
    refused(errors.StatementTimeRuns, "verify_finding", verdict, now=due - timedelta(seconds=1))
    step("verify_finding", verdict, now=due)
    assert FindingCase.objects.get().state == "verified"
    refused(errors.OutOfOrder, "state_case", verdict, now=due)


def test_a_definite_finding_may_be_decided_at_once_and_appealed() -> None:
    verdict = decided(a_finding())
    case = FindingCase.objects.get()
    assert (case.state, case.upheld_fen) == ("decided", 8000)
    step("appeal_decision", verdict)
    step("close_appeal", verdict, decision="upheld")
    assert FindingCase.objects.get().upheld_fen == 8000


def test_a_rejected_finding_is_final_and_costs_nothing() -> None:
    verdict = decided(verified(a_finding(suspicious=True)), decision="rejected")
    case = FindingCase.objects.get()
    assert (case.state, case.upheld_fen) == ("final", 0)
    refused(errors.OutOfOrder, "appeal_decision", verdict)


ORDER: tuple[tuple[str, Callable[[UUID], Any]], ...] = (
    ("notify_provider", told),
    ("state_case", lambda verdict: verdict),
    ("verify_finding", lambda verdict: verdict),
    ("appeal_decision", told),
    ("close_appeal", verified),
)


@pytest.mark.parametrize(("verb", "before"), ORDER, ids=[verb for verb, _ in ORDER])
def test_steps_keep_their_order(verb: str, before: Callable[[UUID], Any]) -> None:
    verdict = a_finding(suspicious=True)
    before(verdict)
    given = {"decision": "upheld"} if verb == "close_appeal" else {}
    absent = FindingCase.objects.count() == 0 and verb == "state_case"
    refused(NotFound if absent else errors.OutOfOrder, verb, verdict, **given)


RIGHTS = (
    ("notify_provider", (AFFAIRS, DOCTOR, REGULATOR), lambda verdict: verdict),
    ("state_case", (AUDITOR, REGULATOR), told),
    ("verify_finding", (AFFAIRS, DOCTOR, REGULATOR), lambda verdict: step("state_case", told(verdict))),
    ("decide_finding", (AFFAIRS, DOCTOR, REGULATOR), verified),
    ("appeal_decision", (AUDITOR, REGULATOR), lambda verdict: decided(verified(verdict))),
    ("close_appeal", (AUDITOR, AFFAIRS, DOCTOR), lambda verdict: appealed(decided(verified(verdict)))),
)


@pytest.mark.parametrize(("verb", "strangers", "before"), RIGHTS, ids=[row[0] for row in RIGHTS])
def test_steps_are_taken_by_who_holds_the_right(verb: str, strangers: tuple[Actor, ...], before: Any) -> None:
    verdict = a_finding(suspicious=True)
    before(verdict)
    given = {"decision": "upheld"} if verb in {"decide_finding", "close_appeal"} else {}
    for actor in strangers:
        refused(NotAllowed, verb, verdict, actor=actor, **given)
    foreign = {"state_case": OTHER_AFFAIRS, "appeal_decision": OTHER_AFFAIRS}.get(verb, STRANGER)
    if verb != "close_appeal":
        refused(NotFound, verb, verdict, actor=foreign, **given)
    refused(NotFound, verb, new_id(), **given)
    for words in (" ", "x" * 1001):
        wrong = refused(InvalidInput, verb, verdict, words=words, **given)
        assert wrong.field == "words"
    step(verb, verdict, **given)


def test_a_colleague_does_not_speak_for_the_practitioner() -> None:
    verdict = told(a_finding(suspicious=True))
    colleague = replace(DOCTOR, id=new_id(), practitioner_id=new_id())
    refused(NotFound, "state_case", verdict, actor=colleague)
    assert selectors.cases_for_provider(actor=colleague, now=NOW) == []
    (card,) = selectors.cases_for_provider(actor=DOCTOR, now=NOW)
    assert (card.verdict_id, card.next_verb, card.fen) == (verdict, "state_case", 8000)
    assert selectors.case_for_provider(actor=AFFAIRS, verdict_id=verdict, now=NOW).state == "notified"


def test_an_appeal_is_decided_by_another_person() -> None:
    twice = replace(REGULATOR, id=new_id(), person_id=new_id())
    auditor = replace(AUDITOR, person_id=twice.person_id)
    verdict = a_finding()
    decided(verdict, actor=auditor)
    appealed(verdict)
    refused(errors.AnotherPersonNeeded, "close_appeal", verdict, actor=twice, decision="upheld")
    step("close_appeal", verdict, decision="upheld")


def test_who_spoke_for_the_provider_does_not_decide() -> None:
    both = replace(AUDITOR, id=new_id(), roles=frozenset({Role.AUDITOR, Role.MEDICAL_AFFAIRS}))
    verdict = told(a_finding(suspicious=True))
    step("state_case", verdict, actor=both)
    step("verify_finding", verdict)
    refused(errors.AnotherPersonNeeded, "decide_finding", verdict, actor=both, decision="rejected")


def test_an_appeal_comes_in_time() -> None:
    verdict = decided(a_finding())
    due = FindingCase.objects.get().due_at
    assert due is not None
    refused(errors.AppealTimeOver, "appeal_decision", verdict, now=due)
    step("appeal_decision", verdict, now=due - timedelta(seconds=1))


@pytest.mark.parametrize("upheld", [None, 0, 8000, 9000, -1])
def test_a_part_is_more_than_nothing_and_less_than_all(upheld: int | None) -> None:
    wrong = refused(InvalidInput, "decide_finding", a_finding(), decision="partly", upheld_fen=upheld)
    assert wrong.field == "upheld_fen"


def test_what_cannot_be_told_is_held_against_nobody() -> None:
    verdict = a_finding()
    given = GivenVerdict.objects.filter(pk=verdict).values().get()
    unknown = GivenVerdict(**(given | {"id": new_id(), "outcome": "cannot_tell", "core_hash": "0" * 64}))
    unknown.save(force_insert=True)
    for verb in ("notify_provider", "decide_finding"):
        refused(errors.NotAFinding, verb, unknown.pk, **({"decision": "upheld"} if verb == "decide_finding" else {}))


def test_one_core_is_one_case_at_every_moment() -> None:
    verdict = decided(a_finding(), decision="rejected")
    given = GivenVerdict.objects.filter(pk=verdict).values().get()
    later = GivenVerdict(**(given | {"id": new_id(), "moment": "audit", "at": NOW + timedelta(days=9)}))
    later.save(force_insert=True)
    row = selectors.finding(actor=AUDITOR, verdict_id=later.pk).row
    assert (row.state, row.decision) == ("final", "rejected")
    assert selectors.findings(actor=AUDITOR, filters=Filters(state="open")).total == 0


def test_late_clocks_are_chased_once_and_decisions_become_final() -> None:
    late, settled = told(a_finding(suspicious=True)), decided(a_finding())
    assert services.chase_overdue(actor=SYSTEM, now=NOW) == 0
    before = state()
    with pytest.raises(NotAllowed):
        services.chase_overdue(actor=AUDITOR, now=NOW)
    assert state() == before
    after = NOW + timedelta(days=30)
    assert selectors.overdue(actor=AUDITOR, now=after) == 1
    assert services.chase_overdue(actor=SYSTEM, now=after) == 2
    assert services.chase_overdue(actor=SYSTEM, now=after) == 0
    states = dict(FindingCase.objects.values_list("verdict_id", "state"))
    assert states == {late: "notified", settled: "final"}
    rows = selectors.findings(actor=AUDITOR, filters=Filters(late_at=after)).rows
    assert [row.id for row in rows] == [late]
    assert selectors.finding(actor=AUDITOR, verdict_id=late).steps[-1].verb == "chase_overdue"


def test_working_days_skip_weekends_and_holidays_and_count_days_worked_instead() -> None:
    days = process.working_days()
    assert not days.works(date(2026, 10, 1))
    assert days.works(date(2026, 10, 10)), "a Saturday that is worked instead"
    assert not days.works(date(2026, 10, 11))
    before_holidays = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
    assert days.end_of(before_holidays, 2) == datetime(2026, 10, 10, tzinfo=SHANGHAI)
    assert days.end_of(before_holidays, 3) == datetime(2026, 10, 11, tzinfo=SHANGHAI)


def test_every_state_with_a_successor_has_a_clock() -> None:
    for waiting in ("notified", "stated", "verified", "decided", "appealed"):
        assert process.due_at(waiting, NOW, "370902") is not None
    assert process.due_at("final", NOW, "370902") is None
