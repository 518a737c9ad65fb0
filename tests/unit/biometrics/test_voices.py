"""Voices: what a similarity is allowed to say, who may enrol, and the arithmetic around the network."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.biometrics_sounds import spoken

from xinglin.biometrics import voices, weights
from xinglin.biometrics.errors import BadSound, BadTemplate, NotInstalled
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.matching import Template, unit
from xinglin.biometrics.sound import Flaw, Heard, Sound
from xinglin.biometrics.voices import BadEnrolment, SpeechWindow, VoiceVerdict

ROW = engine(voices.ENGINE_ID)
LIMITS = ROW.thresholds
CLEAN = Heard(8.0, 6.0, -20.0, 0.0, 30.0, frozenset())


def needs_the_model() -> None:
    if not weights.present("voice-ge2e"):
        pytest.skip("the voice model is not on this machine: run `xinglin biometrics fetch` (or `make weights`)")


class ByPitch:
    """An engine for tests of what is around one: a voice is where its spectrum lies."""

    engine: Engine = ROW

    def embed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if not np.abs(samples).max(initial=0):
            raise BadSound("silent")
        spectrum = np.abs(np.fft.rfft(samples, 16000))[60:400]
        return unit(spectrum.reshape(-1, 10).sum(axis=1).astype(np.float32))


def sounds(*seeds: int, pitch: float = 120, seconds: float = 4) -> list[Sound]:
    return [Sound(spoken(seconds=seconds, pitch=pitch, seed=seed)) for seed in seeds]


@pytest.mark.parametrize(
    ("similarity", "heard", "verdict"),
    [
        (LIMITS["match_accept"], CLEAN, VoiceVerdict.AGREES),
        (LIMITS["match_accept"] - 0.001, CLEAN, VoiceVerdict.UNDECIDED),
        (LIMITS["match_refuse"], CLEAN, VoiceVerdict.UNDECIDED),
        (LIMITS["match_refuse"] - 0.001, CLEAN, VoiceVerdict.ALARM),
        (0.1, replace(CLEAN, flaws=frozenset({Flaw.NOISY})), VoiceVerdict.UNDECIDED),
        (0.1, replace(CLEAN, flaws=frozenset({Flaw.CLIPPED})), VoiceVerdict.UNDECIDED),
        (0.99, replace(CLEAN, speech_seconds=1.0), VoiceVerdict.UNUSABLE),
        (float("nan"), CLEAN, VoiceVerdict.UNDECIDED),
    ],
)
def test_what_a_similarity_says(similarity: float, heard: Heard, verdict: VoiceVerdict) -> None:
    decided = voices.decide(similarity, heard, LIMITS)
    assert decided.verdict is verdict
    assert decided.doubts == (verdict is VoiceVerdict.ALARM)


@pytest.mark.parametrize("similarity", [-1.0, 0.5, 0.78, 0.99, 1.0])
def test_a_voice_alone_never_verifies(similarity: float) -> None:
    assert voices.decide(similarity, CLEAN, LIMITS).verifies is False
    assert "same" not in {verdict.value for verdict in VoiceVerdict}


def test_three_recordings_of_one_voice_make_a_template() -> None:
    template = voices.enrol(ByPitch(), sounds(1, 2, 3))
    assert (template.engine, template.version) == (ROW.id, ROW.version)
    again = voices.compare(ByPitch(), template, spoken(seconds=10, seed=9))
    assert again.verdict is VoiceVerdict.AGREES
    other = voices.compare(ByPitch(), template, spoken(seconds=10, pitch=260, seed=9))
    assert other.similarity is not None
    assert again.similarity is not None
    assert other.similarity < again.similarity - 0.1


@pytest.mark.parametrize(
    ("given", "code", "which"),
    [
        (sounds(1, 2), "too_few", 3),
        ([], "too_few", 3),
        ([*sounds(1, 2), Sound(np.zeros(64000, np.float32))], "poor", 3),
        ([sounds(1, seconds=1)[0], *sounds(2, 3)], "poor", 1),
        (sounds(1, 2, 1), "repeated", 1),
        ([sounds(1)[0], sounds(7, pitch=310)[0], *sounds(2)], "disagree", 2),
    ],
)
def test_recordings_that_make_no_template_are_named(given: list[Sound], code: str, which: int) -> None:
    with pytest.raises(BadEnrolment) as refused:
        voices.enrol(ByPitch(), given)
    assert (refused.value.code, refused.value.which) == (code, which)
    assert str(which) in refused.value.sentence.zh


def test_the_template_of_another_engine_is_refused_even_for_silence() -> None:
    foreign = Template("another", "1", unit(np.ones(34, np.float32)))
    for samples in (spoken(seconds=8), np.zeros(64000, np.float32)):
        with pytest.raises(BadTemplate) as refused:
            voices.compare(ByPitch(), foreign, samples)
        assert refused.value.code == "foreign"


def test_silence_is_unusable_and_no_alarm() -> None:
    template = voices.enrol(ByPitch(), sounds(1, 2, 3))
    for samples in (np.zeros(64000, np.float32), np.zeros(0, np.float32)):
        decided = voices.compare(ByPitch(), template, samples)
        assert (decided.verdict, decided.similarity) == (VoiceVerdict.UNUSABLE, None)


def test_a_window_fills_with_speech_and_not_with_silence() -> None:
    window = SpeechWindow(speech_seconds=4.0)
    still, speech = np.zeros(16000, np.float32), spoken(seconds=12)
    assert all(window.feed(still, at) is None for at in range(5))
    assert window.collected == 0
    filled = [
        full for at in range(12) if (full := window.feed(speech[at * 16000 : (at + 1) * 16000], 5.0 + at)) is not None
    ]
    assert filled
    assert 4.0 <= len(filled[0]) / 16000 < 8.0
    assert window.collected < 4.0


def test_a_window_takes_chunks_of_any_size_alike() -> None:
    speech = spoken(seconds=6)
    small, large = SpeechWindow(speech_seconds=99), SpeechWindow(speech_seconds=99)
    for start in range(0, len(speech), 320):
        small.feed(speech[start : start + 320], 1.0)
    large.feed(speech, 1.0)
    assert small.collected == pytest.approx(large.collected)
    assert large.collected > 3


def test_old_speech_is_forgotten_and_so_is_everything_when_asked() -> None:
    window = SpeechWindow(speech_seconds=99, stale_seconds=10)
    window.feed(spoken(seconds=2), 0.0)
    assert window.collected > 0
    window.feed(np.zeros(16000, np.float32), 10.5)
    assert window.collected == 0
    window.feed(spoken(seconds=2), 11.0)
    window.forget()
    assert window.collected == 0
    with pytest.raises(BadSound):
        window.feed(np.full(8000, np.nan, np.float32), 12.0)


def test_short_speech_is_filled_and_long_speech_is_cut_into_overlapping_windows() -> None:
    assert voices.windows(spoken(seconds=0.5)).shape == (1, 160, 40)
    assert voices.windows(np.zeros(0, np.float32)).shape == (1, 160, 40)
    assert len(voices.windows(spoken(seconds=8))) == 9


def test_bands_hold_the_frequency_that_they_are_named_for() -> None:
    from tests.biometrics_sounds import tone

    loudest = [int(voices.mel(tone(hertz, 0.3, 16000))[10].argmax()) for hertz in (200, 1000, 3000, 7000)]
    assert loudest == sorted(loudest)
    assert loudest[0] < 4
    assert loudest[-1] > 36


def test_without_the_model_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: str) -> None:
    monkeypatch.setenv("XINGLIN_MODELS", str(tmp_path))
    with pytest.raises(NotInstalled) as absent:
        voices.OnnxVoices()
    assert absent.value.model == "voice-ge2e"


def test_the_network_tells_made_up_voices_apart_and_is_steady() -> None:
    needs_the_model()
    engine_of_voices = voices.OnnxVoices()
    man = [engine_of_voices.embed(spoken(seconds=6, pitch=110, seed=seed)) for seed in (1, 2)]
    child = engine_of_voices.embed(spoken(seconds=6, pitch=300, tract=1.3, seed=3))
    assert man[0].shape == (256,)
    assert float(np.linalg.norm(man[0])) == pytest.approx(1, abs=1e-5)
    assert float(man[0] @ man[1]) > float(man[0] @ child) + 0.1
    quiet = engine_of_voices.embed(spoken(seconds=6, pitch=110, seed=1) * np.float32(0.05))
    assert float(man[0] @ quiet) > 0.95, "how loud it is matters little"
    with pytest.raises(BadSound):
        engine_of_voices.embed(np.zeros(16000, np.float32))
