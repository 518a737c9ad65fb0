"""The lake of the made city: every fact of the right kind, every parent there, nothing that tells who did wrong."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.conditions import code_for
from xinglin.hospital.demo.city.plants import MEANINGS
from xinglin.hospital.demo.lake import changes, lake_rows, schema_of, write_lake
from xinglin.supervision.facts.lake import TABLES, Facts, column_kinds, table_columns
from xinglin.supervision.facts.words import Sex

Lake = dict[str, list[Facts]]


def _tables(town: City, *, final: bool) -> Lake:
    found: Lake = {name: [] for name in TABLES}
    for table, row in lake_rows(town, final=final):
        found[table].append(row)
    return found


@pytest.fixture(scope="module")
def lake(town: City) -> Lake:
    return _tables(town, final=True)


@pytest.fixture(scope="module")
def then(town: City) -> Lake:
    return _tables(town, final=False)


def test_every_fact_is_of_its_columns_kind_and_no_other_is_there(lake: Lake) -> None:
    kinds = column_kinds()
    for table, rows in lake.items():
        paths = {column.path for column in table_columns(table)}
        for row in rows:
            assert set(row) <= paths
            wrong = [path for path, value in row.items() if value is not None and not isinstance(value, kinds[path])]
            assert wrong == []


def test_every_row_has_a_key_of_its_own_and_its_parents(lake: Lake) -> None:
    keys = {name: Counter(row[table.key] for row in lake[name]) for name, table in TABLES.items()}
    for name, table in TABLES.items():
        assert all(count == 1 for count in keys[name].values())
        for parent in (parent for parent in table.parents if parent.table != "stays"):
            absent = [row for row in lake[name] if row.get(parent.by) and row[parent.by] not in keys[parent.table]]
            assert absent == []


def test_no_man_is_given_what_only_women_have(lake: Lake) -> None:
    men = {row["patient.id"] for row in lake["encounters"] if row["patient.sex"] is Sex.MALE}
    visits = [row["encounter.diagnosis_code"] for row in lake["encounters"] if row["patient.id"] in men]
    problems = [row["condition.code"] for row in lake["conditions"] if row["condition.person_id"] in men]
    assert "M81.0" not in {*visits, *problems}
    assert (code_for("M", "M81.0"), code_for("F", "M81.0"), code_for("M", "I10")) == ("M81.8", "M81.0", "I10")


def test_what_was_refunded_says_so_itself_from_the_same_instant(lake: Lake, then: Lake) -> None:
    rows = {row["item.id"]: row for row in lake["items"]}
    refunds = [row for row in lake["items"] if row["item.origin_id"]]
    assert refunds
    for refund in refunds:
        origin = rows[refund["item.origin_id"]]
        assert origin["item.refunded_milli"] == -refund["item.quantity_milli"] == origin["item.quantity_milli"]
        assert origin["item.refunded_at"] == refund["record.known_at"] is not None
    assert sum(bool(row["item.refunded_milli"]) for row in lake["items"]) == len(refunds)
    taken_back = {row["item.id"] for row in then["items"] if row["item.refunded_milli"]}
    assert taken_back == {row["item.origin_id"] for row in refunds}


def test_items_add_up_to_their_claim_and_a_claim_to_who_paid(lake: Lake) -> None:
    charged: Counter[str] = Counter()
    for row in lake["items"]:
        if row["item.origin_id"] == "":
            charged[str(row["item.claim_id"])] += int(str(row["item.amount_fen"]))
    for row in lake["claims"]:
        assert charged[str(row["claim.id"])] == row["claim.total_fen"] == row["claim.lines_fen"]
        paid = [row[f"claim.{who}_fen"] for who in ("fund", "person", "hospital")]
        assert sum(int(str(part)) for part in paid) == row["claim.total_fen"]


def test_a_stay_is_charged_by_the_day(lake: Lake) -> None:
    stays = {row["stay.encounter_id"]: row for row in lake["stays"]}
    beds: Counter[tuple[object, object]] = Counter()
    for row in lake["items"]:
        if row["item.encounter_id"] in stays and row["item.code"] == "990500075000000":
            beds[row["item.encounter_id"], row["item.on"]] += int(str(row["item.quantity_milli"]))
            stay = stays[row["item.encounter_id"]]
            assert str(stay["stay.on"]) <= str(row["item.on"]) < str(stay["stay.discharged_on"])
    assert set(beds.values()) == {1000}
    assert len({key for key, _ in beds}) == len(stays)


def test_what_was_known_then_grows_into_what_stands_at_the_end(town: City, lake: Lake, then: Lake) -> None:
    """Nothing known then is dated after the judgement; and every difference has a cause."""
    for table in ("encounters", "claims", "prescriptions"):
        for row in then[table]:
            asked = row["record.asked_at"]
            assert isinstance(asked, datetime)
            later = [p for p, v in row.items() if isinstance(v, datetime) and v > asked and p != "record.known_at"]
            assert later == []
    found = Counter(change["cause"] for change in changes(town))
    assert {"death_registered", "diagnosis_corrected", "refund", "reported_later"} <= set(found)


def test_care_elsewhere_is_known_later_and_own_care_at_once(town: City, lake: Lake) -> None:
    house = town.places.places[town.places.internet].id
    days: Counter[int] = Counter()
    for row in lake["encounters"]:
        known, asked = row["record.known_at"], row["record.asked_at"]
        assert isinstance(known, datetime)
        assert isinstance(asked, datetime)
        if row["institution.id"] == house:
            assert known == asked
        else:
            days[(known.date() - asked.date()).days] += 1
    assert set(days) == {1, 2, 3, 4, 5, 6}
    assert days[1] > 0.85 * sum(days.values())


def test_no_fact_names_a_misdeed(lake: Lake) -> None:
    words = {*(name for name in MEANINGS if "_" in name), "innocent", "phantom"}
    for rows in lake.values():
        for row in rows[::5]:
            for value in row.values():
                assert not isinstance(value, str) or not any(word in value for word in words)


def test_the_files_hold_the_same_rows(town: City, lake: Lake, tmp_path: Path) -> None:
    counts = write_lake(town, tmp_path)
    for name, rows in lake.items():
        table = pyarrow.parquet.read_table(tmp_path / f"{name}.parquet")
        assert table.num_rows == len(rows) == counts[name]
        assert table.schema.equals(schema_of(name))
    first = pyarrow.parquet.read_table(tmp_path / "encounters.parquet").slice(0, 1).to_pylist()[0]
    row = lake["encounters"][0]
    assert first["encounter_id"] == row["encounter.id"]
    started = row["encounter.started_at"]
    assert isinstance(started, datetime)
    assert first["encounter_started_at"].replace(tzinfo=UTC) == started
    assert first["patient_sex"] in ("male", "female")
