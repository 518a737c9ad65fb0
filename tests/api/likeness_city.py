"""Likenesses and a recorded call in the hospital of tests/api/city.py: rows of each kind, without any model."""

from datetime import datetime, timedelta
from uuid import UUID

from tests import builders as make

from xinglin.hospital.consultation.models import LiveSession, Recording, Visit
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    CardReading,
    DocumentPhoto,
    LikenessChallenge,
    LikenessCheck,
    LikenessPicture,
    LikenessTemplate,
)
from xinglin.hospital.identity.selectors import consent_text
from xinglin.hospital.identity.services import ask_alternative, give_likeness_consent


def likenesses(someone: make.Someone, at: datetime) -> dict[str, str]:
    """A person with consent, template, challenge, card, attempt with its still, and a request at the desk."""
    actor = someone.at(at)
    person_id, account_id = someone.person_id, someone.account.pk
    consent_id = give_likeness_consent(actor=actor, kind="face", text_version=consent_text("face").version, now=at)
    template = LikenessTemplate.objects.create(
        id=make.new_id(),
        person_id=person_id,
        consent_id=consent_id,
        kind="face",
        engine="tests",
        version="1",
        sealed=b"sealed",
        enrolled_at=at,
        enrolled_by=account_id,
        accepted_at=at,
        accepted_by=account_id,
    )
    challenge = LikenessChallenge.objects.create(
        id=make.new_id(),
        person_id=person_id,
        account_id=account_id,
        purpose="confirm",
        steps=["left"],
        begun_at=at,
        expires_at=at + timedelta(minutes=2),
    )
    attempt(someone, at)
    reading = CardReading.objects.create(
        id=make.new_id(),
        person_id=person_id,
        photo=DocumentPhoto.objects.filter(person_id=person_id).first(),
        side="front",
        at=at,
        by=account_id,
    )
    review_id = ask_alternative(actor=actor, reason="refuses", now=at)
    assert AlternativeCheck.objects.get().pk == review_id
    return {
        "template_id": str(template.pk),
        "challenge_id": str(challenge.pk),
        "reading_id": str(reading.pk),
        "review_id": str(review_id),
        "kind": "face",
    }


def attempt(someone: make.Someone, at: datetime) -> None:
    """An attempt that settled nothing, with its still."""
    person_id, account_id = someone.person_id, someone.account.pk
    check = LikenessCheck.objects.create(
        id=make.new_id(),
        person_id=person_id,
        account_id=account_id,
        kind="face",
        purpose="confirm",
        at=at,
        by=account_id,
        decision="undecided",
    )
    LikenessPicture.objects.create(
        id=make.new_id(),
        person_id=person_id,
        check_made=check,
        sealed=b"sealed",
        taken_at=at,
        delete_after=at + timedelta(days=3653),  # whatever clock the pages have
    )


def recorded(visit_id: UUID, at: datetime) -> str:
    """A call of a visit that is over, and its recording; the file itself lies elsewhere."""
    visit = Visit.objects.get(pk=visit_id)
    begun, over = at - timedelta(minutes=5), at - timedelta(minutes=2)
    session = LiveSession.objects.create(
        id=make.new_id(),
        visit=visit,
        physician_id=visit.physician_id,
        patient_id=visit.patient_id,
        institution_id=visit.institution_id,
        kind="video",
        mode="relay",
        policy_id="fund",
        recorded=True,
        state="ended",
        opened_by="physician",
        opened_at=begun,
        started_at=begun,
        seen_at=over,
        ended_at=over,
        end_reason="by_physician",
        seconds=180,
    )
    row = Recording.objects.create(
        id=make.new_id(),
        session=session,
        path="2026-11/recording.sealed",
        key_id="tests",
        sha256="0" * 64,
        size_bytes=1,
        from_at=begun,
        to_at=over,
        complete=True,
        keep_until=at + timedelta(days=3 * 366),
    )
    return str(row.pk)
