"""Trying a rule on the desk: limits, the trial in the worker, both sides drawn, and what may be done with it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from django.test import Client
from tests import builders as make
from tests.unit.oversight.people import AUDITOR, PATIENT, PHYSICIAN, REGULATOR

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight.models import RuleSwitch
from xinglin.hospital.regulator import lake, selectors, services
from xinglin.hospital.regulator.errors import NoLake
from xinglin.hospital.regulator.models import RuleTrial
from xinglin.supervision.intake.store import lake_schema

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
WORKER = system_actor("test-worker")
ROWS = {
    "encounters": (
        "encounter_id, encounter_on, patient_id, institution_id, institution_name_zh, institution_territory_code",
        "('e1', '2026-03-01', 'p1', 'h1', '演示一院', '379900')",
    ),
    "prescriptions": (
        "prescription_id, prescription_encounter_id, prescription_on, prescription_kind, prescription_ended, "
        "prescription_reason_recorded, prescription_long_assessed, prescription_long_patient_signed",
        "('r1', 'e1', '2026-03-01', 'ordinary', false, false, false, false)",
    ),
    "lines": (
        "line_id, line_prescription_id, line_drug_code, line_drug_zh, line_quantity, line_pack_content, line_dose, "
        "line_frequency_code, line_dose_measured, line_amount_fen, line_decoction, line_solvent",
        "('l1', 'r1', 'd1', '甲药', 10, 2, 1, 'bid', true, 10000, false, false), "
        "('l2', 'r1', 'd2', '乙药', 6, 2, 1, 'bid', true, 3000, false, false)",
    ),
}


@pytest.fixture
def records(settings: Any, tmp_path: Path) -> Path:
    """A lake of two lines where the installation keeps it."""
    settings.XINGLIN_STATE_HOME = tmp_path
    folder = tmp_path / "lake" / "first"
    with duckdb.connect() as sql:
        for table, (columns, rows) in ROWS.items():
            (folder / table).mkdir(parents=True)
            kinds = dict(lake_schema(table))
            casts = ", ".join(f"CAST({name} AS {kinds[name]}) AS {name}" for name in columns.split(", "))
            target = folder / table / "city.parquet"
            sql.execute(f"COPY (SELECT {casts} FROM (VALUES {rows}) AS t({columns})) TO '{target}' (FORMAT parquet)")
    note = {
        "source": "city",
        "made_at": NOW.isoformat(),
        "rows": {"items": 7, "lines": 2},
        "own": {},
        "first_on": "2026-03-01",
        "last_on": "2026-03-01",
        "seconds": 3,
        "city": {"seed": 1},
    }
    (folder / "lake.json").write_text(json.dumps(note))
    (tmp_path / "lake" / "current").symlink_to("first")
    return folder


@pytest.fixture
def desk(client: Client, settings: Any) -> Client:
    """A browser in which an auditor is signed in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.the_hospital()
    client.force_login(make.an_auditor().account)
    return client


def page(desk: Client, address: str, status: int = 200) -> str:
    answer = desk.get(address, **ENGLISH)
    assert answer.status_code == status, answer.content[:400]
    return unescape(answer.content.decode())


def asked(**changed: Any) -> UUID:
    wish: dict[str, Any] = {"actor": AUDITOR, "rule": "B03", "given": {"supply_days_ordinary": "5"}, "now": NOW}
    return services.ask_trial(**(wish | changed))


def done(trial_id: UUID) -> selectors.TrialCard:
    services.run_trial(actor=WORKER, trial_id=trial_id, now=NOW)
    return selectors.trial(actor=AUDITOR, trial_id=trial_id)


def test_the_form_shows_limits_papers_and_whose_records(desk: Client, records: Path) -> None:
    shown = page(desk, "/audit/rules/B03/try")
    assert "days of an ordinary prescription" in shown
    assert "in force: 7 (days)" in shown
    assert "the demo city's made year" in shown
    assert "items <b>7</b>" in shown
    assert "Audit all of it by every rule" in shown
    assert desk.get("/audit/rules/try", {"rule": "H01"}).headers["Location"] == "/audit/rules/H01/try"
    assert desk.get("/audit/rules/try", {"rule": "Z99"}).status_code == 404
    assert desk.get("/audit/rules/Z99/try").status_code == 404


def test_a_rule_without_limits_says_so(desk: Client, records: Path) -> None:
    from xinglin.supervision.catalogue import RULES

    bare = next(rule.id for rule in RULES if not rule.limits)
    assert "has no limits to change" in page(desk, f"/audit/rules/{bare}/try")


def test_asking_running_and_seeing_both_sides(desk: Client, records: Path) -> None:
    answer = desk.post("/audit/rules/B03/try", {"limit:supply_days_ordinary": "5"}, **ENGLISH)
    row = RuleTrial.objects.get()
    assert answer.headers["Location"] == f"/audit/rules/trials/{row.pk}/"
    assert row.given == {"supply_days_ordinary": "5"}
    assert JournalEntry.objects.filter(verb="try_rule").exists()
    assert 'hx-trigger="every 2s"' in page(desk, f"/audit/rules/trials/{row.pk}/")
    services.run_trial(actor=WORKER, trial_id=row.pk, now=NOW)
    shown = page(desk, f"/audit/rules/trials/{row.pk}/")
    assert "From 1 findings to 2" in shown
    assert "per 100 prescriptions" in shown
    assert "演示一院" in shown
    assert "2026-03 tried: 2" in shown
    assert "the demo city's made records" in shown
    assert 'hx-trigger="every' not in shown
    assert "Found only with the tried limits" in shown
    assert str(row.pk) in page(desk, "/audit/rules/B03/try")


def test_a_wrong_limit_stays_on_the_form(desk: Client, records: Path) -> None:
    answer = desk.post("/audit/rules/B03/try", {"limit:supply_days_ordinary": "soon"}, **ENGLISH)
    shown = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "whole number" in shown
    assert 'value="soon"' in shown
    assert 'aria-invalid="true"' in shown
    assert desk.post("/audit/rules/B03/try", {"from_on": "x"}).status_code == 422
    assert not RuleTrial.objects.exists()


def test_without_records_nothing_is_tried(desk: Client, settings: Any, tmp_path: Path) -> None:
    settings.XINGLIN_STATE_HOME = tmp_path
    assert "still being made" in page(desk, "/audit/rules/B03/try")
    with pytest.raises(NoLake):
        asked()
    assert desk.post("/audit/rules/B03/try", {"limit:supply_days_ordinary": "5"}).status_code == 409


def test_refusals(records: Path) -> None:
    for actor in (PHYSICIAN, PATIENT):
        with pytest.raises(NotAllowed):
            asked(actor=actor)
    with pytest.raises(NotFound):
        asked(rule="Z99")
    with pytest.raises(InvalidInput, match="invalid_input") as wrong:
        asked(given={"dayz": "1"})
    assert wrong.value.field == "dayz"
    assert "supply_days_ordinary" in wrong.value.sentence.en
    with pytest.raises(InvalidInput):
        asked(territory="north")
    with pytest.raises(NotFound):
        selectors.trial(actor=AUDITOR, trial_id=new_id())
    with pytest.raises(NotAllowed):
        services.want_lake(actor=REGULATOR, now=NOW)


def test_a_trial_is_done_once(records: Path) -> None:
    trial_id = asked()
    first = done(trial_id)
    services.run_trial(actor=WORKER, trial_id=trial_id, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert selectors.trial(actor=AUDITOR, trial_id=trial_id) == first
    assert first.result is not None
    assert first.result["source"] == "city"
    assert (first.result["before"]["findings"], first.result["after"]["findings"]) == (1, 2)


def test_records_that_vanish_are_told(desk: Client, records: Path, settings: Any, tmp_path: Path) -> None:
    trial_id = asked()
    settings.XINGLIN_STATE_HOME = tmp_path / "elsewhere"
    card = done(trial_id)
    assert card.state == "refused"
    assert "have not been made" in page(desk, f"/audit/rules/trials/{trial_id}/")


def test_shadow_and_proposal_are_dated_and_give_the_trial_as_reason(desk: Client, records: Path) -> None:
    trial_id = asked(rule="B12", given={}, territory="3799")
    done(trial_id)
    address = f"/audit/rules/trials/{trial_id}/use"
    assert "Switch on in shadow" in page(desk, f"/audit/rules/trials/{trial_id}/") or "silenced" in page(
        desk, f"/audit/rules/trials/{trial_id}/"
    )
    answer = desk.post(address, {"use": "active", "reason": "tried", "use_from_on": "2099-01-01"})
    assert answer.headers["Location"] == "/audit/rules/B12/"
    switch = RuleSwitch.objects.get()
    assert (switch.rule, switch.use, str(switch.from_on), switch.territory) == ("B12", "active", "2099-01-01", "3799")
    assert desk.post(address, {"use": "active", "reason": "tried", "use_from_on": "2001-01-01"}).status_code == 422
    assert desk.post(address, {"use": "never", "reason": "tried"}).status_code == 422
    assert RuleSwitch.objects.count() == 1


def test_lake_and_audit_are_asked_in_the_background(desk: Client, records: Path) -> None:
    assert desk.post("/audit/lake/refresh", {"rule": "B03"}).headers["Location"] == "/audit/rules/B03/try"
    assert desk.post("/audit/lake/refresh", {"rule": "no"}).headers["Location"] == "/audit/rules/"
    assert desk.post("/audit/lake/audit", {"rule": "B03"}).status_code == 302
    assert jobs() == ["regulator.audit_lake", "regulator.refresh_lake"]


def jobs() -> list[str]:
    """The names of the jobs that wait."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT task_name FROM procrastinate_jobs WHERE queue_name = 'lake' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def test_the_whole_audit_comes_to_the_desk(desk: Client, records: Path) -> None:
    """The run is stored once; what belongs to institutions that are not here is counted and left out."""
    _, findings, elsewhere = services.audit_lake(actor=WORKER, now=NOW)
    assert findings == 0
    assert elsewhere >= 1
    assert (lake.home().parent.parent / "audits").is_dir()


@pytest.fixture(autouse=True)
def _no_jobs_left() -> Iterator[None]:
    """Jobs of these tests are not done by anybody."""
    yield
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE queue_name = 'lake'")
