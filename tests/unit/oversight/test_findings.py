"""The auditor's list, one finding with its evidence, and the same rule's answers over the moments."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.oversight.people import AUDITOR, HOUSE, OTHER_HOUSE, PHYSICIAN, REGULATOR, STRANGER, an_actor

from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.known_cases import bad_cases, clean_case
from xinglin.hospital.oversight.models import FindingCase
from xinglin.hospital.oversight.selectors import Filters

NOW = datetime(2026, 5, 20, 10, 5, tzinfo=SHANGHAI)
pytestmark = pytest.mark.django_db(transaction=True)


def _findings(house: UUID = HOUSE, subject_id: UUID | None = None, moment: str = "remind") -> None:
    case, _rules = bad_cases()[0]
    services.judge(
        actor=PHYSICIAN,
        moment=moment,  # type: ignore[arg-type]
        case=case,
        subject_type="prescription",
        subject_id=subject_id or new_id(),
        institution_id=house,
        now=NOW + timedelta(minutes=moment == "control"),
    )


def test_an_auditor_sees_the_own_house_and_a_regulator_all() -> None:
    _findings(HOUSE)
    _findings(OTHER_HOUSE)
    own = selectors.findings(actor=AUDITOR)
    assert {row.institution_id for row in own.rows} == {HOUSE}
    assert selectors.findings(actor=REGULATOR).total == 2 * own.total
    for row in selectors.findings(actor=STRANGER).rows[:2]:
        for absent in (row.id, new_id()):
            with pytest.raises(NotFound):
                selectors.finding(actor=AUDITOR, verdict_id=absent)
    with pytest.raises(NotAllowed):
        selectors.findings(actor=PHYSICIAN)


def test_the_list_is_narrowed() -> None:
    _findings()
    by_rule = selectors.findings(actor=AUDITOR, filters=Filters(rule="B01"))
    assert {row.rule for row in by_rule.rows} == {"B01"}
    assert by_rule.total == 6
    assert selectors.findings(actor=AUDITOR, filters=Filters(rule="B01", limit=2)).total == 6
    assert len(selectors.findings(actor=AUDITOR, filters=Filters(rule="B01", limit=2)).rows) == 2
    assert selectors.findings(actor=AUDITOR, filters=Filters(consequence="needs_reason")).total == 7
    assert selectors.findings(actor=AUDITOR, filters=Filters(moment="control")).total == 0
    assert selectors.findings(actor=AUDITOR, filters=Filters(outcome="cannot_tell")).total == 0
    assert selectors.findings(actor=AUDITOR, filters=Filters(institution_id=OTHER_HOUSE)).total == 0
    tomorrow = (NOW + timedelta(days=1)).date()
    assert selectors.findings(actor=AUDITOR, filters=Filters(from_on=tomorrow)).total == 0
    assert selectors.findings(actor=AUDITOR, filters=Filters(until_on=NOW.date(), rule="B01")).total == 6


def test_one_finding_shows_evidence_sources_and_every_moment() -> None:
    subject = new_id()
    _findings(subject_id=subject)
    _findings(subject_id=subject, moment="control")
    (row,) = selectors.findings(actor=AUDITOR, filters=Filters(rule="B02", moment="control")).rows
    detail = services.open_finding(actor=AUDITOR, verdict_id=row.id, now=NOW)
    assert [(m.moment.en, m.outcome.en, m.same) for m in detail.moments] == [
        ("before: reminder", "finding", True),
        ("during: control", "finding", True),
    ]
    values = {shown.path: (shown.name.zh, shown.value.zh) for shown in detail.facts}
    assert values["measure.distinct_drugs"] == ("不同药品种数", "6")
    assert values["prescription.ended"][1] == "否"
    assert detail.sources[0].zh == "处方管理办法，2007 第六条（凭记忆，未核对原文）"
    assert detail.row.hint.en
    assert detail.subject_id == subject


def test_values_are_shown_in_words() -> None:
    _findings()
    shown = {}
    for rule in ("A05", "B03", "G12", "G10"):
        row = selectors.findings(actor=AUDITOR, filters=Filters(rule=rule)).rows[0]
        detail = selectors.finding(actor=AUDITOR, verdict_id=row.id)
        shown |= {fact.path: fact.value.en for fact in detail.facts}
    assert shown["patient.guardian_verified"] == "no"
    assert shown["claim.fund_fen"] == "¥6.01"
    assert shown["encounter.started_at"] == "2026-05-20 10:00:00"


def test_reading_is_written_down_and_starts_nothing() -> None:
    _findings()
    row = selectors.findings(actor=AUDITOR, filters=Filters(state="new")).rows[0]
    services.open_finding(actor=an_actor(Role.MEDICAL_AFFAIRS), verdict_id=row.id, now=NOW)
    services.open_finding(actor=AUDITOR, verdict_id=row.id, now=NOW)
    assert FindingCase.objects.count() == 0
    assert JournalEntry.objects.filter(verb="open_finding", object_id=row.id).count() == 2


def test_decisions_are_counted_by_rule() -> None:
    _findings()
    row = selectors.findings(actor=AUDITOR, filters=Filters(rule="B02")).rows[0]
    services.decide_finding(actor=AUDITOR, verdict_id=row.id, decision="upheld", words="六种药，无豁免", now=NOW)
    (count,) = [count for count in selectors.rule_counts(actor=AUDITOR) if count.rule == "B02"]
    assert (count.findings, count.confirmed, count.rejected, count.answered) == (1, 1, 0, 0)
    assert count.precision == 100


def test_amounts_and_answers_are_counted_once() -> None:
    clean = clean_case()
    case = replace(clean, lines=(replace(clean.lines[0], id=str(new_id()), quantity=9, amount_fen=9000),))
    judged = services.judge(
        actor=PHYSICIAN,
        moment="remind",
        case=case,
        subject_type="prescription",
        subject_id=new_id(),
        institution_id=HOUSE,
        now=NOW,
    )
    (ask,) = judged.asks
    assert ask.verdict_id is not None
    for _ in range(2):
        services.answer(actor=PHYSICIAN, verdict_id=ask.verdict_id, reason_code="travel", text="x", now=NOW)
    (count,) = selectors.rule_counts(actor=AUDITOR)
    assert (count.rule, count.findings, count.answered, count.amount_fen) == ("B03", 1, 1, 8000)
    row = selectors.findings(actor=AUDITOR).rows[0]
    assert row.answered
    assert len(selectors.finding(actor=AUDITOR, verdict_id=row.id).reasons) == 2
