"""What is remembered about a prepared database, and when it is not believed."""

import json
from pathlib import Path
from typing import Any

import pytest

from xinglin.hospital.config import prepared

PEOPLE: list[dict[str, Any]] = [{"role": "auditor", "link": "/demo/as/auditor"}]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path))
    monkeypatch.setattr(prepared, "_migrations", lambda environment: 40)
    return {"DATABASE_URL": "postgresql://x/y", "XINGLIN_DEMO": "1", "XINGLIN_SCALE": "1.0", "XINGLIN_SEED": "1"}


def test_nothing_is_known_at_first(environment: dict[str, str]) -> None:
    assert prepared.recall(environment) is None


def test_what_was_prepared_is_recalled(environment: dict[str, str]) -> None:
    prepared.remember(environment, PEOPLE)
    assert prepared.recall(environment) == PEOPLE


@pytest.mark.parametrize("name", ["DATABASE_URL", "XINGLIN_DEMO", "XINGLIN_SCALE", "XINGLIN_SEED"])
def test_another_wish_is_prepared_anew(environment: dict[str, str], name: str) -> None:
    prepared.remember(environment, PEOPLE)
    assert prepared.recall({**environment, name: "2"}) is None


@pytest.mark.parametrize("count", [0, 39, 41])
def test_another_database_behind_the_address_is_noticed(
    environment: dict[str, str], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared.remember(environment, PEOPLE)
    monkeypatch.setattr(prepared, "_migrations", lambda environment: count)
    assert prepared.recall(environment) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mark": 1}', "null"])
def test_a_damaged_note_is_not_believed(environment: dict[str, str], text: str) -> None:
    prepared.remember(environment, PEOPLE)
    prepared._note().write_text(text)
    assert prepared.recall(environment) is None


def test_changed_code_is_noticed(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "src" / "xinglin" / "hospital" / "pharmacy" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("one = 1\n")
    monkeypatch.setattr(prepared, "CHECKOUT", tmp_path)
    prepared.remember(environment, PEOPLE)
    assert prepared.recall(environment) == PEOPLE
    (folder / "0002_more.py").write_text("two = 2\n")
    assert prepared.recall(environment) is None


def test_a_database_that_does_not_answer_has_no_migrations() -> None:
    assert prepared._migrations({"DATABASE_URL": "postgresql:///x?host=/nowhere"}) == 0
    assert json.dumps(prepared.mark({})) == json.dumps(prepared.mark({}))
