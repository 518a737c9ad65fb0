"""The course of verification in a live session, from its log: stretches, gaps, and whether the faces matched. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xinglin.biometrics.watching import Kind, Level
from xinglin.hospital.consultation.live_watch import GOOD, LIFTED_WITHIN, Mark, parted
from xinglin.hospital.consultation.words import Named

VERIFIED_FOR = timedelta(seconds=12)
"""A match is told every five seconds and holds for ten: whoever says nothing for longer is not verified any more."""
DOUBT_FOR = timedelta(seconds=45)
"""A doubt that stands is said again every thirty seconds."""


class Standing(Named):
    """How a side stood during a stretch."""

    VERIFIED = ("verified", "已核验", "verified")
    UNSURE = ("unsure", "存疑", "in doubt")
    ALARM = ("alarm", "告警", "alarm")
    SILENT = ("silent", "没有数据", "no data")
    PAUSED = ("paused", "通话暂停", "paused")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log of one side."""

    at: datetime
    kind: str
    level: str
    numbers: dict[str, int]

    @property
    def name(self) -> str:
        """Its kind without detail."""
        return parted(self.kind)[0]

    @property
    def detail(self) -> str:
        """Its detail, such as why a side cannot be compared; empty for none."""
        return parted(self.kind)[1]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the session in which a side stood so; `kind` is the doubt, empty for none."""

    from_at: datetime
    to_at: datetime
    standing: Standing
    kind: str

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.to_at - self.from_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another."""

    from_at: datetime
    to_at: datetime


LEVELS = {
    Level.OK.value: Standing.VERIFIED,
    Level.UNSURE.value: Standing.UNSURE,
    Level.ALARM.value: Standing.ALARM,
    Level.UNKNOWN.value: Standing.SILENT,
}


def pauses(entries: Iterable[Entry], until: datetime) -> list[Span]:
    """When the call stood paused for what was seen on either side; the entries of both sides in order of time."""
    found: list[Span] = []
    since: datetime | None = None
    for entry in entries:
        if entry.name == Mark.PAUSED and since is None:
            since = entry.at
        elif entry.name in {Mark.RESUMED, Mark.CLOSED} and since is not None:
            found.append(Span(since, entry.at))
            since = None
    return [*found, Span(since, max(since, until))] if since is not None else found


def stretches(entries: Sequence[Entry], whole: Span, paused: Sequence[Span] = ()) -> list[Stretch]:
    """The session of one side cut into stretches that follow one another without a hole."""
    if whole.to_at <= whole.from_at:
        return []
    seen = [entry for entry in entries if entry.level in LEVELS and entry.at < whole.to_at]
    cuts: list[tuple[datetime, Standing, str]] = [(whole.from_at, Standing.SILENT, "")]
    for entry, following in zip(seen, [*seen[1:], None], strict=False):
        standing = LEVELS[entry.level]
        kind = "" if entry.name in GOOD else entry.name
        cuts.append((max(entry.at, whole.from_at), standing, kind))
        holds = VERIFIED_FOR if standing == Standing.VERIFIED else DOUBT_FOR
        if following is None or following.at - entry.at > holds:
            cuts.append((max(entry.at + holds, whole.from_at), Standing.SILENT, ""))
    found: list[Stretch] = []
    ends = [cut[0] for cut in cuts[1:]] + [whole.to_at]
    for (start, standing, kind), end in zip(cuts, ends, strict=True):
        for part in _without(Span(start, min(end, whole.to_at)), standing, kind, paused):
            _join(found, part)
    return found


def _without(span: Span, standing: Standing, kind: str, paused: Sequence[Span]) -> list[Stretch]:
    """The span with its paused parts taken out and named so."""
    parts: list[Stretch] = []
    at = span.from_at
    for one in paused:
        first, last = max(one.from_at, at), min(one.to_at, span.to_at)
        if first >= last:
            continue
        parts += [Stretch(at, first, standing, kind), Stretch(first, last, Standing.PAUSED, kind)]
        at = last
    return [part for part in [*parts, Stretch(at, span.to_at, standing, kind)] if part.to_at > part.from_at]


def _join(found: list[Stretch], part: Stretch) -> None:
    if found and (found[-1].standing, found[-1].kind) == (part.standing, part.kind):
        found[-1] = Stretch(found[-1].from_at, part.to_at, part.standing, part.kind)
    else:
        found.append(part)


@dataclass(frozen=True, slots=True)
class Cover:
    """How much of the talk a side was verified. Pauses are no talk."""

    seconds: float
    verified_seconds: float
    gaps: tuple[Stretch, ...]

    @property
    def longest_gap(self) -> Stretch | None:
        """The longest time without, None where there was none."""
        return max(self.gaps, key=lambda gap: gap.seconds, default=None)

    @property
    def permille(self) -> int | None:
        """Share of the talk, None where there was none."""
        return round(1000 * self.verified_seconds / self.seconds) if self.seconds else None


def cover(parts: Sequence[Stretch]) -> Cover:
    """The share verified, and the times without, in order."""
    talk = [part for part in parts if part.standing != Standing.PAUSED]
    gaps: list[Stretch] = []
    for part in parts:
        if part.standing in {Standing.VERIFIED, Standing.PAUSED}:
            continue
        last = gaps[-1] if gaps else None
        if last is not None and last.to_at == part.from_at:
            gaps[-1] = Stretch(last.from_at, part.to_at, last.standing, last.kind or part.kind)
        else:
            gaps.append(part)
    return Cover(
        seconds=sum(part.seconds for part in talk),
        verified_seconds=sum(part.seconds for part in talk if part.standing == Standing.VERIFIED),
        gaps=tuple(gaps),
    )


def nobody(_since: datetime) -> bool:
    """No proof was given since."""
    return False


def matched(
    entries: Sequence[Entry],
    paused: Sequence[Span],
    until: datetime,
    proved_since: Callable[[datetime], bool] = nobody,
) -> bool | None:
    """Whether the faces of one side matched, up to the end of the talk; None where no face was compared.

    Another face that a match followed, before three minutes of talk had passed, is taken for light, an angle or
    somebody passing by: the call goes on after it, and the doubt is lifted. So is one that stood at the end and after
    which the person proved who they are. One that stands is not.
    """
    compared = False
    since: datetime | None = None
    for entry in entries:
        if entry.name == Kind.OTHER_PERSON:
            compared, since = True, since or entry.at
        elif entry.name in GOOD or entry.name == Mark.MET:
            compared = compared or entry.name in GOOD
            if since is not None and _talk(Span(since, entry.at), paused) > LIFTED_WITHIN:
                return False
            since = None
    if not compared:
        return None
    return since is None or (_talk(Span(since, max(since, until)), paused) <= LIFTED_WITHIN and proved_since(since))


def _talk(span: Span, paused: Sequence[Span]) -> timedelta:
    """Length of a span without its pauses."""
    out = timedelta(0)
    for one in paused:
        out += max(timedelta(0), min(one.to_at, span.to_at) - max(one.from_at, span.from_at))
    return span.to_at - span.from_at - out
