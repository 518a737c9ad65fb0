"""What the measurements of the likeness give."""

from dataclasses import dataclass

from xinglin.biometrics.evaluating import Rate


@dataclass(frozen=True, slots=True)
class Tried:
    """One kind of film shown to challenges: how many passed, and why the others did not."""

    name: str
    genuine: bool
    passed: Rate
    refused: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: milliseconds (median, 95th percentile) and the milliseconds of its multiplications alone (None: no
    model)."""

    name: str
    median_ms: float
    p95_ms: float
    limit_ms: float | None


@dataclass(frozen=True, slots=True)
class FaceRates:
    """Pairs of the material: rates at the thresholds of the engine, the equal error rate, the closest scores."""

    at: tuple[tuple[str, float, Rate, Rate], ...]
    equal_error: float | None
    least_same: float
    most_other: float
    spoilt: tuple[tuple[str, Rate, Rate], ...]


@dataclass(frozen=True, slots=True)
class Passive:
    """Passive scores at or above the threshold: live frames, prints, screens (drawn)."""

    threshold: float
    shown: tuple[tuple[str, Rate], ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What windows of a voice led to, held against one enrolled reader."""

    voice: str
    windows: int
    agrees: int
    undecided: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A call in one mode: cores and memory of the media process, frames the clients received, log entries."""

    name: str
    cores: float
    memory_mib: float
    frames: int
    checked: int


@dataclass(frozen=True, slots=True)
class VisitMeasured:
    """Calls by mode, so many seconds each, and the seconds from a swapped face to the alarm."""

    seconds: float
    modes: tuple[Mode, ...]
    alarm_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LikenessMeasured:
    """Everything of the part "Likeness"; `missing` says what was left out and why."""

    engine: str
    multiplications_a_second: float
    steps: tuple[Step, ...]
    faces: FaceRates | None
    passive: Passive | None
    tried: tuple[Tried, ...]
    voices: tuple[Heard, ...]
    watch_ms: float | None
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    visit: VisitMeasured | None = None
