"""Speaker verification: whether two recordings may be of one voice.

**A voice alone never verifies anybody.** Clones made by freely available programs score like the person (0.76 to 0.92
where the person scores 0.89 to 0.95). So the decision here has no "same": a voice *agrees*, raises *doubt*, is
*undecided*, or cannot be used; who it is, the face decides. `VoiceDecision.verifies` is False and always will be.

The network is GE2E: windows of 1.6 s of a mel spectrogram (40 bands, 25 ms, step 10 ms), 256 outputs averaged to one
unit vector. Measured on English read speech only; Mandarin was not measured, for want of labelled recordings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from xinglin.biometrics import weights
from xinglin.biometrics.errors import BadSound, BiometricError, NotInstalled, Sentence
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.matching import Template, Vector, averaged, cosine, unit
from xinglin.biometrics.sound import RATE, Flaw, Heard, Samples, Sound, hear, only_speech

if TYPE_CHECKING:
    import onnxruntime

ENGINE_ID: Final = "ge2e-voices"
WINDOW, HOP, BANDS = 400, 160, 40
FRAMES: Final = 160
"""Frames of 10 ms that the network hears at once."""
STEP: Final = 77
"""Frames from one window to the next: 1.3 windows a second."""
FILLED_PART: Final = 0.75
"""A last window that holds less sound than this part is left out."""
LEVEL_DB: Final = -30.0


class Voices(Protocol):
    """What a hospital's own engine of voices has to offer."""

    @property
    def engine(self) -> Engine:
        """Id, version and thresholds: match_accept, match_refuse, enrol_agree, and the seconds and counts below."""
        ...

    def embed(self, samples: Samples) -> Vector:
        """The voice in 16 kHz mono samples as a unit vector. Raises BadSound when nothing is said."""
        ...


class VoiceVerdict(StrEnum):
    """What a comparison of voices says. None of these is "the same person"."""

    AGREES = "agrees"
    UNDECIDED = "undecided"
    ALARM = "alarm"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class VoiceDecision:
    """A comparison: the verdict, the similarity (None when there was nothing to compare) and why it is not more."""

    verdict: VoiceVerdict
    similarity: float | None
    heard: Heard
    reasons: tuple[str, ...] = ()

    @property
    def verifies(self) -> Literal[False]:
        """A voice alone never verifies who somebody is: it agrees with a face or raises doubt."""
        return False

    @property
    def doubts(self) -> bool:
        """Whether another voice than the enrolled one was clearly heard."""
        return self.verdict is VoiceVerdict.ALARM


_REFUSED: Final[dict[str, Sentence]] = {
    "too_few": Sentence("至少需要{n}段录音，请继续录制。", "At least {n} recordings are needed: record more."),
    "poor": Sentence(
        "第{n}段录音不清晰，请在安静处靠近麦克风重新录制。",
        "Recording {n} is not clear: record it again in a quiet place, close to the microphone.",
    ),
    "disagree": Sentence(
        "第{n}段录音与其余几段不像同一人的声音，请由本人重新录制。",
        "Recording {n} does not sound like the others: let one person record all of them again.",
    ),
    "repeated": Sentence(
        "第{n}段录音与另一段相同，请分别录制不同的语句。",
        "Recording {n} is the same as another: record different sentences.",
    ),
}


class BadEnrolment(BiometricError):
    """Recordings that make no template. `code`: too_few, poor, disagree, repeated; `which` counts from 1."""

    kind = "enrolment"
    CODES = frozenset(_REFUSED)

    def __init__(self, code: str, which: int, flaws: frozenset[Flaw] = frozenset()) -> None:
        zh, en = _REFUSED[code]
        super().__init__(code, Sentence(zh.format(n=which), en.format(n=which)))
        self.which = which
        self.flaws = flaws


class OnnxVoices:
    """The GE2E network on ONNX Runtime, one thread. Safe to share between threads."""

    def __init__(self, row: Engine | None = None) -> None:
        self._engine = row or engine(ENGINE_ID)
        self._session = _session(str(weights.path(self._engine.models[0])))

    @property
    def engine(self) -> Engine:
        """The row of the manifest."""
        return self._engine

    def embed(self, samples: Samples) -> Vector:
        """The voice as 256 numbers of length one. Raises BadSound: silent when nobody speaks."""
        spoken = only_speech(raised(np.asarray(samples, np.float32)))
        if not len(spoken):
            raise BadSound("silent")
        (vectors,) = self._session.run(None, {"mel": windows(spoken)})
        return unit(np.asarray(vectors, np.float32).mean(axis=0))


def enrol(voices: Voices, sounds: Sequence[Sound]) -> Template:
    """One template from several recordings of one person, each of which must sound like the others.

    Raises BadEnrolment naming the recording that is missing, poor, repeated or another's.
    """
    limit = voices.engine.limit
    needed = int(limit("enrol_utterances"))
    if len(sounds) < needed:
        raise BadEnrolment("too_few", needed)
    vectors = []
    for which, sound in enumerate(sounds, 1):
        heard = hear(
            sound.samples,
            speech_seconds_min=limit("enrol_speech_seconds"),
            distance_db_min=limit("enrol_distance_db"),
        )
        if not heard.clean:
            raise BadEnrolment("poor", which, heard.flaws)
        vectors.append(voices.embed(sound.samples))
    _one_voice(vectors, agree=limit("enrol_agree"), repeat=limit("enrol_repeat"))
    return Template(voices.engine.id, voices.engine.version, averaged(vectors))


def _one_voice(vectors: list[Vector], *, agree: float, repeat: float) -> None:
    """BadEnrolment for a recording sent twice, and for the one that fits the others least when it fits too little."""
    fits = []
    for place, vector in enumerate(vectors):
        others = vectors[:place] + vectors[place + 1 :]
        if max(cosine(vector, other) for other in others) >= repeat:
            raise BadEnrolment("repeated", place + 1)
        fits.append(cosine(vector, averaged(others)))
    if min(fits) < agree:
        raise BadEnrolment("disagree", fits.index(min(fits)) + 1)


def compare(voices: Voices, enrolled: Template, samples: Samples) -> VoiceDecision:
    """Hold 16 kHz mono samples against a template. Raises BadTemplate when another engine made it."""
    limit = voices.engine.limit
    heard = hear(
        samples, speech_seconds_min=limit("window_speech_seconds"), distance_db_min=limit("window_distance_db")
    )
    nothing = VoiceDecision(VoiceVerdict.UNUSABLE, None, heard, (Flaw.SILENT,))
    if Flaw.SILENT in heard.flaws or not heard.speech_seconds:
        enrolled.similarity_to(enrolled.vector, engine=voices.engine.id, version=voices.engine.version)
        return nothing
    try:
        vector = voices.embed(samples)
    except BadSound:  # A hum may look like speech for a moment, and not when it is listened to more closely.
        return nothing
    similarity = enrolled.similarity_to(vector, engine=voices.engine.id, version=voices.engine.version)
    return decide(similarity, heard, voices.engine.thresholds)


def decide(similarity: float, heard: Heard, thresholds: Mapping[str, float]) -> VoiceDecision:
    """What a similarity says of a recording: an alarm needs a clean one, since noise alone lowers the similarity."""
    reasons = tuple(sorted(heard.flaws))
    if heard.speech_seconds < thresholds["least_speech_seconds"]:
        return VoiceDecision(VoiceVerdict.UNUSABLE, similarity, heard, reasons)
    if similarity >= thresholds["match_accept"]:
        return VoiceDecision(VoiceVerdict.AGREES, similarity, heard, reasons)
    if similarity < thresholds["match_refuse"] and heard.clean:
        return VoiceDecision(VoiceVerdict.ALARM, similarity, heard)
    return VoiceDecision(VoiceVerdict.UNDECIDED, similarity, heard, reasons)


class SpeechWindow:
    """Collects speech from a stream until there is enough to compare: give chunks, get a window now and then.

    Sound is cut into pieces of half a second; pieces without speech are dropped, so a window of 8 s of speech may
    have taken half a minute. Times are seconds since any fixed point, as the caller counts them.
    """

    PIECE: Final = RATE // 2

    def __init__(self, *, speech_seconds: float, stale_seconds: float = 60.0) -> None:
        self.speech_seconds = speech_seconds
        self.stale_seconds = stale_seconds
        self._rest: Samples = np.zeros(0, np.float32)
        self._pieces: list[tuple[float, float, Samples]] = []

    @property
    def collected(self) -> float:
        """Seconds of speech so far."""
        return sum(speech for _, speech, _ in self._pieces)

    def feed(self, samples: Samples, at: float) -> Samples | None:
        """Take a chunk (16 kHz mono) that ended at `at`; answer a full window once there is one, and begin anew.

        Speech older than `stale_seconds` is forgotten: half a window of one person must not be filled by the next.
        """
        if not np.isfinite(samples).all():
            raise BadSound("not_a_sound")
        self._pieces = [piece for piece in self._pieces if at - piece[0] <= self.stale_seconds]
        whole = np.concatenate([self._rest, samples.astype(np.float32)])
        used = len(whole) // self.PIECE * self.PIECE
        self._rest = whole[used:]
        for piece in whole[:used].reshape(-1, self.PIECE):
            speech = hear(piece).speech_seconds
            if speech:
                self._pieces.append((at, speech, piece))
        if self.collected < self.speech_seconds:
            return None
        window = np.concatenate([piece for _, _, piece in self._pieces])
        self._pieces = []
        return window

    def forget(self) -> None:
        """Begin anew: the microphone was changed, or someone else came."""
        self._rest, self._pieces = np.zeros(0, np.float32), []


def raised(samples: Samples) -> Samples:
    """Quiet recordings brought to −30 dB; louder ones are left alone, so that nothing is cut off."""
    level = 20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-9) if len(samples) else 0.0
    return np.asarray(samples * 10 ** ((LEVEL_DB - level) / 20), np.float32) if level < LEVEL_DB else samples


def windows(spoken: Samples) -> NDArray[np.float32]:
    """Speech cut into what the network hears at once, shape (n, 160, 40). Short speech is filled up with silence."""
    bands = mel(np.pad(spoken, (0, max(0, FRAMES * HOP - len(spoken)))))
    starts = list(range(0, max(1, len(bands) - FRAMES + STEP + 1), STEP))
    if len(starts) > 1 and (len(bands) - starts[-1]) / FRAMES < FILLED_PART:
        starts.pop()
    filled = np.pad(bands, ((0, max(0, starts[-1] + FRAMES - len(bands))), (0, 0)))
    return np.stack([filled[start : start + FRAMES] for start in starts])


def mel(samples: Samples) -> NDArray[np.float32]:
    """Power in 40 bands, one row for every 10 ms."""
    padded = np.pad(samples, WINDOW // 2)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = sliding_window_view(padded, WINDOW)[::HOP] * hann.astype(np.float32)
    return np.asarray(np.square(np.abs(np.fft.rfft(frames, axis=1))) @ _bands().T, np.float32)


@cache
def _bands() -> NDArray[np.float32]:
    """Triangles on Slaney's mel scale (even below 1 kHz, logarithmic above), each of the same area."""
    edges = np.linspace(0, _mel(RATE / 2), BANDS + 2)
    hertz = np.where(edges < 15, edges * 200 / 3, 1000 * np.exp((edges - 15) * np.log(6.4) / 27))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (bins[None] - hertz[:-2, None]) / np.diff(hertz)[:-1, None]
    falling = (hertz[2:, None] - bins[None]) / np.diff(hertz)[1:, None]
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    return np.asarray(triangles * (2 / (hertz[2:] - hertz[:-2]))[:, None], np.float32)


def _mel(hertz: float) -> float:
    return 15 + float(np.log(hertz / 1000)) * 27 / float(np.log(6.4)) if hertz >= 1000 else hertz * 3 / 200


def _session(file: str) -> "onnxruntime.InferenceSession":
    try:
        import onnxruntime as ort
    except ImportError as absent:
        raise NotInstalled("onnxruntime", "requirements/run.txt") from absent
    options: Any = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
