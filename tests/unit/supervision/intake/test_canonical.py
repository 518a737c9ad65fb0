"""Tables in the documented columns: what is right goes to the lake, what is not to quarantine with its reason."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xinglin.supervision.facts.lake import TABLES
from xinglin.supervision.intake import BadInput, TableIntake, look_at
from xinglin.supervision.intake.canonical import NO_ID, TORN, TWICE, read_table, write_empty
from xinglin.supervision.intake.result import in_both
from xinglin.supervision.intake.store import Places, Terms, lake_schema, opened


def taken(folder: Path, out: Path, table: str) -> TableIntake:
    places = Places(out)
    places.prepare()
    with opened(places) as connection:
        return read_table(connection, table, look_at(folder).files[table], places, Terms())


def rows(path: Path, columns: str = "*") -> list[tuple[object, ...]]:
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY 1").fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")


def test_csv_values_are_typed(folder: Path, tmp_path: Path) -> None:
    write(
        folder,
        "items.csv",
        "item_id,item_amount_fen,item_on,item_done_at,item_fund_asked,item_kind,item_origin_id\n"
        'i1,1200,2026-04-01,2026-04-01T09:30:00+08:00,true,medicine,""\n'
        "i2,-5,,2026-04-01 01:30,0,,\n",
    )
    taking = taken(folder, tmp_path / "out", "items")
    assert (taking.rows, taking.quarantined, taking.unknown_columns) == (2, 0, ())
    wanted = "item_id, item_amount_fen, item_on, item_done_at, item_fund_asked, item_kind, item_origin_id"
    morning = datetime(2026, 4, 1, 1, 30)  # noqa: DTZ001 - the lake holds instants in UTC without saying so
    assert rows(tmp_path / "out/lake/items.parquet", wanted) == [
        ("i1", 1200, date(2026, 4, 1), morning, True, "medicine", ""),
        ("i2", -5, None, morning, False, None, None),
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("i1,12.5,,,", "item_amount_fen：应为整数 | item_amount_fen: must be a whole number"),
        ("i1,1e3,,,", "item_amount_fen：应为整数 | item_amount_fen: must be a whole number"),
        ("i1,99999999999999999999,,,", "item_amount_fen：应为整数 | item_amount_fen: must be a whole number"),
        ("i1,,2026-02-30,,", "item_on：应为日期，如 2026-04-01 | item_on: must be a day such as 2026-04-01"),
        ("i1,,01/02/2026,,", "item_on：应为日期，如 2026-04-01 | item_on: must be a day such as 2026-04-01"),
        ("i1,,,maybe,", "item_fund_asked：应为 true 或 false | item_fund_asked: must be true or false"),
        (",1,,,", NO_ID),
    ],
)
def test_a_bad_value_is_named(folder: Path, tmp_path: Path, cells: str, reason: str) -> None:
    write(folder, "items.csv", f"item_id,item_amount_fen,item_on,item_fund_asked,item_kind\n{cells}\ni9,7,,,\n")
    taking = taken(folder, tmp_path / "out", "items")
    assert (taking.rows, taking.quarantined, dict(taking.reasons)) == (1, 1, {reason: 1})
    held = rows(tmp_path / "out/quarantine/items.parquet", "reason, file, number")
    assert held == [(reason, "items.csv", 1)]
    assert rows(tmp_path / "out/lake/items.parquet", "item_id") == [("i9",)]


def test_a_row_with_two_faults_counts_once(folder: Path, tmp_path: Path) -> None:
    write(folder, "items.csv", "item_id,item_amount_fen,item_kind\ni1,x,potion\n")
    taking = taken(folder, tmp_path / "out", "items")
    assert (taking.rows, taking.quarantined, len(taking.reasons)) == (0, 1, 2)
    (kind,) = (in_both(one) for one in taking.reasons if "item_kind" in one)
    assert kind.zh.startswith("item_kind：应为其中之一：medicine")
    assert kind.en.startswith("item_kind: must be one of medicine")


def test_the_first_of_two_equal_ids_is_kept(folder: Path, tmp_path: Path) -> None:
    write(folder, "claims.csv", "claim_id,claim_total_fen\nc1,1\nc2,2\nc1,3\nc1,4\n")
    taking = taken(folder, tmp_path / "out", "claims")
    assert dict(taking.reasons) == {TWICE: 2}
    assert rows(tmp_path / "out/lake/claims.parquet", "claim_id, claim_total_fen") == [("c1", 1), ("c2", 2)]


def test_torn_lines_and_foreign_columns(folder: Path, tmp_path: Path) -> None:
    write(folder, "claims.csv", "claim_id,claim_total_fen,colour\nc1,1,red\nc2,2,red,green,blue,grey\nc3,3,red\n")
    taking = taken(folder, tmp_path / "out", "claims")
    assert (taking.rows, taking.quarantined, dict(taking.reasons)) == (2, 1, {TORN: 1})
    assert taking.unknown_columns == ("colour",)
    assert taking.columns == ("claim_id", "claim_total_fen")
    torn = rows(tmp_path / "out/quarantine/claims.0.torn.parquet", "file, number, content")
    assert torn == [("claims.csv", 3, "c2,2,red,green,blue,grey")]


@pytest.mark.parametrize("place", [2, 40_000])
def test_a_mark_that_is_never_closed_stops_the_file(folder: Path, tmp_path: Path, place: int) -> None:
    lines = ["line_id,line_prescription_id,line_drug_zh", *(f"l{number},rx1,x" for number in range(50_000))]
    lines[place] = 'lost,rx1,"no end'
    (folder / "lines.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(BadInput, match="quotation mark"):
        taken(folder, tmp_path / "out", "lines")


def test_parquet_in_several_files_and_folders(folder: Path, tmp_path: Path) -> None:
    for month, ident in (("2026-01", "c1"), ("2026-02", "c2")):
        part = folder / "claims" / f"month={month}"
        part.mkdir(parents=True)
        pq.write_table(
            pa.table({"claim_id": [ident], "claim_total_fen": [7], "claim_on": ["2026-01-02"]}), part / "a.parquet"
        )
    taking = taken(folder, tmp_path / "out", "claims")
    assert taking.rows == 2
    written = rows(tmp_path / "out/lake/claims.parquet", "claim_id, claim_total_fen, claim_on")
    assert written == [("c1", 7, date(2026, 1, 2)), ("c2", 7, date(2026, 1, 2))]


def test_the_lake_has_every_column_in_order(folder: Path, tmp_path: Path) -> None:
    write(folder, "rings.csv", "ring_id\nr1\n")
    taken(folder, tmp_path / "out", "rings")
    places = Places(tmp_path / "out")
    with opened(places) as connection:
        write_empty(connection, "packs", places)
        for table in ("rings", "packs"):
            described = connection.execute(f"DESCRIBE SELECT * FROM '{places.lake / table}.parquet'").fetchall()
            assert [(column, kind) for column, kind, *_ in described] == lake_schema(table)


def test_what_cannot_be_audited_says_why(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds nothing that can be audited"):
        look_at(folder)
    with pytest.raises(BadInput, match="is not a folder"):
        look_at(folder / "nowhere")
    write(folder, "claims.csv", "claim_total_fen\n1\n")
    with pytest.raises(BadInput, match="has no column claim_id"):
        taken(folder, tmp_path / "out", "claims")
    write(folder, "Patient.ndjson", "{}\n")
    with pytest.raises(BadInput, match="two folders"):
        look_at(folder)
    (folder / "Patient.ndjson").unlink()
    (folder / "claims.csv").unlink()
    (folder / "claims.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(BadInput, match=r"the table claims cannot be read \(claims.parquet\)"):
        taken(folder, tmp_path / "out", "claims")


def test_the_source_knows_its_files(folder: Path) -> None:
    write(folder, "claims.csv", "claim_id\n1\n")
    write(folder, "notes.txt", "")
    before = look_at(folder)
    assert before.left_alone == ("notes.txt",)
    write(folder, "claims.csv", "claim_id\n12\n")
    assert look_at(folder).fingerprint != before.fingerprint
    assert set(before.files) <= set(TABLES)
