"""The same doors with the real models and moving pictures; skipped aloud where the models are not on this machine."""

from pathlib import Path

import pytest
from tests import builders as make
from tests import likeness_material as material
from tests.unit.identity.test_likeness import decide

from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.identity import services
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import AlternativeCheck

pytestmark = pytest.mark.django_db
NOW = make.NOW


def challenged(someone: make.Someone, purpose: str, who: drawn.Sitter) -> services.LikenessResult:
    view = services.begin_challenge(actor=someone.actor, purpose=purpose, now=NOW)
    frames = [drawn.jpeg(frame) for frame in drawn.answering(who, [step.code for step in view.steps])]
    return services.answer_challenge(actor=someone.actor, challenge_id=view.id, frames=frames[:90], now=NOW)


def test_a_moving_face_is_enrolled_verified_and_no_other_passes(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    one, other = material.sitter("ibis"), material.sitter("teal")
    someone = make.a_patient()
    services.give_likeness_consent(actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW)
    made = challenged(someone, "register", one)
    assert made.template_id is not None, made.reasons
    decide(AlternativeCheck.objects.get().pk, accept=True)
    passed = challenged(someone, "visit", one)
    assert (passed.decision, passed.counts) == ("pass", True), passed.reasons
    assert passed.similarity_permille is not None
    assert passed.similarity_permille >= 460
    refused = challenged(someone, "visit", other)
    assert (refused.decision, refused.proof) == ("fail", None)


def test_a_photograph_held_still_is_not_alive(tmp_path: Path, settings: object) -> None:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    picture = material.picture("ibis")
    material.faces()
    someone = make.a_patient()
    services.give_likeness_consent(actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW)
    view = services.begin_challenge(actor=someone.actor, purpose="register", now=NOW)
    result = services.answer_challenge(
        actor=someone.actor, challenge_id=view.id, frames=[drawn.jpeg(picture)] * 70, now=NOW
    )
    assert (result.decision, result.template_id) == ("fail", None)
