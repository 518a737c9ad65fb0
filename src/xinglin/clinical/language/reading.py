"""What was understood of a text: mentions of findings with their attributes, what it tells of the person, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["zh", "en"]
Asked = Literal["zh", "en", "auto"]
Polarity = Literal["present", "absent", "unsure"]
Experiencer = Literal["patient", "family", "other"]
Time = Literal["now", "past", "hypothetical"]
Certainty = Literal["certain", "possible"]
Severity = Literal["mild", "moderate", "severe"]
Onset = Literal["sudden", "acute", "gradual"]
Pattern = Literal["episodic", "recurrent", "progressive", "constant"]
Side = Literal["left", "right", "both"]
Sex = Literal["male", "female"]

LONGEST: Final = 20_000
"""Characters that are read; what stands behind them is left unread, and `Reading.cut` says so."""


@dataclass(frozen=True, slots=True)
class Context:
    """How a span is meant: there or not, whose, when, how surely."""

    polarity: Polarity = "present"
    experiencer: Experiencer = "patient"
    time: Time = "now"
    certainty: Certainty = "certain"


@dataclass(frozen=True, slots=True)
class Mention:
    """One finding that a text speaks of. `start` and `end` are offsets into the text (of turn `turn`) as it was given.

    `duration_hours` is how long the finding has lasted. `value` is in the quantity's own unit, `unit`.
    """

    code: str
    polarity: Polarity
    experiencer: Experiencer
    time: Time
    certainty: Certainty
    severity: Severity | None
    site: str | None
    side: Side | None
    onset: Onset | None
    duration_hours: float | None
    pattern: Pattern | None
    quantity: str | None
    value: float | None
    unit: str | None
    start: int
    end: int
    words: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its quantity that a text gives, in the quantity's own unit."""

    quantity: str
    value: float
    unit: str
    start: int
    end: int
    turn: int = 0
    time: Time = "now"


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells of the patient. None: it does not say."""

    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution to a conversation."""

    speaker: Literal["doctor", "patient"]
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything understood of one text or one conversation. `cut`: the text was longer than what is read."""

    language: Language
    mentions: tuple[Mention, ...]
    told: Told
    measured: tuple[Measured, ...] = ()
    cut: bool = False
