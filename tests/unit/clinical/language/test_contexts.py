"""How spans are meant: our own sentences in both languages, the span in square brackets."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xinglin.clinical.language import context

ROWS = list(csv.DictReader((Path(__file__).parent / "contexts.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=[row["sentence"] for row in ROWS])
def test_a_span_is_meant_so(row: dict[str, str]) -> None:
    start = row["sentence"].index("[")
    end = row["sentence"].index("]") - 1
    found = context(row["sentence"].replace("[", "").replace("]", ""), start, end)
    assert (found.polarity, found.time, found.experiencer, found.certainty) == (
        row["polarity"],
        row["time"],
        row["experiencer"],
        row["certainty"],
    )


def test_there_are_enough_sentences_in_both_languages() -> None:
    chinese = [row for row in ROWS if any("\u4e00" <= char <= "\u9fff" for char in row["sentence"])]
    assert len(ROWS) >= 150
    assert len(chinese) >= 60
