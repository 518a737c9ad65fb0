"""The pharmacist's review: each outcome, who may, what breaks it, and the prescriber's answer."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests import builders as make
from tests.unit.pharmacy.world import World, a_line

from xinglin.hospital.identity.errors import ConfirmationNeeded
from xinglin.hospital.identity.models import SigningKey
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import signature_holds
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import (
    CheckerDown,
    PrescriptionExpired,
    ReviewerIsPrescriber,
    SignatureBroken,
    WrongStage,
)
from xinglin.hospital.pharmacy.models import Prescription, Review


def force(sql: str, values: list[object]) -> None:
    """Change a row behind the triggers' back, as an intruder with the database's password might."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = origin")


def untouched(row: Prescription) -> bool:
    """Still waiting for review, without any review."""
    row.refresh_from_db()
    return row.state == "signed" and not Review.objects.exists()


def test_an_approval_is_signed_over_exactly_this_prescription(world: World) -> None:
    import json

    row = world.approved()
    review = row.reviews.get()
    assert row.state == "approved"
    content = json.loads(review.content)
    assert content["prescription_sha256"] == row.signed.sha256
    assert len(content["checked"]) == 7
    assert signature_holds(bytes.fromhex(review.public_key), bytes.fromhex(review.signature), content)


def test_the_same_review_twice_is_one_deed(world: World) -> None:
    row, review_id = world.issue(), new_id()
    world.review(row, review_id=review_id)
    world.review(row, review_id=review_id)
    assert Review.objects.count() == 1
    with pytest.raises(WrongStage):
        world.review(row)


@pytest.mark.parametrize(("outcome", "state"), [("return", "returned"), ("refuse", "refused")])
def test_returning_and_refusing_end_it(world: World, outcome: str, state: str) -> None:
    row = world.review(world.issue(), outcome, codes=["2-8"], text="相互作用")
    assert row.state == state
    with pytest.raises(WrongStage):
        world.review(row)


@pytest.mark.parametrize(
    ("outcome", "codes", "text", "field"),
    [
        ("return", (), "", "codes"),
        ("refuse", (), "words", "codes"),
        ("return", ("9-9",), "", "codes"),
        ("approve", ("2-1",), "", "codes"),
        ("ask", (), " ", "text"),
        ("ask", (), "x" * 1001, "text"),
        ("nod", (), "", "outcome"),
    ],
)
def test_wrong_input_is_named(world: World, outcome: str, codes: tuple[str, ...], text: str, field: str) -> None:
    row = world.issue()
    with pytest.raises(InvalidInput) as refusal:
        world.review(row, outcome, codes=codes, text=text)
    assert refusal.value.field == field
    assert untouched(row)


def test_a_question_goes_to_the_prescriber_and_back(world: World) -> None:
    row = world.review(world.issue(), "ask", text="肾功能如何？")
    assert row.state == "questioned"
    assert [sheet.row.id for sheet in selectors.awaiting_answer(actor=world.doctor.actor)] == [row.id]
    with pytest.raises(WrongStage):
        world.review(row)
    other = make.a_physician()
    with pytest.raises(NotFound):
        services.answer_question(actor=other.actor, prescription_id=row.id, text="正常", now=world.later(5))
    with pytest.raises(InvalidInput):
        services.answer_question(actor=world.doctor.actor, prescription_id=row.id, text=" ", now=world.later(5))
    services.answer_question(actor=world.doctor.actor, prescription_id=row.id, text="正常", now=world.later(5))
    row.refresh_from_db()
    assert (row.state, row.reviews.get().answer.text) == ("signed", "正常")
    assert world.review(row, at=6).state == "approved"


def test_nobody_reviews_what_the_same_person_wrote(world: World) -> None:
    row = world.issue()
    force(
        "UPDATE pharmacy_prescription SET prescriber_person_id = %s WHERE id = %s",
        [world.pharmacist.person_id, row.id],
    )
    with pytest.raises(ReviewerIsPrescriber):
        world.review(row)
    assert untouched(row)
    assert selectors.awaiting_review(actor=world.pharmacist.actor) == []


def test_a_pharmacist_of_another_institution_finds_nothing(world: World) -> None:
    row = world.issue()
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))
    with pytest.raises(NotFound):
        services.review_prescription(
            actor=away.actor, prescription_id=row.id, outcome="approve", codes=(), text="", now=world.later(4)
        )
    for someone in (world.patient, world.doctor, make.a_medical_affairs_officer()):
        with pytest.raises(NotAllowed):
            services.review_prescription(
                actor=someone.actor, prescription_id=row.id, outcome="approve", codes=(), text="", now=world.later(4)
            )
    assert selectors.awaiting_review(actor=away.actor) == []
    assert untouched(row)


def test_without_a_fresh_proof_nothing_is_approved(world: World) -> None:
    row = world.issue()
    with pytest.raises(ConfirmationNeeded):
        services.review_prescription(
            actor=world.pharmacist.actor,
            prescription_id=row.id,
            outcome="approve",
            codes=(),
            text="",
            now=world.later(60),
        )
    assert untouched(row)


def test_an_expired_prescription_is_not_approved(world: World) -> None:
    row = world.issue(world.draft(valid_days=1))
    with pytest.raises(PrescriptionExpired):
        world.review(row, at=24 * 60)
    assert untouched(row)


def test_a_silent_engine_stops_approving(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = world.issue()
    monkeypatch.setattr(oversight, "check_engine_alive", lambda **_: False)
    with pytest.raises(CheckerDown):
        world.review(row)
    assert untouched(row)


# THE SIGNATURE


def test_every_altered_byte_of_the_signed_text_is_noticed(world: World) -> None:
    row = world.issue()
    text = row.signed.content
    for place in range(0, len(text), max(1, len(text) // 25)):
        other = "x" if text[place] != "x" else "y"
        force(
            "UPDATE pharmacy_signed_content SET content = %s WHERE prescription_id = %s",
            [text[:place] + other + text[place + 1 :], row.id],
        )
        assert not selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id).good, place
    force("UPDATE pharmacy_signed_content SET content = %s WHERE prescription_id = %s", [text, row.id])
    assert selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id).good


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pharmacy_line SET dose_units = 10000 WHERE prescription_id = %s",
        "UPDATE pharmacy_line SET packs = 9, amount_fen = 9 * price_fen WHERE prescription_id = %s",
        "UPDATE pharmacy_prescription SET total_fen = 1 WHERE id = %s",
        "UPDATE pharmacy_prescription SET kind = 'emergency' WHERE id = %s",
        "UPDATE pharmacy_signed_content SET signature = repeat('0', 128) WHERE prescription_id = %s",
        "UPDATE pharmacy_signed_content SET sha256 = repeat('0', 64) WHERE prescription_id = %s",
        "UPDATE pharmacy_signed_content SET key_id = gen_random_uuid() WHERE prescription_id = %s",
    ],
)
def test_altered_rows_do_not_pass_review(world: World, sql: str) -> None:
    row = world.issue()
    force(sql, [row.id])
    with pytest.raises(SignatureBroken):
        world.review(row)
    assert untouched(row)


def test_a_key_revoked_before_the_signature_does_not_count(world: World) -> None:
    row = world.issue()
    key = SigningKey.objects.get(id=row.signed.key_id)
    force("UPDATE identity_signing_key SET revoked_at = %s WHERE id = %s", [key.from_at, key.id])
    check = selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id)
    assert (check.holds, check.key_valid, check.good) == (True, False, False)
    force("UPDATE identity_signing_key SET revoked_at = %s WHERE id = %s", [world.later(9), key.id])
    assert selectors.verify_signature(actor=world.doctor.actor, prescription_id=row.id).good, "it was valid then"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pharmacy_signed_content SET content = 'x'",
        "DELETE FROM pharmacy_signed_content",
        "UPDATE pharmacy_line SET packs = packs",
        "DELETE FROM pharmacy_review",
        "UPDATE pharmacy_review SET text = 'x'",
        "UPDATE pharmacy_prescription SET patient_id = gen_random_uuid()",
        "UPDATE pharmacy_prescription SET total_fen = total_fen + 1",
        "DELETE FROM pharmacy_prescription",
        "UPDATE pharmacy_traced_pack SET code = '80000000000000000000'",
        "UPDATE pharmacy_traced_pack SET sold_at = NULL",
        "DELETE FROM pharmacy_traced_pack",
        "UPDATE pharmacy_hand_over SET at = at",
        "UPDATE pharmacy_custody_step SET holder = 'x'",
        "TRUNCATE pharmacy_review CASCADE",
    ],
)
def test_the_database_itself_refuses_changes(world: World, sql: str) -> None:
    world.hand_over(world.settled())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_queue_is_by_urgency_then_by_promise(world: World) -> None:
    first = world.issue(world.draft(), at=2)
    second = world.issue(world.draft(), at=3)
    urgent = world.issue(world.draft(lines=[a_line()], urgent=True), at=3)
    waiting = selectors.awaiting_review(actor=world.pharmacist.actor)
    assert [sheet.row.id for sheet in waiting] == [urgent.id, first.id, second.id]
