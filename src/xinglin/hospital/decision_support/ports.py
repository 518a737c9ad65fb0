"""What decision support may use from outside: a language model, where one is configured. Interop implements it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Which model is asked, and where. `outside`: its address does not lie in the house's own network."""

    name: str
    host: str
    outside: bool


class ModelTrouble(Exception):
    """No usable answer came back. `why` is a stable code; nothing here holds what was sent or answered."""

    why = "down"


class ModelDown(ModelTrouble):
    """Not reached, closed the line, or answered with an error."""


class ModelSilent(ModelTrouble):
    """No whole answer within the time allowed."""

    why = "silent"


class ModelBusy(ModelTrouble):
    """Asked us to come back later (429, 503)."""

    why = "busy"


class ModelRefused(ModelTrouble):
    """Did not accept the key, the model's name or the request (any other 3xx or 4xx)."""

    why = "refused"


class ModelTooLong(ModelTrouble):
    """Its answer is longer than any answer that was asked for."""

    why = "long"


class ModelGarbled(ModelTrouble):
    """Its answer is not a chat completion."""

    why = "garbled"


class ModelResting(ModelTrouble):
    """It failed several times in a row and is left alone for a while; nothing was sent."""

    why = "resting"


class LanguageModel(Protocol):
    """A chat model. It is given masked text alone, and what it says is read strictly elsewhere."""

    def card(self) -> ModelCard | None:
        """Which model is configured; None: none is, and nothing is ever sent."""
        ...

    def complete(self, messages: Sequence[Mapping[str, str]], *, now: datetime) -> str:
        """The model's words. Returns or raises within its time limit. Raises a ModelTrouble."""
        ...
