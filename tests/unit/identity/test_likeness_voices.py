"""Voices: enrolled by who has just proved who they are, from several sentences, and never enough alone."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import builders as make

from xinglin.biometrics import engine
from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.manifest import engine as row_of
from xinglin.biometrics.matching import Vector, unit
from xinglin.biometrics.sound import Samples
from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import LikenessCheck, LikenessTemplate
from xinglin.hospital.identity.words import ProofMethod
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db
NOW = make.NOW


class HummedVoices:
    """A voice engine for tests: the pitch says who speaks."""

    @property
    def engine(self) -> Engine:
        real = row_of("ge2e-voices")
        return Engine("hummed-voices", "1", "voices", (), real.thresholds, ())

    def embed(self, samples: Samples) -> Vector:
        crossings = int((np.diff(np.sign(samples)) != 0).sum() / len(samples) * 16_000 / 100)
        vector = np.full(64, 0.05, np.float32)
        vector[crossings % 64] = 1
        vector[63 - (len(samples) % 7)] += 0.2  # no two recordings are quite the same
        return unit(vector)


@pytest.fixture(autouse=True)
def hummed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("XINGLIN_VOICE_ENGINE", "tests.unit.identity.test_likeness_voices.HummedVoices")
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"
    engine.forget()
    yield
    engine.forget()


def a_wave(seconds: float = 4.0) -> bytes:
    """Silence as a WAV file: it can be read, and nobody speaks."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.zeros(int(16_000 * seconds), "<i2").tobytes())
    return out.getvalue()


def ready() -> make.Someone:
    someone = make.a_patient()
    services.give_likeness_consent(
        actor=someone.actor, kind="voice", text_version=consent_text("voice").version, now=NOW
    )
    make.a_proof(someone.account, at=NOW, method="code")
    return someone


def test_a_voice_needs_a_fresh_proof_and_its_own_consent() -> None:
    someone = make.a_patient()
    with pytest.raises(errors.ConfirmationNeeded):
        services.enrol_voice(actor=someone.actor, samples=[a_wave()] * 3, now=NOW)
    make.a_proof(someone.account, at=NOW, method="code")
    services.give_likeness_consent(actor=someone.actor, kind="face", text_version=consent_text("face").version, now=NOW)
    with pytest.raises(errors.LikenessConsentNeeded):
        services.enrol_voice(actor=someone.actor, samples=[a_wave()] * 3, now=NOW)


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        ([], "enrolment.too_few"),
        ([b""] * 3, "sound.empty"),
        ([b"MZ" + bytes(100)] * 3, "sound.not_a_sound"),
        ([a_wave()] * 3, "enrolment.poor"),
    ],
)
def test_recordings_that_make_no_template_are_named_and_written_down(samples: list[bytes], code: str) -> None:
    someone = ready()
    with pytest.raises(InvalidInput) as refused:
        services.enrol_voice(actor=someone.actor, samples=samples, now=NOW)
    assert refused.value.field == "samples"
    row = LikenessCheck.objects.get()
    assert (row.kind, row.decision, row.reasons) == ("voice", "fail", [code])
    assert not LikenessTemplate.objects.exists()


def test_too_many_recordings_and_tries_are_refused() -> None:
    someone = ready()
    with pytest.raises(InvalidInput):
        services.enrol_voice(actor=someone.actor, samples=[a_wave()] * 7, now=NOW)
    for _ in range(12):
        with pytest.raises(InvalidInput):
            services.enrol_voice(actor=someone.actor, samples=[b""], now=NOW)
    with pytest.raises(errors.TooManyChallenges):
        services.enrol_voice(actor=someone.actor, samples=[b""], now=NOW)


def test_an_enrolled_voice_opens_for_the_system_and_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from xinglin.biometrics import sound, voices
    from xinglin.biometrics.matching import Template

    someone = ready()
    engine_row = HummedVoices().engine
    made = Template(engine_row.id, engine_row.version, unit(np.ones(64, np.float32)))
    monkeypatch.setattr(voices, "enrol", lambda engine, sounds: made)
    monkeypatch.setattr(sound, "decode", lambda raw: raw)
    services.enrol_voice(actor=someone.actor, samples=[b"1", b"2", b"3"], now=NOW)
    found = selectors.template_vectors(actor=system_actor("watch"), person_id=someone.person_id, now=NOW)
    assert found["voice"] is not None
    assert found["face"] is None
    assert "voice" not in ProofMethod.values
    with pytest.raises(errors.EnrolledAlready):
        services.enrol_voice(actor=someone.actor, samples=[b"1", b"2", b"3"], now=NOW)
    services.withdraw_likeness_consent(actor=someone.actor, kind="voice", now=NOW)
    assert LikenessTemplate.objects.get().erased_at == NOW
