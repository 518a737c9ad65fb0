"""The rules find what is planted, in cities on which they were never tuned (those are 1 to 10).

Quick: a small city, where the kinds that follow from the facts alone must be found whole. Long: cities of thousands,
where every kind must reach its goals. No rule sees the answers: what an audit reads is the lake, and that holds the
documented columns alone.
"""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from xinglin.hospital.demo.answers import answers_of
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.scoring import KINDS, Score, duckdb_audit, score_city, score_seeds
from xinglin.supervision.facts.lake import TABLES, column_name, table_columns

CERTAIN = {kind.name for kind in KINDS if kind.precision >= 0.95}
HELD_OUT = (6203, 6211)


@pytest.fixture(scope="module")
def scored(town: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Score], Path]:
    folder = tmp_path_factory.mktemp("lake")
    return score_city(town, duckdb_audit, folder), folder


def test_what_follows_from_the_facts_alone_is_found_whole(scored: tuple[dict[str, Score], Path]) -> None:
    scores, _ = scored
    planted = {name for name in CERTAIN if scores[name].planted}
    assert len(planted) >= 6, "a city without misconduct shows nothing"
    assert {name: scores[name].recall for name in planted} == dict.fromkeys(planted, 1.0)
    assert {name: dict(scores[name].lookalikes) for name in CERTAIN} == {name: {} for name in CERTAIN}


def test_an_audit_reads_the_documented_columns_and_no_answer(town: City, scored: tuple[dict[str, Score], Path]) -> None:
    _, folder = scored
    answers = {str(plant["key"]) for plant in answers_of(town)["plants"]}
    assert answers
    read = 0
    for file in folder.rglob("*.parquet"):
        table = pq.ParquetFile(file)
        name = next(name for name in TABLES if file.is_relative_to(folder / name) or file.stem == name)
        assert set(table.schema_arrow.names) <= {column_name(column.path) for column in table_columns(name)}
        for column in table.read().columns:
            assert not answers & {value for value in column.unique().to_pylist() if isinstance(value, str)}
        read += 1
    assert read


@pytest.mark.long
def test_every_kind_reaches_its_goals_in_cities_never_seen() -> None:
    told: list[str] = []
    total = score_seeds(HELD_OUT, 0.15, say=told.append)
    assert len(told) == len(HELD_OUT)
    short = {
        kind.name: (total[kind.name].precision, total[kind.name].recall) for kind in KINDS if total[kind.name].planted
    }
    assert [name for name in short if not total[name].meets(next(k for k in KINDS if k.name == name))] == [], short
