"""Published records become rows: chains, days, contradictions, what cannot be used, and refusals of bad files."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.supervision.published import CLASSES, MAIN, OTHER, SUB, A, B, C, pair, record, write

from xinglin.supervision.tables import BadTable, load_knowledge
from xinglin.supervision.tables.official import (
    BadRecords,
    Imported,
    as_json,
    as_markdown,
    current_store,
    import_published,
    totals,
    write_store,
)
from xinglin.supervision.tables.official.files import PAIR_COLUMNS

HEADER = ",".join(PAIR_COLUMNS)
LEVEL_2 = "限二级及以上医疗机构。"
LEVEL_3 = "限三级及以上医疗机构。"
DAY = date(2026, 5, 20)


def run(folder: Path, *records: dict[str, str], since: date | None = None, **more: Any) -> Imported:
    return import_published(write(folder, *records, **more), load_knowledge(), undated_since=since)


def rows(imported: Imported, table: str) -> dict[tuple[str, ...], list[tuple[dict[str, object], date, date | None]]]:
    found: dict[tuple[str, ...], list[tuple[dict[str, object], date, date | None]]] = {}
    for row in imported.rows:
        if row.table == table:
            found.setdefault(row.key, []).append((dict(row.values), row.since, row.until))
    return found


def whats(entries: tuple[Any, ...]) -> list[tuple[str, str]]:
    return [(entry.id, entry.what) for entry in entries]


def dated(seq: int, id: str, codes: str = A, day: str = "2026-04-21", **cells: str) -> dict[str, str]:
    return record(seq, id, codes, published_at=day, **cells)


# DAYS AND CHAINS


def test_a_superseded_record_ends_when_its_successor_begins(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        dated(12, "K1", f"{A}|{B}", "2026-01-05", constraint=LEVEL_2),
        dated(12, "K2", A, "2026-03-01", constraint=LEVEL_3, supersedes="K1"),
        dated(12, "K3", A, "2026-04-01", constraint=LEVEL_2, supersedes="K2"),
    )
    two, three = {"level": 2, "first_only": False}, {"level": 3, "first_only": False}
    assert rows(made, "drug_level") == {
        (A,): [
            (two, date(2026, 1, 5), date(2026, 2, 28)),
            (three, date(2026, 3, 1), date(2026, 3, 31)),
            (two, date(2026, 4, 1), None),
        ],
        (B,): [(two, date(2026, 1, 5), date(2026, 2, 28))],
    }
    assert made.contradictions == ()
    count = totals(made)
    assert (count["records"], count["superseded"], count["usable"]) == (3, 2, 1)


def test_an_undated_record_holds_from_the_day_on_which_it_surely_stood(tmp_path: Path) -> None:
    records = (
        record(12, "K1", A, constraint=LEVEL_2, batch="3"),
        record(12, "K2", B, constraint=LEVEL_2, batch="6"),
        dated(12, "K3", B, "2026-01-28", constraint=LEVEL_3, batch="", supersedes="K2"),
        record(12, "K4", C, constraint=LEVEL_2, batch="8"),
        dated(1, "K5", C, "2026-04-21", constraint="限工伤保险", batch="9"),
    )
    levels = rows(run(tmp_path, *records), "drug_level")
    assert {key[0]: [row[1] for row in found] for key, found in levels.items()} == {
        A: [date(2026, 1, 28)],
        B: [date(2026, 1, 28)],
        C: [date(2026, 4, 21)],
    }
    told = rows(run(tmp_path, *records, since=date(2025, 6, 1)), "drug_level")
    assert [(row[1], row[2]) for row in told[(B,)]] == [
        (date(2025, 6, 1), date(2026, 1, 27)),
        (date(2026, 1, 28), None),
    ]


def test_a_record_without_any_day_yields_no_row(tmp_path: Path) -> None:
    made = run(tmp_path, record(12, "K1", constraint=LEVEL_2, batch=""))
    assert (made.rows, whats(made.unusable)) == ((), [("K1", "undated")])


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ({}, {"supersedes": "K9"}, "K9 must be the id of another record"),
        ({"supersedes": "K2"}, {"supersedes": "K1"}, "leads back to itself"),
        ({"published_at": "2026-05-01"}, {"supersedes": "K1", "published_at": "2026-04-01"}, "published later"),
        ({"rule_class": CLASSES[1]}, {"supersedes": "K1"}, "a record replaces one of its class"),
    ],
)
def test_broken_chains_are_refused(tmp_path: Path, first: dict[str, str], second: dict[str, str], says: str) -> None:
    with pytest.raises(BadRecords, match=f"column supersedes: .*{says}"):
        run(tmp_path, record(12, "K1", **first), record(12, "K2", **second))


def test_a_record_is_replaced_once(tmp_path: Path) -> None:
    with pytest.raises(BadRecords, match="row 4, column supersedes: K1 is already replaced by K2"):
        run(tmp_path, record(12, "K1"), record(12, "K2", supersedes="K1"), record(12, "K3", supersedes="K1"))


# CONTRADICTIONS


def test_the_text_is_preferred_to_the_parameter_and_both_are_kept(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        dated(10, "K1", constraint="支付不超过14天。", 限定天数="15"),
        dated(13, "K2", constraint="限急诊或住院患者。", 限定就医方式="住院"),
        dated(31, "K3", MAIN, constraint="反映近2-3个月的平均水平。", 限定天数="15天"),
        dated(12, "K4", constraint="限二级及以上医疗机构。", 限定医疗机构级别="二级"),
    )
    assert rows(made, "drug_course")[(A,)][0][0] == {"days": 14, "per_stay": False}
    assert rows(made, "drug_care_mode")[(A,)][0][0] == {"modes": "emergency inpatient"}
    assert rows(made, "service_cycle")[(MAIN,)][0][0] == {"days": 15}
    assert [(entry.id, entry.what, entry.detail) for entry in made.contradictions] == [
        ("K1", "parameter", "text 14, parameter 15"),
        ("K2", "parameter", "text emergency inpatient, parameter inpatient"),
    ]


def test_two_values_of_one_code_on_one_day_leave_it_out(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        dated(15, "K1", f"{MAIN}", constraint="胃肠手术组"),
        dated(15, "K2", f"{MAIN}|{SUB}", constraint="肝胆手术组"),
    )
    assert rows(made, "incision_group") == {(SUB,): [({"group": "hepatobiliary"}, date(2026, 4, 21), None)]}
    assert whats(made.contradictions) == [("K1", "values"), ("K2", "values")]
    assert whats(made.unusable) == [("K1", "ambiguous")]


def test_a_later_record_ends_an_earlier_one_that_it_does_not_name(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        dated(12, "K1", constraint=LEVEL_2),
        dated(12, "K2", day="2026-06-01", constraint=LEVEL_3),
    )
    assert [row[1:] for row in rows(made, "drug_level")[(A,)]] == [
        (date(2026, 4, 21), date(2026, 5, 31)),
        (date(2026, 6, 1), None),
    ]
    assert whats(made.contradictions) == [("K2", "unnamed_successor")]


def test_signs_of_two_widths_make_no_second_record(tmp_path: Path) -> None:
    text = "需经营养风险筛查，不能使用“示例剂”的住院患者方予支付。"
    other = '需经营养风险筛查,不能使用"示例剂"的住院患者方予支付。'
    made = run(tmp_path, dated(13, "K1", constraint=text), dated(13, "K2", constraint=other, item_name="示例K1"))
    assert whats(made.contradictions) == [("K2", "twice")]
    assert len(made.rows) == 1
    assert whats(made.partly)[:2] == [("K1", "disease"), ("K1", "screening")]


def test_a_text_that_denies_its_class_is_not_used(tmp_path: Path) -> None:
    made = run(tmp_path, dated(5, "K1", constraint="限贫血患者。"), dated(5, "K2", B, constraint="限二线用药。"))
    assert list(rows(made, "second_line")) == [(B,)]
    assert whats(made.unusable) == [("K1", "text_denies")]
    assert whats(made.contradictions) == [("K1", "class_text")]


def test_class_codes_that_differ_are_reported(tmp_path: Path) -> None:
    made = run(tmp_path, dated(12, "K1", constraint=LEVEL_2, gz_code="GZ13", level1="政策类", level2="另一类"))
    assert whats(made.contradictions) == [("K1", "class_code"), ("K1", "class_path")]


# WHAT CANNOT BE USED


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (dated(74, "K1", "强CYP1A2抑制剂|强CYP3A4诱导剂"), "words_for_codes"),
        (dated(74, "K1"), "no_table"),
        (dated(3, "K1", "", item_name="各种示例"), "no_code"),
        (dated(81, "K1", "", item_name="说明：性别不清人群不纳入此规则。"), "note"),
        (dated(67, "K1", constraint="用于头痛。"), "sex_unclear"),
        (dated(7, "K1", constraint="限重症。"), "age_unclear"),
        (dated(80, "K1", MAIN, constraint="专用项目"), "age_unclear"),
        (dated(10, "K1", constraint="限卒中患者。"), "days_unclear"),
        (dated(10, "K1", constraint="支付不超过12个月。"), "span_not_days"),
        (dated(12, "K1", constraint="限专科。"), "level_unclear"),
        (dated(13, "K1", constraint="限癌症患者。"), "mode_unclear"),
        (dated(15, "K1", MAIN, constraint="示例手术组"), "group_unclear"),
        (dated(27, "K1", MAIN, constraint="疗程"), "unit_unclear"),
        (dated(31, "K1", MAIN, constraint="反映近2-3个月的平均水平。"), "days_unclear"),
        (dated(25, "K1", MAIN), "not_a_pair"),
        (dated(25, "K1", f"{MAIN}|{SUB}"), "window_missing"),
    ],
)
def test_every_record_that_is_not_used_says_why(tmp_path: Path, made: dict[str, str], why: str) -> None:
    result = run(tmp_path, made)
    assert (result.rows, whats(result.unusable)) == ((), [("K1", why)])
    assert as_json(result)["unusable"][0]["en"]  # type: ignore[index, call-overload]


def test_free_text_indications_mark_the_medicine_and_guess_no_disease(tmp_path: Path) -> None:
    made = run(tmp_path, dated(8, "K1", constraint="限2型糖尿病患者。"))
    assert rows(made, "indication_limited")[(A,)][0][0] == {"listed": True}
    assert not rows(made, "drug_indication")
    assert whats(made.partly) == [("K1", "text_condition")]


def test_pairs_take_their_window_from_the_list(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        dated(25, "K1", f"{MAIN}|{SUB}", constraint="含示例"),
        dated(25, "K2", f"{MAIN}|{OTHER}", constraint="含另一示例"),
        pairs=(pair(), pair(sub=OTHER, window="6小时"), pair(main=OTHER, window="同一小时")),
    )
    assert {key: found[0][0] for key, found in rows(made, "duplicate_pair").items()} == {
        (MAIN, SUB): {"window": "day"},
        (MAIN, OTHER): {"window": "hours6"},
    }
    assert [(entry.id, entry.what, entry.row) for entry in made.contradictions] == [("K2", "pair", 3), ("", "pair", 4)]


def test_totals_and_empty_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    total = dict.fromkeys(record(12, "K1"), "") | {"item_name": "合计", "batch": "366"}
    made = run(tmp_path, dated(12, "K1", constraint=LEVEL_2), total, pairs=(pair(), dict.fromkeys(pair(), "")))
    assert made.published.dropped == (
        ("knowledge_points.csv", 3, "total"),
        ("duplicate_charge_pairs.csv", 3, "empty"),
    )
    assert totals(made)["records"] == 1


# BAD FILES


def _cut(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text("kp_id,rule_class\n", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "knowledge_points.csv").unlink(), "knowledge_points.csv: the file is missing"),
        (_cut("knowledge_points.csv"), "knowledge_points.csv, row 1, column gz_code: the header must name"),
        (
            lambda folder: (folder / "knowledge_points.csv").write_bytes("kp_id\n示例\n".encode("gb18030")),
            "knowledge_points.csv, row 2: the text must be UTF-8",
        ),
        (lambda folder: (folder / "cat88.json").write_text("{"), "cat88.json, row 1: this is no JSON"),
        (lambda folder: (folder / "cat88.json").write_text("{}"), "cat88.json, column rules: the document must"),
        (
            lambda folder: (folder / "cat88.json").write_text(json.dumps({"rules": [{"seq": 1}]})),
            "cat88.json, row 1, column name",
        ),
        (
            lambda folder: (folder / "rules_88_2025.csv").write_text("seq,name,code_1_0\n99,x,y\n"),
            "rules_88_2025.csv, row 2, column seq",
        ),
        (
            lambda folder: (folder / "duplicate_charge_pairs.csv").write_text(
                f"{','.join(PAIR_COLUMNS)}\n1,2\n", "utf-8"
            ),
            "duplicate_charge_pairs.csv, row 2: 7 cells are needed, 2 are there",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_place(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    write(tmp_path, dated(12, "K1", constraint=LEVEL_2))
    spoil(tmp_path)
    with pytest.raises(BadRecords, match=f"^{says}"):
        import_published(tmp_path, load_knowledge())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"kp_id": ""}, "row 3, column kp_id: each record has an id of its own"),
        ({"kp_id": "K1"}, "row 3, column kp_id: each record has an id of its own"),
        ({"rule_class": "示例类"}, "row 3, column rule_class: 示例类 stands here"),
        ({"batch": "五"}, "row 3, column batch: 五 stands here; it must be a whole number"),
        ({"published_at": "2026/1/28"}, "row 3, column published_at: 2026/1/28 stands here; a day is written like"),
    ],
)
def test_a_bad_record_is_named_with_its_cell(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    with pytest.raises(BadRecords, match=f"^knowledge_points.csv, {says}"):
        run(tmp_path, record(12, "K1"), {**record(12, "K2"), **cells})


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (pair(window="每月"), "column 频度: 每月 stands here; it must be one of 单日, 单次就诊"),
        (pair(sub="示例"), "column 从项编码: 示例 stands here"),
        (pair(sub=MAIN), "column 从项编码: a pair names two different items"),
    ],
)
def test_a_bad_pair_is_named_with_its_cell(tmp_path: Path, made: dict[str, str], says: str) -> None:
    with pytest.raises(BadRecords, match=f"^duplicate_charge_pairs.csv, row 2, {says}"):
        run(tmp_path, pairs=(made,))


# THE FILE THAT IS KEPT


def test_what_is_kept_is_found_by_the_rules_and_named_in_the_digest(tmp_path: Path) -> None:
    made = run(tmp_path, dated(12, "K1", constraint=LEVEL_2, batch="9"))
    store = tmp_path / "kept"
    path, changed = write_store(store, made)
    assert (changed, write_store(store, made)) == (True, (path, False))
    knowledge = load_knowledge(path)
    assert knowledge.look_up("drug_level", (A,), DAY, "370902") == 2
    assert knowledge.look_up("drug_level", (A,), date(2026, 4, 20), "370902") == 0
    assert load_knowledge().look_up("drug_level", (A,), DAY, "370902") == 0
    assert knowledge.digest != load_knowledge().digest
    row = knowledge.tables["drug_level"].row((A,), DAY, "")
    assert row is not None
    assert row.basis.read
    assert row.basis.article.en == "class 12 of the list of rules, batch 9, published 2026-04-21"


def test_another_import_takes_its_place_and_leaves_the_older_file(tmp_path: Path) -> None:
    store = tmp_path / "kept"
    assert current_store(store) is None
    first, _ = write_store(store, run(tmp_path, dated(12, "K1", constraint=LEVEL_2)))
    second, _ = write_store(store, run(tmp_path, dated(12, "K1", constraint=LEVEL_3)))
    assert current_store(store) == second != first
    assert first.is_file()
    assert load_knowledge(first).digest != load_knowledge(second).digest
    assert sorted(path.name for path in store.iterdir()) == sorted([first.name, second.name, "nhsa.current"])


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    path, _ = write_store(tmp_path / "kept", run(tmp_path, dated(12, "K1", constraint=LEVEL_2)))
    path.write_bytes(path.read_bytes().replace(b'"level":2', b'"level":3'))
    with pytest.raises(BadTable, match="its content has changed; import the records again"):
        load_knowledge(path)
    path.unlink()
    assert current_store(path.parent) == path
    with pytest.raises(BadTable, match="cannot be read"):
        load_knowledge(path)


def test_the_page_names_every_record_that_is_not_used(tmp_path: Path) -> None:
    page = as_markdown(run(tmp_path, dated(12, "K1", constraint="限专科。"), dated(8, "K2", constraint="限示例病。")))
    assert "knowledge_points.csv:2 K1 药品限医疗机构级别: 示例K1 — 限专科。" in page
    assert "the text names no level of institution (1)" in page
    assert "the condition is text without codes of diseases; evidence is asked for (1)" in page
