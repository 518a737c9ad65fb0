"""Two answers, two enrolments, two decisions at once: one holds, the other is refused in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import builders as make
from tests.unit.identity import likeness_double as double
from tests.unit.identity.test_likeness import NOW, consent
from tests.unit.identity.test_races import both

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, services
from xinglin.hospital.identity.models import AlternativeCheck, LikenessChallenge, LikenessCheck, LikenessTemplate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.DrawnFaces")
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"
    engine.forget()
    yield
    engine.forget()


def begun(someone: make.Someone) -> tuple[Any, list[bytes]]:
    view = services.begin_challenge(actor=someone.actor, purpose="register", now=NOW)
    return view.id, double.answer(3, [step.code for step in view.steps])


def test_one_challenge_answered_twice_at_once() -> None:
    someone = make.a_patient()
    consent(someone)
    challenge, frames = begun(someone)

    def answer() -> Any:
        return services.answer_challenge(actor=someone.actor, challenge_id=challenge, frames=frames, now=NOW)

    results = both(answer, answer)
    assert sorted(type(one).__name__ for one in results) == ["ChallengeOver", "LikenessResult"]
    assert LikenessCheck.objects.count() == 1


def test_two_enrolments_of_one_person_at_once() -> None:
    someone = make.a_patient()
    consent(someone)
    first, frames = begun(someone)
    second, others = begun(someone)
    LikenessChallenge.objects.update(expires_at=NOW + (NOW - make.LONG_AGO))  # as if both were open

    def enrol(challenge: Any, pictures: list[bytes]) -> Any:
        return lambda: services.enrol_face(actor=someone.actor, challenge_id=challenge, frames=pictures, now=NOW)

    results = both(enrol(first, frames), enrol(second, others))
    assert sorted(type(one).__name__ for one in results) == ["Enrolled", "EnrolledAlready"]
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
    challenge, frames = begun(someone)
    both(
        lambda: services.enrol_face(actor=someone.actor, challenge_id=challenge, frames=frames, now=NOW),
        lambda: services.withdraw_likeness_consent(actor=someone.actor, kind="face", now=NOW),
    )
    assert not LikenessTemplate.objects.filter(erased_at__isnull=True).exists()
