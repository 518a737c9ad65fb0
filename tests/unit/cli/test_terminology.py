"""`xinglin terminology import-icd`: what is taken, what is set aside with line and reason, and the exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xinglin.cli import app
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.terminology.models import Diagnosis, Edition

pytestmark = pytest.mark.django_db

EDITION = "code,name\nI10.x00x002,原发性高血压\n?,乱码\nE11.900x001,2型糖尿病\nI10.x00x002,高血压\n"


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    path = tmp_path / "edition.csv"
    path.write_text(EDITION, encoding="utf-8")
    return path


def test_good_rows_are_taken_and_bad_ones_named(edition: Path) -> None:
    done = CliRunner().invoke(app, ["terminology", "import-icd", str(edition), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["rows"], told["opened"], told["closed"]) == (2, 2, 0)
    assert [(row["line"], row["code"]) for row in told["quarantined"]] == [(3, "?"), (5, "I10.x00x002")]
    assert told["quarantined"][1]["reason"]["en"] == "the code stands twice"
    assert Diagnosis.objects.filter(edition="national", valid_until_on=None).count() == 2


def test_a_second_import_changes_nothing(edition: Path) -> None:
    for _ in range(2):
        done = CliRunner().invoke(app, ["terminology", "import-icd", str(edition), "--json"])
    told = json.loads(done.stdout)
    assert (told["rows"], told["opened"], told["closed"]) == (2, 0, 0)


def test_people_read_a_table_of_what_was_set_aside(edition: Path) -> None:
    done = CliRunner().invoke(app, ["terminology", "import-icd", str(edition)])
    assert done.exit_code == 0, done.output
    assert "Rows set aside" in done.output
    assert "not the shape of an ICD-10" in " ".join(done.output.split())
    assert "2 rows taken (2 new or changed, 0 closed), 2 set aside" in " ".join(done.output.split())


def test_a_file_without_a_good_row_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("code,name\n?,x\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["terminology", "import-icd", str(path)])
    assert done.exit_code == 1
    assert isinstance(done.exception, DomainError)
    assert "not one row can be used" in str(done.exception)
    assert not Edition.objects.filter(catalogue="national").exists()
