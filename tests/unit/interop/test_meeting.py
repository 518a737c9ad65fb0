"""Browsers that do not meet, or not for long, are forwarded: times apart add up."""

import pytest

pytest.importorskip("aiortc", reason="Picture and sound were not tried: install the optional parts with `make video`.")

STEP = 0.25


def seconds_until_forwarded(apart: float, together: float, *, both: bool = True, most: float = 300.0) -> float | None:
    """Browsers that are in turn apart and together for so long; None when they are left to themselves."""
    from xinglin.hospital.interop.video.meeting import Meeting

    one = Meeting(0.0)
    for step in range(1, round(most / STEP)):
        now = step * STEP
        if one.look(now, both=both, met=now % (apart + together) >= apart, seconds=15.0):
            assert not one.together
            return now
    return None


@pytest.mark.parametrize(
    ("apart", "together", "forwarded"),
    [
        (1000, 0, (15, 15.5)),
        (10, 5, (20, 20.5)),
        (1, 14, (200, 230)),
        (14, 20, None),
        (0, 1000, None),
    ],
)
def test_times_apart_add_up_until_they_were_together_for_long(
    apart: float, together: float, forwarded: tuple[float, float] | None
) -> None:
    found = seconds_until_forwarded(apart, together)
    if forwarded is None:
        assert found is None
    else:
        assert found is not None
        assert forwarded[0] <= found <= forwarded[1]


def test_who_waits_alone_is_neither_together_nor_apart() -> None:
    assert seconds_until_forwarded(1000, 0, both=False) is None
    assert seconds_until_forwarded(0, 1000, both=False) is None


def test_a_line_to_the_hospital_is_no_meeting_with_the_other_browser() -> None:
    """Each browser opens the line for its copies before it has received anything."""
    from types import SimpleNamespace

    from xinglin.hospital.interop.video.seats import Seat
    from xinglin.hospital.kernel.ids import new_id

    seat = Seat("patient", new_id())
    seat.line = SimpleNamespace(connected=True)  # type: ignore[assignment]
    for word, met in (("", False), ("connecting", False), ("connected", True), ("failed", False)):
        seat.told_state = word
        assert seat.connected(True)
        assert seat.met is met
