"""The demo city: a made town with a year of care, some of whose people misbehave. No one in it exists.

`city/` makes it from a seed, purely; `loading.py` puts it into the database; `persons.py` says who can be signed in as
with one click; `situations.py` makes, through the real services, what waits on every desk right after loading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from xinglin.hospital.demo.persons import DemoPerson

Progress = Callable[[str, int, int], None]
"""Told what is being loaded, how many are done and how many there are."""


def load(*, scale: float = 1.0, seed: int = 1, now: datetime | None = None, progress: Progress | None = None) -> None:
    """Load the city and what waits on the desks; does nothing when both are there and fresh.

    Raises OtherCityLoaded when the database holds a city of another seed or scale. Imports lie inside, because this
    package is looked at before Django is ready.
    """
    from xinglin.hospital.demo.loading import load_city
    from xinglin.hospital.demo.situations import make_situations, stale
    from xinglin.hospital.kernel import clock

    at = now or clock.now()
    tell = progress or (lambda what, done, total: None)
    city = load_city(scale=scale, seed=seed, now=at, progress=tell)
    if stale(city, at):
        make_situations(city=city, now=at, progress=tell)


def people() -> list[DemoPerson]:
    """Who can be signed in as with one click; empty without a city."""
    from xinglin.hospital.demo.persons import demo_people

    return demo_people()
