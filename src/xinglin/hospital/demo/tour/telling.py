"""How the tour is told: parts of steps, each with who did what, the figures, and what the rules answered."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.clock import now as clock_now
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight.selectors import Asked

E = TypeVar("E", bound=DomainError)
GUIDE = system_actor("tour")


class TourBroken(Exception):
    """Something that the tour shows did not hold. Its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed: who, what, figures by name, what the rules were asked meanwhile, and a refusal if it was refused."""

    who: T
    did: T
    figures: tuple[tuple[T, T], ...] = ()
    asked: tuple[Asked, ...] = ()
    refusal: T | None = None
    advice: T | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "who": self.who.as_json(),
            "did": self.did.as_json(),
            "figures": [{"name": name.as_json(), "value": value.as_json()} for name, value in self.figures],
            "asked": [asdict(one) for one in self.asked],
            "refusal": self.refusal.as_json() if self.refusal else None,
            "advice": self.advice.as_json() if self.advice else None,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter of the tour."""

    title: T
    intro: T
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "title": self.title.as_json(),
            "intro": self.intro.as_json(),
            "steps": [step.as_json() for step in self.steps],
        }


def same(text: object) -> T:
    """A value that reads alike in both languages."""
    return T(zh=str(text), en=str(text))


@dataclass
class Scene:
    """What one part leaves for the next: ids, accounts, and the steps told since the part began."""

    ids: dict[str, UUID] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    last_asked: UUID | None = None
    last_instant: datetime | None = None

    def now(self) -> datetime:
        """The instant of the next deed: the real clock, and never the same twice."""
        at = clock_now()
        if self.last_instant is not None and at <= self.last_instant:
            at = self.last_instant + timedelta(microseconds=1)
        self.last_instant = at
        return at

    def actor(self, key: str) -> Actor:
        """Somebody of the tour as the edge would build the actor at this instant."""
        return identity.actor_for(account_id=self.ids[key], now=clock_now())

    def step(self, who: T, did: T, *figures: tuple[T, T], **more: Any) -> None:
        """Tell a deed that was done, with the judgements since the last step."""
        self.steps.append(Step(who, did, figures, self._asked(), **more))

    def refused(self, who: T, did: T, deed: Callable[[], object], kind: type[E]) -> E:
        """Tell a deed that must be refused. Raises TourBroken when it is not."""
        try:
            deed()
        except kind as refusal:
            self.step(who, did, refusal=refusal.sentence, advice=refusal.advice)
            return refusal
        raise TourBroken(f"This should have been refused: {did.en}")

    def _asked(self) -> tuple[Asked, ...]:
        found = oversight.asked_since(actor=GUIDE, after_id=self.last_asked)
        if found:
            self.last_asked = found[-1].id
        return tuple(found)

    def part(self, title: T, intro: T) -> Part:
        """Close a part: its steps are taken out."""
        part = Part(title, intro, tuple(self.steps))
        self.steps = []
        return part

    def hold(self, holds: bool, sentence: str) -> None:
        """Something that the tour claims. Raises TourBroken with the sentence when it is not so."""
        if not holds:
            raise TourBroken(sentence)
