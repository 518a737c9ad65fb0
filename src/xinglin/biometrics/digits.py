"""Random digits read aloud: whether a recording says the digits that were asked for, in the person's own way.

No recogniser of Mandarin digits comes with weights in any package, so nothing here knows a language. At enrolment a
person reads all ten digits twice, in orders that the server chose; later six random ones. Each word is held against
the person's own words (cepstra aligned in time, without any trained model), in Mandarin, a dialect, or whatever the
person counts in. It answers one question: was the order that was just drawn really spoken? A recording of another
order fails. It is no recogniser of speakers, and, like every voice, it proves nobody alone.

Words must be read with short pauses; the page shows one digit after another, so that they are.
"""

import random as chance
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.errors import BadTemplate, BiometricError, Sentence
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.sound import Samples, Sound
from xinglin.biometrics.voices import mel, raised

ENGINE_ID: Final = "own-digits"
ALL: Final = "0123456789"
STEP: Final = 320
"""20 ms: one row of features."""
COEFFICIENTS: Final = 13
CHANGE_WEIGHT: Final = 1.5
LOUD_DB: Final = 22.0
"""A row belongs to a word when it is this far above the recording's background, or near its loudest."""
PAUSE_ROWS, WORD_ROWS, WORD_ROWS_MAX = 8, 6, 60
"""A pause is at least 160 ms, a word 120 to 1,200 ms."""
MAGIC: Final = b"XLD1"

Features = NDArray[np.float32]
"""(rows, 13): cepstra of a word, one row for 20 ms."""

_REFUSED: Final[dict[str, Sentence]] = {
    "count": Sentence(
        "应读{wanted}个数字，听到了{heard}个；请逐个读出，每个之间稍停一下。",
        "{wanted} digits were asked for and {heard} were heard: read one after another with a short pause.",
    ),
    "too_few": Sentence(
        "每个数字需要读{wanted}遍，请补读。", "Each digit has to be read {wanted} times: read the rest."
    ),
    "disagree": Sentence(
        "几遍读音相差过大，请由本人在安静处重新读一遍。",
        "The readings differ too much: let one person read them again in a quiet place.",
    ),
}


class BadDigits(BiometricError):
    """A reading that cannot be used. `code`: count, too_few, disagree."""

    kind = "digits"
    CODES = frozenset(_REFUSED)

    def __init__(self, code: str, *, wanted: int = 0, heard: int = 0) -> None:
        zh, en = _REFUSED[code]
        super().__init__(code, Sentence(zh.format(wanted=wanted, heard=heard), en.format(wanted=wanted, heard=heard)))
        self.wanted = wanted
        self.heard = heard


@dataclass(frozen=True, slots=True, eq=False)
class OwnDigits:
    """A person's own digits: personal data of the most sensitive sort, as any template; whoever stores it seals it."""

    version: str
    words: Mapping[str, tuple[Features, ...]]

    def to_bytes(self) -> bytes:
        """The stored form: half-precision cepstra, about 15 kB."""
        version = self.version.encode()
        made = [MAGIC, bytes([len(version)]), version]
        for digit in ALL:
            made.append(bytes([len(self.words[digit])]))
            for word in self.words[digit]:
                made += [bytes([len(word)]), word.astype("<f2").tobytes()]
        return b"".join(made)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "OwnDigits":
        """What `to_bytes` wrote; BadTemplate (unreadable) for anything else."""
        at = len(MAGIC) + 1
        if len(raw) < at or not raw.startswith(MAGIC):
            raise BadTemplate("unreadable")
        at += raw[at - 1]
        words: dict[str, tuple[Features, ...]] = {}
        try:
            version = raw[len(MAGIC) + 1 : at].decode()
            for digit in ALL:
                count, at = raw[at], at + 1
                listed = []
                for _ in range(count):
                    rows, at = raw[at], at + 1
                    flat = np.frombuffer(raw, "<f2", rows * COEFFICIENTS, at)
                    listed.append(flat.astype(np.float32).reshape(rows, COEFFICIENTS))
                    at += flat.nbytes
                words[digit] = tuple(listed)
        except (IndexError, ValueError) as fault:
            raise BadTemplate("unreadable") from fault
        every = [word for listed in words.values() for word in listed]
        if at != len(raw) or not all(words.values()) or not all(len(w) and np.isfinite(w).all() for w in every):
            raise BadTemplate("unreadable")
        return cls(version, words)


@dataclass(frozen=True, slots=True)
class DigitsDecision:
    """Whether the digits that were asked for were spoken: the score, and the threshold it was held against."""

    right: bool
    score: float
    threshold: float

    @property
    def verifies(self) -> Literal[False]:
        """The right digits show that someone speaks now. Who it is, the face decides."""
        return False


def asked(random: chance.Random, *, count: int) -> str:
    """So many different digits in random order."""
    return "".join(random.sample(ALL, count))


def learn(readings: Sequence[tuple[str, Sound]], row: Engine | None = None) -> OwnDigits:
    """A person's digits from several readings, each with the order in which it was asked for.

    Raises BadDigits: count (a reading has more or fewer words), too_few, disagree (they are not the same words).
    """
    limits = row or engine(ENGINE_ID)
    times = int(limits.limit("learn_times"))
    spoken = [(order, features(sound, len(order))) for order, sound in readings]
    gathered: dict[str, list[Features]] = {digit: [] for digit in ALL}
    for order, words in spoken:
        for digit, word in zip(order, words, strict=True):
            gathered[digit].append(word)
    if any(len(listed) < times for listed in gathered.values()):
        raise BadDigits("too_few", wanted=times)
    for place, (order, words) in enumerate(spoken):
        others: dict[str, list[Features]] = {digit: [] for digit in ALL}
        for other, (digits, listed) in enumerate(spoken):
            if other != place:
                for digit, word in zip(digits, listed, strict=True):
                    others[digit].append(word)
        if all(others.values()) and _score(order, words, others) < limits.limit("learn_agree"):
            raise BadDigits("disagree")
    return OwnDigits(limits.version, {digit: tuple(listed) for digit, listed in gathered.items()})


def check(own: OwnDigits, order: str, sound: Sound, row: Engine | None = None) -> DigitsDecision:
    """Whether a recording says `order`. Raises BadDigits (count), BadTemplate (foreign)."""
    limits = row or engine(ENGINE_ID)
    if own.version != limits.version:
        raise BadTemplate("foreign")
    score = _score(order, features(sound, len(order)), own.words)
    threshold = limits.limit("score_accept")
    return DigitsDecision(score >= threshold, score, threshold)


def features(sound: Sound, count: int) -> list[Features]:
    """The cepstra of so many words, of one mean and spread over the whole reading. Raises BadDigits (count)."""
    found = words(sound.samples)
    if len(found) != count:
        raise BadDigits("count", wanted=count, heard=len(found))
    cepstra = [_logs(word) @ _cosines() for word in found]
    every = np.concatenate(cepstra)
    spread = every.std(axis=0) + 1e-6
    return [np.asarray((one - every.mean(axis=0)) / spread, np.float32) for one in cepstra]


def words(samples: Samples) -> list[Samples]:
    """What stands between pauses; clicks are left out, and so is what is too long for a digit."""
    level = raised(samples)
    rows = level[: len(level) // STEP * STEP].reshape(-1, STEP)
    if not len(rows):
        return []
    loud = 10 * np.log10(np.mean(np.square(rows, dtype=np.float64), axis=1) + 1e-9)
    top, floor = float(np.quantile(loud, 0.98)), float(np.quantile(loud, 0.05))
    spoken = loud > max(top - LOUD_DB, floor + 0.35 * (top - floor))
    found: list[tuple[int, int]] = []
    for at in np.flatnonzero(spoken):
        if found and at - found[-1][1] < PAUSE_ROWS:
            found[-1] = (found[-1][0], int(at) + 1)
        else:
            found.append((int(at), int(at) + 1))
    kept = [(start, end) for start, end in found if WORD_ROWS <= end - start <= WORD_ROWS_MAX]
    margin = 2
    return [level[max(0, start - margin) * STEP : (end + margin) * STEP] for start, end in kept]


def _score(order: str, spoken: Sequence[Features], known: Mapping[str, Sequence[Features]]) -> float:
    """How much nearer the words lie to the digits asked for than to the others: mean of standard deviations."""
    marks = []
    for digit, word in zip(order, spoken, strict=True):
        far = np.array([min(_apart(word, one) for one in known[other]) for other in ALL])
        marks.append((far.mean() - far[int(digit)]) / (far.std() + 1e-9))
    return float(np.mean(marks))


def _apart(one: Features, other: Features) -> float:
    """The least mean distance of two words when either may be stretched in time."""
    first, second = _with_change(one), _with_change(other)
    squares = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)[None] - 2 * first @ second.T
    costs = np.sqrt(np.maximum(squares, 0)).tolist()
    infinite = float("inf")
    above = [0.0] + [infinite] * len(second)
    for row in costs:
        line = [infinite]
        for at, cost in enumerate(row):
            line.append(cost + min(above[at], above[at + 1], line[at]))
        above = line
    return float(above[-1]) / (len(first) + len(second))


def _with_change(word: Features) -> Features:
    change = np.gradient(word, axis=0) if len(word) > 1 else np.zeros_like(word)
    return np.concatenate([word, CHANGE_WEIGHT * change], axis=1)


def _logs(word: Samples) -> NDArray[np.float32]:
    return np.asarray(np.log(mel(word)[::2] + 1e-6), np.float32)


def _cosines() -> NDArray[np.float64]:
    bands = np.arange(40)[:, None] + 0.5
    return np.asarray(np.cos(np.pi / 40 * bands * np.arange(1, COEFFICIENTS + 1)[None]))
