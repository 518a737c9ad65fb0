"""Outside parties that identity needs. Interop implements them; config/wiring binds."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from xinglin.hospital.kernel.texts import T


class OutOfReach(Exception):
    """The other side did not answer in time or could not be reached. Nothing is known, nothing is refused."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message handed over. `echo` repeats the text in a demonstration without phones; else it is empty."""

    echo: str = ""


class TextMessages(Protocol):
    """A provider of text messages."""

    def send(self, *, phone: str, text: T) -> Sent:
        """Hand a message over. Raises OutOfReach."""
        ...


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a made-up register knows: people as (name, number, note) and rules as (digits, answer, number to try)."""

    people: tuple[tuple[str, str, T], ...]
    rules: tuple[tuple[str, T, str], ...]


class PopulationRegistry(Protocol):
    """The population register. Answers 'match', 'mismatch' or 'unknown'; raises OutOfReach."""

    @property
    def source(self) -> str:
        """The name that is written beside each answer."""
        ...

    def demonstration(self) -> Demonstration | None:
        """How a made-up register answers, to be shown in demo mode; None from a real one."""
        ...

    def check(self, *, name: str, number: str, at: datetime) -> str:
        """Whether a resident identity number belongs to a name."""
        ...

    def kinship(self, *, ward_number: str, guardian_number: str, relation: str, born_on: date, at: datetime) -> str:
        """Whether the register shows the guardian in this relation to the ward."""
        ...
