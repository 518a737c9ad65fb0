"""The likeness measured: milliseconds a step on one core beside the machine's limit, error rates on what is at hand.

Each step is timed alone in this process, whose sessions run on one thread. Beside it stands what the machine would need
for the step's multiplications if it did nothing else: their number, from the model's own graph, over the speed of a
matrix product of numpy on one thread in the same run.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from math import prod
from typing import Any, Final

import numpy as np
from PIL import Image

from xinglin.biometrics import engine, weights
from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.evaluating import Rate, Scores, equal_error, rate
from xinglin.biometrics.faces import Faces
from xinglin.biometrics.fingerprints import look
from xinglin.biometrics.matching import Vector, cosine
from xinglin.biometrics.pictures import decode
from xinglin.biometrics.sound import RATE, from_samples, hear
from xinglin.biometrics.voices import Voices, VoiceVerdict, compare, enrol
from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_material as material
from xinglin.hospital.demo.bench import likeness_voices as speech
from xinglin.hospital.demo.bench.likeness_attacks import challenges
from xinglin.hospital.demo.bench.likeness_types import (
    FaceRates,
    Heard,
    LikenessMeasured,
    Passive,
    Step,
    Tried,
    VisitMeasured,
)

Say = Callable[[str], None]
PEAK: Final = """
import time, numpy as np
a = np.random.default_rng(1).standard_normal((1024, 1024)).astype(np.float32)
best = min((lambda t: (a @ a, time.process_time() - t)[1])(time.process_time()) for _ in range(20))
print(1024**3 / best)
"""
THRESHOLDS: Final = ("match_refuse", "match_accept", "match_strict")


def measure(*, say: Say, visit: Callable[[], VisitMeasured] | None = None) -> LikenessMeasured:
    """Measure what can be measured here; what cannot is named in `missing`. `visit` holds a visit in a hospital of its
    own: it is asked only where faces and material are here."""
    missing: list[str] = []
    faces, voices = _had(engine.faces, missing), _had(engine.voices, missing)
    say("Likeness: how fast this machine multiplies")
    a_second = multiplications_a_second()
    steps: list[Step] = []
    rates = passive = None
    tried: tuple[Tried, ...] = ()
    heard: tuple[Heard, ...] = ()
    if faces is not None and _here("heron-1.jpg", missing):
        say("Likeness: steps of a frame")
        steps += face_steps(faces, a_second)
        say("Likeness: pairs of faces")
        rates, passive = face_rates(faces), passive_rates(faces)
        say("Likeness: challenges and attacks")
        tried = challenges(faces)
    if voices is not None and _here("reader.wav", missing):
        say("Likeness: voices")
        steps += voice_steps(voices, a_second)
        heard = voice_rates(voices, missing)
    watch = next((step.median_ms for step in steps if step.name == WATCHED), None)
    return LikenessMeasured(
        engine=faces.engine.name if faces else "",
        multiplications_a_second=a_second,
        steps=tuple(steps),
        faces=rates,
        passive=passive,
        tried=tried,
        voices=heard,
        watch_ms=watch,
        sources=tuple(material.origins()),
        missing=tuple(missing),
        visit=_visit(say, missing, visit, rates is not None),
    )


def _visit(
    say: Say, missing: list[str], visit: Callable[[], VisitMeasured] | None, ready: bool
) -> VisitMeasured | None:
    """A visit held by two clients of this process through the hospital's own media process."""
    if visit is None or not ready:
        return None
    if importlib.util.find_spec("aiortc") is None:
        missing.append("the video visit: aiortc is not installed (requirements/video.txt)")
        return None
    say("Likeness: a visit, and another face in it")
    return visit()


def _had(ask: Callable[[], Any], missing: list[str]) -> Any:
    try:
        return ask()
    except NotInstalled as absent:
        missing.append(str(absent))
        return None


def _here(piece: str, missing: list[str]) -> bool:
    try:
        material.file(piece)
    except material.NoMaterial as absent:
        missing.append(str(absent))
        return False
    return True


# SPEED


def multiplications_a_second() -> float:
    """Of single-precision numbers, in a matrix product of numpy on one thread."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    run = subprocess.run([sys.executable, "-c", PEAK], env=os.environ | one, capture_output=True, check=True)
    return float(run.stdout)


def timed(name: str, deed: Callable[[], object], limit_ms: float | None = None, *, times: int = 40) -> Step:
    """A step done so often, after two times that do not count."""
    deed(), deed()
    took = []
    for _ in range(times):
        began = time.process_time()  # Not the clock on the wall: others may use the machine.
        deed()
        took.append((time.process_time() - began) * 1000)
    return Step(name, statistics.median(took), sorted(took)[int(0.95 * len(took))], limit_ms)


WATCHED: Final = "one frame of a visit: all of it, with the look"
FRAME: Final = ("face-detect", "face-landmarks", "face-feature", "face-pose", "face-passive")


def face_steps(faces: Faces, a_second: float) -> list[Step]:
    """The steps of a frame of 640×360."""
    picture = material.portrait("wren")
    raw = drawn.jpeg(picture)
    face = faces.detect(picture)[0]
    points = faces.landmarks(picture, face)
    chip = faces.align(picture, points)

    def limit(*ids: str) -> float:
        return sum(multiplications(one) for one in ids) / a_second * 1000

    def pillow() -> object:
        import io

        return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))

    return [
        timed("decode a JPEG, with all its checks", lambda: decode(raw)),
        timed("the same by Pillow without checks", pillow),
        timed("find faces", lambda: faces.detect(picture), limit("face-detect")),
        timed("68 points", lambda: faces.landmarks(picture, face), limit("face-landmarks")),
        timed("align", lambda: faces.align(picture, points)),
        timed("embed", lambda: faces.embed(chip), limit("face-feature")),
        timed("pose", lambda: faces.pose(picture, face), limit("face-pose")),
        timed("passive liveness", lambda: faces.passive(picture, face), limit("face-passive")),
        timed("eyes, with the mesh", lambda: faces.eyes(picture, face, points), limit("face-mesh")),
        timed("look (still or repeated?)", lambda: look(picture)),
        timed(WATCHED, lambda: (faces.read(picture), look(picture)), limit(*FRAME)),
        timed("one frame of a challenge", lambda: faces.read(picture, eyes=True), limit(*FRAME, "face-mesh")),
    ]  # fmt: skip


def voice_steps(voices: Voices, a_second: float) -> list[Step]:
    """The steps of a window of six seconds."""
    window = speech.reader()[4]
    limit = VOICE_WINDOWS * VOICE_MULTIPLICATIONS / a_second * 1000
    return [
        timed("6 s of sound: speech, level, clipping", lambda: hear(window), times=15),
        timed("6 s of sound: embed the voice", lambda: voices.embed(window), limit, times=15),
    ]


VOICE_WINDOWS, VOICE_MULTIPLICATIONS = 6, 160 * 4 * 256 * (40 + 256 + 4 * 256) + 256 * 256
"""Windows of the network in six seconds of speech; each is 160 frames through three layers of 256."""


def multiplications(id: str) -> int:
    """Of one run of a model, counted in its graph: convolutions and matrix products."""
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load(str(weights.path(id)))).graph
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    for value in (*graph.value_info, *graph.output, *graph.input):
        shapes.setdefault(value.name, [max(side.dim_value, 1) for side in value.type.tensor_type.shape.dim])
    return sum(_node(node, shapes) for node in graph.node)


def _node(node: Any, shapes: dict[str, list[int]]) -> int:
    made = shapes.get(node.output[0]) or []
    if node.op_type == "Conv":
        return prod(made) * prod(shapes[node.input[1]][1:])
    if node.op_type in {"Gemm", "MatMul"} and node.input[1] in shapes:
        return prod(made) * max(shapes[node.input[1]]) if made else prod(shapes[node.input[1]])
    return 0


# ERROR RATES


def face_rates(faces: Faces) -> FaceRates:
    """Every pair of pictures of the material; and of the same pictures spoilt, against the whole ones."""
    vectors = {
        name: vector for name in material.PICTURES if (vector := _vector(faces, material.portrait(name))) is not None
    }
    pairs = [
        (cosine(vectors[one], vectors[other]), material.PICTURES[one].person == material.PICTURES[other].person)
        for one, other in combinations(vectors, 2)
    ]
    scores = Scores.of(pairs)
    limits = faces.engine.thresholds
    error = equal_error(scores)
    return FaceRates(
        at=tuple((name, limits[name], scores.tar(limits[name]), scores.far(limits[name])) for name in THRESHOLDS),
        equal_error=error.value if error else None,
        least_same=float(scores.genuine[0]),
        most_other=float(scores.impostor[-1]),
        spoilt=tuple(_spoilt(faces, vectors, how, spoil) for how, spoil in SPOILT.items()),
    )


def _vector(faces: Faces, picture: material.Pixels) -> Vector | None:
    return faces.read(picture, mirrored=True).vector


def _jpeg(picture: material.Pixels, quality: int) -> material.Pixels:
    return decode(drawn.jpeg(picture, quality))


def _small(picture: material.Pixels) -> material.Pixels:
    import cv2

    return np.asarray(cv2.resize(cv2.resize(picture, (320, 180)), (640, 360)), np.uint8)


SPOILT: Final[dict[str, Callable[[material.Pixels], material.Pixels]]] = {
    "JPEG at quality 20": lambda picture: _jpeg(picture, 20),
    "as 320×180 and back": _small,
    "half the light": lambda picture: (picture // 2).astype(np.uint8),
    "filmed from a screen": drawn.recaptured,
    "printed and filmed": drawn.printed,
}


def _spoilt(
    faces: Faces, vectors: dict[str, Vector], how: str, spoil: Callable[[material.Pixels], material.Pixels]
) -> tuple[str, Rate, Rate]:
    """Of spoilt pictures against whole ones: the part accepted, for the same person and for others; a picture that a
    gate refuses is not accepted."""
    limit = faces.engine.limit("match_accept")
    same: list[bool] = []
    others: list[bool] = []
    for name in vectors:
        seen = _vector(faces, spoil(material.portrait(name)))
        for other, vector in vectors.items():
            told = material.PICTURES[name].person == material.PICTURES[other].person
            (same if told else others).append(seen is not None and cosine(seen, vector) >= limit)
    return how, rate(sum(same), len(same)), rate(sum(others), len(others))


def passive_rates(faces: Faces) -> Passive:
    """The median of three frames of each picture, as a challenge decides: live, printed, from a screen."""
    limit = faces.engine.limit("live_accept")
    kinds: dict[str, Callable[[material.Pixels, int], material.Pixels]] = {
        "live (drawn frames)": lambda picture, seed: picture,
        "printed and filmed (drawn)": lambda picture, seed: drawn.printed(picture, seed=seed),
        "filmed from a screen (drawn)": lambda picture, seed: drawn.recaptured(picture, seed=seed),
    }
    passed: dict[str, list[bool]] = {kind: [] for kind in kinds}
    for name in material.PICTURES:
        sitter = drawn.Sitter(name)
        frames = [sitter.frame(drawn.Stance(across=3.0 * n)) for n in range(3)]
        for kind, show in kinds.items():
            scores = [_passive(faces, show(frame, seed)) for seed, frame in enumerate(frames)]
            passed[kind].append(statistics.median(scores) >= limit)
    return Passive(limit, tuple((kind, rate(sum(one), len(one))) for kind, one in passed.items()))


def _passive(faces: Faces, picture: material.Pixels) -> float:
    found = faces.detect(picture)
    return faces.passive(picture, found[0]) if found else 0.0


def voice_rates(voices: Voices, missing: list[str]) -> tuple[Heard, ...]:
    """Windows of several voices against the one who reads, enrolled from the first three parts."""
    parts = speech.reader()
    template = enrol(voices, [from_samples(part, rate=RATE) for part in parts[:3]])

    def heard(name: str, windows: Sequence[speech.Samples]) -> Heard:
        verdicts = [compare(voices, template, window).verdict for window in windows]
        return Heard(
            name,
            len(verdicts),
            verdicts.count(VoiceVerdict.AGREES),
            verdicts.count(VoiceVerdict.UNDECIDED) + verdicts.count(VoiceVerdict.UNUSABLE),
            verdicts.count(VoiceVerdict.ALARM),
        )

    found = [heard("the reader, later", parts[3:])]
    found.append(heard("the reader, noise 15 dB below", [speech.noisy(part, 15) for part in parts[3:]]))
    try:
        found += [
            heard(f"made by a program: {name}", [np.concatenate(two) for two in combinations(speech.made(name), 2)])
            for name in speech.MADE
        ]
        found.append(heard("two people on the telephone", speech.conversation()))
    except material.NoMaterial as absent:
        missing.append(str(absent))
    return tuple(found)
