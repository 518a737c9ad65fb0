"""A hundred invented messages of patients, with the findings that a careful reader lists: recall and precision."""

from __future__ import annotations

import csv
from pathlib import Path

from xinglin.clinical.language import Lexicon, read

ROWS = list(csv.DictReader((Path(__file__).parent / "messages.csv").read_text(encoding="utf-8").splitlines()))


def found(text: str, lexicon: Lexicon) -> tuple[set[str], set[str]]:
    """Findings that are there and findings that are denied, the patient's own; names of conditions left out."""
    own = [one for one in read(text, lexicon=lexicon).mentions if one.experiencer == "patient"]
    own = [one for one in own if one.time != "hypothetical" and not one.code.startswith("known:")]
    present = {one.code for one in own if one.polarity == "present"}
    return present, {one.code for one in own if one.polarity == "absent"} - present


def rates(pairs: list[tuple[set[str], set[str]]]) -> tuple[float, float]:
    """Recall and precision of (found, expected) pairs over all messages."""
    right = sum(len(ours & gold) for ours, gold in pairs)
    return right / sum(len(gold) for _, gold in pairs), right / sum(len(ours) for ours, _ in pairs)


def test_what_is_there_is_found_and_little_else(lexicon: Lexicon) -> None:
    pairs = [(found(row["text"], lexicon)[0], set(row["present"].split())) for row in ROWS]
    recall, precision = rates(pairs)
    missed = [
        (row["text"][:30], sorted(gold - ours)) for row, (ours, gold) in zip(ROWS, pairs, strict=True) if gold - ours
    ]
    strange = [
        (row["text"][:30], sorted(ours - gold)) for row, (ours, gold) in zip(ROWS, pairs, strict=True) if ours - gold
    ]
    assert recall >= 0.9, missed
    assert precision >= 0.85, strange


def test_what_is_denied_is_found_as_denied(lexicon: Lexicon) -> None:
    recall, precision = rates([(found(row["text"], lexicon)[1], set(row["absent"].split())) for row in ROWS])
    assert recall >= 0.9
    assert precision >= 0.8


def test_nothing_that_is_denied_is_found_as_there(lexicon: Lexicon) -> None:
    wrong = [
        (row["text"], code)
        for row in ROWS
        for code in found(row["text"], lexicon)[0] & (set(row["absent"].split()) - set(row["present"].split()))
    ]
    assert wrong == []
