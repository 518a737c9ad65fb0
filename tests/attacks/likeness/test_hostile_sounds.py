"""Recordings sent by somebody who means harm, or by a poor microphone: what they may and may not lead to."""

import random
import struct

import numpy as np
import pytest
from tests import likeness_material as material
from tests.likeness_material import drawn, speech

from xinglin.biometrics import sound
from xinglin.biometrics.errors import BadSound
from xinglin.biometrics.matching import Template
from xinglin.biometrics.sound import RATE, Flaw
from xinglin.biometrics.voices import BadEnrolment, VoiceVerdict, compare, enrol

GOOD = drawn.wav(np.sin(np.arange(RATE, dtype=np.float32) / 9))


def said(*, rate: int = RATE, channels: int = 1, bits: int = 16, kind: int = 1, body: bytes = bytes(64)) -> bytes:
    """A WAV whose head says this."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, (rate * block) & 0xFFFFFFFF, block, bits)
    inner = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"", {"empty"}),
        (b"RIFF", {"not_a_sound"}),
        (GOOD[:44], {"empty", "truncated"}),
        (said(body=b""), {"empty"}),
        (GOOD[:1000], {"truncated"}),
        (said(rate=0), {"wrong_rate"}),
        (said(rate=1), {"wrong_rate"}),
        (said(rate=4_000_000_000), {"wrong_rate"}),
        (said(channels=0), {"not_a_sound"}),
        (said(channels=4096), {"not_a_sound"}),
        (said(bits=0), {"not_a_sound"}),
        (said(bits=7), {"not_a_sound"}),
        (said(kind=2), {"not_a_sound"}),
        (said(kind=7, bits=8), {"not_a_sound"}),
        (said(body=bytes(63)), {"truncated"}),
        (said(kind=3, bits=32, body=struct.pack("<f", float("nan")) * 100), {"not_a_sound"}),
        (said(kind=3, bits=32, body=struct.pack("<f", float("inf")) * 100), {"not_a_sound"}),
        (said(kind=3, bits=64, body=struct.pack("<d", 1e300) * 100), {"not_a_sound"}),
        (said(rate=8000, body=bytes(2 * 8000 * 301)), {"too_long"}),
        (b"\xff\xfb\x90\x00" + bytes(500), {"not_a_sound"}),
        (b"OggS" + bytes(500), {"not_a_sound"}),
        (b"fLaC" + bytes(500), {"not_a_sound"}),
        (b"RIFF" + struct.pack("<I", 4) + b"WAVE" + b"LIST\xff\xff\xff\xff", {"truncated", "not_a_sound"}),
    ],
    ids=lambda value: None if isinstance(value, set) else repr(value[:4] + value[20:28]),
)
def test_what_is_no_recording_is_refused_by_name(raw: bytes, codes: set[str]) -> None:
    with pytest.raises(BadSound) as caught:
        sound.decode(raw)
    assert caught.value.code in codes


def test_broken_bytes_are_a_recording_or_a_refusal() -> None:
    source, codes = random.Random(5), set()
    for _ in range(400):
        broken = bytearray(GOOD[:4000])
        for _ in range(source.choice((1, 2, 8))):
            broken[source.randrange(60)] = source.randrange(256)
        try:
            decoded = sound.decode(bytes(broken))
        except BadSound as refusal:
            codes.add(refusal.code)
        else:
            assert np.isfinite(decoded.samples).all()
    assert codes <= BadSound.CODES


def enrolled() -> Template:
    parts = material.reader()
    return enrol(material.voices(), [sound.from_samples(part, rate=RATE) for part in parts[:3]])


def test_the_enrolled_voice_agrees_and_never_verifies() -> None:
    said_later = np.concatenate(material.reader()[4:6])
    decision = compare(material.voices(), enrolled(), said_later)
    assert decision.verdict is VoiceVerdict.AGREES
    assert decision.verifies is False


@pytest.mark.parametrize("name", sorted(speech.MADE))
def test_another_voice_raises_doubt(name: str) -> None:
    decision = compare(material.voices(), enrolled(), np.concatenate(material.made(name)[:2]))
    assert decision.verdict is VoiceVerdict.ALARM
    assert decision.doubts


def test_the_people_of_a_conversation_are_not_the_reader() -> None:
    template = enrolled()
    for one in material.conversation():
        assert compare(material.voices(), template, one).verdict is not VoiceVerdict.AGREES


@pytest.mark.parametrize("spoilt", ["silence", "nothing", "clipped", "hum", "noise"])
def test_a_poor_window_never_agrees_falsely_and_never_alarms(spoilt: str) -> None:
    """Of another voice and of none: neither may a spoilt window count for the enrolled one, nor ring the alarm."""
    other = np.concatenate(material.made("made-man")[:2])
    window = {
        "silence": np.zeros(8 * RATE, np.float32),
        "nothing": np.zeros(0, np.float32),
        "clipped": np.clip(other * 60, -1, 1).astype(np.float32),
        "hum": np.sin(2 * np.pi * 50 * np.arange(8 * RATE, dtype=np.float32) / RATE) * 0.3,
        "noise": np.random.default_rng(1).standard_normal(8 * RATE).astype(np.float32) * 0.1,
    }[spoilt]
    decision = compare(material.voices(), enrolled(), window.astype(np.float32))
    assert decision.verdict in {VoiceVerdict.UNUSABLE, VoiceVerdict.UNDECIDED}


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_the_rate_of_the_recording_does_not_change_who_it_is(rate: int) -> None:
    whole = np.concatenate(material.reader()[4:6])
    count = int(len(whole) * rate / RATE)
    other_rate = np.interp(np.arange(count) * RATE / rate, np.arange(len(whole)), whole).astype(np.float32)
    heard = sound.decode(drawn.wav(other_rate, rate=rate))
    assert abs(heard.seconds - len(whole) / RATE) < 0.05
    decision = compare(material.voices(), enrolled(), heard.samples)
    assert decision.verdict is not VoiceVerdict.ALARM


def test_a_lie_about_the_rate_makes_nobody_else() -> None:
    """A head that says another rate speeds the voice up or slows it down: it must not become the enrolled one."""
    template = enrolled()
    for rate in (8_000, 24_000, 32_000):
        heard = sound.decode(drawn.wav(np.concatenate(material.made("made-woman")[:3]), rate=rate))
        assert compare(material.voices(), template, heard.samples).verdict is not VoiceVerdict.AGREES


def test_recordings_that_make_no_template() -> None:
    voices, parts = material.voices(), [sound.from_samples(one, rate=RATE) for one in material.reader()]
    other = sound.from_samples(material.made("made-man")[0], rate=RATE)
    silent = sound.from_samples(np.zeros(5 * RATE, np.float32), rate=RATE)
    clipped = sound.from_samples(np.clip(material.reader()[2] * 80, -1, 1), rate=RATE)
    for which, sounds in {
        "too_few": parts[:2],
        "repeated": [parts[0], parts[0], parts[1]],
        "disagree": [parts[0], parts[1], other],
        "poor": [parts[0], parts[1], silent],
    }.items():
        with pytest.raises(BadEnrolment) as caught:
            enrol(voices, sounds)
        assert caught.value.code == which
    with pytest.raises(BadEnrolment) as caught:
        enrol(voices, [parts[0], parts[1], clipped])
    assert Flaw.CLIPPED in caught.value.flaws
