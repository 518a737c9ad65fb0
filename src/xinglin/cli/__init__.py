"""The `xinglin` command: one file a subcommand, thin.

`xinglin --help` must answer at once, so the files here import the hospital inside their functions, never at the top;
tests/unit/cli holds that.
"""

import sys

import typer

from xinglin.cli import (
    audit,
    authority,
    bench,
    biometrics,
    check,
    db,
    demo,
    diagnose,
    journal,
    knowledge,
    lake,
    people,
    reference,
    replay,
    rules,
    score,
    store,
    terminology,
    tour,
    verify,
)

app = typer.Typer(
    help="Xinglin (杏林): the internet hospital that supervises itself.",
    no_args_is_help=True,
    rich_markup_mode=None,  # Rich help would double the time to the first line.
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(demo.demo)
app.command()(demo.serve)
app.command()(demo.worker)
app.command()(people.people)
app.command()(tour.tour)
app.command()(bench.bench)
app.command()(audit.audit)
app.command()(check.check)
app.command()(diagnose.diagnose)
app.command()(diagnose.intake)
app.command()(reference.reference)
app.command()(replay.replay)
app.command()(score.score)
app.command()(verify.verify)
app.command("store-audit")(store.store_audit)
app.add_typer(authority.app, name="authority")
app.add_typer(biometrics.app, name="biometrics")
app.add_typer(db.app, name="db")
app.add_typer(journal.app, name="journal")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(lake.app, name="lake")
app.add_typer(rules.app, name="rules")
app.add_typer(terminology.app, name="terminology")


def main() -> None:
    """Entry point of the console command; a refusal becomes one plain sentence and an exit code."""
    from xinglin.cli import frame

    sys.exit(frame.run(app))
