"""Picking, release and hand-over: one box once, nothing before payment, one hand-over."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, METFORMIN, PREFIXES, World, a_code, a_line

from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import (
    AlreadyHandedOver,
    AlreadyReleased,
    CheckerDown,
    DispensingRefused,
    NotPaidYet,
    PrescriptionExpired,
    RecipientUnknown,
    SameIdOtherContent,
    TraceCodeMalformed,
    TraceCodeOfOtherProduct,
    TraceCodeTaken,
    TraceCodeTwice,
    WrongNumberOfPacks,
    WrongStage,
)
from xinglin.hospital.pharmacy.models import HandOver, PackIdentification, Prescription, TracedPack


def still_approved(row: Prescription) -> bool:
    """Nothing of a pick was written."""
    row.refresh_from_db()
    return row.state == "approved" and not TracedPack.objects.filter(prescription=row).exists()


# PICKING


def test_every_box_is_written_under_its_code(world: World) -> None:
    row = world.approved(
        world.draft(lines=[a_line(dose_units=10_000), a_line(METFORMIN, dose_units=500_000, frequency="bid")])
    )
    codes = world.codes(row)
    world.pick(row, codes)
    assert row.state == "picked"
    assert {pack.code for pack in row.packs.all()} == {code for taken in codes.values() for code in taken}
    assert world.pick(row, codes).state == "picked", "the same scan again is the same deed"
    assert TracedPack.objects.count() == 3


def the_line(row: Prescription) -> UUID:
    """The only line of a prescription."""
    return row.lines.get().id


@pytest.mark.parametrize(
    ("codes", "refusal"),
    [
        (["123"], TraceCodeMalformed),
        (["8100001" + "0" * 12 + "x"], TraceCodeMalformed),
        ([PREFIXES[METFORMIN] + "0" * 13], TraceCodeOfOtherProduct),
        (["9999999" + "0" * 13], TraceCodeOfOtherProduct),
        ([], WrongNumberOfPacks),
        (["", "  "], WrongNumberOfPacks),
        ([a_code(), a_code()], WrongNumberOfPacks),
    ],
)
def test_wrong_codes_are_refused_and_nothing_is_written(
    world: World, codes: list[str], refusal: type[Exception]
) -> None:
    row = world.approved()
    with pytest.raises(refusal):
        world.pick(row, {the_line(row): codes} if codes else {the_line(row): []} | {the_line(row): ["  "]})
    assert still_approved(row)


def test_a_box_scanned_twice_is_named(world: World) -> None:
    row = world.approved(world.draft(lines=[a_line(dose_units=10_000)]))
    code = a_code()
    with pytest.raises(TraceCodeTwice) as refusal:
        world.pick(row, {the_line(row): [code, f" {code[:7]}-{code[7:]} "]})
    assert refusal.value.fields["given"] == code
    assert still_approved(row)


def test_a_scan_for_another_prescription_is_refused(world: World) -> None:
    row = world.approved()
    with pytest.raises(InvalidInput):
        world.pick(row, {the_line(row): [a_code()], new_id(): [a_code()]})
    assert still_approved(row)


def test_a_box_is_sold_once(world: World) -> None:
    first, second = world.approved(), world.approved()
    code = a_code()
    world.pick(first, {the_line(first): [code]})
    with pytest.raises(TraceCodeTaken) as refusal:
        world.pick(second, {the_line(second): [code]})
    assert refusal.value.fields["given"] == code
    assert still_approved(second)


def test_a_box_that_another_institution_reported_sold_is_not_taken(world: World) -> None:
    row = world.approved()
    other = world.hand_over(world.settled())
    code = a_code()
    TracedPack.objects.create(
        id=new_id(),
        prescription=other,
        line=other.lines.get(),
        code=code,
        picked_at=world.later(0),
        picked_by_id=new_id(),
        sold_at=world.later(0),
        reported=True,
    )
    with pytest.raises(TraceCodeTaken):
        world.pick(row, {the_line(row): [code]})
    assert still_approved(row)


def test_boxes_go_back_on_the_shelf_and_can_be_picked_again(world: World) -> None:
    row = world.approved()
    codes = world.codes(row)
    world.pick(row, codes)
    services.unpick(actor=world.pharmacist.actor, prescription_id=row.id, now=world.later(6))
    row.refresh_from_db()
    assert row.state == "approved"
    assert world.pick(row, codes, at=7).state == "picked"
    with pytest.raises(WrongStage):
        services.unpick(actor=world.pharmacist.actor, prescription_id=world.release(row, at=8).id, now=world.later(9))


def test_only_the_pharmacy_of_the_house_picks(world: World) -> None:
    row = world.approved()
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))
    with pytest.raises(NotFound):
        services.pick(actor=away.actor, prescription_id=row.id, trace_codes=world.codes(row), now=world.later(5))
    for someone in (world.doctor, world.patient):
        with pytest.raises(NotAllowed):
            services.pick(actor=someone.actor, prescription_id=row.id, trace_codes={}, now=world.later(5))
    assert still_approved(row)


def test_nothing_is_picked_before_review_or_after_validity(world: World) -> None:
    unreviewed = world.issue(world.draft())
    with pytest.raises(WrongStage):
        world.pick(unreviewed)
    row = world.approved(world.draft(valid_days=1))
    with pytest.raises(PrescriptionExpired):
        world.pick(row, at=24 * 60)
    assert still_approved(row)


def test_pack_identifications_are_unique(world: World) -> None:
    actor = world.pharmacist.actor
    services.register_pack_identification(actor=actor, product_code=AMLODIPINE, prefix="8299999", now=world.later(1))
    services.register_pack_identification(actor=actor, product_code=AMLODIPINE, prefix="8299999", now=world.later(1))
    for product_code, prefix in ((METFORMIN, "8299999"), (METFORMIN, "82x9999"), (METFORMIN, "82")):
        with pytest.raises(InvalidInput):
            services.register_pack_identification(
                actor=actor, product_code=product_code, prefix=prefix, now=world.later(1)
            )
    assert PackIdentification.objects.filter(prefix="8299999").get().product_code == AMLODIPINE


# RELEASE


def test_release_waits_for_picking_and_is_one_deed_a_settlement(world: World) -> None:
    row, settlement = world.approved(), new_id()
    with pytest.raises(WrongStage):
        world.release(row, settlement)
    world.release(world.pick(row), settlement)
    assert world.release(row, settlement).state == "settled"
    with pytest.raises(AlreadyReleased):
        world.release(row, new_id())
    assert row.settlement_id == settlement


def test_a_reversed_settlement_takes_the_release_back(world: World) -> None:
    settlement = new_id()
    row = world.release(world.picked(), settlement)

    def withdraw(id: UUID) -> bool:
        return services.withdraw_release(
            actor=world.patient.actor, prescription_id=row.id, settlement_id=id, now=world.later(7)
        )

    assert withdraw(new_id()) is False
    assert withdraw(settlement) is True
    row.refresh_from_db()
    assert (row.state, row.settlement_id, row.settled_at) == ("picked", None, None)
    assert withdraw(settlement) is False
    again = world.release(row, new_id(), at=8)
    world.hand_over(again, at=9)
    with pytest.raises(WrongStage):
        services.withdraw_release(
            actor=world.patient.actor, prescription_id=row.id, settlement_id=again.settlement_id, now=world.later(10)
        )


def test_somebody_elses_prescription_is_not_released(world: World) -> None:
    row = world.picked()
    with pytest.raises(NotFound):
        services.release(
            actor=make.a_patient().actor, prescription_id=row.id, settlement_id=new_id(), now=world.later(6)
        )
    with pytest.raises(NotAllowed):
        services.release(actor=world.doctor.actor, prescription_id=row.id, settlement_id=new_id(), now=world.later(6))
    with pytest.raises(PrescriptionExpired):
        world.release(row, at=4 * 24 * 60)


# HAND-OVER


def test_handing_over_at_the_counter_ends_the_way(world: World) -> None:
    row = world.hand_over(world.settled())
    assert row.state == "delivered"
    assert [step.kind for step in row.custody.all()] == ["handed_over", "delivered"]
    assert all(pack.sold_at == world.later(7) for pack in row.packs.all())
    assert JournalEntry.objects.filter(verb="hand_over", object_id=row.id).count() == 2


def test_nothing_is_handed_over_before_payment(world: World) -> None:
    for row in (world.approved(), world.picked()):
        with pytest.raises(NotPaidYet):
            world.hand_over(row)
    assert not HandOver.objects.exists()


def test_it_is_handed_over_once(world: World) -> None:
    row, deed = world.settled(), new_id()
    world.hand_over(row, hand_over_id=deed)
    world.hand_over(row, hand_over_id=deed, at=8)
    assert HandOver.objects.count() == 1
    with pytest.raises(AlreadyHandedOver):
        world.hand_over(row, at=8)
    with pytest.raises(SameIdOtherContent):
        world.hand_over(world.settled(), hand_over_id=deed)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"to": "neighbour"}, InvalidInput),
        ({"to": "patient", "recipient": " "}, InvalidInput),
        ({"to": "courier"}, RecipientUnknown),
    ],
)
def test_to_whom_must_be_right(world: World, changes: dict[str, str], refusal: type[Exception]) -> None:
    row = world.settled()
    with pytest.raises(refusal):
        world.hand_over(row, **changes)
    assert not HandOver.objects.exists()


def test_an_expired_prescription_is_not_handed_over(world: World) -> None:
    row = world.settled(world.draft(valid_days=1))
    with pytest.raises(PrescriptionExpired):
        world.hand_over(row, at=24 * 60)


def test_a_box_sold_elsewhere_meanwhile_stops_the_hand_over(world: World) -> None:
    row = world.settled()
    other = world.hand_over(world.settled())
    pack = row.packs.get()
    TracedPack.objects.create(
        id=new_id(),
        prescription=other,
        line=other.lines.get(),
        code=pack.code,
        picked_at=world.later(0),
        picked_by_id=new_id(),
        sold_at=world.later(0),
        reported=True,
    )
    with pytest.raises(DispensingRefused) as refusal:
        world.hand_over(row)
    assert refusal.value.fields["rule"] == "J01"
    row.refresh_from_db()
    assert row.state == "settled"
    assert GivenVerdict.objects.filter(rule="J01", moment="control").exists(), "what was refused is kept"


def test_a_silent_engine_stops_handing_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = world.settled()
    monkeypatch.setattr(oversight, "check_engine_alive", lambda **_: False)
    with pytest.raises(CheckerDown):
        world.hand_over(row)
    assert not HandOver.objects.exists()


def test_only_the_pharmacy_of_the_house_hands_over(world: World) -> None:
    row = world.settled()
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))

    def as_(who: make.Someone) -> None:
        services.hand_over(
            actor=who.actor,
            prescription_id=row.id,
            hand_over_id=new_id(),
            to="patient",
            recipient="测试",
            now=world.later(7),
        )

    with pytest.raises(NotFound):
        as_(away)
    for someone in (world.doctor, world.patient):
        with pytest.raises(NotAllowed):
            as_(someone)
    assert not HandOver.objects.exists()


# WHO SEES WHAT


def ids(sheets: Iterable[selectors.Sheet]) -> list[UUID]:
    """The prescriptions of a list."""
    return [sheet.row.id for sheet in sheets]


def test_the_desks_show_what_is_to_be_done(world: World) -> None:
    unpaid = world.picked(world.draft())
    paid = world.settled(world.draft())
    fresh = world.approved(world.draft())
    actor = world.pharmacist.actor
    assert ids(selectors.awaiting_dispensing(actor=actor)) == [paid.id, fresh.id, unpaid.id]
    assert ids(selectors.awaiting_pick(actor=actor)) == [fresh.id]
    assert ids(selectors.awaiting_payment(actor=world.patient.actor)) == [unpaid.id]
    assert selectors.counts(actor=actor) == {"picked": 1, "settled": 1, "approved": 1}


def test_a_prescription_is_seen_by_its_people_only_and_every_look_is_written_down(world: World) -> None:
    row = world.issue()

    def look(who: make.Someone) -> selectors.Sheet:
        return selectors.prescription(actor=who.actor, prescription_id=row.id, now=world.later(4))

    for someone in (world.patient, world.doctor, world.pharmacist, make.a_medical_affairs_officer()):
        assert look(someone).row.id == row.id
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))
    for stranger in (make.a_patient(), make.a_physician(), away):
        with pytest.raises(NotFound):
            look(stranger)
    looks = JournalEntry.objects.filter(verb="read_prescription", object_id=row.id).values_list("outcome", flat=True)
    assert sorted(looks) == ["done"] * 4 + ["refused"] * 3


def test_settlement_reads_lines_and_head(world: World) -> None:
    row = world.picked(world.draft(lines=[a_line(dose_units=10_000)]))
    head = selectors.prescription_for_claim(actor=world.patient.actor, prescription_id=row.id)
    assert (head.total_fen, head.state, head.diagnosis_codes) == (640, "picked", ("I10",))
    (line,) = selectors.lines_for_claim(actor=world.patient.actor, prescription_id=row.id)
    assert (line.product_code, line.packs, line.amount_fen) == (AMLODIPINE, 2, 640)
    with pytest.raises(NotFound):
        selectors.lines_for_claim(actor=make.a_patient().actor, prescription_id=row.id)
