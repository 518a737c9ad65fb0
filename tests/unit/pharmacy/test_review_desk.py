"""The review desk: the order of the queue, sheets that are held, two signatures, what is kept, whose device it was."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import ATORVASTATIN, METFORMIN, NOW, VALSARTAN, World, a_line

from xinglin.hospital.consultation.models import AllergyTold, LifeState, MedicineTold, Observation
from xinglin.hospital.decision_support import selectors as support
from xinglin.hospital.decision_support import services as support_services
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import signature_holds
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import SecondSignerIsFirst, SecondSignerNeeded, SheetHeldByAnother
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.review_models import DeviceUse, ReviewClaim, SeenFinding


def told(world: World, model: Any, at: int = 3, **values: Any) -> None:
    """Something that the patient said after the prescription was signed."""
    assert world.visit is not None
    person = world.visit.patient_id
    now = world.later(at)
    model.objects.create(
        id=new_id(), patient_id=person, side="patient", by_id=person, by_label="患者", at=now, **values
    )


def a_statin(world: World) -> Prescription:
    """Atorvastatin, signed while nothing else was known of the patient."""
    return world.issue(world.draft(lines=[a_line(ATORVASTATIN, dose_units=20000, frequency="qn")]))


def grave(world: World) -> Prescription:
    """Valsartan; and then the patient says that she is pregnant: nobody gives a sartan now."""
    row = world.issue(world.draft(lines=[a_line(VALSARTAN, dose_units=80000)]))
    told(world, LifeState, pregnant=True, weeks=20, on=NOW.date())
    tiers = [one.tier for one in sheet_of(world, row).findings]
    assert "X" in tiers, tiers
    return row


def sheet_of(world: World, row: Prescription, who: make.Someone | None = None, at: int = 5) -> Any:
    """What the desk is told of a prescription."""
    actor = (who or world.pharmacist).at(world.later(at))
    return selectors.desk_sheet(actor=actor, prescription_id=row.id, now=world.later(at))


def review(world: World, row: Prescription, who: make.Someone, outcome: str, at: int = 6, **changes: Any) -> Any:
    """A review by somebody with a fresh proof."""
    now = world.later(at)
    make.a_proof(who.account, at=now)
    values: dict[str, Any] = {"codes": (), "text": "", "actor": who.at(now)} | changes
    return services.review_prescription(prescription_id=row.id, outcome=outcome, now=now, **values)


def queue(world: World, who: make.Someone | None = None, at: int = 5) -> list[Any]:
    """The queue as somebody sees it."""
    actor, now = (who or world.pharmacist).at(world.later(at)), world.later(at)
    services.check_waiting(actor=actor, now=now)
    return selectors.waiting(actor=actor, now=now)


# WHAT IS SHOWN


def test_a_clean_prescription_is_clean_at_once(world: World) -> None:
    row = world.issue()
    sheet = sheet_of(world, row)
    assert sheet.clean
    assert sheet.findings == []
    assert sheet.least_seconds == 8
    assert sheet.unchecked, "nobody asked about allergies, and the sheet says so"


def test_findings_stand_at_their_line_with_source_and_code(world: World) -> None:
    row = grave(world)
    sheet = sheet_of(world, row)
    line = row.lines.get()
    assert not sheet.clean
    assert sheet.grave
    found = sheet.of_line(line.id)
    worst = found[0]
    assert worst.tier == "X"
    assert worst.source
    assert worst.review_code
    assert worst.evidence
    assert worst.text.zh
    assert worst.text.en


def test_the_glance_tells_not_asked_from_none(world: World) -> None:
    row = a_statin(world)
    actor, now = world.pharmacist.at(world.later(5)), world.later(5)
    before = selectors.glance(actor=actor, prescription_id=row.id, now=now)
    assert (before.told.allergies_asked, before.weight, before.kidney, before.allergies) == (False, None, None, [])
    told(world, AllergyTold, none_known=True)
    told(world, Observation, code="CR", value=90, unit="umol/L", on=NOW.date())
    told(world, Observation, code="WEIGHT", value=61, unit="kg", on=NOW.date())
    after = selectors.glance(actor=actor, prescription_id=row.id, now=now)
    assert after.told.allergies_asked
    assert after.allergies == []
    assert after.weight == "61"
    assert after.kidney is not None
    assert (after.kidney.value, after.kidney.on) == ("90", NOW.date())
    told(world, AllergyTold, at=4, substance="青霉素", reaction="severe")
    assert "青霉素" in selectors.glance(actor=actor, prescription_id=row.id, now=now).allergies[0].zh


def test_what_is_taken_elsewhere_is_checked_with_it(world: World) -> None:
    row = a_statin(world)
    assert sheet_of(world, row).clean
    told(world, MedicineTold, name="伊曲康唑", sig="每次0.2g 每日1次")
    found = sheet_of(world, row).findings
    assert any(one.with_current for one in found), found


# THE QUEUE


def test_the_queue_takes_danger_then_broken_promises_then_urgency_then_age(world: World) -> None:
    plain = world.issue(at=3)
    urgent = world.issue(world.draft(lines=[a_line(METFORMIN, dose_units=500000, frequency="bid")], urgent=True), at=4)
    bad = grave(world)
    assert [one.id for one in queue(world)] == [bad.id, urgent.id, plain.id]
    assert queue(world)[0].tier == "X"
    late = plain.review_due_at - NOW + timedelta(minutes=2)
    minutes = int(late.total_seconds() // 60)
    order = queue(world, at=minutes)
    assert order[0].id == bad.id, "danger stays first"
    assert all(one.overdue for one in order)
    assert "超时" in order[0].clock.zh
    assert "late" in order[0].clock.en


def test_overdue_goes_before_urgent(world: World) -> None:
    old = world.issue(at=3)
    minutes = int((old.review_due_at - NOW).total_seconds() // 60) + 1
    make.a_proof(world.doctor.account, at=world.later(minutes))
    lines = [a_line(METFORMIN, dose_units=500000, frequency="bid")]
    fresh = world.issue(world.draft(lines=lines, urgent=True), at=minutes)
    assert [one.id for one in queue(world, at=minutes + 1)] == [old.id, fresh.id]


def test_the_queue_asks_the_check_once(world: World) -> None:
    world.issue()
    actor = world.pharmacist.at(world.later(5))
    assert services.check_waiting(actor=actor, now=world.later(5)) == 1
    assert services.check_waiting(actor=actor, now=world.later(6)) == 0
    assert services.check_waiting(actor=actor, now=world.later(60)) == 1, "what has come in meanwhile is seen"


# WHO HOLDS A SHEET


def take(world: World, row: Prescription, who: make.Someone, at: int = 5) -> Any:
    """Open a sheet."""
    now = world.later(at)
    return services.open_sheet(actor=who.at(now), prescription_id=row.id, now=now)


def test_two_pharmacists_do_not_open_the_same_one(world: World) -> None:
    row, other = world.issue(), make.a_pharmacist()
    assert take(world, row, world.pharmacist).mine
    second = take(world, row, other)
    assert not second.mine
    assert second.holder
    (seen,) = queue(world, other)
    assert (seen.free, seen.mine) == (False, False)
    with pytest.raises(SheetHeldByAnother):
        review(world, row, other, "approve")
    assert queue(world)[0].mine
    review(world, row, world.pharmacist, "approve")
    assert not ReviewClaim.objects.exists()


def test_a_sheet_is_free_after_five_quiet_minutes_or_when_it_is_left(world: World) -> None:
    row, other = world.issue(), make.a_pharmacist()
    take(world, row, world.pharmacist)
    now = world.later(9)
    assert services.keep_sheet(actor=world.pharmacist.at(now), prescription_id=row.id, now=now)
    assert not take(world, row, other, at=13).mine
    assert take(world, row, other, at=15).mine
    assert not services.keep_sheet(actor=world.pharmacist.at(now), prescription_id=row.id, now=world.later(16))
    now = world.later(17)
    services.leave_sheet(actor=other.at(now), prescription_id=row.id, now=now)
    assert take(world, row, world.pharmacist, at=17).mine


def test_opening_another_leaves_the_first(world: World) -> None:
    first, second = world.issue(), a_statin(world)
    take(world, first, world.pharmacist)
    take(world, second, world.pharmacist, at=6)
    assert [one.prescription_id for one in ReviewClaim.objects.all()] == [second.id]


def test_nobody_else_opens_sheets(world: World) -> None:
    row = world.issue()
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))
    with pytest.raises(NotFound):
        take(world, row, away)
    with pytest.raises(NotFound):
        sheet_of(world, row, away)
    with pytest.raises(NotFound):
        selectors.glance(actor=away.actor, prescription_id=row.id, now=world.later(5))
    for someone in (world.patient, world.doctor, make.a_medical_affairs_officer()):
        with pytest.raises(NotAllowed):
            take(world, row, someone)
        with pytest.raises(NotAllowed):
            sheet_of(world, row, someone)


# TWO SIGNATURES


def test_what_must_not_be_given_is_signed_by_two(world: World) -> None:
    row, other = grave(world), make.a_pharmacist()
    with pytest.raises(SecondSignerNeeded):
        review(world, row, world.pharmacist, "approve")
    with pytest.raises(InvalidInput):
        review(world, row, world.pharmacist, "endorse", text=" ")
    first = review(world, row, world.pharmacist, "endorse", text="已与医师电话确认，停用后改签")
    row.refresh_from_db()
    assert row.state == "signed"
    with pytest.raises(SecondSignerIsFirst):
        review(world, row, world.pharmacist, "approve", at=7)
    with pytest.raises(InvalidInput):
        review(world, row, other, "endorse", at=7, text="再签一次")
    assert [one.first_signed for one in queue(world, at=7)] == ["me"]
    assert [(one.first_signed, one.free) for one in queue(world, other, at=7)] == [("other", True)]
    second = review(world, row, other, "approve", at=8)
    row.refresh_from_db()
    assert row.state == "approved"
    assert first.reviewer_person_id != second.reviewer_person_id
    for one in (first, second):
        content = json.loads(one.content)
        assert content["prescription_sha256"] == row.signed.sha256
        assert signature_holds(bytes.fromhex(one.public_key), bytes.fromhex(one.signature), content)
    assert [step.verb for step in row.steps.all()][-2:] == ["endorse_prescription", "review_prescription"]


def test_a_question_since_takes_the_first_signature_back(world: World) -> None:
    row, other = grave(world), make.a_pharmacist()
    review(world, row, world.pharmacist, "endorse", text="电话确认")
    review(world, row, other, "ask", at=7, text="确需使用吗？")
    services.answer_question(actor=world.doctor.actor, prescription_id=row.id, text="需要", now=world.later(8))
    with pytest.raises(SecondSignerNeeded):
        review(world, row, other, "approve", at=9)


def test_a_clean_one_needs_no_first_signature(world: World) -> None:
    row = world.issue()
    with pytest.raises(InvalidInput):
        review(world, row, world.pharmacist, "endorse", text="多此一举")


# WHAT IS KEPT


def test_what_stood_there_is_kept_and_can_be_judged_again(world: World) -> None:
    row = grave(world)
    made = review(world, row, world.pharmacist, "return", codes=["2-1"])
    seen = list(SeenFinding.objects.filter(review=made))
    assert "X" in {one.tier for one in seen}
    assert {line for one in seen for line in one.line_ids} == {row.lines.get().id}
    (ticket,) = support.tickets_of(actor=world.pharmacist.actor, subject_id=made.id)
    again = support_services.replay(actor=world.pharmacist.actor, log_id=ticket.id, now=world.later(9))
    assert again.same


# THE DEVICE


def on(who: make.Someone, device: str, now: Any) -> Actor:
    """The actor at a device."""
    return replace(who.at(now), device=device)


def verdicts(row: Prescription, rule: str) -> Iterable[str]:
    """What a rule said of the prescription at control."""
    found = GivenVerdict.objects.filter(rule=rule, subject=str(row.id), moment="control")
    return list(found.order_by("id").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("written", "reviewed", "said"),
    [("one", "one", "finding"), ("one", "two", ""), ("", "two", ""), ("one", "", "")],
)
def test_rule_b12_decides_on_the_device(world: World, written: str, reviewed: str, said: str) -> None:
    draft, now = world.draft(), world.later(3)
    row = services.issue_prescription(actor=on(world.doctor, written, now), draft=draft, answers=(), now=now)
    opened = world.later(4)
    selectors.prescription(actor=world.pharmacist.at(opened), prescription_id=row.id, now=opened)
    review(world, row, world.pharmacist, "approve", actor=on(world.pharmacist, reviewed, world.later(6)))
    assert list(verdicts(row, "B12")) == ([said] if said else [])
    assert DeviceUse.objects.count() == (written != "") + (reviewed != "")


def test_rule_b12_hears_of_a_glance(world: World) -> None:
    now = world.later(3)
    row = services.issue_prescription(actor=on(world.doctor, "one", now), draft=world.draft(), answers=(), now=now)
    opened = world.later(6) - timedelta(seconds=7)
    selectors.prescription(actor=world.pharmacist.at(opened), prescription_id=row.id, now=opened)
    review(world, row, world.pharmacist, "approve", actor=on(world.pharmacist, "two", world.later(6)))
    assert list(verdicts(row, "B12")) == ["finding"], "seven seconds for a line that wants eight"
