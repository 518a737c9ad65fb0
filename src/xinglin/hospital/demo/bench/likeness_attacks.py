"""Challenges tried on drawn frames: people who do what is asked, and the attacks that a challenge must stop."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from xinglin.biometrics.evaluating import rate
from xinglin.biometrics.faces import Faces
from xinglin.biometrics.liveness import Challenge, State, Step, draw_steps
from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_material as material
from xinglin.hospital.demo.bench.likeness_types import Tried

PEOPLE: Final = 6
EVERY: Final = timedelta(milliseconds=200)
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
Camera = Callable[[str | None], material.Pixels | None]
Film = Callable[[drawn.Sitter, tuple[Step, ...], tuple[Step, ...]], Iterable[material.Pixels]]


def _done(sitter: drawn.Sitter, steps: Iterable[Step]) -> Iterable[material.Pixels]:
    return drawn.answering(sitter, [step.value for step in steps])


def _screen(film: Iterable[material.Pixels]) -> Iterable[material.Pixels]:
    return (drawn.recaptured(frame, seed=number) for number, frame in enumerate(film))


def _mirror(film: Iterable[material.Pixels]) -> Iterable[material.Pixels]:
    return (frame[:, ::-1].copy() for frame in film)


GENUINE: Final = "the person, doing what is asked"
FILMS: Final[dict[str, Film]] = {
    "a film of another order": lambda sitter, asked, other: _done(sitter, other),
    "the film mirrored": lambda sitter, asked, other: _mirror(_done(sitter, asked)),
    "a still photograph": lambda sitter, asked, other: drawn.still(sitter.still, 12),
    "a waved photograph": lambda sitter, asked, other: drawn.waved(sitter.still, 30),
    "another order, from a screen": lambda sitter, asked, other: _screen(_done(sitter, other)),
    "the order asked, from a screen": lambda sitter, asked, other: _screen(_done(sitter, asked)),
}


def challenges(faces: Faces) -> tuple[Tried, ...]:
    """Every kind of film by everybody whose picture of the material can be seen straight ahead."""
    source = random.Random(11)
    failures: dict[str, Counter[str]] = {name: Counter() for name in (GENUINE, *FILMS)}
    sitters = [drawn.Sitter(names[-1]) for names in list(material.people().values())[:PEOPLE]]
    for sitter in sitters:
        asked = draw_steps(source, faces.engine)
        other = draw_steps(source, faces.engine)
        while other == asked:
            other = draw_steps(source, faces.engine)
        failures[GENUINE][_shown(faces, asked, drawn.Responding(sitter).frame)] += 1
        for name, film in FILMS.items():
            failures[name][_shown(faces, asked, _played(film(sitter, asked, other)))] += 1
    return tuple(
        Tried(
            name,
            name == GENUINE,
            rate(failures[name]["passed"], len(sitters)),
            tuple((why, times) for why, times in failures[name].most_common() if why != "passed"),
        )
        for name in (GENUINE, *FILMS)
    )


def _played(film: Iterable[material.Pixels]) -> Camera:
    """A film goes on whatever is asked; after its end nothing comes."""
    frames = iter(film)
    return lambda asked: next(frames, None)


def _shown(faces: Faces, steps: tuple[Step, ...], camera: Camera) -> str:
    challenge, at = Challenge(faces, steps, BEGAN), BEGAN
    while challenge.state is State.RUNNING:
        at += EVERY
        if (frame := camera(challenge.asked)) is None:
            challenge.expire(at + timedelta(seconds=challenge.engine.limit("challenge_seconds")))
        else:
            challenge.feed(frame, at)
    return "passed" if challenge.state is State.PASSED else (challenge.failure or "unfinished")
