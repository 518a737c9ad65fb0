"""Judging a case: what is written down, what follows, and what stays when the deed is given up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.unit.oversight.people import HOUSE, OTHER_HOUSE, PATIENT, PHYSICIAN, an_actor

from xinglin.hospital.kernel.access import ANONYMOUS, Role, system_actor
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import bulk, engine, records, selectors, services, tasks
from xinglin.hospital.oversight.errors import EngineSilent, NothingToAnswer
from xinglin.hospital.oversight.known_cases import bad_cases, clean_case
from xinglin.hospital.oversight.models import Answer, DeedLink, Fact, GivenVerdict, Judgement, PreviewCount, RuleSwitch
from xinglin.hospital.oversight.words import Consequence
from xinglin.supervision.facts import Case
from xinglin.supervision.verdicts import Moment

SYSTEM = system_actor("test")
NOW = datetime(2026, 5, 20, 10, 5, tzinfo=SHANGHAI)
pytestmark = pytest.mark.django_db(transaction=True)


def _judge(case: Case, *, moment: str = "remind", only: set[str] | None = None, **changes: object) -> services.Judged:
    values: dict[str, object] = {
        "actor": PHYSICIAN,
        "moment": moment,
        "case": case,
        "subject_type": "prescription",
        "subject_id": new_id(),
        "institution_id": HOUSE,
        "now": NOW,
        "only": only,
    }
    return services.judge(**{**values, **changes})  # type: ignore[arg-type]


def _over_supplied() -> Case:
    clean = clean_case()
    return replace(clean, lines=(replace(clean.lines[0], id=str(new_id()), quantity=9),))


def test_a_clean_case_asks_nothing_and_is_written_down() -> None:
    judged = _judge(clean_case())
    assert (judged.asks, judged.stops) == ((), ())
    stored = Judgement.objects.get(id=judged.id)
    assert [answer[0] for answer in stored.answers] == [verdict.rule for verdict in judged.verdicts]
    assert GivenVerdict.objects.count() == 0
    assert JournalEntry.objects.filter(verb="judge", object_id=stored.subject_id).count() == 1


def test_what_was_written_down_is_the_case_and_gives_the_same_cores() -> None:
    case, _rules = bad_cases()[0]
    judged = _judge(case, moment="control")
    stored = Judgement.objects.get(id=judged.id)
    written = records.case_of(stored)
    assert [line.findings for line in written.lines] == [None] * len(case.lines)  # no substances: not to be checked
    assert replace(written, measures=()) == replace(case, measures=())
    given = {(one.scope, one.subject): one for one in written.measures}
    for one in case.measures:  # numbers that the case brought stay; those that were measured stand beside them
        numbers = given[one.scope, one.subject]
        assert all(getattr(numbers, n) == v for n in one.__slots__ if (v := getattr(one, n)) is not None)
    again = engine.ask(records.case_of(stored), "audit", NOW + timedelta(days=400), None)
    assert [list(answer) for answer in records.answers(again.verdicts)] == stored.answers


def test_the_three_moments_give_one_core() -> None:
    case, _rules = bad_cases()[0]
    cores = [[verdict.core.hash for verdict in engine.ask(case, moment.value, NOW, None).verdicts] for moment in Moment]
    assert cores[0] == cores[1] == cores[2]


def test_every_rule_finds_its_known_bad_case_and_blocks_or_asks() -> None:
    for case, rules in bad_cases():
        judged = _judge(case)
        found = {ask.rule_id: ask for ask in judged.asks if ask.verdict.is_finding}
        assert found.keys() >= rules
        assert "block" in {found[rule].consequence for rule in rules}
        stored = GivenVerdict.objects.filter(judgement_id=judged.id)
        assert {row.id for row in stored} == {ask.verdict_id for ask in judged.asks}


def test_what_cannot_be_told_stops_where_the_law_speaks() -> None:
    clean = clean_case()
    unknown = replace(clean, patient=replace(clean.patient, identity_state=None))
    (ask,) = _judge(unknown, only={"A01"}).asks
    assert ask.verdict.is_undecided
    assert ask.consequence == "block"
    assert "实名核验状态" in ask.sentence.zh
    assert ask.title.zh == "患者未实名"


def test_an_answered_reminder_is_not_asked_again() -> None:
    case = _over_supplied()
    (ask,) = _judge(case, only={"B03"}).asks
    assert ask.consequence == "needs_reason"
    assert ask.verdict_id is not None
    services.answer(actor=PHYSICIAN, verdict_id=ask.verdict_id, reason_code="travel", text="出差一个月", now=NOW)
    (again,) = _judge(case, moment="control", only={"B03"}).asks
    assert (again.consequence, again.answered) == ("flag", True)
    (claim,) = _judge(case, moment="control", only={"B03"}, subject_type="claim").asks
    assert claim.consequence == "deny", "a reason moves no limit of payment"


def test_an_answer_is_refused_where_no_reason_is_enough() -> None:
    case, _rules = bad_cases()[1]
    (ask,) = _judge(case, only={"B01"}).asks
    assert ask.verdict_id is not None
    with pytest.raises(NothingToAnswer):
        services.answer(actor=PHYSICIAN, verdict_id=ask.verdict_id, reason_code="travel", text="x", now=NOW)
    assert Answer.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "text", "field"), [("no-such", "x", "reason_code"), ("travel", " ", "text"), ("travel", "x" * 501, "text")]
)
def test_a_reason_names_its_wrong_field(code: str, text: str, field: str) -> None:
    (ask,) = _judge(_over_supplied(), only={"B03"}).asks
    assert ask.verdict_id is not None
    with pytest.raises(InvalidInput) as refused:
        services.answer(actor=PHYSICIAN, verdict_id=ask.verdict_id, reason_code=code, text=text, now=NOW)
    assert refused.value.field == field
    assert Answer.objects.count() == 0


def test_a_verdict_of_another_house_does_not_exist() -> None:
    (ask,) = _judge(_over_supplied(), only={"B03"}).asks
    assert ask.verdict_id is not None
    foreign = an_actor(Role.PHYSICIAN, OTHER_HOUSE)
    for verdict_id in (ask.verdict_id, new_id()):
        with pytest.raises(NotFound):
            services.answer(actor=foreign, verdict_id=verdict_id, reason_code="travel", text="x", now=NOW)


def test_only_those_who_do_deeds_may_ask() -> None:
    with pytest.raises(NotAllowed):
        _judge(clean_case(), actor=ANONYMOUS)
    with pytest.raises(NotAllowed):
        services.preview(actor=an_actor(Role.REGULATOR), case=clean_case(), now=NOW)
    with pytest.raises(NotAllowed):
        services.answer(actor=PATIENT, verdict_id=new_id(), reason_code="travel", text="x", now=NOW)
    assert (Judgement.objects.count(), PreviewCount.objects.count()) == (0, 0)


def test_judging_inside_a_transaction_is_refused_and_writes_nothing() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        _judge(clean_case())
    assert Judgement.objects.count() == 0


def test_what_was_asked_stays_when_the_deed_is_given_up() -> None:
    subject = new_id()

    def deed() -> None:
        _judge(_over_supplied(), subject_id=subject)
        with transaction.atomic():
            raise KeyError("the physician gave up")

    with pytest.raises(KeyError):
        deed()
    assert Judgement.objects.filter(subject_id=subject).count() == 1


def test_a_preview_stores_counts_and_nothing_else() -> None:
    clean = clean_case()
    case = replace(_over_supplied(), institution=replace(clean.institution, id=str(HOUSE)))
    for _ in range(2):
        judged = services.preview(actor=PHYSICIAN, case=case, now=NOW, only={"B03", "B02"})
        assert [ask.verdict_id for ask in judged.asks] == [None]
    counts = {(row.rule, row.outcome): row.count for row in PreviewCount.objects.all()}
    assert counts == {("B02", "clear"): 2, ("B03", "finding"): 2}
    assert (Judgement.objects.count(), Fact.objects.count(), GivenVerdict.objects.count()) == (0, 0, 0)


def test_a_deed_is_linked_once_to_the_latest_judgement() -> None:
    subject, deed = new_id(), new_id()
    _judge(clean_case(), subject_id=subject)
    latest = _judge(clean_case(), subject_id=subject, now=NOW + timedelta(minutes=1))
    assert services.link_verdicts(actor=PHYSICIAN, subject_id=new_id(), deed_id=deed, now=NOW) == 0
    services.link_verdicts(actor=PHYSICIAN, subject_id=subject, deed_id=deed, now=NOW)
    services.link_verdicts(actor=PHYSICIAN, subject_id=subject, deed_id=deed, now=NOW)
    assert [(row.judgement_id, row.deed_id) for row in DeedLink.objects.all()] == [(latest.id, deed)]


@pytest.mark.parametrize("table", ["fact", "judgement", "verdict", "answer", "deed"])
@pytest.mark.parametrize(
    "change", ['UPDATE "oversight_{}" SET institution_id = institution_id', 'DELETE FROM "oversight_{}"']
)
def test_the_database_refuses_changes(table: str, change: str) -> None:
    judged = _judge(_over_supplied(), only={"B03"})
    (ask,) = judged.asks
    assert ask.verdict_id is not None
    assert judged.id is not None
    services.answer(actor=PHYSICIAN, verdict_id=ask.verdict_id, reason_code="travel", text="x", now=NOW)
    services.link_verdicts(actor=PHYSICIAN, subject_id=Judgement.objects.get().subject_id, deed_id=new_id(), now=NOW)
    if table == "deed":
        change = change.replace("institution_id", "deed_id")
    with pytest.raises(DatabaseError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_silent_engine_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    assert services.check_engine_alive(actor=SYSTEM, now=NOW)
    monkeypatch.setattr("xinglin.supervision.moments.RULES", ())
    engine.forget()
    try:
        assert not services.check_engine_alive(actor=SYSTEM, now=NOW)
        with pytest.raises(EngineSilent) as refused:
            _judge(clean_case())
        assert "B01" in refused.value.sentence.zh
        with pytest.raises(EngineSilent):
            services.preview(actor=PHYSICIAN, case=clean_case(), now=NOW)
    finally:
        engine.forget()
    assert Judgement.objects.count() == 0


def test_an_engine_that_finds_fault_with_everything_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _rules = bad_cases()[0]
    monkeypatch.setattr(engine, "clean_case", lambda: bad)
    assert "A01" in engine.failed_rules()


def test_a_policy_that_lets_a_known_bad_order_pass_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is right and nothing would follow from it: that is a bad order that passes."""
    monkeypatch.setattr("xinglin.hospital.oversight.asks.consequence_of", lambda *_, **__: Consequence.REMIND)
    engine.forget()
    try:
        assert "B01" in engine.failed_rules()
        with pytest.raises(EngineSilent) as refused:
            _judge(clean_case())
        assert "B01" in refused.value.sentence.en
        trouble = selectors.engine_trouble(at=NOW)
        assert trouble is not None
        assert "B01" in trouble.zh
    finally:
        engine.forget()


@pytest.mark.parametrize("use", ["shadow", "suspended"])
def test_a_rule_that_must_stop_and_was_silenced_behind_the_desk_stops_everything(use: str) -> None:
    RuleSwitch(
        id=new_id(), rule="B01", territory="", use=use, from_on=NOW.date(), reason="x", actor_id=new_id(),
        actor_label="x", at=NOW,
    ).save(force_insert=True)  # fmt: skip
    engine.forget()
    try:
        assert engine.failed_at(NOW) == {"B01"}
    finally:
        engine.forget()


def test_the_heartbeat_calls_it_out_when_nobody_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tasks.heartbeat(timestamp=0)
    assert not caplog.records
    monkeypatch.setattr("xinglin.supervision.moments.RULES", ())
    engine.forget()
    told: list[Any] = []
    monkeypatch.setattr("xinglin.hospital.kernel.live.announce_all", told.extend)
    try:
        tasks.heartbeat(timestamp=0)
    finally:
        engine.forget()
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert {topic for topic, _, _ in told} == {"desk:audit", "desk:affairs", "desk:review"}


def test_judgements_of_the_past_are_loaded_with_their_own_instant() -> None:
    bad, rules = bad_cases()[1]
    past = [
        bulk.PastCase(case, "control", "prescription", new_id(), HOUSE, PHYSICIAN, NOW - timedelta(days=day), only)
        for day, (case, only) in enumerate([(clean_case(), None), (bad, rules)])
    ]
    assert bulk.load_judgements(past) == 1
    verdict = GivenVerdict.objects.get()
    assert (verdict.rule, verdict.at, verdict.consequence) == ("B01", NOW - timedelta(days=1), "block")
    assert records.case_of(verdict.judgement) == bad
    assert Judgement.objects.count() == 2
