"""Recordings from outside: every form that is offered is read, whatever else comes is refused by name."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.biometrics_sounds import spoken, tone, wav

from xinglin.biometrics import sound
from xinglin.biometrics.errors import BadSound
from xinglin.biometrics.sound import Flaw


def refusal(raw: bytes) -> str:
    with pytest.raises(BadSound) as refused:
        sound.decode(raw)
    assert refused.value.sentence.zh
    return refused.value.code


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000])
def test_every_rate_comes_out_at_16_khz_with_the_same_tone(rate: int) -> None:
    came = sound.decode(wav(tone(1000, 1.5, rate), rate))
    assert came.rate_was == rate
    assert came.seconds == pytest.approx(1.5, abs=0.001)
    meant = tone(1000, 1.5, 16000)
    assert np.abs(came.samples[800:-800] - meant[800 : len(came.samples) - 800]).max() < 1e-3


def test_what_16_khz_cannot_hold_is_cut_off_and_not_folded() -> None:
    came = sound.decode(wav(tone(12_000, 1.0, 48_000), 48_000))
    assert float(np.abs(came.samples[800:-800]).max()) < 1e-3


@pytest.mark.parametrize("form", ["u8", "i16", "i24", "i32", "f32", "f64"])
def test_every_form_of_sample_is_the_same_sound(form: str) -> None:
    meant = tone(440, 0.5, 16000)
    came = sound.decode(wav(meant, 16000, form=form))
    assert np.abs(came.samples - meant).max() < (0.01 if form == "u8" else 1e-3)


def test_channels_become_one_and_do_not_cancel_each_other() -> None:
    one = tone(440, 0.5, 16000)
    both = sound.decode(wav(np.stack([one, one], axis=1), 16000))
    against = sound.decode(wav(np.stack([one, -one], axis=1), 16000))
    assert both.channels_was == against.channels_was == 2
    assert np.abs(both.samples - one).max() < 1e-3
    assert np.abs(np.abs(against.samples) - np.abs(one)).max() < 1e-3


def test_refusals_have_names() -> None:
    good = wav(tone(440, 0.5, 16000), 16000)
    assert refusal(b"") == "empty"
    assert refusal(wav(np.zeros(0, np.float32), 16000)) == "empty"
    assert refusal(b"\xff\xfb\x90" + bytes(500)) == "not_a_sound"
    assert refusal(b"RIFF" + bytes(4) + b"AVI " + bytes(100)) == "not_a_sound"
    assert refusal(good[:40]) == "truncated"
    assert refusal(good[:-1000]) == "truncated"
    assert refusal(good[:4] + bytes(4) + good[8:20] + struct.pack("<H", 85) + good[22:]) == "not_a_sound"
    assert refusal(wav(tone(440, 0.5, 7999), 7999)) == "wrong_rate"
    assert refusal(wav(tone(440, 0.1, 192_000), 192_000)) == "wrong_rate"
    assert refusal(bytes(sound.BYTES_MAX + 1)) == "too_large"
    assert refusal(wav(np.zeros(301 * 8000, np.float32), 8000)) == "too_long"
    assert refusal(wav(np.full(4000, np.nan, np.float32), 16000, form="f32")) == "not_a_sound"
    assert refusal(wav(np.full(4000, 1e300), 16000, form="f64")) == "not_a_sound"
    assert refusal(wav(np.zeros((100, 9), np.float32), 16000)) == "not_a_sound"


def test_a_length_that_a_pipe_left_open_runs_to_the_end() -> None:
    good = wav(tone(440, 0.5, 16000), 16000)
    open_ended = good[:40] + b"\xff\xff\xff\xff" + good[44:]
    assert sound.decode(open_ended).seconds == pytest.approx(0.5)


def test_a_huge_length_in_a_small_file_takes_no_memory() -> None:
    good = wav(tone(440, 0.1, 16000), 16000)
    assert refusal(good[:40] + struct.pack("<I", 4_000_000_000) + good[44:]) == "truncated"
    assert refusal(good[:16] + struct.pack("<I", 4_000_000_000) + good[20:]) == "truncated"


@given(st.binary(max_size=300), st.integers(0, 60))
def test_no_bytes_crash_it(noise: bytes, at: int) -> None:
    good = wav(tone(440, 0.05, 16000), 16000)
    for raw in (noise, good[:at] + noise + good[at:], good[:at] + noise + good[at + len(noise) :]):
        try:
            came = sound.decode(raw)
        except BadSound:
            continue
        assert np.isfinite(came.samples).all()
        assert came.samples.dtype == np.float32


def test_bare_samples_are_checked_too() -> None:
    assert sound.from_pcm16(struct.pack("<3h", 0, 16384, -32768)).samples.tolist() == [0, 0.5, -1]
    for raw, rate, code in ((b"\0", 16000, "truncated"), (b"", 16000, "empty"), (bytes(8), 4000, "wrong_rate")):
        with pytest.raises(BadSound) as refused:
            sound.from_pcm16(raw, rate=rate)
        assert refused.value.code == code
    with pytest.raises(BadSound):
        sound.from_samples(np.zeros((2, 2, 2)), rate=16000)


def flaws(samples: NDArray[np.float32]) -> frozenset[Flaw]:
    return sound.hear(samples, speech_seconds_min=1.0, distance_db_min=12).flaws


def test_flaws_are_named() -> None:
    speech = spoken(seconds=4)
    assert flaws(speech) == frozenset()
    assert flaws(np.zeros(32000, np.float32)) == {Flaw.SILENT, Flaw.LITTLE_SPEECH}
    assert Flaw.LITTLE_SPEECH in flaws(speech[:12000])
    assert Flaw.CLIPPED in flaws(np.clip(speech * 20, -1, 1).astype(np.float32))
    assert Flaw.QUIET in flaws((speech * 0.06).astype(np.float32))
    noise = np.random.default_rng(1).normal(0, 0.1, len(speech))
    assert Flaw.NOISY in flaws((speech + noise).astype(np.float32))
    assert flaws(np.zeros(0, np.float32)) == {Flaw.SILENT, Flaw.LITTLE_SPEECH}


def test_pauses_are_left_out() -> None:
    speech = spoken(seconds=3)
    still = np.zeros(5 * 16000, np.float32)
    kept = sound.only_speech(np.concatenate([still, speech, still]))
    assert 1.5 * 16000 < len(kept) < 4.5 * 16000
    assert not len(sound.only_speech(still[:100]))
