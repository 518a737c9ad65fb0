"""Sentences that were once misread: what they affirm, what they deny, and what must not be read in them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xinglin.clinical.language import Lexicon, read

ROWS = list(csv.DictReader((Path(__file__).parent / "said.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_it_says_so(row: dict[str, str], lexicon: Lexicon) -> None:
    own = [one for one in read(row["text"], lexicon=lexicon).mentions if one.experiencer == "patient"]
    there = {one.code for one in own if one.polarity == "present" and one.time == "now"}
    denied = {one.code for one in own if one.polarity == "absent"}
    assert set(row["present"].split()) <= there
    assert set(row["absent"].split()) <= denied - there
    assert not set(row["never"].split()) & there
