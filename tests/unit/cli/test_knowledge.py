"""`xinglin knowledge import nhsa`: what is kept, what is said, the exit code; the hospital judges with it at once."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.supervision.published import MAIN, SUB, A, pair, record, write
from typer.testing import CliRunner

from xinglin.cli import app
from xinglin.hospital.oversight.errors import KnowledgeDamaged
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.supervision.tables import load_knowledge

LEVEL_2 = "限二级及以上医疗机构。"


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["knowledge", "import", "nhsa", *map(str, words)])


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    return write(
        folder,
        record(12, "K1", constraint=LEVEL_2, published_at="2026-04-21"),
        record(12, "K2", "", constraint=LEVEL_2, published_at="2026-04-21"),
        record(25, "K3", f"{MAIN}|{SUB}", constraint="含示例", published_at="2026-04-21"),
        pairs=(pair(),),
    )


def test_the_hospital_judges_with_what_was_imported(published: Path, tmp_path: Path, settings: Any) -> None:
    settings.XINGLIN_KNOWLEDGE = tmp_path / "kept"
    before = knowledge_in_force().digest
    done = run(published, "--to", tmp_path / "kept", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    after = knowledge_in_force()
    assert after.look_up("drug_level", (A,), date(2026, 5, 1), "370902") == 2
    assert told["knowledge_digest"] == after.digest != before
    assert (told["changed"], told["totals"]["records"], told["totals"]["rows"]) == (True, 3, 2)
    assert [(one["id"], one["what"]) for one in told["unusable"]] == [("K2", "no_code")]
    assert json.loads(run(published, "--to", tmp_path / "kept", "--json").stdout)["changed"] is False


def test_the_hospital_does_not_judge_with_half_its_knowledge(published: Path, tmp_path: Path, settings: Any) -> None:
    settings.XINGLIN_KNOWLEDGE = tmp_path / "kept"
    kept = Path(json.loads(run(published, "--to", tmp_path / "kept", "--json").stdout)["file"])
    kept.write_bytes(kept.read_bytes()[:-1])
    load_knowledge.cache_clear()
    with pytest.raises(KnowledgeDamaged, match=kept.name):
        knowledge_in_force()


def test_a_person_reads_a_table_and_the_reasons(published: Path, tmp_path: Path) -> None:
    done = run(published, "--to", tmp_path / "kept", "--report", tmp_path / "report.md")
    assert done.exit_code == 0
    assert "药品限医疗机构级别" in done.stdout
    assert "not used: 1 of 药品限医疗机构级别: no code" in done.stdout
    assert "1 pairs of 1 main items (day 1)" in done.stderr.replace("\n", " ")
    assert "knowledge_points.csv:3 K2" in (tmp_path / "report.md").read_text("utf-8")
    run(published, "--to", tmp_path / "kept", "--report", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["windows"] == {"day": 1}


def test_a_day_for_what_carries_none(published: Path, tmp_path: Path) -> None:
    write(published, record(12, "K1", constraint=LEVEL_2, batch="1"))
    assert json.loads(run(published, "--to", tmp_path / "kept", "--json").stdout)["totals"]["rows"] == 0
    done = run(published, "--to", tmp_path / "kept", "--undated-since", "2025-06-01", "--json")
    assert json.loads(done.stdout)["totals"]["rows"] == 1


def test_a_bad_file_imports_nothing(published: Path, tmp_path: Path) -> None:
    write(published, record(12, "K1", published_at="21.4.2026"))
    done = run(published, "--to", tmp_path / "kept", "--report", tmp_path / "report.md")
    assert done.exit_code == 1
    said = done.stderr.replace("\n", " ")
    assert "Nothing was imported. knowledge_points.csv, row 2, column published_at" in said
    assert "2026-01-28" in said
    assert not (tmp_path / "kept").exists()
    assert not (tmp_path / "report.md").exists()


def test_a_report_that_cannot_be_written_imports_nothing(published: Path, tmp_path: Path) -> None:
    done = run(published, "--to", tmp_path / "kept", "--report", tmp_path / "none" / "report.md")
    assert done.exit_code == 1
    assert "report.md cannot be written (No such file or directory)" in done.stderr.replace("\n", " ")
    assert not (tmp_path / "kept").exists()
