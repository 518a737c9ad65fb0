"""`xinglin biometrics`: models of faces, voices and cards on this machine, and how well they do on labelled material.

Exit codes: 0 done, 1 a model is missing or could not be fetched, 2 the input cannot be used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xinglin.cli import biometrics_sound_cards, frame

app = typer.Typer(help="Faces, voices, identity cards: models and how well they do.", no_args_is_help=True)
app.command("evaluate-voices")(biometrics_sound_cards.evaluate_voices)
app.command("read-cards")(biometrics_sound_cards.read_cards)


@app.callback()
def biometrics() -> None:
    """Faces, voices, identity cards: models and how well they do."""


@app.command()
def fetch(
    again: Annotated[bool, typer.Option("--again", help="Fetch what is already here, too.")] = False,
) -> None:
    """Fetch the models that are missing, check their checksums, convert what needs it. Exit code 1 if one is missing.

    They go to the folder that XINGLIN_MODELS names, else to xinglin/models in the user's cache.
    """
    from xinglin.biometrics import weights
    from xinglin.biometrics.manifest import manifest
    from xinglin.cli import models_fetch

    wanted = list(manifest().models.values()) if again else weights.missing()
    failed = 0
    try:
        for row, fault in models_fetch.fetch(wanted, weights.folder()):
            failed += fault is not None
            frame.say(f"{row.id}: {'here' if fault is None else fault}")
    except models_fetch.NotFetched as fault:
        frame.say(str(fault))
        raise typer.Exit(frame.REFUSED) from fault
    if not wanted:
        frame.say("All models are here.")
    if failed:
        frame.say(f"{failed} of {len(wanted)} could not be had: what they would verify is reported as cannot tell.")
        raise typer.Exit(frame.REFUSED)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: with licences and measurements.")] = False,
) -> None:
    """Which models are here, and what cannot be verified without the others. Exit code 1 when one is missing."""
    from dataclasses import asdict, replace

    from xinglin.biometrics import weights
    from xinglin.biometrics.manifest import manifest

    rows = [(row, _state(row.id)) for row in manifest().models.values()]
    if as_json:
        frame.write_json(
            {
                "folder": weights.folder(),
                "models": [asdict(replace(row, sources=dict(row.sources))) | {"state": said} for row, said in rows],
                "engines": [
                    {"name": engine.name, "task": engine.task, "thresholds": dict(engine.thresholds)}
                    | {"measured": [asdict(one) for one in engine.measured]}
                    for engine in manifest().engines.values()
                ],
            }
        )
    else:
        for row, said in rows:
            frame.say(f"{said:15} {row.id:18} {row.task} ({row.package} {row.version}, {row.licence})")
    if any(said != "here" for _, said in rows):
        raise typer.Exit(frame.REFUSED)


@app.command()
def evaluate(
    pairs: Annotated[Path, typer.Argument(help="CSV with the columns path_a, path_b, same (1 or 0), perhaps group.")],
    out: Annotated[Path, typer.Option(help="Folder for pairs.csv, roc.csv, roc.svg, summary.json, quarantine.csv.")],
    mirrored: Annotated[bool, typer.Option(help="Average each face with its mirror image: better, slower.")] = False,
    gates: Annotated[
        bool, typer.Option(help="Refuse small, turned, blurred and ill-lit faces, as the hospital does.")
    ] = True,
    aligned: Annotated[
        bool, typer.Option("--aligned", help="The pictures are faces aligned to 112×112: find and gate nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: the summary on standard output.")] = False,
) -> None:
    """How often the face engine is right on labelled pairs of pictures: FAR, FRR, TAR, EER, ROC, with intervals.

    Paths are relative to the table. A pair whose face fails a gate is counted; a row that cannot be used is put aside.
    Exit code 1 when the models are missing, 2 when nothing can be evaluated.
    """
    from xinglin.biometrics import engine
    from xinglin.cli import biometrics_faces, biometrics_tables

    with biometrics_faces.refusing(out):
        ways = biometrics_faces.Way
        way = ways.ALIGNED if aligned else ways.GATED if gates else ways.UNGATED
        done = biometrics_faces.evaluate(pairs, engine.faces(), mirrored=mirrored, way=way)
        biometrics_faces.write(done, out)
    if as_json:
        frame.write_json(biometrics_faces.as_json(done))
    else:
        biometrics_tables.show(done)


def _state(id: str) -> str:
    from xinglin.biometrics import weights
    from xinglin.biometrics.errors import NotInstalled, WrongModel

    try:
        weights.path(id)
    except WrongModel:
        return "wrong checksum"
    except NotInstalled:
        return "missing"
    return "here"
