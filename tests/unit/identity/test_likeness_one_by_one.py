"""One movement at a time, by the server's clock: what comes early, late, twice, side by side or in a batch counts for
nothing.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from tests import builders as make
from tests.unit.identity import likeness_double as double
from tests.unit.identity.answering import EVERY, MOVES, Sitter, asked, carried_on, shown, until
from tests.unit.identity.test_likeness import NOW, SYSTEM, consent, drawn, enrolled

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, services
from xinglin.hospital.identity.models import LikenessChallenge, LikenessCheck, LikenessEvidence
from xinglin.hospital.kernel.errors import InvalidInput, NotFound

__all__ = ["drawn"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def someone() -> make.Someone:
    """A patient whose face is enrolled."""
    return enrolled(2)


def begin(someone: make.Someone) -> services.ChallengeView:
    return services.begin_challenge(actor=someone.actor, purpose="visit", now=NOW)


def trace(someone: make.Someone) -> list[object]:
    """Everything that a picture may change."""
    rows = LikenessEvidence.objects.order_by("pk").values_list("pk", "ticket", "sealed", "still")
    challenges = LikenessChallenge.objects.order_by("pk").values_list("pk", "revealed", "answered_at", "expires_at")
    checks = LikenessCheck.objects.filter(person_id=someone.person_id).count()
    return [
        [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows],
        list(challenges),
        checks,
    ]


def test_no_step_is_told_before_the_person_is_at_rest_and_only_one_at_a_time(someone: make.Someone) -> None:
    view = begin(someone)
    assert (view.step, view.done, view.steps) == (None, 0, 5)
    assert LikenessChallenge.objects.get(pk=view.id).revealed == 0
    sitter, at, told = Sitter(2), NOW, []
    steps = LikenessChallenge.objects.get(pk=view.id).steps
    while True:
        at += EVERY
        found = shown(someone, view, sitter.picture(asked(view)), at)
        if found.view is None:
            break
        if found.view.step is not None and found.view.step != view.step:
            told.append(found.view.step.code)
            assert told == steps[: found.view.done + 1]
            assert LikenessChallenge.objects.get(pk=view.id).revealed == len(told)
        view = found.view
    assert told == steps
    assert found.result is not None
    assert found.result.proof is not None


def test_a_batch_made_before_the_steps_were_asked_is_refused(someone: make.Someone) -> None:
    """The film is right, even: all of it was sent with the first ticket, before anything was asked."""
    view = begin(someone)
    steps = LikenessChallenge.objects.get(pk=view.id).steps
    film = [double.frame(2) for _ in range(4)]
    for step in steps:
        film += [double.frame(2, *MOVES[step]) for _ in range(3)] + [double.frame(2) for _ in range(3)]
    shown(someone, view, film[0], NOW + EVERY)
    before = trace(someone)
    for number, picture in enumerate(film[1:]):
        with pytest.raises(errors.FrameOutOfTurn):
            shown(someone, view, picture, NOW + EVERY * (number + 2))
    assert trace(someone) == before


def test_a_ticket_is_good_for_one_picture_and_a_guess_for_none(someone: make.Someone) -> None:
    first = begin(someone)
    picture = double.frame(2)
    second = shown(someone, first, picture, NOW + EVERY).view
    assert second is not None
    assert second.ticket != first.ticket
    before = trace(someone)
    for ticket in (first.ticket, "", "x" * 24, second.ticket + " ", second.ticket.swapcase()):
        with pytest.raises(errors.FrameOutOfTurn):
            shown(someone, second, double.frame(2), NOW + 2 * EVERY, ticket)
    with pytest.raises(errors.FrameRepeated):  # the very same picture, though in its turn
        shown(someone, second, picture, NOW + 2 * EVERY)
    assert trace(someone) == before
    assert shown(someone, second, double.frame(2), NOW + 2 * EVERY).view is not None


def test_who_did_not_hear_the_answer_asks_where_it_stands(someone: make.Someone) -> None:
    first = begin(someone)
    heard = shown(someone, first, double.frame(2), NOW + EVERY).view
    assert heard is not None
    now = services.challenge_now(actor=someone.actor, challenge_id=first.id, now=NOW + EVERY)
    assert (now.ticket, now.step, now.done) == (heard.ticket, heard.step, heard.done)
    assert carried_on(someone, now, Sitter(2), NOW + EVERY).proof
    with pytest.raises(errors.ChallengeOver):
        services.challenge_now(actor=someone.actor, challenge_id=first.id, now=NOW + EVERY)


def test_the_servers_clock_times_each_step(someone: make.Someone) -> None:
    view, at = until(someone, begin(someone), Sitter(2), NOW, done=1)
    limit = engine.faces().engine.limit("step_seconds")
    assert view.seconds_left == pytest.approx(limit)
    step, move = asked(view), Sitter(2)
    assert step is not None
    for second in range(1, int(limit) + 1):  # hesitating is no fault
        found = shown(someone, view, double.frame(2), at + timedelta(seconds=second)).view
        assert found is not None
        view = found
    late = shown(someone, view, move.picture(step), at + timedelta(seconds=limit + 0.1))
    assert late.result is not None
    assert [code for code, _ in late.result.reasons] == ["step_timeout"]
    with pytest.raises(errors.ChallengeOver):
        shown(someone, view, move.picture(step), at + timedelta(seconds=limit + 0.2))


def test_a_movement_that_was_there_before_it_could_be_read_does_not_count(someone: make.Someone) -> None:
    view, at = until(someone, begin(someone), Sitter(2), NOW)
    found = shown(someone, view, Sitter(2).picture(asked(view)), at + timedelta(milliseconds=100)).view
    assert found is not None
    assert found.done == 0
    found = shown(someone, found, Sitter(2).picture(asked(view)), at + timedelta(milliseconds=200)).view
    assert found is not None
    assert found.done == 1


def test_a_line_that_was_silent_too_long_ends_it(someone: make.Someone) -> None:
    view = shown(someone, begin(someone), double.frame(2), NOW + EVERY).view
    assert view is not None
    result = shown(someone, view, double.frame(2), NOW + EVERY + timedelta(seconds=6)).result
    assert result is not None
    assert [code for code, _ in result.reasons] == ["gap"]


def test_a_challenge_is_its_own_accounts_and_lasts_a_minute_and_a_half(someone: make.Someone) -> None:
    other, view = enrolled(9), begin(someone)
    with pytest.raises(NotFound):
        shown(other, view, double.frame(2), NOW + EVERY)
    with pytest.raises(NotFound):
        services.challenge_now(actor=other.actor, challenge_id=view.id, now=NOW)
    with pytest.raises(errors.ChallengeOver):
        shown(someone, view, double.frame(2), NOW + timedelta(seconds=90))
    newer = begin(someone)
    with pytest.raises(errors.ChallengeOver):
        shown(someone, view, double.frame(2), NOW + EVERY)
    assert carried_on(someone, newer, Sitter(2), NOW).proof


@pytest.mark.parametrize("picture", [b"", b"x" * 1_500_001])
def test_pictures_are_bounded(someone: make.Someone, picture: bytes) -> None:
    view = begin(someone)
    before = trace(someone)
    with pytest.raises(errors.FramesWrong):
        shown(someone, view, picture, NOW + EVERY)
    assert trace(someone) == before


@pytest.mark.parametrize("picture", [b"GIF89a" + bytes(200), b"not a picture", double.frame(2)[:300]])
def test_what_is_no_picture_is_refused_and_the_next_may_follow(someone: make.Someone, picture: bytes) -> None:
    view = begin(someone)
    before = trace(someone)
    with pytest.raises(InvalidInput) as said:
        shown(someone, view, picture, NOW + EVERY)
    assert said.value.field == "picture"
    assert trace(someone) == before
    assert carried_on(someone, view, Sitter(2), NOW).proof


def test_pictures_without_end_are_too_many(someone: make.Someone) -> None:
    limits = engine.faces().engine.limit
    view, at = begin(someone), NOW
    step = timedelta(seconds=limits("rest_seconds") / (limits("frames_max") + 2))
    for _ in range(int(limits("frames_max"))):
        at += step
        found = shown(someone, view, double.frame(2, 20), at).view
        assert found is not None
        view = found
    size = len(LikenessEvidence.objects.get(pk=view.id).sealed)
    assert size < 40_000
    result = shown(someone, view, double.frame(2, 20), at + step).result
    assert result is not None
    assert [code for code, _ in result.reasons] == ["too_many_frames"]


# WHAT IS LEFT


def keys(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_what_was_seen_is_sealed_and_goes_with_the_end(
    someone: make.Someone, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    before = keys(tmp_path / "templates")
    view, at = until(someone, begin(someone), Sitter(2), NOW)
    row = LikenessEvidence.objects.get()
    assert b"vectors" not in bytes(row.sealed)
    assert row.still is not None
    assert not bytes(row.still).startswith(b"\xff\xd8")
    assert keys(tmp_path / "templates") - before == {f"{view.id}.key"}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        carried_on(someone, view, Sitter(2), at)
    assert not LikenessEvidence.objects.exists()
    assert keys(tmp_path / "templates") == before


def test_what_nobody_finished_leaves_nothing(
    someone: make.Someone, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    before = keys(tmp_path / "templates")
    view, _ = until(someone, begin(someone), Sitter(2), NOW)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert services.drop_abandoned(actor=SYSTEM, now=NOW + timedelta(seconds=80)) == 0
        assert services.drop_abandoned(actor=SYSTEM, now=NOW + timedelta(seconds=90)) == 1
    assert not LikenessEvidence.objects.exists()
    assert keys(tmp_path / "templates") == before
    assert not LikenessCheck.objects.filter(challenge_id=view.id).exists()


def test_withdrawing_the_consent_ends_what_goes_on(
    someone: make.Someone, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    view, at = until(someone, begin(someone), Sitter(2), NOW)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.withdraw_likeness_consent(actor=someone.actor, kind="face", now=at)
    assert not LikenessEvidence.objects.exists()
    with pytest.raises(errors.LikenessConsentNeeded):
        services.begin_challenge(actor=someone.actor, purpose="visit", now=at)
    consent(someone)
    with pytest.raises((errors.ChallengeOver, errors.NoTemplate)):
        shown(someone, view, double.frame(2), at + EVERY)


def test_breaking_off_until_the_order_suits_uses_up_the_tries(someone: make.Someone) -> None:
    """Two that broke off after a step was told are nobody's fault; of the further ones each is a try."""
    left = []
    for _ in range(5):
        view = begin(someone)
        left.append(view.tries_left)
        until(someone, view, Sitter(2), NOW)
    assert left == [2, 2, 2, 1, 0]
    with pytest.raises(errors.TriesUsedUp):
        begin(someone)


def test_another_process_goes_on_where_this_one_stopped(someone: make.Someone) -> None:
    view, at = until(someone, begin(someone), Sitter(2), NOW, done=2)
    engine.forget()  # a process that has seen nothing of it
    assert carried_on(someone, view, Sitter(2), at).proof


def test_a_change_of_the_engine_ends_what_goes_on(someone: make.Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    view, at = until(someone, begin(someone), Sitter(2), NOW)
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.NewerFaces")
    engine.forget()
    with pytest.raises(errors.ChallengeOver):
        shown(someone, view, double.frame(2), at + EVERY)
