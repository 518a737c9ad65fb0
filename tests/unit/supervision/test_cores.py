"""Whole cores, written out by hand: what is hashed, and so what all moments and engines must say alike.

Outcome and excess of every rule stand in the specifications; here are certainty, lines, evidence and origins.
"""

from datetime import UTC, date, datetime

import pytest

from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.words import Channel, ItemKind, Registration
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core, Scope

DAY = date(2026, 5, 20)
PLACE = {"institution.territory_code": "370902", "institution.id": "H1"}
PIECES = PLACE | {
    "item.id": "I1",
    "item.on": DAY,
    "item.kind": ItemKind.DECOCTION,
    "item.fund_asked": True,
    "item.quantity_milli": 110_000,
    "item.amount_fen": 2_200,
    "item.prescribed_milli": 100_000,
    "item.withdrawn": False,
    "item.name_zh": "示例",
    "measure.left_milli": 110_000,
}
PACK = PLACE | {
    "pack.id": "P1",
    "pack.on": DAY,
    "pack.trace_code": "",
    "pack.trace_required": True,
    "pack.amount_fen": 700,
}
UNREGISTERED = PLACE | {
    "encounter.id": "E1",
    "encounter.on": DAY,
    "encounter.channel": Channel.ONLINE,
    "physician.id": "D1",
    "physician.registration": Registration.REVOKED,
}


def engines(rule: str, row: Row) -> list[Core]:
    """What the reference and the compiled engine say."""
    knowledge = load_knowledge()
    return [judge_row(find_rule(rule), row, knowledge), Compiled(knowledge).judge(find_rule(rule), row)]


@pytest.mark.parametrize("engine", [0, 1])
def test_an_item_with_an_excess_of_its_own(engine: int) -> None:
    core = engines("D13", Row(Scope.ITEM, "I1", ("I1",), PIECES))[engine].as_json()
    assert core == {
        "rule": "D13",
        "version": 2,
        "scope": "item",
        "subject": "I1",
        "outcome": "finding",
        "certainty": "definite",
        "lines": [["I1", 10_000, 200]],
        "excess": {"count": 10_000, "fen": 200},
        "missing": [],
        "evidence": {
            "institution.territory_code": "370902",
            "item.amount_fen": 2_200,
            "item.fund_asked": True,
            "item.kind": "decoction",
            "item.name_zh": "示例",
            "item.on": "2026-05-20",
            "item.prescribed_milli": 100_000,
            "item.quantity_milli": 110_000,
            "item.withdrawn": False,
            "limits.decoction_tolerance_permille": 50,
            "measure.left_milli": 110_000,
        },
        "origins": {
            "institution": ["H1", None],
            "item": ["I1", "2026-05-20"],
            "limits": ["I1", "2026-05-20"],
            "measure": ["I1", "2026-05-20"],
        },
    }


@pytest.mark.parametrize("engine", [0, 1])
def test_an_item_without_an_excess_is_in_breach_whole(engine: int) -> None:
    facts = PIECES | {"item.kind": ItemKind.SERVICE, "measure.duplicate_mains": 1, "item.exception_reason": False}
    core = engines("E03", Row(Scope.ITEM, "I1", ("I1",), facts))[engine]
    assert core.as_json()["lines"] == [["I1", 110_000, 2_200]]
    assert core.excess.as_json() == {}


@pytest.mark.parametrize("engine", [0, 1])
def test_a_pack_stands_for_the_line_that_it_serves(engine: int) -> None:
    core = engines("J02", Row(Scope.PACK, "P1", ("L7",), PACK))[engine].as_json()
    assert (core["lines"], core["excess"], core["certainty"]) == ([["L7", None, 700]], {"fen": 700}, "definite")
    assert core["origins"]["pack"] == ["P1", "2026-05-20"]  # type: ignore[index,call-overload]


@pytest.mark.parametrize("engine", [0, 1])
def test_each_group_of_evidence_names_its_own_record(engine: int) -> None:
    core = engines("A06", Row(Scope.ENCOUNTER, "E1", (), UNREGISTERED))[engine].as_json()
    assert (core["outcome"], core["lines"], core["certainty"]) == ("finding", [], "definite")
    assert core["origins"] == {
        "encounter": ["E1", "2026-05-20"],
        "physician": ["D1", "2026-05-20"],
    }


@pytest.mark.parametrize("engine", [0, 1])
def test_a_suspicion_says_so_in_its_core(engine: int) -> None:
    facts = PLACE | {
        "encounter.id": "E1",
        "encounter.on": DAY,
        "encounter.channel": Channel.ONLINE,
        "encounter.red_flag_at": datetime(2026, 5, 20, 1, tzinfo=UTC),
    }
    core = engines("A13", Row(Scope.ENCOUNTER, "E1", (), facts))[engine].as_json()
    assert core["certainty"] == "suspicious"
    assert core["missing"]
    assert core["lines"] == []
