"""Negation, time and experiencer on the published sentences, where they lie on this machine (XINGLIN_DATA)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from xinglin.clinical.language import Context, context

FILE = Path(os.environ.get("XINGLIN_DATA", "")) / "diagnosis" / "negation_sentences.tsv"
pytestmark = pytest.mark.skipif(
    not os.environ.get("XINGLIN_DATA") or not FILE.exists(),
    reason="XINGLIN_DATA does not name a folder with diagnosis/negation_sentences.tsv: negation is NOT measured",
)


def judged() -> list[tuple[Context, str, str, str]]:
    """Each sentence whose concept can be found in it: our context, and the three gold columns."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        _, concept, sentence, negation, time, who = line.split("\t")
        match = re.search(r"\s+".join(map(re.escape, concept.upper().split())), sentence)
        if match:
            found.append((context(sentence, match.start(), match.end()), negation, time, who))
    return found


def f1(pairs: list[tuple[bool, bool]]) -> float:
    """The harmonic mean of precision and recall of (found, gold) pairs."""
    both = sum(ours and gold for ours, gold in pairs)
    return 2 * both / (sum(ours for ours, _ in pairs) + sum(gold for _, gold in pairs))


def test_the_targets_are_met() -> None:
    found = judged()
    assert len(found) > 1_150
    assert f1([(one.polarity == "absent", negation == "Negated") for one, negation, _, _ in found]) >= 0.97
    assert f1([(one.time == "past", time == "Historical") for one, _, time, _ in found]) >= 0.75
    names = {"Patient": "patient", "Family member": "family", "Other": "other"}
    assert sum(names[who] != one.experiencer for one, _, _, who in found) <= 2
