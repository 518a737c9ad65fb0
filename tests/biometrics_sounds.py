"""Sounds made by program: WAV files of every form, tones, and something that a detector takes for a voice.

The voices are a row of pulses through a few resonances, as a vowel is; nobody's voice, and good for plumbing only.
"""

import io
import struct

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE = 16_000
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))


def tone(hertz: float, seconds: float, rate: int) -> Samples:
    """A sine at half of full scale."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def wav(samples: NDArray[np.floating], rate: int, *, form: str = "i16") -> bytes:
    """A WAV file; shape (n,) or (n, channels)."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    bits = int(form[1:])
    kind = 3 if form[0] == "f" else 1
    body = _packed(samples.reshape(-1), form)
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)
    made = io.BytesIO()
    made.write(b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt " + struct.pack("<I", 16) + head)
    made.write(b"data" + struct.pack("<I", len(body)) + body)
    return made.getvalue()


def _packed(flat: NDArray[np.floating], form: str) -> bytes:
    if form[0] == "f":
        return flat.astype(f"<f{int(form[1:]) // 8}").tobytes()
    if form == "u8":
        return (flat * 127 + 128).round().astype(np.uint8).tobytes()
    whole = np.round(np.clip(flat, -1, 1) * (2.0 ** (int(form[1:]) - 1) - 1)).astype(np.int64)
    if form == "i24":
        return whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{int(form[1:]) // 8}").tobytes()


def spoken(*, seconds: float, pitch: float = 120.0, tract: float = 1.0, seed: int = 0) -> Samples:
    """Syllables with pauses, by someone with this pitch (Hz) and these resonances (parts of a man's)."""
    random = np.random.default_rng(seed)
    made: list[NDArray[np.float64]] = []
    while sum(map(len, made)) < seconds * RATE:
        made.append(_syllable(random, pitch, tract))
        if random.random() < 0.3:
            made.append(random.normal(0, 1e-4, round(RATE * random.uniform(0.15, 0.35))))
    whole = np.concatenate(made)[: round(seconds * RATE)]
    return (0.4 * whole / np.abs(whole).max()).astype(np.float32)


def _syllable(random: np.random.Generator, pitch: float, tract: float) -> NDArray[np.float64]:
    count = round(RATE * random.uniform(0.15, 0.3))
    time = np.arange(count) / RATE
    hertz = pitch * (1 + random.uniform(-0.1, 0.1) + 0.05 * np.sin(2 * np.pi * 3 * time))
    phase = np.cumsum(hertz) / RATE
    spectrum = np.fft.rfft(np.diff(np.floor(phase), prepend=0) + random.normal(0, 0.01, count))
    at = np.fft.rfftfreq(count, 1 / RATE)
    vowel = VOWELS[random.integers(len(VOWELS))]
    gain = sum(1 / (1 + ((at - f * tract) / (60 + 0.05 * f)) ** 2) for f in vowel)
    voice = np.fft.irfft(spectrum * gain, count) * np.hanning(count) ** 0.3
    return np.asarray(voice / (np.abs(voice).max() + 1e-9))
