"""The lake: own deeds as last judged, what others reported, one file a month; made anew as a whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from tests import builders as make
from tests.unit.oversight.people import AUDITOR, PHYSICIAN, an_actor

from xinglin.hospital.kernel.access import Role, system_actor
from xinglin.hospital.kernel.errors import NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight import services as verbs
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.regulator import lake, services
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.facts import Case
from xinglin.supervision.reports.backtest import Asked, backtest
from xinglin.supervision.tables import load_knowledge

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
SYSTEM = system_actor("test-lake")


def a_deed(quantity: int = 1) -> Case:
    """A prescription of one line."""
    clean = clean_case()
    visit, order, line = str(new_id()), str(new_id()), str(new_id())
    return replace(
        clean,
        encounter=replace(clean.encounter, id=visit),
        prescription=replace(clean.prescription, id=order, encounter_id=visit),
        lines=(replace(clean.lines[0], id=line, prescription_id=order, quantity=quantity),),
    )


def judge(house: UUID, case: Case, *, at: datetime, moment: str = "control") -> None:
    verbs.judge(
        actor=an_actor(Role.PHYSICIAN, house),
        moment=moment,  # type: ignore[arg-type]
        case=case,
        subject_type="prescription",
        subject_id=UUID(case.prescription.id),
        institution_id=house,
        now=at,
    )


def report(house: UUID, *, parts: int = 1, kind: str = "outpatient") -> UUID:
    """A claim from elsewhere of so many parts, each with one line and two boxes."""
    claim_id, contact = new_id(), new_id()
    for part in range(parts):
        row = ReportedClaim(
            id=new_id(), claim_id=claim_id, part=part, contact_id=contact, kind=kind, person_id=new_id(),
            institution_id=house, practitioner_id=new_id(), department="03.04", diagnosis_codes=["I10.x00"],
            started_at=NOW - timedelta(days=40), ended_at=NOW - timedelta(days=40), settled_at=NOW - timedelta(days=39),
            insurance_type="310", person_type="11", care_type="outpatient", disease="", policy="p", deductible_fen=0,
            total_fen=1000, full_selfpay_fen=100, over_limit_fen=0, selfpay_first_fen=0, in_scope_fen=900,
            basic_fen=500, fund_fen=500, hospital_fen=0, account_fen=0, cash_fen=500,
        )  # fmt: skip
        row.save(force_insert=True)
        ReportedLine.objects.create(
            claim=row, position=0, code="X-1", quantity=2, amount_fen=1000, full_selfpay_fen=100, over_limit_fen=0,
            selfpay_first_fen=0, in_scope_fen=900, fund_share_fen=500,
            trace_codes=[f"8{part}234567890123456789"[:20], f"9{part}234567890123456789"[:20]],
        )  # fmt: skip
    return claim_id


def rows(folder: Path, table: str, columns: str) -> list[Any]:
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{folder / table}/*.parquet') ORDER BY ALL").fetchall()


def exported(tmp_path: Path, name: str = "out") -> tuple[Path, lake.LakeCard]:
    folder = tmp_path / name
    return folder, services.export_lake(actor=SYSTEM, folder=folder, now=NOW)


def test_a_deed_stands_as_it_was_last_judged_and_known_since_the_first(tmp_path: Path) -> None:
    house, case = make.the_hospital().pk, a_deed()
    first, last = NOW - timedelta(days=3), NOW - timedelta(days=2)
    judge(house, case, at=first)
    judge(house, replace(case, lines=(replace(case.lines[0], quantity=9),)), at=last)
    judge(house, a_deed(), at=last, moment="remind")  # typed, never done
    folder, card = exported(tmp_path)
    assert card.rows["prescriptions"] == 1
    assert rows(folder, "lines", "line_quantity") == [(9,)]
    (known,) = rows(folder, "prescriptions", "record_known_at, record_asked_at")
    assert known == (first.replace(tzinfo=None), last.replace(tzinfo=None))
    assert card.source == lake.DATABASE
    assert [path.name for path in (folder / "prescriptions").iterdir()] == [
        f"{case.prescription.on:%Y-%m}-hospital.parquet"  # one file a month
    ]


def test_an_auditor_reads_the_own_house_only(tmp_path: Path) -> None:
    house = make.the_hospital().pk
    judge(house, a_deed(), at=NOW)
    assert list(oversight.judged_rows(actor=AUDITOR)) == []
    assert {table for table, _, _ in oversight.judged_rows(actor=an_actor(Role.AUDITOR, house))} >= {"lines"}
    with pytest.raises(NotAllowed):
        list(oversight.judged_rows(actor=PHYSICIAN))


def test_what_others_reported_becomes_contacts_claims_items_and_boxes(tmp_path: Path) -> None:
    house = make.the_hospital().pk
    claim_id = report(house, parts=2)
    report(house, kind="inpatient")
    folder, card = exported(tmp_path)
    assert {table: card.rows[table] for table in ("encounters", "claims", "items", "packs", "stays")} == {
        "encounters": 2, "claims": 2, "items": 3, "packs": 6, "stays": 1,
    }  # fmt: skip
    sums = rows(folder, "claims", "claim_id, claim_total_fen, claim_fund_fen")
    assert (str(claim_id), 2000, 1000) in sums
    assert rows(folder, "items", "item_fund_asked, item_in_scope_fen")[0] == (True, 900)
    scheme, place = rows(folder, "encounters", "coverage_scheme, institution_territory_code")[0]
    assert scheme == "employee"
    assert place


def test_a_rule_is_tried_on_what_was_exported(tmp_path: Path) -> None:
    house = make.the_hospital().pk
    judge(house, a_deed(quantity=9), at=NOW - timedelta(days=1))
    folder, _ = exported(tmp_path)
    made = backtest(folder, find_rule("B03"), load_knowledge(), Asked({"supply_days_ordinary": "999"}))
    assert (made.before.looked_at, made.before.findings, made.after.findings) == (1, 1, 0)


def test_an_empty_house_has_an_empty_lake(tmp_path: Path) -> None:
    _, card = exported(tmp_path)
    assert card.rows == {}
    assert card.first_on is None


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(FileExistsError):
        exported(tmp_path)
    assert (tmp_path / "out" / "mine").read_text() == "kept"


class MadeCity:
    """A city whose lake holds one of the hospital's own prescriptions already."""

    def __init__(self, known: str) -> None:
        self.known = known

    def write(self, folder: Path) -> dict[str, Any] | None:
        """One encounter."""
        query = f"SELECT '{self.known}' AS encounter_id, DATE '2026-01-01' AS encounter_on"
        duckdb.sql(f"COPY ({query}) TO '{folder / 'encounters.parquet'}' (FORMAT parquet)")
        return {"seed": 1}


def test_the_city_comes_first_and_nothing_is_there_twice(tmp_path: Path) -> None:
    house, case, other = make.the_hospital().pk, a_deed(), a_deed()
    judge(house, case, at=NOW)
    judge(house, other, at=NOW)
    elsewhere = report(house)  # the city's own year holds it already
    city = MadeCity(str(case.encounter.id))
    card = lake.write(actor=SYSTEM, folder=tmp_path / "out", now=NOW, city=city)
    assert card.source == lake.CITY
    assert "demo city" in card.says.en
    ids = [one for (one,) in rows(tmp_path / "out", "encounters", "encounter_id")]
    assert sorted(ids) == sorted([case.encounter.id, other.encounter.id])
    assert (str(elsewhere),) not in rows(tmp_path / "out", "claims", "claim_id")
    assert card.own["encounters"] == 1


class Broken(MadeCity):
    """A city that cannot be written."""

    def write(self, folder: Path) -> dict[str, Any] | None:
        """Half a file, then a full disk."""
        super().write(folder)
        raise OSError("no space left")


def test_a_lake_takes_the_former_ones_place_whole(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.XINGLIN_STATE_HOME = tmp_path
    assert lake.card() is None
    make.the_hospital()
    city: Any = MadeCity("e1")
    monkeypatch.setattr(lake, "outside", lambda port: city)
    folders = []
    for hour in range(3):
        folders.append(services.refresh_lake(actor=SYSTEM, now=NOW + timedelta(hours=hour)).folder)
    current = lake.card()
    assert current is not None
    assert current.folder == folders[-1].resolve()
    assert [folder.exists() for folder in folders] == [False, True, True]  # one former stays for who reads it
    city = Broken("e1")
    with pytest.raises(OSError, match="no space"):
        services.refresh_lake(actor=SYSTEM, now=NOW + timedelta(hours=4))
    assert lake.card() == current
    assert len([one for one in (tmp_path / "lake").iterdir() if not one.is_symlink()]) == 2


def test_only_auditors_make_lakes(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        services.export_lake(actor=PHYSICIAN, folder=tmp_path / "out", now=NOW)
    with pytest.raises(NotAllowed):
        services.refresh_lake(actor=PHYSICIAN, now=NOW)
    assert not (tmp_path / "out").exists()
