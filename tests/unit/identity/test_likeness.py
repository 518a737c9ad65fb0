"""Consent, enrolment and verification of faces: what counts, what is refused, and what is left afterwards."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests import builders as make
from tests.unit.identity import likeness_double as double

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    AuthEvent,
    LikenessChallenge,
    LikenessTemplate,
)
from xinglin.hospital.kernel.access import system_actor

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
    view = services.begin_challenge(actor=someone.actor, purpose=purpose, now=now)  # type: ignore[arg-type]
    steps = [step.code for step in view.steps]
    return services.answer_challenge(
        actor=someone.actor,
        challenge_id=view.id,
        frames=double.answer(who, steps, **how),  # type: ignore[arg-type]
        now=now,  # type: ignore[arg-type]
    )


def enrolled(who: int, *, accept: bool = True) -> make.Someone:
    """A patient whose face is enrolled; without a card a person accepts it."""
    someone = make.a_patient()
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
