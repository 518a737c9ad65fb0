"""What a score answers: points or the range of points, the bands that remain possible, what is missing, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from xinglin.clinical.warning.scores.tables import Band, ScoreTable
from xinglin.clinical.warning.words import Words


class BadInput(ValueError):
    """An input that no person can have. `field` names it, `why` says what would be right."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        self.why = why
        super().__init__(f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a score as computed: the points that it may have, one when known. `missing` are input names."""

    part: str
    name: Words
    possible: tuple[float, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The score is not valid for this person; `instead` says which scale to use."""

    score: str
    code: str
    why: Words
    instead: Words
    source: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score. `points` and `band` are None where what is missing could change them; the range always holds."""

    score: str
    name: Words
    lowest: float
    highest: float
    bands: tuple[Band, ...]
    items: tuple[Item, ...]
    missing: tuple[str, ...]
    provisos: tuple[Words, ...]
    source: str
    read: str

    @property
    def points(self) -> float | None:
        """The points, when they are certain."""
        return self.lowest if self.lowest == self.highest else None

    @property
    def band(self) -> Band | None:
        """The band, when every completion of what is missing gives the same."""
        return self.bands[0] if len(self.bands) == 1 else None

    @property
    def worst(self) -> Band:
        """The gravest band that is still possible."""
        return self.bands[-1]

    @property
    def sentence(self) -> Words:
        """The result said in one sentence; with a range and the missing parts named where there are any."""
        if not self.missing:
            return Words(
                f"{self.name.zh}：{shown(self.lowest)} 分，{self.bands[0].name.zh}。{self.bands[0].sentence.zh}",
                f"{self.name.en}: {shown(self.lowest)}, {self.bands[0].name.en}. {self.bands[0].sentence.en}",
            )
        absent = [item.name for item in self.items if item.missing]
        bands_zh = "或".join(band.name.zh for band in self.bands)
        bands_en = " or ".join(band.name.en for band in self.bands)
        return Words(
            f"{self.name.zh}：资料不全，{shown(self.lowest)} 至 {shown(self.highest)} 分（{bands_zh}）；"
            f"还缺：{'、'.join(name.zh for name in absent)}。",
            f"{self.name.en}: incomplete, {shown(self.lowest)} to {shown(self.highest)} ({bands_en}); "
            f"missing: {', '.join(name.en for name in absent)}.",
        )

    @property
    def do(self) -> Words:
        """What to do: of the gravest band that is still possible."""
        return self.worst.do


Answer = Score | Refused


def shown(points: float) -> str:
    """Points as people write them: 3, 4.5."""
    return f"{points:g}"


def item(table: ScoreTable, part: str, value: float | bool | str | None, *inputs: str) -> Item:
    """One part with its known value, or with all that it may give. Raises BadInput."""
    row = table.parts[part]
    if value is None:
        return Item(part, row.name, row.possible, inputs or (part,))
    try:
        return Item(part, row.name, (row.points(value),))
    except ValueError as wrong:
        raise BadInput(part, str(wrong)) from None


def total(
    table: ScoreTable,
    items: Sequence[Item],
    *,
    provisos: Iterable[Words] = (),
    band_of: Callable[[Sequence[float]], Band] | None = None,
) -> Score:
    """The sum over the parts. `band_of` may look at single parts (NEWS2 does); it must rise with every part."""
    least = [min(row.possible) for row in items]
    most = [max(row.possible) for row in items]
    decide = band_of or (lambda points: table.band(sum(points)))
    first, last = decide(least), decide(most)
    bands = table.bands[table.bands.index(first) : table.bands.index(last) + 1]
    missing = tuple(dict.fromkeys(name for row in items for name in row.missing))
    return Score(
        table.id,
        table.name,
        sum(least),
        sum(most),
        bands,
        tuple(items),
        missing,
        tuple(provisos),
        table.source,
        table.read,
    )


def within(field: str, value: float | None, low: float, high: float, unit: str) -> None:
    """Refuses a number that cannot be a measurement of a living person. Raises BadInput."""
    if value is not None and not low <= value <= high:
        raise BadInput(field, f"{value:g} is not between {low:g} and {high:g} {unit}")


def either(*values: bool | None) -> bool | None:
    """Or, in three values."""
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


def both(*values: bool | None) -> bool | None:
    """And, in three values."""
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True
