"""The doors: one case, or a stream of them, to answers as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xinglin.clinical.assessment.answer import answer
from xinglin.clinical.assessment.case import BadCase, read_case
from xinglin.clinical.assessment.judging import assess
from xinglin.clinical.diagnosis.matrix import matrix
from xinglin.clinical.knowledge.conditions import load_conditions


def diagnose(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one case. Raises BadCase when the case cannot be read; see docs/reference/diagnose.md."""
    knowledge, table = load_conditions(), matrix()
    return answer(assess(read_case(raw, knowledge), knowledge, table), knowledge, table)


def warm_up() -> None:
    """Load the tables, build the words and judge once, so that the first case of a process waits for nothing."""
    diagnose({"turns": [{"speaker": "patient", "text": "头晕 and a cough since 2 days, 38.5"}]})


def diagnose_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """An answer for every line that is not blank, in order; a line that cannot be read is told what is wrong."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name = ""
        try:
            raw = json.loads(line)
            name = str(raw.get("id", "")) if isinstance(raw, dict) else ""
            yield diagnose(raw)
        except BadCase as wrong:
            yield _error(name, number, wrong.field, wrong.zh, wrong.en)
        except (json.JSONDecodeError, RecursionError):
            yield _error(name, number, "line", "这一行不是 JSON。", "is not JSON.")


def _error(name: str, number: int, field: str, zh: str, en: str) -> dict[str, Any]:
    return {"id": name, "line": number, "error": {"field": field, "zh": zh, "en": en}}
