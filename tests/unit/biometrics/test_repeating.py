"""What comes again, seen through a room that looks now and then: found whatever the film, never found in who lives."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests import likeness_material as material

from xinglin.biometrics.fingerprints import GRID, STEPS, Look, look
from xinglin.biometrics.repeating import Shown
from xinglin.hospital.demo.bench import likeness_drawn as drawn

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SCENE = np.random.default_rng(7).uniform(40, 200, (GRID, GRID))
RATE = 10


def instants(seconds: float, least: float, most: float, seed: int = 3) -> list[float]:
    """When a room looks, in seconds; a busy machine leaves more time between two looks."""
    steps = np.random.default_rng(seed).uniform(least, most, int(seconds / least) + 1)
    return [float(one) for one in np.cumsum(steps) if one <= seconds]


def found(times: Sequence[float], shown: Callable[[float], Look]) -> list[float]:
    """The instants at which something is said to come again."""
    one, said = Shown(timedelta(minutes=2)), []
    for number, now in enumerate(times):
        one.add(START + timedelta(seconds=now), shown(now))
        lag_min, slack = timedelta(seconds=3), timedelta(seconds=0.2)
        if number % 4 == 0 and one.lag(least=6, moving=2.0, alike=0.5, lag_min=lag_min, slack=slack) is not None:
            said.append(now)
    return said


WAVES = np.random.default_rng(5).uniform(0, 1, (4, GRID, GRID))
SPEEDS = np.array([0.37, 0.29, 0.233, 0.171])


def lively(now: float) -> Look:
    """Much movement, in whole frames of the camera, that does not come again within minutes."""
    at = int(now * RATE) / RATE
    wave = 25 * np.sin(2 * np.pi * (at * SPEEDS[:, None, None] + WAVES)).sum(axis=0)
    return np.rint(np.clip(SCENE + wave, 0, 255) * STEPS).astype(np.int16)


def played(seconds: float, late: float = 0.0) -> Callable[[float], Look]:
    """A film again and again, each round later than it should be by a share, with what a codec changes."""

    def shown(now: float) -> Look:
        noise = np.random.default_rng(round(now * 1000)).normal(0, 0.25, (GRID, GRID)) * STEPS
        return np.asarray(lively(now % (seconds * (1 + late)) / (1 + late)) + np.rint(noise), np.int16)

    return shown


@pytest.mark.parametrize("seconds", [4.0, 7.3, 11.6])
@pytest.mark.parametrize(("least", "most"), [(0.2, 0.24), (0.22, 0.34), (0.2, 0.5)])
@pytest.mark.parametrize("late", [0.0, 0.04])
def test_a_film_is_known_by_its_second_round_though_a_busy_machine_looks_at_other_instants(
    seconds: float, least: float, most: float, late: float
) -> None:
    times = instants(3 * seconds + 10, least, most)
    said = found(times, played(seconds, late))
    assert said
    assert seconds < said[0] <= seconds * (1 + late) + 10
    after = [now for now in times[::4] if now > 2 * seconds + 10]
    assert sum(now in said for now in after) > 0.8 * len(after), "it goes on to be seen"


@pytest.mark.parametrize("seed", [1, 2])
def test_much_movement_that_does_not_come_again_is_no_film(seed: int) -> None:
    assert found(instants(100, 0.2, 0.4, seed), lively) == []


def test_the_first_seconds_have_nothing_before_them() -> None:
    assert found(instants(3.2, 0.16, 0.17), lively) == []


@pytest.mark.parametrize("lively_part", [1.0, 0.3])
def test_drawn_people_who_live_are_no_film_and_their_film_is_one(lively_part: float) -> None:
    """One who sways much and one who sits quietly, each for a minute and a half, looked at as by a busy machine."""
    sitter = material.sitter("ibis", 240, 180, 70)
    whole = sitter.frame
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sitter, "frame", lambda stance: whole(_quieter(stance, lively_part)))
        looks = [look(frame) for frame in drawn.living(sitter, 90 * RATE, rate=RATE, seed=4)]
    times = instants(89, 0.2, 0.32)
    assert found(times, lambda now: looks[int(now * RATE)]) == []
    said = found([now for now in times if now < 20], lambda now: looks[int(now * RATE) % 40])
    assert said
    assert said[0] <= 14


def _quieter(stance: drawn.Stance, part: float) -> drawn.Stance:
    return drawn.Stance(
        yaw=stance.yaw * part,
        closed=stance.closed,
        across=stance.across * part,
        down=stance.down * part,
        zoom=1 + (stance.zoom - 1) * part,
        roll=stance.roll * part,
        light=1 + (stance.light - 1) * part,
    )
