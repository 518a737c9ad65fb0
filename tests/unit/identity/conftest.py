"""The outside world of identity in tests: a register and a provider of messages that do as they are told."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
from PIL import Image

from xinglin.hospital.identity.ports import OutOfReach, PopulationRegistry, Sent, TextMessages
from xinglin.hospital.kernel import ports
from xinglin.hospital.kernel.texts import T


@dataclass
class Register:
    """A register that gives the answers it is told to give."""

    answer: str = "match"
    kin: str = "match"
    source: str = "test register"
    asked: list[tuple[str, str]] = field(default_factory=list)

    def demonstration(self) -> None:
        return None

    def check(self, *, name: str, number: str, at: datetime) -> str:
        self.asked.append((name, number))
        if self.answer == "down":
            raise OutOfReach
        return self.answer

    def kinship(self, *, ward_number: str, guardian_number: str, relation: str, born_on: date, at: datetime) -> str:
        return self.kin


@dataclass
class Messages:
    """A provider that keeps what it was given."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False

    def send(self, *, phone: str, text: T) -> Sent:
        if self.down:
            raise OutOfReach
        self.sent.append((phone, text.en))
        return Sent()

    @property
    def code(self) -> str:
        """The last code."""
        return self.sent[-1][1].split("code is ")[1][:6]


@pytest.fixture
def register() -> Iterator[Register]:
    """The population register of this test."""
    yield from _bound(PopulationRegistry, Register())


@pytest.fixture
def messages() -> Iterator[Messages]:
    """The text messages of this test."""
    yield from _bound(TextMessages, Messages())


def _bound(port: type, mine: object) -> Iterator:  # type: ignore[type-arg]
    before = ports.outside(port)
    ports.bind(port, mine)
    yield mine
    ports.bind(port, before)


@pytest.fixture
def picture() -> bytes:
    """A small readable picture."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#e08a3c").save(out, "PNG")
    return out.getvalue()
