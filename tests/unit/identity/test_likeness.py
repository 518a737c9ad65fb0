"""Consent, enrolment and verification of faces: what counts, what is refused, and what is left afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests import builders as make
from tests.unit.identity.answering import Sitter, answered

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    AuthEvent,
    BiometricConsent,
    LikenessChallenge,
    LikenessCheck,
    LikenessPicture,
    LikenessTemplate,
)
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
NOW = make.NOW
SYSTEM = system_actor("test")


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object) -> Iterator[None]:
    """The engine of this file, and a folder of keys that goes with the test."""
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.DrawnFaces")
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    engine.forget()
    yield
    engine.forget()


def consent(someone: make.Someone) -> UUID:
    return services.give_likeness_consent(
        actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW
    )


def challenged(
    someone: make.Someone, purpose: str, who: int, now: object = NOW, **how: object
) -> services.LikenessResult:
    """A challenge begun and answered by this face."""
    return answered(someone, purpose, Sitter(who, **how), now)  # type: ignore[arg-type]


def enrolled(who: int, *, accept: bool = True, someone: make.Someone | None = None) -> make.Someone:
    """A patient (or someone) whose face is enrolled; without a card a person accepts it."""
    someone = someone or make.a_patient()
    consent(someone)
    challenged(someone, "register", who)
    if accept:
        review = AlternativeCheck.objects.get(person_id=someone.person_id, kind="portrait")
        services.decide_alternative(
            actor=make.a_medical_affairs_officer().actor,
            review_id=review.pk,
            accept=True,
            way="in_person",
            reason="seen",
            now=NOW,
        )
    return someone


def test_without_consent_nothing_is_looked_at() -> None:
    someone = make.a_patient()
    with pytest.raises(errors.LikenessConsentNeeded):
        services.begin_challenge(actor=someone.actor, purpose="register", now=NOW)
    assert not LikenessChallenge.objects.exists()


def test_from_consent_to_a_proof() -> None:
    someone = enrolled(3, accept=False)
    waiting = LikenessTemplate.objects.get()
    assert waiting.accepted_at is None
    first = challenged(someone, "visit", 3)
    assert (first.decision, first.proof) == ("undecided", None)
    review = AlternativeCheck.objects.get()
    assert (review.kind, review.reason) == ("portrait", "no_portrait")
    services.decide_alternative(
        actor=make.a_medical_affairs_officer().actor,
        review_id=review.pk,
        accept=True,
        way="talk",
        reason="spoke with her",
        now=NOW,
    )
    result = challenged(someone, "visit", 3)
    assert (result.decision, result.counts, result.reasons) == ("pass", True, ())
    assert result.similarity_permille is not None
    assert result.similarity_permille > 950
    event = AuthEvent.objects.filter(account=someone.account, method="face").get()
    proof = selectors.proof_within(person_id=someone.person_id, at=NOW, purpose="visit")
    assert proof is not None
    assert (proof.id, proof.method) == (event.pk, "face")


def test_a_refusal_and_every_attempt_is_written_down() -> None:
    someone = enrolled(3)
    wrong = challenged(someone, "visit", 3, turned={"left": "right", "right": "left", "blink": "left"})
    assert (wrong.decision, wrong.proof) == ("fail", None)
    assert [code for code, _ in wrong.reasons] == ["wrong_step"]
    held = challenged(someone, "visit", 3, still=True)
    assert [code for code, _ in held.reasons] == ["step_timeout"]
    rows = LikenessCheck.objects.filter(person_id=someone.person_id, purpose="visit").order_by("pk")
    assert [row.decision for row in rows] == ["fail", "fail"]
    assert all(row.engine == "drawn-faces@1" and row.challenge_id for row in rows)
    assert not AuthEvent.objects.filter(account=someone.account, method="face").exists()


def test_another_person_is_refused_and_put_before_the_desk() -> None:
    someone = enrolled(2)
    result = challenged(someone, "confirm", 6)
    assert (result.decision, result.proof) == ("fail", None)
    assert "other_person" in [code for code, _ in result.reasons]
    review = AlternativeCheck.objects.get(person_id=someone.person_id, state="asked")
    assert (review.kind, review.reason) == ("mismatch", "another")
    assert LikenessPicture.objects.filter(person_id=someone.person_id, erased_at__isnull=True).count() == 1


def test_someone_who_only_resembles_is_not_certain() -> None:
    someone = enrolled(2)
    result = challenged(someone, "confirm", 3)
    assert (result.decision, result.proof) == ("undecided", None)
    assert result.similarity_permille is not None
    assert 400 <= result.similarity_permille < 460


def test_a_person_who_changes_during_the_challenge_is_refused() -> None:
    someone = enrolled(2)
    assert "person_changed" in [code for code, _ in challenged(someone, "visit", 2, then=8).reasons]


def test_three_tries_then_a_person() -> None:
    someone = enrolled(2)
    for _ in range(3):
        assert challenged(someone, "visit", 6).decision == "fail"
    with pytest.raises(errors.TriesUsedUp):
        services.begin_challenge(actor=someone.actor, purpose="visit", now=NOW)
    later = NOW + timedelta(minutes=61)
    assert services.begin_challenge(actor=someone.actor, purpose="visit", now=later).tries_left == 2
    minute = NOW + timedelta(minutes=1)
    asked = services.ask_alternative(actor=someone.actor, reason="failed", now=minute)
    make.a_proof(someone.account, at=minute, method="code")
    assert selectors.proof_within(person_id=someone.person_id, at=minute) is None
    decide(asked, accept=True, now=minute)
    proof = selectors.proof_within(person_id=someone.person_id, at=minute)
    assert proof is not None
    assert proof.method == "code"
    half_a_year = minute + timedelta(days=181)
    make.a_proof(someone.account, at=half_a_year, method="code")
    assert selectors.proof_within(person_id=someone.person_id, at=half_a_year) is None


def decide(review_id: UUID, *, accept: bool, now: object = NOW, way: str = "talk") -> make.Someone:
    officer = make.a_medical_affairs_officer()
    services.decide_alternative(
        actor=officer.actor,
        review_id=review_id,
        accept=accept,
        way=way,
        reason="looked",
        now=now,  # type: ignore[arg-type]
    )
    return officer


def test_challenges_are_limited_by_the_hour() -> None:
    someone = enrolled(4)
    for _ in range(19):  # one was begun to enrol
        services.begin_challenge(actor=someone.actor, purpose="visit", now=NOW)
    with pytest.raises(errors.TooManyChallenges):
        services.begin_challenge(actor=someone.actor, purpose="visit", now=NOW)


def test_what_is_stored_is_sealed_and_bound_to_its_person(tmp_path: Path) -> None:
    one, other = enrolled(1), enrolled(9)
    mine = LikenessTemplate.objects.get(person_id=one.person_id)
    theirs = LikenessTemplate.objects.get(person_id=other.person_id)
    found = selectors.template_vectors(actor=SYSTEM, person_id=one.person_id, now=NOW)
    assert found["face"] is not None
    assert found["voice"] is None
    assert found["face"].vector.tobytes() not in bytes(mine.sealed or b"")
    with pytest.raises(NotFound):
        selectors.template_vectors(actor=one.actor, person_id=one.person_id, now=NOW)
    LikenessTemplate.objects.filter(pk=theirs.pk).update(sealed=mine.sealed)
    theirs.refresh_from_db()
    with pytest.raises(errors.TemplateForeign):
        vault.open_again(bytes(theirs.sealed or b""), id=theirs.pk, person_id=other.person_id, kind="face")
    with pytest.raises(errors.TemplateForeign):
        vault.open_again(bytes(mine.sealed or b""), id=mine.pk, person_id=other.person_id, kind="face")
    with pytest.raises(errors.TemplateForeign):
        vault.open_again(bytes(mine.sealed or b""), id=mine.pk, person_id=one.person_id, kind="voice")
    stolen = challenged(other, "visit", 1)
    assert (stolen.decision, [code for code, _ in stolen.reasons]) == ("cannot_tell", ["template_foreign"])
    assert selectors.template_vectors(actor=SYSTEM, person_id=other.person_id, now=NOW)["face"] is None
    keys = list((tmp_path / "templates").iterdir())
    assert {oct(key.stat().st_mode & 0o777) for key in keys} == {"0o600"}


def test_the_template_key_is_not_the_vaults(settings: object) -> None:
    from django.conf import settings as now

    assert now.XINGLIN_TEMPLATE_KEY != now.XINGLIN_VAULT_KEY
    someone = enrolled(1)
    row = LikenessTemplate.objects.get()
    settings.XINGLIN_TEMPLATE_KEY = now.XINGLIN_VAULT_KEY  # type: ignore[attr-defined]
    with pytest.raises(errors.TemplateForeign):
        vault.open_again(bytes(row.sealed or b""), id=row.pk, person_id=someone.person_id, kind="face")


def test_withdrawing_leaves_nothing_to_open(django_capture_on_commit_callbacks: object) -> None:
    someone = enrolled(1)
    row = LikenessTemplate.objects.get()
    sealed = bytes(row.sealed or b"")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.withdraw_likeness_consent(actor=someone.actor, kind="face", now=NOW)
    row.refresh_from_db()
    assert (row.sealed, row.erased_at, row.revoked_at) == (None, NOW, NOW)
    with pytest.raises(errors.TemplateForeign):  # not even from an old copy of the database
        vault.open_again(sealed, id=row.pk, person_id=someone.person_id, kind="face")
    assert BiometricConsent.objects.get().withdrawn_at == NOW
    with pytest.raises(errors.LikenessConsentNeeded):
        services.begin_challenge(actor=someone.actor, purpose="register", now=NOW)
    make.a_proof(someone.account, at=NOW, method="code")
    assert selectors.proof_within(person_id=someone.person_id, at=NOW) is not None
    consent(someone)
    assert challenged(someone, "register", 1).template_id is not None


def test_an_erasure_that_is_undone_keeps_the_key() -> None:
    someone = enrolled(1)
    row = LikenessTemplate.objects.get()
    with transaction.atomic():
        services.revoke_template(actor=someone.actor, template_id=row.pk, reason="x", now=NOW)
        transaction.set_rollback(True)
    row.refresh_from_db()
    assert vault.open_again(bytes(row.sealed or b""), id=row.pk, person_id=someone.person_id, kind="face")


def test_a_template_of_an_older_engine_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    someone = enrolled(1)
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.NewerFaces")
    result = challenged(someone, "visit", 1)
    assert (result.decision, [code for code, _ in result.reasons]) == ("cannot_tell", ["template_outdated"])
    own = selectors.likeness(actor=someone.actor, person_id=someone.person_id, at=NOW)
    assert own.face is not None
    assert own.face.outdated
    assert not own.face_counts


def test_without_models_it_is_said_and_policy_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    patient, physician = enrolled(1), make.a_physician()
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.NoFaces")
    with pytest.raises(errors.LikenessUnavailable) as said:
        services.begin_challenge(actor=patient.actor, purpose="visit", now=NOW)
    assert "face models" in said.value.sentence.en
    make.a_proof(patient.account, at=NOW, method="code")
    assert selectors.proof_within(person_id=patient.person_id, at=NOW) is not None
    later = NOW + timedelta(hours=1)
    make.a_proof(physician.account, at=later, method="password")
    assert selectors.proof_within(person_id=physician.person_id, at=later) is None
    make.a_proof(physician.account, at=later, method="totp")
    assert selectors.proof_within(person_id=physician.person_id, at=later) is not None


def test_a_face_proof_is_a_proof_for_the_rule_of_physicians() -> None:
    physician = make.a_physician()
    make.a_proof(physician.account, at=NOW, method="face")
    facts = selectors.practitioner_facts(practitioner_id=physician.practitioner_id, at=NOW)
    assert facts["authentication_method"] == "face"


def test_nobody_decides_about_the_own_likeness_or_without_a_reason() -> None:
    someone = make.a_patient()
    review = services.ask_alternative(actor=someone.actor, reason="refuses", now=NOW)
    officer = make.a_medical_affairs_officer()
    with pytest.raises(errors.ReviewOpen):
        services.ask_alternative(actor=someone.actor, reason="no_camera", now=NOW)
    for wrong in ({"reason": " ", "way": "talk"}, {"reason": "seen", "way": ""}):
        with pytest.raises(InvalidInput):
            services.decide_alternative(actor=officer.actor, review_id=review, accept=True, now=NOW, **wrong)
    with pytest.raises(NotAllowed):
        services.decide_alternative(
            actor=someone.actor, review_id=review, accept=True, reason="me", way="talk", now=NOW
        )
    own = replace(officer.actor, person_id=someone.person_id)
    with pytest.raises(errors.OwnReview):
        services.decide_alternative(actor=own, review_id=review, accept=True, reason="me", way="talk", now=NOW)
    decide(review, accept=True)
    with pytest.raises(errors.AlreadyDecided):
        decide(review, accept=False)


def test_pictures_go_when_their_time_is_over() -> None:
    someone = enrolled(3, accept=False)
    picture = LikenessPicture.objects.get(person_id=someone.person_id)
    officer = make.a_medical_affairs_officer()
    assert selectors.likeness_still(actor=officer.actor, picture_id=picture.pk, now=NOW).startswith(b"\xff\xd8")
    week = NOW + timedelta(days=7)
    with pytest.raises(NotFound):
        selectors.likeness_still(actor=officer.actor, picture_id=picture.pk, now=week)
    assert services.erase_expired(actor=SYSTEM, now=week)["stills"] == 1
    picture.refresh_from_db()
    assert (picture.sealed, picture.erased_at) == (None, week)


def test_attempts_are_never_changed() -> None:
    enrolled(3)
    with pytest.raises(IntegrityError), transaction.atomic():
        LikenessCheck.objects.update(decision="pass")


def test_the_text_in_force_is_the_one_consented_to() -> None:
    someone = make.a_patient()
    with pytest.raises(errors.ConsentTextChanged):
        services.give_likeness_consent(actor=someone.actor, kind="face", text_version="0", now=NOW)
    assert consent(someone) == consent(someone)
    row = BiometricConsent.objects.get()
    assert row.text_sha256 == consent_text("face").sha256
