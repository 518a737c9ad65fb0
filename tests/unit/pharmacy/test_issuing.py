"""Writing and signing: what the rules ask, what stops, what is stored, and that nothing is half-written."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import (
    AMLODIPINE,
    ATORVASTATIN,
    CREAM,
    METFORMIN,
    METHOTREXATE,
    NOW,
    PARACETAMOL,
    VALSARTAN,
    ZOLPIDEM,
    World,
    a_line,
)

from xinglin.hospital.consultation.errors import EmergencyStands
from xinglin.hospital.identity.errors import ConfirmationNeeded
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.models import Answer as GivenAnswer
from xinglin.hospital.oversight.models import Judgement, PreviewCount
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import (
    CheckerDown,
    NothingPrescribed,
    PrescriptionNeedsAnswer,
    PrescriptionRefused,
    RecordNotSigned,
    SameIdOtherContent,
    VisitNotOpen,
    WrongStage,
)
from xinglin.hospital.pharmacy.models import Draft, Line, Prescription, SignedContent
from xinglin.hospital.pharmacy.services import Answer


def nothing_was_written() -> bool:
    """No prescription and no part of one."""
    return not (Prescription.objects.exists() or Line.objects.exists() or SignedContent.objects.exists())


def test_a_clean_prescription_is_signed_stored_and_verifiable(world: World) -> None:
    row = world.issue()
    line = row.lines.get()
    assert (row.state, line.product_code, line.packs, line.days_supply) == ("signed", AMLODIPINE, 1, 7)
    assert row.total_fen == line.amount_fen == 320
    content = json.loads(row.signed.content)
    assert content["lines"][0]["dose_zh"] == "5mg"
    assert content["diagnoses"][0]["code"] == "I10"
    assert selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id).good
    assert JournalEntry.objects.filter(verb="issue_prescription", object_id=row.id).count() == 1
    assert [step.after for step in row.steps.all()] == ["signed"]


def test_signing_twice_is_one_deed_and_a_reused_id_is_refused(world: World) -> None:
    draft = world.draft()
    first = world.issue(draft)
    assert world.issue(draft).id == first.id
    assert Prescription.objects.count() == 1
    with pytest.raises(SameIdOtherContent):
        world.issue(replace(draft, visit_id=new_id()))


def test_it_is_valid_for_three_days_at_most_and_to_the_end_of_a_day(world: World) -> None:
    row = world.issue(world.draft(valid_days=1))
    assert row.valid_until_at.astimezone(NOW.tzinfo).strftime("%Y-%m-%d %H:%M") == "2026-09-01 23:59"
    longest = world.issue(world.draft(valid_days=3))
    assert longest.valid_until_at - longest.issued_at <= timedelta(days=3)
    with pytest.raises(InvalidForm):
        world.issue(world.draft(valid_days=4))


# WHAT THE RULES SAY


def test_too_long_a_supply_needs_an_answer_which_is_kept(world: World) -> None:
    line = a_line(days=14)
    draft = world.draft(lines=[line])
    with pytest.raises(PrescriptionNeedsAnswer) as refusal:
        world.issue(draft)
    (ask,) = refusal.value.asks
    assert (ask.rule_id, services.ask_key(ask)) == ("B03", f"B03:{line.id}")
    assert nothing_was_written()
    assert Judgement.objects.filter(subject_id=draft.id, moment="remind").count() == 1, "what was asked is kept"
    row = world.issue(draft, [Answer(f"B03:{line.id}", "chronic-stable")])
    finding = row.findings.get()
    assert (finding.rule_id, finding.line_ids, finding.reason_code) == ("B03", [line.id], "chronic-stable")
    assert GivenAnswer.objects.get().reason_code == "chronic-stable"
    assert json.loads(row.signed.content)["answers"][0]["reason_code"] == "chronic-stable"


@pytest.mark.parametrize(("code", "text"), [("no-such-reason", ""), ("travel", ""), ("", "")])
def test_an_answer_must_be_a_coded_reason_with_the_words_it_needs(world: World, code: str, text: str) -> None:
    line = a_line(days=14)
    with pytest.raises((InvalidForm, PrescriptionNeedsAnswer)):
        world.issue(world.draft(lines=[line]), [Answer(f"B03:{line.id}", code, text)])
    assert nothing_was_written()


def test_a_long_prescription_needs_no_answer_for_28_days(world: World) -> None:
    row = world.issue(world.draft(lines=[a_line(days=28)], kind="long", kind_reason="高血压病情稳定"))
    assert row.findings.count() == 0
    with pytest.raises(InvalidForm) as refusal:
        world.issue(world.draft(lines=[a_line(days=28)], kind="long"))
    assert [error.field for error in refusal.value.errors] == ["kind_reason"]


def test_special_control_is_refused_whatever_is_answered(world: World) -> None:
    line = a_line(ZOLPIDEM, dose_units=10_000, frequency="qn")
    with pytest.raises(PrescriptionRefused) as refusal:
        world.issue(world.draft(lines=[line]), [Answer(f"B01:{line.id}", "other", "please")])
    assert refusal.value.fields["rule"] == "B01"
    assert nothing_was_written()


def test_more_than_five_medicines_are_refused(world: World) -> None:
    lines = [
        a_line(),
        a_line(METFORMIN, dose_units=500_000, frequency="bid"),
        a_line(VALSARTAN, dose_units=80_000),
        a_line(ATORVASTATIN, dose_units=20_000, frequency="qn"),
        a_line(PARACETAMOL, dose_units=500_000, frequency="prn", days=None, packs=1),
        a_line(METHOTREXATE, dose_units=10_000, frequency="qw"),
    ]
    with pytest.raises(PrescriptionRefused) as refusal:
        world.issue(world.draft(lines=lines), [Answer(f"B03:{line.id}", "pack-rounding") for line in lines])
    assert refusal.value.fields["rule"] == "B02"
    assert nothing_was_written()


def test_preview_says_the_same_and_stores_nothing_but_counts(world: World) -> None:
    line = a_line(days=14)
    draft = world.draft(lines=[line, a_line(ZOLPIDEM, dose_units=10_000, frequency="qn")])
    before = Judgement.objects.count()
    seen = services.preview(actor=world.doctor.actor, draft=draft, now=world.later(3))
    assert [ask.rule_id for ask in seen.asks_of(line.id)] == ["B03"]
    assert seen.lines[0].packs == 2
    assert seen.lines[0].computed
    assert seen.total_fen == 2 * 320 + 1850
    assert Judgement.objects.count() == before
    assert PreviewCount.objects.filter(rule="B03", outcome="finding").exists()
    assert nothing_was_written()


def test_a_silent_engine_stops_prescribing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = world.draft()
    monkeypatch.setattr(oversight, "check_engine_alive", lambda **_: False)
    with pytest.raises(CheckerDown):
        world.issue(draft)
    with pytest.raises(CheckerDown):
        services.preview(actor=world.doctor.actor, draft=draft, now=world.later(3))
    assert nothing_was_written()


# WHAT MUST BE THERE FIRST


def test_the_record_must_be_signed(fresh_world: World) -> None:
    visit, _ = fresh_world.drafted()
    with pytest.raises(RecordNotSigned):
        fresh_world.issue(fresh_world.draft(visit))
    assert nothing_was_written()


def test_the_visit_must_have_begun(fresh_world: World) -> None:
    with pytest.raises(VisitNotOpen):
        fresh_world.issue(fresh_world.draft(fresh_world.waiting()))


def test_another_physician_finds_no_visit(world: World) -> None:
    draft = world.draft()
    other = make.a_physician()
    with pytest.raises(NotFound):
        services.issue_prescription(actor=other.actor, draft=draft, answers=[], now=world.later(3))
    with pytest.raises(NotFound):
        services.preview(actor=other.actor, draft=draft, now=world.later(3))
    with pytest.raises(NotFound):
        services.save_draft(actor=other.actor, draft=draft, now=world.later(3))
    for someone in (world.patient, world.pharmacist):
        with pytest.raises(NotAllowed):
            services.issue_prescription(actor=someone.actor, draft=draft, answers=[], now=world.later(3))
    assert nothing_was_written()


def test_an_old_proof_of_identity_is_not_enough_to_sign(world: World) -> None:
    with pytest.raises(ConfirmationNeeded):
        world.issue(world.draft(), at=30)
    assert nothing_was_written()


def test_an_empty_prescription_is_none(world: World) -> None:
    visit = world.signed()
    with pytest.raises(NothingPrescribed):
        world.issue(services.Draft(id=new_id(), visit_id=visit.id))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dose_units": None}, "line-1-dose"),
        ({"dose_units": -1}, "line-1-dose"),
        ({"frequency": "daily"}, "line-1-frequency"),
        ({"route": "iv"}, "line-1-route"),
        ({"days": 0}, "line-1-days"),
        ({"days": 85}, "line-1-days"),
        ({"days": None}, "line-1-days"),
        ({"packs": 0}, "line-1-packs"),
        ({"packs": 100}, "line-1-packs"),
        ({"product_code": PARACETAMOL, "dose_units": 500_000, "frequency": "prn", "days": None}, "line-1-packs"),
        ({"product_code": CREAM, "dose_units": None, "route": "top", "packs": 1, "days": None}, "line-1-reason"),
    ],
)
def test_each_wrong_field_is_named(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidForm) as refusal:
        world.issue(world.draft(lines=[a_line(**changes)]))
    assert field in [error.field for error in refusal.value.errors]
    assert nothing_was_written()


def test_a_cream_is_prescribed_by_packs_and_words(world: World) -> None:
    line = a_line(CREAM, dose_units=None, frequency="bid", route="top", days=None, packs=2, reason="薄涂患处")
    row = world.issue(world.draft(lines=[line]))
    sheet = selectors.prescription(actor=world.patient.actor, prescription_id=row.id, now=world.later(4))
    (words,) = selectors.directions_of(sheet)
    assert "薄涂患处" in words.take.zh
    assert words.line.days_supply is None


def test_a_weekly_medicine_says_so(world: World) -> None:
    row = world.issue(
        world.draft(
            lines=[a_line(METHOTREXATE, dose_units=10_000, frequency="qw", days=28)], kind="long", kind_reason="稳定"
        )
    )
    sheet = selectors.prescription(actor=world.patient.actor, prescription_id=row.id, now=world.later(4))
    (words,) = selectors.directions_of(sheet)
    assert "不要每天用" in words.caution.zh  # type: ignore[union-attr]
    assert words.line.packs == 1
    assert "4片（10mg）" in words.take.zh


# DRAFTS


def test_a_draft_is_kept_and_goes_with_the_signature(world: World) -> None:
    draft = world.draft(lines=[a_line(reason="饭后")])
    services.save_draft(actor=world.doctor.actor, draft=draft, now=world.later(3))
    assert selectors.draft_of(actor=world.doctor.actor, visit_id=draft.visit_id) == draft
    assert selectors.draft_of(actor=make.a_physician().actor, visit_id=draft.visit_id) is None
    world.issue(draft)
    assert not Draft.objects.exists()


def test_a_returned_prescription_is_written_anew_and_replaces_the_old(world: World) -> None:
    row = world.review(world.issue(), "return", codes=["2-5"], text="请核对剂量")
    draft = selectors.redraft(actor=world.doctor.actor, prescription_id=row.id)
    assert draft.replaces_id == row.id
    assert draft.lines[0].product_code == AMLODIPINE
    make.a_proof(world.doctor.account, at=world.later(5))
    again = world.issue(draft, at=5)
    assert again.replaces_id == row.id
    mine = {sheet.row.id: sheet.replaced for sheet in selectors.of_prescriber(actor=world.doctor.actor)}
    assert mine == {row.id: True, again.id: False}


def test_only_an_ended_prescription_of_ones_own_can_be_replaced(world: World) -> None:
    row = world.issue()
    with pytest.raises(WrongStage):
        world.issue(world.draft(replaces_id=row.id))
    with pytest.raises(InvalidInput):
        world.issue(world.draft(replaces_id=new_id()))
    assert Prescription.objects.count() == 1


def test_nothing_is_prescribed_while_a_red_flag_stands(world: World) -> None:
    draft = world.draft()
    assert world.visit is not None
    world.say(world.visit, text="昨晚开始胸痛，压榨样，出汗，左胳膊发麻", actor=world.patient.actor, now=NOW)
    with pytest.raises(EmergencyStands):
        world.issue(draft)
    assert nothing_was_written()
