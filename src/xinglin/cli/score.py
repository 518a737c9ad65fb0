"""`xinglin score`: make cities with planted misconduct, audit them, and count what was found and who was accused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.table import Table

    from xinglin.hospital.demo.scoring import Score

Seeds = Annotated[str, typer.Option(help="Seeds of the cities, parted by commas. Rules are tuned on 1 to 10 alone.")]
Scale = Annotated[float, typer.Option(min=0.02, max=3, help="Size of each city; 1 is 20,000 residents.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


def score(seeds: Seeds = "101,102", scale: Scale = 0.3, as_json: AsJson = False) -> None:
    """Score the rules about behaviour on made cities: precision and recall for each kind of planted misconduct."""
    numbers = _numbers(seeds)
    frame.open_hospital(database=False)
    from xinglin.hospital.demo.scoring import KINDS, score_seeds

    console = frame.console(stderr=True)
    total = score_seeds(numbers, scale, say=lambda sentence: console.print(sentence, markup=False))
    if as_json:
        frame.write_json({kind.name: _figures(total[kind.name]) for kind in KINDS})
    else:
        frame.console().print(_table(total, numbers, scale))
    if not all(total[kind.name].meets(kind) for kind in KINDS):
        raise typer.Exit(frame.REFUSED)


def _numbers(seeds: str) -> list[int]:
    try:
        found = [int(seed) for seed in seeds.split(",") if seed.strip()]
    except ValueError:
        found = []
    if not found:
        raise typer.BadParameter(f"seeds are whole numbers parted by commas, such as 101,102; not {seeds!r}")
    return found


def _figures(one: Score) -> dict[str, object]:
    return {
        "planted": one.planted,
        "found": one.found,
        "false_alarms": one.false,
        "look_alikes": dict(one.lookalikes),
        "other_misconduct": one.other,
        "precision": one.precision,
        "recall": one.recall,
    }


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(total: dict[str, Score], seeds: list[int], scale: float) -> Table:
    from rich import box
    from rich.table import Table

    from xinglin.hospital.demo.scoring import KINDS

    title = f"Seeds {', '.join(map(str, seeds))}, scale {scale}"
    table = Table(title=title, box=box.SIMPLE, title_justify="left", padding=(0, 0, 0, 1))
    for name in ("kind", "rule", "unit"):
        table.add_column(name, no_wrap=True)
    for name in ("planted", "found", "false", "other", "precision", "recall", "met"):
        table.add_column(name, justify="right", no_wrap=True)
    for kind in KINDS:
        one = total[kind.name]
        table.add_row(
            kind.name, kind.rule, kind.unit, str(one.planted), str(one.found), str(one.false), str(one.other),
            _share(one.precision), _share(one.recall), "yes" if one.meets(kind) else "no",
        )  # fmt: skip
    return table
