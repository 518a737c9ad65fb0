"""Somebody before the camera of a challenge: picture after picture as the server asks, at instants that pass."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests import builders as make
from tests.unit.identity import likeness_double as double

from xinglin.hospital.identity import services

EVERY = timedelta(milliseconds=200)
BEFORE = timedelta(minutes=1)
"""A challenge begins so long before the instant of a test, so that what came of it is known at that instant."""
MOVES = {"left": (double.LEFT, double.OPEN), "right": (double.RIGHT, double.OPEN), "blink": (0, double.CLOSED)}


@dataclass
class Sitter:
    """Who does what is asked; `then` sits there from the first step on; `turned` does other movements instead."""

    who: int
    then: int | None = None
    turned: dict[str, str] = field(default_factory=dict)
    still: bool = False

    def picture(self, step: str | None) -> bytes:
        """What the camera sees while a step is asked; None: look straight ahead."""
        if step is None or self.still:
            return double.frame(self.who)
        if self.then is not None:
            self.who = self.then
        return double.frame(self.who, *MOVES[self.turned.get(step, step)])


def asked(view: services.ChallengeView) -> str | None:
    """The code of the step that is asked."""
    return view.step.code if view.step else None


def shown(
    someone: make.Someone, view: services.ChallengeView, picture: bytes, at: datetime, ticket: str | None = None
) -> services.Shown:
    """One picture."""
    bring = view.ticket if ticket is None else ticket
    return services.show_frame(actor=someone.actor, challenge_id=view.id, ticket=bring, picture=picture, now=at)


def until(
    someone: make.Someone, view: services.ChallengeView, sitter: Sitter, now: datetime, done: int = 0
) -> tuple[services.ChallengeView, datetime]:
    """Go on until so many steps are done and the next one is asked."""
    at = now
    while view.done < done or view.step is None:
        at += EVERY
        found = shown(someone, view, sitter.picture(asked(view)), at).view
        assert found is not None
        view = found
    return view, at


def carried_on(
    someone: make.Someone, view: services.ChallengeView, sitter: Sitter, now: datetime
) -> services.LikenessResult:
    """Show pictures until the challenge ends."""
    at = now
    for _ in range(500):
        at += EVERY
        found = shown(someone, view, sitter.picture(asked(view)), at)
        if found.result is not None:
            return found.result
        assert found.view is not None
        view = found.view
    raise AssertionError("the challenge never ended")


def answered(someone: make.Someone, purpose: str, sitter: Sitter, now: datetime) -> services.LikenessResult:
    """A challenge begun and carried to its end shortly before `now`."""
    began = now - BEFORE
    view = services.begin_challenge(actor=someone.actor, purpose=purpose, now=began)
    return carried_on(someone, view, sitter, began)
