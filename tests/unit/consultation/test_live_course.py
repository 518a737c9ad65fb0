"""The course of verification: stretches without a hole, pauses, gaps, and whether the faces matched."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.biometrics.watching import Kind
from xinglin.hospital.consultation.live_course import Entry, Span, Standing, cover, matched, pauses, stretches
from xinglin.hospital.consultation.live_watch import Deed, pause_words, responses, watch_policy
from xinglin.hospital.consultation.words import Side

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LEVELS = {"verified": "ok", "restored": "ok", "other_person": "alarm", "no_frames": "unknown", "no_face": "unsure"}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def entry(seconds: float, kind: str) -> Entry:
    return Entry(at(seconds), kind, LEVELS.get(kind.partition(":")[0], ""), {})


def course(*rows: tuple[float, str]) -> list[Entry]:
    return [entry(seconds, kind) for seconds, kind in rows]


def verified(first: int, last: int) -> list[Entry]:
    return [entry(second, "verified") for second in range(first, last + 1, 5)]


# STRETCHES


def test_a_visit_with_a_hole_an_alarm_and_a_pause() -> None:
    paused = [(34, "other_person"), (34, "paused:other_person"), (60, "restored"), (60, "resumed:other_person")]
    rows = [*verified(5, 30), *course(*paused), *verified(65, 80), entry(90, "no_face"), *verified(100, 110)]
    whole = Span(at(0), at(120))
    parts = stretches(rows, whole, pauses(rows, whole.to_at))
    assert [(part.standing.value, part.kind, part.seconds) for part in parts] == [
        ("silent", "", 5),
        ("verified", "", 29),
        ("paused", "other_person", 26),
        ("verified", "", 30),
        ("unsure", "no_face", 10),
        ("verified", "", 20),
    ]
    told = cover(parts)
    assert (told.seconds, told.verified_seconds, told.permille) == (94, 79, 840)
    assert told.longest_gap is not None
    assert told.longest_gap.seconds == 10


def test_nothing_heard_is_no_data_not_all_is_well() -> None:
    parts = stretches(verified(5, 10), Span(at(0), at(100)))
    assert [(part.standing.value, part.seconds) for part in parts] == [("silent", 5), ("verified", 17), ("silent", 78)]
    assert cover(parts).permille == 170


def test_no_session_no_share() -> None:
    assert stretches([], Span(at(0), at(0))) == []
    assert cover([]).permille is None
    assert cover(stretches([], Span(at(0), at(60)))).permille == 0


@given(
    st.lists(
        st.tuples(
            st.integers(-20, 400),
            st.sampled_from([*LEVELS, "paused:frozen", "resumed:frozen", "asked:frozen", "watched", "closed:frozen"]),
        ),
        max_size=40,
    ),
    st.integers(0, 300),
)
def test_stretches_follow_one_another_and_fill_the_whole(rows: list[tuple[int, str]], length: int) -> None:
    entries = course(*sorted(rows))
    whole = Span(at(0), at(length))
    parts = stretches(entries, whole, pauses(entries, whole.to_at))
    assert sum(part.seconds for part in parts) == length
    assert all(one.to_at == other.from_at for one, other in pairwise(parts))
    assert all(part.seconds > 0 for part in parts)
    if parts:
        assert (parts[0].from_at, parts[-1].to_at) == (whole.from_at, whole.to_at)
    told = cover(parts)
    assert told.verified_seconds <= told.seconds <= length
    if told.longest_gap is not None:
        assert told.longest_gap.seconds <= length
        assert told.longest_gap.standing is not Standing.VERIFIED


# DID THE FACES MATCH


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([], None),
        ([(5, "no_face"), (9, "no_frames")], None),
        ([(5, "watched"), (6, "unsure:not_measurable")], None),
        ([(5, "verified"), (10, "verified")], True),
        ([(5, "verified"), (20, "other_person")], False),
        ([(5, "verified"), (20, "other_person"), (60, "restored")], True),
        ([(5, "verified"), (20, "other_person"), (200, "restored")], True),
        ([(5, "verified"), (20, "other_person"), (201, "restored")], False),
        ([(20, "other_person"), (50, "other_person"), (201, "restored")], False),
        ([(20, "other_person"), (21, "paused:other_person"), (300, "met:other_person"), (300, "resumed:x")], True),
        ([(20, "other_person"), (21, "paused:other_person"), (300, "closed:other_person")], False),
        ([(20, "other_person"), (25, "restored"), (40, "other_person")], False),
    ],
)
def test_whether_the_faces_matched(rows: list[tuple[float, str]], answer: bool | None) -> None:
    entries = course(*rows)
    assert matched(entries, pauses(entries, at(400)), at(400)) is answer


def test_a_proof_after_the_end_lifts_a_doubt_that_had_no_time_to_talk() -> None:
    entries = course((5, "verified"), (20, "other_person"), (21, "paused:other_person"))
    paused = pauses(entries, at(400))
    asked: list[datetime] = []

    def proved(since: datetime) -> bool:
        asked.append(since)
        return True

    assert matched(entries, paused, at(400), proved) is True
    assert asked == [at(20)]
    assert matched(entries, [], at(400), proved) is False, "who talked on for six minutes is heard first"


# THE TABLE


def test_every_kind_has_a_row_for_both_sides_with_its_reason() -> None:
    asked = {(row.side, row.kind) for row in responses()}
    kinds = {kind.value for kind in Kind} - {Kind.VERIFIED, Kind.RESTORED}
    assert asked == {(side.value, kind) for side in (Side.PHYSICIAN, Side.PATIENT) for kind in kinds}
    for row in responses():
        assert row.reason.zh
        assert row.source.en
        assert row.reading in {"read", "from memory"}
        told = row.deed is not Deed.BADGE
        assert bool(row.words.zh) == bool(row.words.en) == told
        assert (row.seconds > 0) == (row.deed is Deed.CHALLENGE)
        assert "{" not in str(row.told().zh) + str(row.told().en)


def test_nobody_is_accused() -> None:
    for row in responses():
        for word in ("冒用", "冒充", "伪造", "欺诈", "违规", "fraud", "fake", "impost", "cheat"):
            assert word not in row.words.zh + row.words.en.lower()
    assert pause_words("physician-other_person") is not None
    assert pause_words("by-nobody") is None


def test_a_voice_alone_never_pauses_at_once_and_never_ends_a_call() -> None:
    assert {row.deed for row in responses() if row.kind == Kind.VOICE_DIFFERS} <= {Deed.BADGE, Deed.CHALLENGE}


def test_the_thresholds_are_those_of_the_engines() -> None:
    policy = watch_policy(several_allowed=True)
    assert policy.face_refuse < policy.face_accept
    assert (policy.face_accept, policy.face_refuse, policy.width_min) == (0.46, 0.40, 70)
    assert policy.several_allowed
