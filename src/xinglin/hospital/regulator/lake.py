"""The lake of this installation: the tables on which rules are tried and audits run, with a note that says whose.

Two sources. In the demonstration the made city's whole year lies in it, and beside it what was judged here since. A
hospital without a city has what its own fact log holds of its deeds and what others reported. A lake is made new as a
whole and takes the place of the former one at once; the former stays until the next, for whoever still reads it.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.regulator.access import MAKE_LAKE
from xinglin.hospital.regulator.ports import CityLake
from xinglin.hospital.settlement import selectors as settlement
from xinglin.supervision.facts.lake import Facts

NOTE = "lake.json"
CITY, DATABASE = "city", "database"
TABLE_NAMES = {
    "encounters": T(zh="就诊", en="encounters"),
    "prescriptions": T(zh="处方", en="prescriptions"),
    "lines": T(zh="处方明细", en="lines"),
    "packs": T(zh="追溯码", en="packs"),
    "claims": T(zh="结算", en="claims"),
    "items": T(zh="收费明细", en="items"),
    "stays": T(zh="住院", en="stays"),
    "practices": T(zh="执业统计", en="practices"),
    "rings": T(zh="团组", en="rings"),
    "conditions": T(zh="健康问题", en="conditions"),
    "allergies": T(zh="过敏", en="allergies"),
    "detected": T(zh="用药问题", en="detected issues of medicines"),
}
LEVELS = {"none": 0, "1": 1, "2": 2, "3": 3}


@dataclass(frozen=True, slots=True)
class LakeCard:
    """Which lake it is: source, when it was made, how many rows each table has, between which days, in how long."""

    folder: Path
    source: str
    made_at: datetime
    rows: dict[str, int]
    own: dict[str, int]
    first_on: date | None
    last_on: date | None
    seconds: int
    city: dict[str, Any]

    @property
    def tables(self) -> tuple[tuple[T, int], ...]:
        """Tables by name with their rows (one is called `items`, so templates must not ask the mapping)."""
        return tuple((TABLE_NAMES.get(name, T(zh=name, en=name)), count) for name, count in self.rows.items())

    @property
    def says(self) -> T:
        """In one sentence, whose records these are."""
        if self.source == CITY:
            zh = "演示城市一年的就诊与结算（虚构），加上本院装入后实际办理的业务"
            en = "the demo city's made year of care and claims, and what was done here since it was loaded"
        else:
            zh = "本院数据库：本院已判定的业务，以及其他机构上报的结算"
            en = "this hospital's database: its own deeds as they were judged, and what others reported"
        return T(zh=zh, en=en)


def home() -> Path:
    """Where the lake in use lies; a name that points to the newest one."""
    return Path(settings.XINGLIN_STATE_HOME) / "lake" / "current"


def card(folder: Path | None = None) -> LakeCard | None:
    """The note of a lake; None where there is none or it cannot be read."""
    place = (folder or home()).resolve()
    try:
        told = json.loads((place / NOTE).read_text("utf-8"))
        first, last = (date.fromisoformat(told[name]) if told[name] else None for name in ("first_on", "last_on"))
        return LakeCard(
            place,
            told["source"],
            datetime.fromisoformat(told["made_at"]),
            told["rows"],
            told["own"],
            first,
            last,
            told["seconds"],
            told["city"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refresh(*, actor: Actor, now: datetime) -> LakeCard:
    """Make the lake of this installation anew and let it take the former one's place."""
    require(actor, MAKE_LAKE)
    folder = home().parent / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}"
    made = write(actor=actor, folder=folder, now=now, city=outside(CityLake))
    _point(folder)
    return made


def write(*, actor: Actor, folder: Path, now: datetime, city: CityLake | None = None) -> LakeCard:
    """Write a lake into a folder, with the city's year where one is given and there. Raises FileExistsError."""
    require(actor, MAKE_LAKE)
    from xinglin.supervision.intake.writing import by_month, stage  # loaded where it writes, not in every web process

    begun = monotonic()
    folder.mkdir(parents=True)
    try:
        told = city.write(folder) if city else None
        if told is not None:
            for path in sorted(folder.glob("*.parquet")):
                (folder / path.stem).mkdir()
                path.replace(folder / path.stem / "city.parquet")
        with TemporaryDirectory(dir=folder, prefix="staged-") as staged:
            stage(_rows(actor, now, others=told is None), Path(staged))
            own = by_month(Path(staged), folder, "hospital")
        note = _note(folder) | {
            "source": CITY if told is not None else DATABASE,
            "made_at": now.isoformat(),
            "own": own,
            "seconds": round(monotonic() - begun),
            "city": told or {},
        }
        (folder / NOTE).write_text(json.dumps(note, indent=1), "utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    made = card(folder)
    assert made is not None, "what was just written can be read"
    return made


def _rows(actor: Actor, now: datetime, *, others: bool) -> Iterator[tuple[str, Facts, datetime]]:
    persons: set[UUID] = set()
    for table, row, at in oversight.judged_rows(actor=actor):
        if table == "encounters" and (person := _own_id(row.get("patient.id"))) is not None:
            persons.add(person)
        yield table, row, at
    # What the check of medicines read beside the prescriptions at control it reads at the audit too.
    for person_id in sorted(persons):
        yield from (("conditions", row, now) for row in consultation.problems(person_id=person_id, at=now))
        yield from (("allergies", row, now) for row in consultation.allergies(person_id=person_id, at=now))
    if others:
        yield from settlement.reported_rows(actor=actor, places=_places(now))


def _own_id(value: object) -> UUID | None:
    """An id of this house; None for what has another form."""
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def _places(now: datetime) -> dict[UUID, Facts]:
    """What rules ask of the institutions that report."""
    return {
        one.id: {
            "institution.name_zh": one.name_zh,
            "institution.territory_code": one.area,
            "institution.level": LEVELS.get(one.level),
        }
        for one in identity.institutions(at=now)
    }


def _note(folder: Path) -> dict[str, Any]:
    """Rows by table, and between which days the visits lie."""
    import duckdb  # as above

    rows, days = {}, (None, None)
    with duckdb.connect() as sql:
        for table in sorted(path for path in folder.iterdir() if path.is_dir() and any(path.glob("*.parquet"))):
            source = "read_parquet(?, union_by_name = true)"
            files = str(table / "*.parquet")
            (rows[table.name],) = sql.execute(f"SELECT count(*) FROM {source}", [files]).fetchall()[0]
            if table.name == "encounters":
                days = sql.execute(f"SELECT min(encounter_on), max(encounter_on) FROM {source}", [files]).fetchall()[0]
    first, last = (str(day) if day else None for day in days)
    return {"rows": rows, "first_on": first, "last_on": last}


def _point(folder: Path) -> None:
    """Let the name point to a new lake in one step; the former is kept, those before it go."""
    name = home()
    former = name.resolve() if name.is_symlink() else None
    fresh = name.with_name("next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    os.replace(fresh, name)
    for old in name.parent.iterdir():
        if old.is_dir() and not old.is_symlink() and old not in {folder, former}:
            shutil.rmtree(old, ignore_errors=True)
