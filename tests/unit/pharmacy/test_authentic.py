"""Signed documents and codes of real prescriptions: made, signed on, verified online and offline, journaled."""

import time
from datetime import UTC, timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.db import Error, transaction
from tests import builders as make
from tests.unit.pharmacy.documents import KEEPER, at, handed_out, keys, name_of, online
from tests.unit.pharmacy.world import METFORMIN, World, a_line

from xinglin.hospital.identity.models import Person
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.authentic import code as codes
from xinglin.hospital.pharmacy.authentic import document, reading
from xinglin.hospital.pharmacy.authentic.answers import when
from xinglin.hospital.pharmacy.authentic.authority import Purpose
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey, SignedDocument
from xinglin.hospital.pharmacy.errors import (
    KeyAlreadyRevoked,
    NameNotCanonical,
    NoDocumentForEnded,
    RootStays,
    TooManyVerifications,
)

# THE WAY THAT IT SHOULD GO


def test_reviewed_prescription_verifies_online_and_offline(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    assert made.reviewed
    assert made.version == 1
    for given in (made.content, made.code.encode()):
        answer = online(given)
        assert answer.codes == [], answer.refusals
        assert answer.genuine
        assert answer.online
        assert answer.unknown == ()
    listed = keys()
    offline = document.verify(made.content, listed, at(60))
    assert offline.genuine, offline.refusals
    assert [text.en.split(",")[0] for text in offline.signers] == [
        f"physician: {name_of(world.doctor)}",
        f"pharmacist: {name_of(world.pharmacist)}",
    ]
    assert len(offline.unknown) == 2
    scanned = codes.verify(made.code, listed, at(60))
    assert scanned.genuine
    assert scanned.shown is not None
    assert scanned.shown.masked_name != name_of(world.patient)
    assert "*" in scanned.shown.masked_name


def test_pyhanko_calls_both_signatures_valid_with_the_root_alone(world: World) -> None:
    """As a PDF reader with the root installed: long-term validation by pyHanko's own validator."""
    import asyncio

    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.ades import ades_lta_validation
    from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
    from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationTimingInfo
    from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
    from pyhanko_certvalidator.registry import SimpleTrustManager

    made = handed_out(world, world.approved())
    root = services.published_certificate(actor=ANONYMOUS, purpose="root", now=at(6))
    trust = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(root)])
    policy = CertValidationPolicySpec(trust_manager=trust, revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    moment = ValidationTimingInfo(
        validation_time=at(60).astimezone(UTC),
        best_signature_time=at(60).astimezone(UTC),
        point_in_time_validation=True,
    )
    signatures = PdfFileReader(BytesIO(made.content)).embedded_regular_signatures
    assert len(signatures) == 2
    for one in signatures:
        found = asyncio.run(ades_lta_validation(one, spec, timing_info=moment))
        assert found.ades_subindic.status.name == "PASSED", found.failure_msg
        assert found.api_status is not None
        assert found.api_status.bottom_line


def test_page_is_a5_with_embedded_fonts_and_a_code_that_a_camera_reads(world: World) -> None:
    made = handed_out(world, world.approved())
    pages = pypdfium2.PdfDocument(made.content)
    width, height = pages[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210)
    picture = BytesIO()
    pages[0].render(scale=2).to_pil().convert("RGB").save(picture, "JPEG", quality=60)
    assert reading.code_in(picture.getvalue()) == made.code
    said = pages[0].get_textpage().get_text_range()
    for wanted in ("处方笺", "PRESCRIPTION", "Rp.", "临床诊断", name_of(world.patient), name_of(world.doctor)):
        assert wanted in said, wanted
    assert b"/FontFile3" in made.content  # the CJK font stands in the file, as a subset
    assert len(made.content) < 250_000


def test_a_document_takes_less_than_a_second_of_the_processor(world: World) -> None:
    handed_out(world, world.approved())  # libraries and keys are loaded by the first
    row = world.approved(world.draft(lines=[a_line(), a_line(METFORMIN, dose_units=500_000, frequency="bid")]))
    began = time.process_time()
    handed_out(world, row)
    assert time.process_time() - began < 1.0


def test_the_reviewer_signs_on_after_the_review(world: World) -> None:
    row = world.issue()
    before = handed_out(world, row, 3)
    assert not before.reviewed
    assert online(before.content).codes == ["document.not_reviewed", "online.not_reviewed"]
    world.review(row)
    after = handed_out(world, row)
    assert after.reviewed
    assert after.content.startswith(before.content)  # signed on, not written anew
    assert after.code == before.code
    assert online(after.content).genuine
    assert handed_out(world, row, 8).content == after.content


def test_signatures_two_days_apart_each_lean_on_their_own_lists(world: World) -> None:
    row = world.issue(world.draft(valid_days=3))
    handed_out(world, row, 3)
    world.review(row, at=2 * 24 * 60)
    after = handed_out(world, row, 2 * 24 * 60 + 1)
    assert document.verify(after.content, keys(2 * 24 * 60 + 2), at(2 * 24 * 60 + 2)).genuine


# WHERE IT STANDS


def test_single_use(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    listed = keys()
    assert online(made.code).genuine
    world.release(world.pick(row))
    assert online(made.code).genuine
    world.hand_over(row)
    answer = online(made.code, 8)
    assert answer.codes == ["online.used"]
    assert when(at(7)) in answer.refusals[0].says.zh
    offline = codes.verify(made.code, listed, at(8))
    assert offline.genuine  # and says that it cannot know
    assert any("dispensed" in text.en for text in offline.unknown)


def test_taken_back_cancelled_and_expired_are_told(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    services.cancel_prescription(
        actor=world.patient.actor, prescription_id=row.id, reason_code="patient-request", now=at(6)
    )
    assert online(made.code, 7).codes == ["online.ended"]
    late = 5 * 24 * 60
    assert online(made.code, late).codes == ["code.expired", "online.ended"]
    assert codes.verify(made.code, keys(), at(late)).codes == ["code.expired"]
    other = world.issue()
    services.cancel_prescription(
        actor=world.patient.actor, prescription_id=other.id, reason_code="patient-request", now=at(8)
    )
    with pytest.raises(NoDocumentForEnded):
        handed_out(world, other, 9)


def test_a_code_that_the_hospital_knows_nothing_of(world: World) -> None:
    made = handed_out(world, world.approved())
    answer = online("XL1:" + "A" * 30)
    assert answer.codes == ["code.unreadable"]
    assert online(b"\x89PNG nothing").codes == ["code.unreadable"]
    assert online(made.code.lower()).codes == ["code.unreadable"]


# WHO MAY HAVE IT, AND WHAT IS WRITTEN DOWN


def test_those_who_may_read_it_get_it_and_nobody_else(world: World) -> None:
    row = world.approved()
    for who in (world.patient.actor, world.doctor.at(at(5)), world.pharmacist.at(at(5))):
        assert services.signed_document(actor=who, prescription_id=row.id, now=at(5)).version == 1
    stranger = make.a_patient().actor
    with pytest.raises(NotFound):
        services.signed_document(actor=stranger, prescription_id=row.id, now=at(5))
    with pytest.raises(NotAllowed):
        services.signed_document(actor=ANONYMOUS, prescription_id=row.id, now=at(5))
    entries = JournalEntry.objects.filter(verb="signed_document", object_id=row.id).order_by("id")
    assert [entry.outcome for entry in entries] == ["done", "done", "done", "refused"]
    assert entries[0].detail["sha256"] == SignedDocument.objects.get(prescription=row, revision=2).sha256


def test_every_key_and_every_question_is_in_the_journal(world: World) -> None:
    made = handed_out(world, world.approved())
    online(made.code)
    made_keys = JournalEntry.objects.filter(verb="make_authority_key").values_list("detail__purpose", flat=True)
    assert sorted(made_keys) == ["code", "issuing", "pharmacist", "physician", "root", "timestamp"]
    asked = JournalEntry.objects.get(verb="verify_prescription")
    assert asked.outcome == "done"
    assert name_of(world.patient) not in str(asked.detail)


def test_private_keys_lie_encrypted(world: World) -> None:
    handed_out(world, world.approved())
    for row in AuthorityKey.objects.all():
        assert bytes(row.private_sealed).startswith(b"gAAAA")  # Fernet


def test_documents_keys_and_lists_do_not_change(world: World) -> None:
    handed_out(world, world.approved())
    for change in (
        lambda: SignedDocument.objects.update(sha256="0" * 64),
        lambda: SignedDocument.objects.all().delete(),
        lambda: AuthorityKey.objects.filter(purpose="physician").update(name="Somebody"),
        lambda: AuthorityKey.objects.filter(purpose="physician").delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_a_stranger_may_not_ask_without_end(world: World) -> None:
    made = handed_out(world, world.approved())
    for _ in range(30):
        services.verify_prescription(actor=ANONYMOUS, given=made.code.encode(), now=at(6), address="192.0.2.1")
    with pytest.raises(TooManyVerifications):
        services.verify_prescription(actor=ANONYMOUS, given=made.code.encode(), now=at(6), address="192.0.2.1")
    services.verify_prescription(actor=ANONYMOUS, given=made.code.encode(), now=at(6), address="192.0.2.2")
    services.verify_prescription(actor=ANONYMOUS, given=made.code.encode(), now=at(7), address="192.0.2.1")


# KEYS THAT END


def test_a_revoked_code_key_is_refused_online_while_an_old_list_cannot_know(world: World) -> None:
    row = world.approved()
    made, old = handed_out(world, row), keys()
    key = AuthorityKey.objects.get(purpose=Purpose.CODE)
    services.revoke_certificate(actor=KEEPER, serial=key.serial, reason="key_compromise", now=at(7))
    assert online(made.code, 8).codes == ["code.key_revoked"]
    offline = codes.verify(made.code, old, at(7) + timedelta(days=2))
    assert "code.key_revoked" not in offline.codes
    assert any("2 days ago" in text.en for text in offline.unknown)
    assert codes.verify(made.code, keys(8), at(8)).codes == ["code.key_revoked"]
    again = handed_out(world, row, 9)
    assert again.version == 2
    assert online(again.code, 10).genuine
    assert online(again.content, 10).genuine


def test_an_older_version_gives_way(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    signer = AuthorityKey.objects.get(purpose=Purpose.PHYSICIAN)
    services.revoke_certificate(actor=KEEPER, serial=signer.serial, reason="superseded", now=at(7))
    assert document.verify(made.content, keys(8), at(8)).genuine  # signed before the revocation
    again = handed_out(world, row, 9)
    assert again.version == 2
    assert online(made.code, 10).codes == ["online.older_version"]
    assert online(again.code, 10).genuine


def test_a_rotated_key_still_proves_what_it_signed(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    for purpose in (Purpose.CODE, Purpose.ISSUING, Purpose.TIMESTAMP):
        services.rotate_key(actor=KEEPER, purpose=purpose, now=at(6))
    assert online(made.code, 7).genuine
    assert online(made.content, 7).genuine
    other = world.approved()
    assert online(handed_out(world, other, 8).content, 9).genuine


def test_revoking_takes_the_right_a_reason_and_happens_once(world: World) -> None:
    handed_out(world, world.approved())
    key = AuthorityKey.objects.get(purpose=Purpose.PHYSICIAN)
    root = AuthorityKey.objects.get(purpose=Purpose.ROOT)
    with pytest.raises(NotAllowed):
        services.revoke_certificate(actor=world.doctor.actor, serial=key.serial, reason="superseded", now=at(6))
    with pytest.raises(InvalidInput):
        services.revoke_certificate(actor=KEEPER, serial=key.serial, reason="because", now=at(6))
    with pytest.raises(NotFound):
        services.revoke_certificate(actor=KEEPER, serial="ab", reason="superseded", now=at(6))
    with pytest.raises(RootStays):
        services.revoke_certificate(actor=KEEPER, serial=root.serial, reason="superseded", now=at(6))
    with pytest.raises(RootStays):
        services.rotate_key(actor=KEEPER, purpose="root", now=at(6))
    with pytest.raises(InvalidInput):
        services.rotate_key(actor=KEEPER, purpose="physician", now=at(6))
    services.revoke_certificate(actor=KEEPER, serial=key.serial, reason="superseded", now=at(6))
    with pytest.raises(KeyAlreadyRevoked):
        services.revoke_certificate(actor=KEEPER, serial=key.serial, reason="superseded", now=at(7))
    entry = JournalEntry.objects.get(verb="revoke_certificate")
    assert entry.detail["reason"] == "superseded"


def test_a_name_with_a_look_alike_letter_is_not_signed(world: World) -> None:
    # The register of people is where a look-alike would come in; the Cyrillic а poses as the Latin one.
    Person.objects.filter(pk=world.patient.person_id).update(name="Wаng Test")
    row = world.approved()
    with pytest.raises(NameNotCanonical) as refusal:
        handed_out(world, row)
    assert "U+0430" in refusal.value.sentence.en


def test_the_seal_signs_for_a_physician_who_has_left(world: World) -> None:
    from xinglin.hospital.identity.models import SigningKey

    row = world.approved()
    SigningKey.objects.filter(practitioner_id=row.prescriber_id).update(revoked_at=at(5))
    made = handed_out(world, row, 6)
    answer = online(made.content, 7)
    assert answer.genuine, answer.refusals
    assert answer.signers[0].en.startswith("hospital seal")


def test_lists_and_certificates_are_published(world: World) -> None:
    from cryptography import x509

    handed_out(world, world.approved())
    issuing = x509.load_der_x509_certificate(
        services.published_certificate(actor=ANONYMOUS, purpose="issuing", now=at(6))
    )
    root = x509.load_der_x509_certificate(services.published_certificate(actor=ANONYMOUS, purpose="root", now=at(6)))
    issuing.verify_directly_issued_by(root)
    for row in AuthorityKey.objects.filter(purpose__in=["root", "issuing"]):
        found = x509.load_der_x509_crl(services.published_revocations(actor=ANONYMOUS, serial=row.serial, now=at(6)))
        by = root if row.purpose == "root" else issuing
        assert found.is_signature_valid(by.public_key())  # type: ignore[arg-type]
        assert found.next_update_utc is not None
        assert found.next_update_utc > at(6).astimezone(UTC)
    with pytest.raises(NotFound):
        services.published_certificate(actor=ANONYMOUS, purpose="timestamp", now=at(6))
    with pytest.raises(NotFound):
        services.published_revocations(actor=ANONYMOUS, serial="00", now=at(6))
