"""Recordings made safe to work with: WAV or bare samples in, 16 kHz mono out, with what is wrong with them.

Whoever sends a recording may send anything: sizes are checked before memory is taken, the RIFF chunks are walked with
bounds, and what cannot be heard is refused with a code (BadSound) instead of being guessed at. A recording that can
be read but is poor (clipped, quiet, noisy, little speech) is not refused here: `hear` names its flaws.
"""

import math
import struct
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from xinglin.biometrics.errors import BadSound, NotInstalled

Samples = NDArray[np.float32]
"""Mono, 16,000 samples a second, −1 to 1."""

RATE: Final = 16_000
RATE_MIN, RATE_MAX = 8_000, 96_000
BYTES_MAX = 40_000_000
SECONDS_MAX = 300
CHANNELS_MAX = 8
FULL = 0.985
"""From this part of full scale on, samples in a row count as clipped."""
CLIPPED_PART = 0.001
SILENT_DB = -60.0
QUIET_DB = -42.0
FRAME = 480
"""30 ms: what the detector of speech looks at."""
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
ENDLESS = 0xFFFFFFFF
"""What a program that writes to a pipe puts where the length should stand."""
ZEROS = 24
"""Zero crossings of the sinc on each side when the rate is changed."""
KAISER_BETA = 9.0


class Flaw(StrEnum):
    """What is wrong with a recording that can still be read."""

    SILENT = "silent"
    LITTLE_SPEECH = "little_speech"
    CLIPPED = "clipped"
    QUIET = "quiet"
    NOISY = "noisy"


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording at 16 kHz mono, with the rate and the channels that it came with."""

    samples: Samples
    rate_was: int = RATE
    channels_was: int = 1

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE


@dataclass(frozen=True, slots=True)
class Heard:
    """What is in a recording. Levels are in dB below full scale; `distance_db`: speech over its background."""

    seconds: float
    speech_seconds: float
    level_db: float
    clipped_part: float
    distance_db: float | None
    flaws: frozenset[Flaw]

    @property
    def clean(self) -> bool:
        """Whether a low similarity would mean something."""
        return not self.flaws


def decode(raw: bytes) -> Sound:
    """A WAV file (PCM of 8 to 32 bits or float, 8 to 96 kHz, up to 8 channels) as 16 kHz mono. Raises BadSound."""
    if not raw:
        raise BadSound("empty")
    if len(raw) > BYTES_MAX:
        raise BadSound("too_large")
    form, body = _chunks(raw)
    kind, channels, rate, bits = form
    width = bits // 8
    if len(body) % (width * channels):
        raise BadSound("truncated")
    if len(body) > SECONDS_MAX * rate * channels * width:
        raise BadSound("too_long")
    values = _values(body, kind, bits)
    return from_samples(values.reshape(-1, channels) if channels > 1 else values, rate=rate)


def from_pcm16(raw: bytes, *, rate: int = RATE) -> Sound:
    """Bare little-endian 16-bit mono samples, as a browser or a relay hands them over. Raises BadSound."""
    if len(raw) > BYTES_MAX:
        raise BadSound("too_large")
    if len(raw) % 2:
        raise BadSound("truncated")
    return from_samples(np.frombuffer(raw, "<i2").astype(np.float32) / 32768, rate=rate)


def from_samples(values: NDArray[np.floating], *, rate: int) -> Sound:
    """Samples of −1 to 1, shape (n,) or (n, channels), at a rate in Hz, as 16 kHz mono. Raises BadSound."""
    if values.ndim not in (1, 2) or (values.ndim == 2 and not 1 <= values.shape[1] <= CHANNELS_MAX):
        raise BadSound("not_a_sound")
    if not RATE_MIN <= rate <= RATE_MAX:
        raise BadSound("wrong_rate")
    if not values.size:
        raise BadSound("empty")
    if len(values) > SECONDS_MAX * rate:
        raise BadSound("too_long")
    if not np.isfinite(values).all():
        raise BadSound("not_a_sound")
    channels = 1 if values.ndim == 1 else values.shape[1]
    mono = np.clip(_mono(values), -1, 1).astype(np.float32)
    return Sound(resample(mono, rate), rate, channels)


def _chunks(raw: bytes) -> tuple[tuple[int, int, int, int], bytes]:
    """Form (kind, channels, rate, bits) and samples of a RIFF file, each length held against what is there."""
    if len(raw) < 12 or raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise BadSound("not_a_sound")
    form, at = None, 12
    while at + 8 <= len(raw):
        name, size = raw[at : at + 4], int.from_bytes(raw[at + 4 : at + 8], "little")
        start = at + 8
        if name == b"data":
            if form is None:
                raise BadSound("not_a_sound")
            end = len(raw) if size == ENDLESS else start + size
            if end > len(raw):
                raise BadSound("truncated")
            if end == start:
                raise BadSound("empty")
            return form, raw[start:end]
        if start + size > len(raw):
            raise BadSound("truncated")
        if name == b"fmt ":
            form = _form(raw[start : start + size])
        at = start + size + size % 2
    raise BadSound("truncated" if form else "not_a_sound")


def _form(chunk: bytes) -> tuple[int, int, int, int]:
    if len(chunk) < 16:
        raise BadSound("not_a_sound")
    kind, channels, rate, _, block, bits = struct.unpack("<HHIIHH", chunk[:16])
    if kind == EXTENSIBLE and len(chunk) >= 40:
        kind = int.from_bytes(chunk[24:26], "little")
    if not RATE_MIN <= rate <= RATE_MAX:
        raise BadSound("wrong_rate")
    known = (kind == PCM and bits in (8, 16, 24, 32)) or (kind == FLOAT and bits in (32, 64))
    if not known or not 1 <= channels <= CHANNELS_MAX or block != channels * bits // 8:
        raise BadSound("not_a_sound")
    return kind, channels, rate, bits


def _values(body: bytes, kind: int, bits: int) -> NDArray[np.float32]:
    if kind == FLOAT:
        with np.errstate(over="ignore"):  # A double beyond float32 becomes infinite, and is refused as such.
            return np.frombuffer(body, f"<f{bits // 8}").astype(np.float32)
    if bits == 8:
        return np.asarray((np.frombuffer(body, np.uint8).astype(np.float32) - 128) / 128, np.float32)
    if bits == 24:
        parts = np.frombuffer(body, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24
        return np.asarray(whole / 2**31, np.float32)
    return np.asarray(np.frombuffer(body, f"<i{bits // 8}") / 2 ** (bits - 1), np.float32)


def _mono(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """The mean of the channels; where they cancel each other (one is the other turned over), the loudest."""
    if values.ndim == 1:
        return values
    mean = values.mean(axis=1)
    powers = np.mean(np.square(values, dtype=np.float64), axis=0)
    if np.mean(np.square(mean, dtype=np.float64)) < 0.05 * powers.max():
        return np.asarray(values[:, int(powers.argmax())])
    return np.asarray(mean)


def resample(samples: NDArray[np.float32], rate: int) -> Samples:
    """Mono samples at `rate` Hz brought to 16 kHz by a windowed sinc; what that cannot hold is cut off, not folded."""
    if rate == RATE:
        return np.ascontiguousarray(samples, np.float32)
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    taps, half = _filter(up, down)
    count = -(-len(samples) * up // down)
    padded = np.pad(samples, (half, half + down + 1))
    windows = sliding_window_view(padded, taps.shape[1])
    made = np.empty(count, np.float32)
    for phase in range(min(up, count)):
        # Output phase + k·up lies at input (phase·down + k·up·down) / up.
        start, part = divmod(phase * down, up)
        wanted = -(-(count - phase) // up)
        made[phase::up] = windows[start::down][:wanted] @ taps[part]
    return made


@lru_cache(maxsize=8)
def _filter(up: int, down: int) -> tuple[NDArray[np.float32], int]:
    """One row of taps for each place between two input samples, and how many inputs each side reaches."""
    cut = min(1.0, up / down)
    half = math.ceil(ZEROS / cut)
    at = np.arange(-half, half + 2)[None, :] - np.arange(up)[:, None] / up
    inside = np.clip(1 - np.square(at / (half + 1)), 0, None)
    taps = cut * np.sinc(cut * at) * np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32), half


def speech_frames(samples: Samples) -> NDArray[np.bool_]:
    """For each 30 ms whether someone speaks. Raises NotInstalled without the detector."""
    try:
        import webrtcvad
    except ImportError as absent:
        raise NotInstalled("webrtcvad", "requirements/run.txt") from absent
    detector = webrtcvad.Vad(3)
    whole = len(samples) // FRAME * FRAME
    pcm = (np.clip(samples[:whole], -1, 1) * 32767).astype("<i2").tobytes()
    step = FRAME * 2
    return np.array([detector.is_speech(pcm[at : at + step], RATE) for at in range(0, len(pcm), step)], np.bool_)


def only_speech(samples: Samples) -> Samples:
    """The recording without its pauses; single frames are smoothed over, so that words keep their ends."""
    spoken = speech_frames(samples)
    if not len(spoken):
        return samples[:0]
    smooth = np.convolve(spoken, np.ones(8) / 8, "same")[: len(spoken)] >= 0.5
    kept = np.convolve(smooth, np.ones(7), "same")[: len(spoken)] > 0
    return samples[: len(spoken) * FRAME][np.repeat(kept, FRAME)]


def hear(samples: Samples, *, speech_seconds_min: float = 0.0, distance_db_min: float = 0.0) -> Heard:
    """How much speech there is and what is wrong with it, for a use that needs so many seconds of speech.

    `distance_db_min`: how far speech must stand over the quietest tenth of the recording, in dB.
    """
    level = _db(samples)
    clipped = _clipped(samples)
    loud = samples * 10 ** ((-30 - level) / 20) if level < -30 else samples
    spoken = speech_frames(np.asarray(loud, np.float32)) if level > SILENT_DB else np.zeros(0, np.bool_)
    distance = _distance(samples, spoken)
    seconds = float(spoken.sum()) * FRAME / RATE
    flaws = {
        Flaw.SILENT: level <= SILENT_DB,
        Flaw.LITTLE_SPEECH: seconds < speech_seconds_min,
        Flaw.CLIPPED: clipped > CLIPPED_PART,
        Flaw.QUIET: SILENT_DB < level < QUIET_DB,
        Flaw.NOISY: distance is not None and distance < distance_db_min,
    }
    found = frozenset(flaw for flaw, holds in flaws.items() if holds)
    return Heard(len(samples) / RATE, seconds, level, clipped, distance, found)


def _db(samples: Samples) -> float:
    if not len(samples):
        return -120.0
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-6))


def _clipped(samples: Samples) -> float:
    """The part of samples that stand at the recording's ceiling in runs of three or more."""
    if len(samples) < 3:
        return 0.0
    high = np.abs(samples) >= FULL
    run = high[:-2] & high[1:-1] & high[2:]
    return float(np.mean(run))


def _distance(samples: Samples, spoken: NDArray[np.bool_]) -> float | None:
    """How far speech stands over the quietest tenth of the recording, in dB; None where nothing is spoken."""
    if not spoken.any():
        return None
    frames = np.square(samples[: len(spoken) * FRAME].reshape(-1, FRAME), dtype=np.float64).mean(axis=1) + 1e-10
    floor = float(np.quantile(frames, 0.1))
    return float(10 * np.log10(frames[spoken].mean() / floor))
