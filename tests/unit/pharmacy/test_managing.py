"""Which remedies are a reason by themselves: a short list, every entry of which the tables and the reasons know."""

from typing import Any

import pytest

from xinglin.clinical.knowledge import load_knowledge, rows
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.advising import Statement
from xinglin.hospital.pharmacy.managing import managed, management
from xinglin.hospital.pharmacy.remedies import Way
from xinglin.hospital.terminology import selectors as terminology

KINDS = {"interactions": rows.Interaction, "elderly": rows.Elderly}


@pytest.mark.parametrize("entry", managed().values(), ids=lambda one: f"{one.row} {one.remedy}")
def test_an_entry_names_a_row_of_tier_d_that_offers_this_remedy_and_no_other_that_keeps_both(entry: Any) -> None:
    table, _, name = entry.row.partition("/")
    row = next(one for one in load_knowledge().rows(KINDS[table]) if one.id == name)
    assert row.tier == "D"
    assert entry.remedy in row.remedies
    kept = [one for one in row.remedies if not one.startswith(("switch:", "stop:", "counsel"))]
    assert kept == [entry.remedy], "a row that wants more than one thing is not answered by one of them"
    assert row.second is not None
    assert entry.remedy.startswith("test:")


@pytest.mark.django_db
def test_the_reason_is_one_of_the_list() -> None:
    known = {one.code for one in terminology.override_reasons("medicine")}
    assert {one.reason_code for one in managed().values()} <= known


def statement(**changes: Any) -> Statement:
    told = {"ticket": "t", "tier": "D", "base_tier": "D", "context": "", "row": "interactions/I149"}
    return Statement(told | changes, ())


def a_way(code: str) -> Way:
    return Way("t", code, code.partition(":")[0], T(zh="", en=""))


def test_only_this_remedy_on_this_row_as_the_row_was_written() -> None:
    assert management(statement(), a_way("test:INR@5")) is not None
    refused = [
        management(statement(), a_way("test:INR@30")),
        management(statement(), a_way("stop:a")),
        management(statement(row="interactions/I152"), a_way("protect:@PPI")),
        management(statement(tier="X"), a_way("test:INR@5")),
        management(statement(base_tier="C"), a_way("test:INR@5")),
        management(statement(context="lab:INR>4 -> D"), a_way("test:INR@5")),
    ]
    assert refused == [None] * 6
