"""Writing and signing: what the rules ask, what stops, what is stored, and that nothing is half-written."""

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, World, a_line

from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.pharmacy import selectors
from xinglin.hospital.pharmacy.errors import PrescriptionNeedsAnswer
from xinglin.hospital.pharmacy.models import Line, Prescription, SignedContent


def nothing_was_written() -> bool:
    """No prescription and no part of one."""
    return not (Prescription.objects.exists() or Line.objects.exists() or SignedContent.objects.exists())


def test_a_clean_prescription_is_signed_stored_and_verifiable(world: World) -> None:
    row = world.issue()
    line = row.lines.get()
    assert (row.state, line.product_code, line.packs, line.days_supply) == ("signed", AMLODIPINE, 1, 7)
    assert selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id).good
    assert JournalEntry.objects.filter(verb="issue_prescription", object_id=row.id).count() == 1


def test_the_whole_way_to_the_door(world: World) -> None:
    row = world.sent()
    assert row.state == "handed_over"
    make.a_proof(world.pharmacist.account, at=world.later(8))


def test_too_long_a_supply_needs_an_answer_and_nothing_is_written(world: World) -> None:
    draft = world.draft(lines=[a_line(days=14)])
    with pytest.raises(PrescriptionNeedsAnswer) as refusal:
        world.issue(draft)
    assert {ask.rule_id for ask in refusal.value.asks} == {"B03"}
    assert nothing_was_written()
