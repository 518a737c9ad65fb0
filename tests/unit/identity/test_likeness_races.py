"""Two answers, two enrolments, two decisions at once: one holds, the other is refused in words."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests import builders as make
from tests.unit.identity.answering import EVERY, Sitter, asked, shown, until
from tests.unit.identity.test_likeness import NOW, consent
from tests.unit.identity.test_races import both

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, services
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    LikenessChallenge,
    LikenessCheck,
    LikenessEvidence,
    LikenessTemplate,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.DrawnFaces")
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"
    engine.forget()
    yield
    engine.forget()


def begun(someone: make.Someone) -> tuple[services.ChallengeView, datetime]:
    """A challenge at its last step."""
    view = services.begin_challenge(actor=someone.actor, purpose="register", now=NOW)
    return until(someone, view, Sitter(3), NOW, done=view.steps - 1)


def last(someone: make.Someone, view: services.ChallengeView, at: datetime) -> Callable[[], Any]:
    """The picture that ends the challenge."""
    return lambda: shown(someone, view, Sitter(3).picture(asked(view)), at + EVERY)


def test_two_pictures_of_one_challenge_at_once() -> None:
    someone = make.a_patient()
    consent(someone)
    view, at = begun(someone)
    results = both(last(someone, view, at), last(someone, view, at))
    refused = [one for one in results if not isinstance(one, services.Shown)]
    assert [type(one) for one in refused] in ([errors.FrameOutOfTurn], [errors.ChallengeOver])
    assert LikenessCheck.objects.count() == 1
    assert not LikenessEvidence.objects.exists()


def test_two_enrolments_of_one_person_at_once() -> None:
    someone = make.a_patient()
    consent(someone)
    (first, at), kept = begun(someone), LikenessEvidence.objects.get()
    sealed = vault.open_again(bytes(kept.sealed), id=kept.pk, person_id=someone.person_id, kind="challenge")
    second, later = begun(someone)
    row = LikenessChallenge.objects.get(pk=first.id)  # as if both were open
    kept.sealed = vault.lock_away(sealed, id=row.pk, person_id=someone.person_id, kind="challenge")
    kept.still = None  # its key went with the first
    kept.save(force_insert=True)
    LikenessChallenge.objects.update(expires_at=NOW + (NOW - make.LONG_AGO))
    results = both(last(someone, first, at), last(someone, second, later))
    assert sorted(type(one).__name__ for one in results) == ["EnrolledAlready", "Shown"]
    assert LikenessTemplate.objects.filter(revoked_at__isnull=True).count() == 1


def test_two_officers_decide_at_once() -> None:
    someone = make.a_patient()
    review = services.ask_alternative(actor=someone.actor, reason="refuses", now=NOW)

    def decide(accept: bool) -> Any:
        officer = make.a_medical_affairs_officer()
        return lambda: services.decide_alternative(
            actor=officer.actor, review_id=review, accept=accept, reason="seen", way="talk", now=NOW
        )

    results = both(decide(True), decide(False))
    assert sum(isinstance(one, errors.AlreadyDecided) for one in results) == 1
    assert AlternativeCheck.objects.get().decided_at == NOW


def test_withdrawing_while_enrolling_leaves_nothing() -> None:
    someone = make.a_patient()
    consent(someone)
    view, at = begun(someone)
    both(
        last(someone, view, at),
        lambda: services.withdraw_likeness_consent(actor=someone.actor, kind="face", now=NOW),
    )
    assert not LikenessTemplate.objects.filter(erased_at__isnull=True).exists()
    assert not LikenessEvidence.objects.exists()
