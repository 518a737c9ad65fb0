"""The commands `xinglin biometrics evaluate-voices` and `read-cards`; what they do is in biometrics_trials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xinglin.cli import frame

AsJson = Annotated[bool, typer.Option("--json", help="For programs: the result on standard output.")]


def evaluate_voices(
    source: Annotated[
        Path, typer.Argument(help="A folder speaker/recording.wav, or a CSV with path_a, path_b, same (1 or 0).")
    ],
    enrolled: Annotated[int, typer.Option(min=1, max=20, help="Recordings that make a speaker's template.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for pairs.csv, roc.csv, roc.svg, summary.json.")] = None,
    as_json: AsJson = False,
) -> None:
    """How far voices come apart on labelled recordings: FAR, FRR, TAR, EER, ROC; unusable files with the reason.

    Exit code 1 when the model is missing, 2 when nothing can be evaluated.
    """
    from xinglin.biometrics import engine
    from xinglin.cli import biometrics_faces, biometrics_trials

    with biometrics_faces.refusing(out):
        result = biometrics_trials.evaluate_voices(source, engine.voices(), enrolled=enrolled)
        if out is not None:
            biometrics_faces.write(result.done, out)
    if as_json:
        frame.write_json(biometrics_trials.voices_as_json(result))
    else:
        biometrics_trials.show_voices(result)


def read_cards(
    folder: Annotated[Path, typer.Argument(help="Pictures, and truth.csv or truth.jsonl: file, side, the fields.")],
    as_json: AsJson = False,
) -> None:
    """How exactly identity cards are read: each field, wrong numbers accepted, milliseconds. No value is shown.

    Fields of a front: name, sex (男 or 女), ethnicity, birth_on, address, number. Of a back: authority, valid_from,
    valid_to (or 长期). Dates are ISO. Exit code 1 when the reader is missing, 2 when there is nothing to read.
    """
    from xinglin.biometrics import engine
    from xinglin.cli import biometrics_faces, biometrics_trials

    with biometrics_faces.refusing():
        done = biometrics_trials.read_cards(folder, engine.cards())
    if as_json:
        frame.write_json(biometrics_trials.cards_as_json(done))
    else:
        biometrics_trials.show_cards(done)
