"""`check`: a case as plain values in, the answer as plain values out. One contract for function, command and API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge, load_knowledge
from xinglin.clinical.medicines.allergens import resolve_allergen
from xinglin.clinical.medicines.answer import answer
from xinglin.clinical.medicines.assess import assess
from xinglin.clinical.medicines.case import CURRENT, ORDER, Case, Institution, Line, Unknown
from xinglin.clinical.medicines.reading_lines import read_line
from xinglin.clinical.medicines.reading_patient import BadCase, day, read_patient

KNOWN: Final = frozenset({"id", "on", "patient", "current", "orders", "institution", "accepted"})
CHANNELS: Final = frozenset({"", "online", "outpatient", "emergency", "inpatient"})
RIGHTS: Final = frozenset({"", "none", "unrestricted", "restricted", "special"})
MOST_LINES: Final = 200


def read_case(given: Any, knowledge: Knowledge) -> Case:
    """A case from plain values. Raises BadCase, which names the field and what would be right."""
    if not isinstance(given, Mapping):
        raise BadCase("case", "应为JSON对象", "must be a JSON object")
    for name in given:
        if name not in KNOWN:
            raise BadCase(str(name), "不是已知字段", f"is no field; known are {', '.join(sorted(KNOWN))}")
    on = day(given.get("on"), "on")
    patient, unknown = read_patient(
        given.get("patient") or {}, on, knowledge, lambda text: resolve_allergen(text, knowledge)
    )
    orders, of_orders = _lines(given.get("orders"), ORDER, knowledge, patient.weight_kg)
    current, of_current = _lines(given.get("current"), CURRENT, knowledge, patient.weight_kg)
    if not orders:
        raise BadCase("orders", "至少要有一种药品", "must hold at least one medicine")
    return Case(
        id=str(given.get("id") or ""),
        on=on,
        patient=patient,
        orders=orders,
        current=current,
        institution=_institution(given.get("institution")),
        accepted=_accepted(given.get("accepted")),
        unknown=unknown + of_orders + of_current,
    )


def _lines(given: Any, role: str, knowledge: Knowledge, weight: Any) -> tuple[tuple[Line, ...], tuple[Unknown, ...]]:
    name = "orders" if role == ORDER else "current"
    if given is None:
        return (), ()
    if isinstance(given, str) or not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise BadCase(name, "应为列表", "must be a list")
    many = list(given)
    if len(many) > MOST_LINES:
        raise BadCase(name, f"最多{MOST_LINES}种", f"holds more than {MOST_LINES} medicines")
    read = [read_line(one, role, index, knowledge, weight) for index, one in enumerate(many)]
    return tuple(line for line, _ in read), tuple(one for _, unknown in read for one in unknown)


def _institution(given: Any) -> Institution:
    if given is None:
        return Institution()
    if not isinstance(given, Mapping):
        raise BadCase("institution", "应为对象", "must be an object")
    for name in given:
        if name not in {"channel", "antimicrobial_right", "level", "code"}:
            raise BadCase(f"institution.{name}", "不是已知字段", "is no field; known are channel, antimicrobial_right")
    channel = str(given.get("channel") or "")
    right = str(given.get("antimicrobial_right") or "")
    if channel not in CHANNELS:
        raise BadCase("institution.channel", "应为online、outpatient、emergency或inpatient", "is not a mode of care")
    if right not in RIGHTS:
        raise BadCase(
            "institution.antimicrobial_right",
            "应为none、unrestricted、restricted或special",
            "is one of none, unrestricted, restricted, special",
        )
    return Institution(channel, right)


def _accepted(given: Any) -> dict[str, date]:
    if given is None:
        return {}
    if isinstance(given, str) or not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise BadCase("accepted", "应为列表", "must be a list")
    found: dict[str, date] = {}
    for number_, entry in enumerate(given):
        place = f"accepted[{number_}]"
        if not isinstance(entry, Mapping) or not entry.get("ticket"):
            raise BadCase(place, "应为对象：ticket、on", "must be an object: ticket, on")
        on = day(entry.get("on"), f"{place}.on")
        if on is None:
            raise BadCase(f"{place}.on", "缺少日期", "a day is missing")
        found[str(entry["ticket"])] = on
    return found


@lru_cache(maxsize=1)
def shipped() -> Knowledge:
    """The tables that come with the package."""
    return load_knowledge()


def check(given: Any, knowledge: Knowledge | None = None) -> dict[str, Any]:
    """Judge one case. See docs/reference/check.md for the fields in and out.

    Raises BadCase for a case that cannot be read; what can be read but not checked stands in `unchecked`.
    """
    tables = knowledge or shipped()
    return check_built(read_case(given, tables), tables)


def check_built(case: Case, knowledge: Knowledge | None = None) -> dict[str, Any]:
    """Judge a case that was built already, with exact amounts, instead of one in plain values."""
    tables = knowledge or shipped()
    return answer(assess(case, tables), tables)


def check_lines(lines: Iterable[str], knowledge: Knowledge | None = None) -> Iterator[dict[str, Any]]:
    """Judge a stream of cases, one JSON object a line. A line that cannot be read is answered with `error`."""
    tables = knowledge or shipped()
    for number_, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        given: Any = None
        try:
            given = json.loads(text)
            yield check(given, tables)
        except json.JSONDecodeError as wrong:
            yield _error("", number_, "case", "不是JSON", f"is no JSON: {wrong.msg}")
        except BadCase as wrong:
            name = str(given.get("id") or "") if isinstance(given, Mapping) else ""
            yield _error(name, number_, wrong.place, wrong.zh, wrong.en)


def replay_lines(lines: Iterable[str], knowledge: Knowledge | None = None) -> Iterator[dict[str, Any]]:
    """Judge again what was judged before: each line holds `case` and `answer`. Tells whether the bytes are the same."""
    tables = knowledge or shipped()
    for number_, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        given = json.loads(text)
        now = canonical(check(given["case"], tables))
        then = canonical(given["answer"])
        name = str(given["case"].get("id") or "")
        yield {"id": name, "line": number_, "same": now == then, "knowledge": tables.digest}


def canonical(told: Any) -> str:
    """The bytes of an answer: keys sorted, no blanks."""
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _error(name: str, line: int, place: str, zh: str, en: str) -> dict[str, Any]:
    return {"id": name, "line": line, "error": {"field": place, "zh": zh, "en": en}}
