"""Loading the city: once, whole, and as it was made."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from xinglin.hospital import demo
from xinglin.hospital.demo.errors import OtherCityLoaded
from xinglin.hospital.demo.loading import answers_path
from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.kernel.clock import SHANGHAI

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
SCALE, SEED = 0.01, 5


def count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


@pytest.fixture
def loaded(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoCity]:
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path))
    demo.load(scale=SCALE, seed=SEED, now=NOW)
    yield DemoCity.objects.get()


def test_loading_is_done_once_and_another_city_is_refused(loaded: DemoCity) -> None:
    people = count("SELECT count(*) FROM identity_person")
    demo.load(scale=SCALE, seed=SEED, now=NOW)
    assert count("SELECT count(*) FROM identity_person") == people
    with pytest.raises(OtherCityLoaded) as refused:
        demo.load(scale=SCALE, seed=SEED + 1, now=NOW)
    assert "seed 5" in refused.value.sentence.en
    assert loaded.city_date.isoformat() == "2026-11-20"


def test_the_truth_is_in_a_file_apart_and_names_what_is_in_the_database(loaded: DemoCity) -> None:
    answers = json.loads(answers_path(SEED).read_text(encoding="utf-8"))
    assert answers["digest"] == loaded.digest
    persons = {person for plant in answers["plants"] for person in plant["persons"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_person WHERE id = ANY(%s::uuid[])", [list(persons)])
        assert cursor.fetchone()[0] == len(persons)
    assert answers_path(SEED).stat().st_mode & 0o077 == 0


def test_every_part_is_cast_and_has_an_account(loaded: DemoCity) -> None:
    parts = demo.people()
    roles = {part.role for part in parts}
    assert roles == {"patient", "physician", "pharmacist", "medical_affairs", "auditor", "regulator"}
    assert len({part.account_id for part in parts}) == len(parts)
    with connection.cursor() as cursor:
        ids = [str(part.account_id) for part in parts]
        cursor.execute("SELECT count(*) FROM identity_account WHERE id = ANY(%s::uuid[])", [ids])
        assert cursor.fetchone()[0] == len(parts)
    assert all(part.link.startswith("/demo/enter/") for part in parts)
