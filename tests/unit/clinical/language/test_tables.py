"""The reader's own tables: what they name exists, and faults in them are refused with the row."""

from __future__ import annotations

from importlib.resources import files

import pytest

from xinglin.clinical.knowledge.conditions import ConditionKnowledge, read_conditions, read_files
from xinglin.clinical.language import tables


@pytest.fixture(scope="module")
def knowledge() -> ConditionKnowledge:
    found, _ = read_conditions(read_files(files("xinglin.clinical.knowledge") / "diagnosis"))
    return found


def test_compositions_name_findings_qualities_and_sites(knowledge: ConditionKnowledge) -> None:
    codes = {code for found in tables.compositions().values() for code in found}
    assert codes <= set(knowledge.findings)
    assert {quality for quality, _ in tables.compositions()} <= set(tables.qualities())
    assert {site for _, site in tables.compositions()} <= {*tables.sites(), "*"}
    assert set(tables.quality_parents()) | set(tables.quality_parents().values()) <= set(tables.qualities())


def test_other_tables_name_findings_and_quantities(knowledge: ConditionKnowledge) -> None:
    known = set(knowledge.findings)
    assert {row["finding"] for row in tables.rows("handed_on")} <= known
    assert {code for row in tables.rows("normals") for code in row["findings"].split()} <= known
    assert {row["code"] for row in tables.rows("words") if not row["code"].startswith("known:")} <= known
    assert {one for row in tables.rows("panels") for one in row["quantities"].split()} <= set(knowledge.quantities)
    assert {row["quantity"] for row in tables.rows("measure_words")} <= set(knowledge.quantities)


def test_cues_are_read_whole() -> None:
    assert sum(len(row.words) for row in tables.cues()) > 5_000
    assert {row.kind for row in tables.cues()} == set(tables.KINDS)


def test_choices_in_brackets_are_spelt_out() -> None:
    assert tables.expand("(no|without) (any|) pain") == ["no any pain", "no pain", "without any pain", "without pain"]
    nested = tables.expand("(没(有|)|无) (明显|) 发热")
    assert set(nested) == {"没有明显发热", "没有发热", "没明显发热", "没发热", "无明显发热", "无发热"}
    assert tables.split("a (b|c)|d") == ["a (b|c)", "d"]


def test_a_row_of_unequal_characters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "rows", lambda name: [{"traditional": "頭痛", "simplified": "头"}])
    with pytest.raises(tables.BadLanguageTable, match=r"characters\.csv"):
        tables.characters.__wrapped__()


def test_a_cue_of_an_unknown_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"kind": "denial", "direction": "after", "reach": "list", "words": "no"}
    monkeypatch.setattr(tables, "rows", lambda name: [row])
    with pytest.raises(tables.BadLanguageTable, match=r"cues\.csv, row 2"):
        tables.cues.__wrapped__()


def test_a_site_of_an_unknown_parent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"site": "knee", "parents": "limb", "modifiers": "", "words_zh": "膝", "words_en": "knee"}
    monkeypatch.setattr(tables, "rows", lambda name: [row])
    with pytest.raises(tables.BadLanguageTable, match="limb"):
        tables.sites.__wrapped__()


def test_typos_keep_their_length() -> None:
    assert all(len(wrong) == len(right) for wrong, right in tables.typos().items())
