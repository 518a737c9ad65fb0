"""`xinglin rules`: the rules with their limits, and what a rule would find on last year's records with other ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.table import Table

    from xinglin.supervision.reports.backtest import Asked, Comparison, Example
    from xinglin.supervision.tables import Knowledge
    from xinglin.supervision.vocabulary.papers import Rule

app = typer.Typer(help="The rules, their limits, and trials on last year's records.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
BAD_INPUT = 2
"""What was typed cannot be: an unknown rule or limit, letters for a number."""
RuleId = Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, such as B03.")]


@app.command("list")
def list_rules(
    family: Annotated[str, typer.Option(help="One letter: A to L. [default: all]")] = "", as_json: AsJson = False
) -> None:
    """Every rule: what it is about, how certain it is, when it is asked, which limits it has."""
    from xinglin.supervision.catalogue import RULES

    found = [rule for rule in RULES if rule.id.startswith(family.strip().upper())]
    if as_json:
        frame.write_json([_papers(rule) for rule in found])
        return
    table = _table("id", "rule", "about", "certainty", "asked", "limits")
    for rule in found:
        moments = ", ".join(moment.value for moment in rule.moments)
        title = f"{rule.title.zh} · {rule.title.en}"
        table.add_row(rule.id, title, rule.scope.en, rule.certainty.en, moments, ", ".join(rule.limits))
    frame.console().print(table)


@app.command()
def show(rule_id: RuleId, as_json: AsJson = False) -> None:
    """One rule with its papers and the values of its limits."""
    from xinglin.supervision.reports.trial import limits_of

    rule = _rule(rule_id)
    if as_json:
        frame.write_json(_papers(rule))
        return
    console = frame.console()
    console.print(f"{rule.id} v{rule.version}  {rule.title.zh} · {rule.title.en}", style="bold", markup=False)
    for text in (rule.why.zh, rule.why.en):
        console.print(text, markup=False)
    for source in rule.source:
        console.print(
            f"Source: {source.law.zh} {source.article.zh} · {source.law.en}, {source.article.en} "
            f"({source.reading.value})",
            markup=False,
        )
    console.print(
        f"About: {rule.scope.en}; {rule.certainty.en}; asked {', '.join(m.value for m in rule.moments)}; in force "
        f"since {rule.since}{f' until {rule.until}' if rule.until else ''}; reviewed by nobody yet."
        if rule.reviewed is None
        else f"Reviewed {rule.reviewed}",
        markup=False,
    )
    table = _table("limit", "meaning", "unit", "in force")
    for limit in limits_of(rule, _knowledge()):
        table.add_row(limit.name, f"{limit.meaning.zh} · {limit.meaning.en}", limit.unit.en, limit.now.en)
    console.print(table if table.row_count else "It has no limits: facts and lists decide it.")


@app.command()
def backtest(
    rule_id: RuleId,
    changes: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="LIMIT=VALUE", help="A limit of the rule and the value to try; several times."),
    ] = None,
    lake: Annotated[Path | None, typer.Option(help="Folder of Parquet tables. [default: the hospital's lake]")] = None,
    territory: Annotated[str, typer.Option(help="Only this place: beginning of its code.")] = "",
    from_on: Annotated[str, typer.Option("--from", help="First day, such as 2026-01-01.")] = "",
    until_on: Annotated[str, typer.Option("--until", help="Last day.")] = "",
    memory: Annotated[str, typer.Option(help="What the engine may hold at once.")] = "2GB",
    as_json: AsJson = False,
) -> None:
    """Judge one rule over past records twice, as in force and with other limits, and show both side by side."""
    from xinglin.hospital.config.paths import lake_home
    from xinglin.supervision.reports import backtest_told
    from xinglin.supervision.reports.backtest import Asked
    from xinglin.supervision.reports.backtest import backtest as run
    from xinglin.supervision.reports.trial import BadTrial

    rule = _rule(rule_id)
    asked = Asked(_given(changes or []), territory.strip(), _day(from_on, "--from"), _day(until_on, "--until"))
    folder = lake or lake_home()
    try:
        made = run(folder, rule, _knowledge(), asked, memory=memory)
    except BadTrial as wrong:
        frame.say(str(wrong))
        raise typer.Exit(BAD_INPUT if wrong.field else frame.REFUSED) from None
    if as_json:
        frame.write_json(backtest_told.as_json(made))
    else:
        _tell(made, asked)


def _rule(rule_id: str) -> Rule:
    from xinglin.supervision.catalogue import find_rule

    try:
        return find_rule(rule_id.strip().upper())
    except KeyError:
        raise typer.BadParameter(f"there is no rule {rule_id}; `xinglin rules list` names them all") from None


def _knowledge() -> Knowledge:
    """The knowledge of this installation: with what was imported, and with the limits that were put in force."""
    from xinglin.hospital.config.paths import knowledge_home
    from xinglin.supervision.tables import load_knowledge
    from xinglin.supervision.tables.adopted import current_adopted
    from xinglin.supervision.tables.official import current_store

    home = knowledge_home()
    return load_knowledge(current_store(home), current_adopted(home))


def _given(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(f"write --with LIMIT=VALUE, such as --with supply_days_ordinary=14; not {text!r}")
        found[name.strip()] = value.strip()
    return found


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option}: {text} is not a day; write it like 2026-04-01") from None


def _papers(rule: Rule) -> dict[str, Any]:
    from xinglin.supervision.reports.trial import limits_of

    return {
        "id": rule.id,
        "version": rule.version,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "scope": rule.scope.value,
        "certainty": rule.certainty.value,
        "moments": [moment.value for moment in rule.moments],
        "since": rule.since,
        "until": rule.until,
        "reviewed": rule.reviewed,
        "sources": [
            {"law": source.law.zh, "article": source.article.zh, "reading": source.reading.value}
            for source in rule.source
        ],
        "limits": [
            {"name": limit.name, "meaning_zh": limit.meaning.zh, "meaning_en": limit.meaning.en,
             "unit": limit.unit.en, "in_force": limit.now.en}
            for limit in limits_of(rule, _knowledge())
        ],
    }  # fmt: skip


# THE COMPARISON ON A TERMINAL


def _table(*headings: str, title: str = "", right_from: int = 99) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title or None, box=box.SIMPLE, title_justify="left", padding=(0, 1, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number >= right_from else "left", no_wrap=number >= right_from)
    return table


def _yuan(fen: int) -> str:
    return f"¥{fen // 100:,}.{fen % 100:02d}"


def _tell(made: Comparison, asked: Asked) -> None:
    from xinglin.supervision.reports.backtest_told import said

    console = frame.console()
    console.print(f"{made.rule.id}  {made.rule.title.zh} · {made.rule.title.en}", style="bold", markup=False)
    for one in made.changed:
        from xinglin.supervision.reports.trial import shown

        told = f"{one.limit.now.en} → {shown(one.value, 'en')} ({one.limit.unit.en}; {one.limit.meaning.en})"
        console.print(f"  {one.limit.name}: {told}", markup=False)
    where = f", only places {asked.territory}…" if asked.territory else ""
    console.print(f"Lake: {made.lake}{where}", markup=False, soft_wrap=True)
    console.print(said(made).en, markup=False)
    console.print(_figures(made))
    console.print(_places(made))
    console.print(_months(made))
    _examples(made.examples_before, made.only_before, "Only as in force")
    _examples(made.examples_after, made.only_after, "Only with the tried limits")
    console.print(f"Both sides judged in {made.seconds} seconds.", markup=False)


def _figures(made: Comparison) -> Table:
    from xinglin.supervision.reports.backtest_told import rate, rate_said

    before, after = made.before, made.after
    table = _table("", "in force", "tried", "change", right_from=1)
    for name, one, other in (
        (f"subjects looked at ({made.rule.scope.en})", before.looked_at, after.looked_at),
        ("findings", before.findings, after.findings),
        ("cannot tell", before.undecided, after.undecided),
        ("institutions with findings", len(before.places), len(after.places)),
    ):
        table.add_row(name, f"{one:,}", f"{other:,}", f"{other - one:+,}")
    money = [
        _yuan(before.fen),
        _yuan(after.fen),
        f"{'-' if after.fen < before.fen else '+'}{_yuan(abs(after.fen - before.fen))}",
    ]
    table.add_row("money in breach", *(money if made.has_money else ["none: no money hangs on it", "", ""]))
    table.add_row(rate_said(made).en, rate(made, before), rate(made, after), "")
    return table


def _places(made: Comparison) -> Table:
    from xinglin.supervision.reports.backtest_told import share

    table = _table(
        "institution", "in force", "share", "money", "tried", "share", "money",
        title="Institutions: the ten with most findings", right_from=1,
    )  # fmt: skip
    for _, name, before, after in made.top():
        shares = share(before.findings, made.before.findings), share(after.findings, made.after.findings)
        table.add_row(
            name or "(not named)", f"{before.findings:,}", shares[0], _yuan(before.fen),
            f"{after.findings:,}", shares[1], _yuan(after.fen),
        )  # fmt: skip
    return table


def _months(made: Comparison) -> Table:
    table = _table("month", "in force", "money", "tried", "money", title="By month", right_from=1)
    for name, before, after in made.months():
        table.add_row(name, f"{before.findings:,}", _yuan(before.fen), f"{after.findings:,}", _yuan(after.fen))
    return table


def _examples(examples: tuple[Example, ...], count: int, heading: str) -> None:
    console = frame.console()
    console.print(f"{heading}: {count:,}", style="bold", markup=False)
    for one in examples:
        console.print(
            f"  {one.day} {one.institution}: {one.sentence.en} The other side: {one.elsewhere.en}.", markup=False
        )
