"""The real bulk export, where it lies on the machine: every resource read, names mapped, what must be judged judged."""

import os
from pathlib import Path

import duckdb
import pytest

from xinglin.supervision.intake import look_at
from xinglin.supervision.intake.fhir import assemble, prepare, stage
from xinglin.supervision.intake.store import Places, Terms, opened

DATA = os.environ.get("XINGLIN_DATA", "")
EXPORT = Path(DATA) / "fhir"
pytestmark = pytest.mark.skipif(
    not DATA or not EXPORT.is_dir(),
    reason="XINGLIN_DATA does not name a folder with fhir/: the real export is NOT tested",
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places = Places(tmp_path_factory.mktemp("export"))
    places.prepare()
    source = look_at(EXPORT)
    with opened(places) as connection:
        staged = {kind: stage(connection, kind, files, places) for kind, files in source.files.items()}
        prepare(connection, source.files, places)
        rows = {
            table: assemble(connection, table, places, Terms())[0] for table in ("encounters", "prescriptions", "lines")
        }
        rows |= {
            table: assemble(connection, table, places, Terms())[0]
            for table in ("stays", "items", "conditions", "allergies")
        }
    assert sum(one.quarantined for one in staged.values()) == 0
    assert {kind: one.rows for kind, one in staged.items()} == {
        "AllergyIntolerance": 11,
        "Condition": 555,
        "Encounter": 1215,
        "MedicationRequest": 1745,
        "Organization": 43,
        "Patient": 13,
        "Practitioner": 43,
        "Procedure": 2056,
    }
    assert (rows["encounters"], rows["lines"], rows["stays"]) == (1215, 1745, 49)
    assert rows["items"] == 1745 + 2056
    return places.lake


def asked(lake: Path, query: str) -> list[tuple[object, ...]]:
    return duckdb.sql(query.replace("LAKE", str(lake))).fetchall()


def test_nearly_every_name_is_mapped(lake: Path) -> None:
    unknown = asked(lake, "SELECT line_drug_en FROM 'LAKE/lines.parquet' WHERE line_ingredients IS NULL")
    assert unknown == []
    assert asked(lake, "SELECT count(*) FROM 'LAKE/conditions.parquet' WHERE condition_code IS NULL") == [(0,)]
    (combination,) = asked(
        lake,
        "SELECT DISTINCT line_ingredients, line_atc_code, line_route_code FROM 'LAKE/lines.parquet' "
        "WHERE line_drug_en LIKE 'insulin%'",
    )
    assert combination == ("insulin-human|isophane-insulin", "A10AD01", "inj")


def test_every_visit_has_its_person_place_and_mode(lake: Path) -> None:
    visits = "FROM 'LAKE/encounters.parquet'"
    assert asked(lake, f"SELECT count(*) {visits} WHERE patient_birth_on IS NULL OR institution_name_zh IS NULL") == [
        (0,)
    ]
    modes = dict(asked(lake, f"SELECT encounter_care_mode, count(*) {visits} GROUP BY 1"))  # type: ignore[arg-type]
    assert (modes["inpatient"], modes["emergency"], modes["online"]) == (49, 23, 1)
    assert modes["dialysis"] > 400


def test_the_dead_are_known(lake: Path) -> None:
    dead = asked(lake, "SELECT DISTINCT patient_id, patient_death_on FROM 'LAKE/encounters.parquet' WHERE patient_dead")
    assert len(dead) == 3
    assert all(day is not None for _, day in dead)
