"""Voices to measure and test with: one person who reads, and voices made by a program, since few packages carry speech.

The program (eSpeak NG, GPL-3) runs as a process of its own, is fetched for tests and measurements only and is no part
of Xinglin: `python -m xinglin.hospital.demo.bench.likeness_voices LIBRARY FOLDER VOICE` writes what it says to
standard output, 16-bit mono after a line with the rate.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics import sound
from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_material as material

Samples = NDArray[np.float32]
ENGLISH: Final = (
    "Good morning. I have read the record that you sent, and I have three questions for you.",
    "How long have you taken these tablets, and did the pressure stay below one hundred and forty?",
    "Please bring the box to the camera, so that I can see the name and the strength of the tablet.",
    "Drink enough water today, walk every evening, and write to me when the cough has not gone in a week.",
    "The laboratory has sent its numbers this morning, and nearly all of them are as they should be.",
    "Sit down for a moment, rest your arm on the table, and measure once more before you take the next one.",
)
CHINESE: Final = (
    "您好，我看过您上传的病历，想再问您三个问题，请慢慢回答。",
    "这种药您吃了多久？血压一般在多少？有没有头晕或者胸闷？",
    "请把药盒拿到镜头前面，让我看清楚名称、规格和有效期。",
    "今天多喝水，晚饭以后散散步，一周以后咳嗽还不好就再来找我。",
    "化验结果今天早上已经出来了，大部分指标都在正常范围里面。",
    "请先坐下来休息几分钟，把手臂放在桌子上，再量一次血压。",
)
MADE: Final = {
    "made-woman": ("en-gb-scotland+f5", 60, ENGLISH),
    "made-man": ("en-us+m7", 35, ENGLISH),
    "made-mandarin": ("cmn+f3", 60, CHINESE),
}
"""Voice of the program, pitch, sentences."""
SPEAKERS: Final = ((10.6, 14.4), (21.9, 27.7))
"""Seconds of the telephone conversation in which one of its two speakers is heard alone."""


@lru_cache(maxsize=4)
def recording(name: str) -> Samples:
    """A recording of the material at 16 kHz mono. NoMaterial when it cannot be had."""
    return sound.decode(material.file(f"{name}.wav").read_bytes()).samples


def reader() -> list[Samples]:
    """One person reading: ten parts of six seconds."""
    whole = recording("reader")
    return [whole[start : start + 6 * sound.RATE] for start in range(0, len(whole), 6 * sound.RATE)]


def conversation() -> list[Samples]:
    """Two people on the telephone, each alone."""
    whole = recording("talk")
    return [whole[int(start * sound.RATE) : int(end * sound.RATE)] for start, end in SPEAKERS]


def made(name: str) -> list[Samples]:
    """A made voice's sentences. They are made once and kept beside the material."""
    kept = material.folder() / f"{name}.npz"
    if not kept.exists():
        parts = _speak(name)
        part = kept.with_suffix(".part.npz")
        np.savez_compressed(part, *parts)
        part.replace(kept)
    with np.load(kept) as found:
        return [np.asarray(found[key], np.float32) for key in found.files]


def _speak(name: str) -> list[Samples]:
    voice, pitch, sentences = MADE[name]
    with tempfile.TemporaryDirectory() as below:
        with zipfile.ZipFile(material.file("speaking.whl")) as packed:
            packed.extractall(below)
        library = next(iter(sorted(Path(below).glob("espeakng_loader/libespeak-ng.so*"))), None)
        if library is None:
            raise material.NoMaterial("the speaking program has no library for this system")
        found = []
        for sentence in sentences:
            command = [sys.executable, "-m", __spec__.name, str(library), str(library.parent), voice, str(pitch)]
            try:
                run = subprocess.run(command, input=sentence.encode(), capture_output=True, check=True, timeout=60)
            except (OSError, subprocess.SubprocessError) as fault:
                raise material.NoMaterial(f"the speaking program failed ({type(fault).__name__})") from fault
            head, _, body = run.stdout.partition(b"\n")
            found.append(sound.from_pcm16(body, rate=int(head)).samples)
    return found


def noisy(samples: Samples, decibels: float, *, seed: int = 1) -> Samples:
    """With noise so far below it."""
    source = np.random.default_rng(seed)
    power = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) * 10 ** (-decibels / 20)
    return (samples + power * source.standard_normal(len(samples))).astype(np.float32)


def write(place: Path, parts: list[Samples], *, pause: float = 0.3) -> None:
    """Sentences one after the other, for a browser's fake microphone."""
    gap = np.zeros(int(pause * sound.RATE), np.float32)
    place.write_bytes(drawn.wav(np.concatenate([piece for part in parts for piece in (part, gap)])))


def main(library: str, data: str, voice: str, pitch: str) -> None:
    """Speak what stands on standard input."""
    heard: list[bytes] = []
    speaking = ctypes.CDLL(library)
    take = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def taken(samples: ctypes._Pointer[ctypes.c_short], count: int, _: object) -> int:
        if samples and count > 0:
            heard.append(ctypes.string_at(samples, 2 * count))
        return 0

    handed_over = take(taken)  # Held by a name: what C calls must not be collected.
    rate = speaking.espeak_Initialize(2, 500, data.encode(), 0)  # 2: hand samples over at once
    speaking.espeak_SetSynthCallback(handed_over)
    speaking.espeak_SetVoiceByName(voice.encode())
    speaking.espeak_SetParameter(3, int(pitch), 0)
    text = sys.stdin.buffer.read() + b"\0"
    speaking.espeak_Synth(text, len(text), 0, 1, 0, 1, None, None)  # 1: characters, UTF-8
    speaking.espeak_Synchronize()
    sys.stdout.buffer.write(f"{rate}\n".encode() + b"".join(heard))


if __name__ == "__main__":
    main(*sys.argv[1:])
