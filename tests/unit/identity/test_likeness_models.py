"""The same doors with the real models and moving pictures; skipped aloud where the models are not on this machine."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests import builders as make
from tests import likeness_material as material
from tests.unit.identity.test_likeness import decide

from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import AlternativeCheck
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db
NOW = make.NOW


def challenged(
    someone: make.Someone, purpose: str, camera: Callable[[str | None], drawn.Pixels]
) -> services.LikenessResult:
    """A challenge begun a minute before, five pictures a second."""
    at = NOW - timedelta(minutes=1)
    view = services.begin_challenge(actor=someone.actor, purpose=purpose, now=at)
    while True:
        at += timedelta(milliseconds=200)
        picture = drawn.jpeg(camera(view.step.code if view.step else None))
        shown = services.show_frame(
            actor=someone.actor, challenge_id=view.id, ticket=view.ticket, picture=picture, now=at
        )
        if shown.result is not None:
            return shown.result
        assert shown.view is not None
        view = shown.view


def test_a_moving_face_is_enrolled_verified_and_no_other_passes(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    one, other = material.sitter("ibis"), material.sitter("teal")
    someone = make.a_patient()
    services.give_likeness_consent(actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW)
    made = challenged(someone, "register", drawn.Responding(one).frame)
    assert made.template_id is not None, made.reasons
    decide(AlternativeCheck.objects.get().pk, accept=True)
    passed = challenged(someone, "visit", drawn.Responding(one).frame)
    assert (passed.decision, passed.counts) == ("pass", True), passed.reasons
    assert passed.similarity_permille is not None
    assert passed.similarity_permille >= 460
    refused = challenged(someone, "visit", drawn.Responding(other).frame)
    assert (refused.decision, refused.proof) == ("fail", None)


def test_a_photograph_held_still_is_not_alive(tmp_path: Path, settings: object) -> None:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    picture = material.picture("ibis")
    material.faces()
    someone = make.a_patient()
    services.give_likeness_consent(actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW)
    noise = np.random.default_rng(1)

    def held(asked: str | None) -> drawn.Pixels:
        return np.asarray(np.clip(picture + noise.normal(0, 2, picture.shape), 0, 255), np.uint8)

    result = challenged(someone, "register", held)
    assert (result.decision, result.template_id) == ("fail", None)


def test_a_voice_is_enrolled_from_real_sentences_and_another_voice_among_them_is_not(
    tmp_path: Path, settings: object
) -> None:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"  # type: ignore[attr-defined]
    material.voices()
    own, two = material.reader(), material.conversation()
    someone = make.a_patient()
    services.give_likeness_consent(
        actor=someone.actor, kind="voice", text_version=consent_text("voice").version, now=NOW
    )
    make.a_proof(someone.account, at=NOW, method="code")
    mixed = [drawn.wav(own[0]), drawn.wav(own[1]), drawn.wav(two[-1])]
    with pytest.raises(InvalidInput):
        services.enrol_voice(actor=someone.actor, samples=mixed, now=NOW)
    samples = [drawn.wav(one) for one in own[:3]]
    template = services.enrol_voice(actor=someone.actor, samples=samples, now=NOW)
    found = selectors.template_vectors(actor=system_actor("watch"), person_id=someone.person_id, now=NOW)
    assert found["voice"] is not None
    assert selectors.likeness(actor=someone.actor, person_id=someone.person_id, at=NOW).voice is not None
    assert template is not None
