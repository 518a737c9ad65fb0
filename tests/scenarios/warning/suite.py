"""Patient messages with what must come of them, run end to end: words, reading, red flags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.clinical.language import Lexicon, build_lexicon, read
from xinglin.clinical.warning import RedFlag, Who, watch_words

HERE = Path(__file__).parent
SEX: dict[str, Any] = {"F": "female", "M": "male", None: None}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `held` ones were looked at once, after the rules had been tuned on the others.

    At that first look 190 of 199 dangerous held ones were flagged (0.955) and 150 of 150 harmless ones left in
    peace; what was missed then has taught the rules since. The authors of the rules wrote these messages themselves.
    """

    id: str
    text: str
    age_years: float | None
    sex: str | None
    pregnant: bool | None
    expect: str
    flag: str | None
    held: bool = False


def messages() -> Iterator[Message]:
    """All messages of both languages."""
    for path in sorted(HERE.glob("messages_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield Message(**json.loads(line))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The words of the tables, built once."""
    return build_lexicon(load_conditions())


def stopping(message: Message) -> list[RedFlag]:
    """The red flags of a message that stop a visit (`soon` ones do not)."""
    who = Who(message.age_years, SEX[message.sex], message.pregnant)
    found = watch_words(message.text, read(message.text, lexicon=lexicon()), who)
    return [flag for flag in found if flag.level != "soon"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Counts over messages: how many dangerous ones were flagged, how many harmless ones were left in peace."""

    dangerous: int
    flagged: int
    harmless: int
    left: int
    low: int

    @property
    def sensitivity(self) -> float:
        """The share of dangerous messages that were flagged."""
        return self.flagged / self.dangerous

    @property
    def specificity(self) -> float:
        """The share of harmless messages that were not."""
        return self.left / self.harmless


def measure(*, held: bool) -> Measured:
    """The counts over the held-out messages, or over the others. `low` counts emergencies that were only urgent."""
    dangerous = flagged = harmless = left = low = 0
    for message in messages():
        if message.held is not held:
            continue
        levels = {flag.level for flag in stopping(message)}
        if message.expect == "none":
            harmless += 1
            left += not levels
        else:
            dangerous += 1
            flagged += bool(levels)
            low += bool(levels) and message.expect == "emergency" and "emergency" not in levels
    return Measured(dangerous, flagged, harmless, left, low)
