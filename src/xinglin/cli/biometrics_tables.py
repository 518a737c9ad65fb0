"""What `xinglin biometrics evaluate` shows: rates with counts and intervals, failures, groups, milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.biometrics.evaluating import Rate, Summary, by_group
from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.table import Table

    from xinglin.cli.biometrics_faces import Evaluation


def percent(one: Rate) -> str:
    """A rate with its count and interval."""
    if one.value is None:
        return "none to count"
    return f"{one.value:.2%} ({one.hits}/{one.n}; {one.low:.2%} to {one.high:.2%})"


def show(done: Evaluation) -> None:
    """Print the result."""
    summary = done.summary
    out = frame.console()
    out.print(
        f"{done.engine}: {summary.pairs} pairs, {summary.compared} compared "
        f"({summary.genuine} of one person, {summary.impostor} of two), "
        f"{summary.pairs - summary.compared} without a score, {len(done.quarantine)} rows put aside.",
        markup=False,
        soft_wrap=True,
    )
    for reason, count in summary.failures.items():
        out.print(f"  {reason}: {count}", markup=False)
    out.print(_thresholds(summary))
    if summary.equal_error is not None:
        at = summary.equal_error
        out.print(f"EER {at.value:.2%} at {at.threshold:.3f}", markup=False)
    for found in summary.tars:
        doubt = "" if found.supported else "; too few pairs of two people to see such a FAR"
        out.print(
            f"TAR at FAR {found.far:g}: {percent(found.tar)}, threshold {found.threshold:.3f}{doubt}",
            markup=False,
            soft_wrap=True,
        )
    groups = by_group(done.outcomes, done.thresholds)
    if groups:
        out.print(_groups(groups))
    spent = ", ".join(f"{step} {value} ms" for step, value in done.milliseconds().items())
    out.print(f"On one core, a step: {spent}", markup=False, soft_wrap=True)


def _thresholds(summary: Summary) -> Table:
    from rich.table import Table

    table = Table("threshold", "FAR", "FRR", "FRR, pairs without a score counted as refused")
    for one in summary.at:
        table.add_row(f"{one.name} {one.threshold:.2f}", percent(one.far), percent(one.frr), percent(one.frr_all))
    return table


def _groups(groups: dict[str, Summary]) -> Table:
    from rich.table import Table

    table = Table("group", "pairs", "compared", "threshold", "FAR", "FRR")
    for name, summary in groups.items():
        for one in summary.at:
            level = f"{one.name} {one.threshold:.2f}"
            table.add_row(name, str(summary.pairs), str(summary.compared), level, percent(one.far), percent(one.frr))
    return table
