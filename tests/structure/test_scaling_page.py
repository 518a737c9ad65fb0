"""The page on scaling out counts the measures that move between machines; a new measure must not make it lie."""

import re
from pathlib import Path

from xinglin.supervision.measures import MEASURES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "scaling.md"
WITH_THE_PERSON = {"patient.id", "line.id", "prescription.id", "item.prescription_id", "encounter.id"}


def test_the_measures_that_move_are_those_that_the_page_counts() -> None:
    text = PAGE.read_text(encoding="utf-8")
    first = [measure.match[0][0] for measure in MEASURES]
    stay = sum(name in WITH_THE_PERSON for name in first)
    by_person = first.count("patient.id")
    passes = len({(measure.scope, measure.over, tuple(measure.match)) for measure in MEASURES})
    told = [int(number) for number in re.findall(r"Of the (\d+) declared, (\d+) match", text)[0]]
    assert told == [len(MEASURES), by_person]
    assert f"these {stay} move nothing" in " ".join(text.split())
    assert f"The other {len(MEASURES) - stay} must" in text
    assert f"({len(MEASURES)} measures, {passes} passes)" in text
