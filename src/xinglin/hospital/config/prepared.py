"""Remember that a database is up to date, so that starting again does not look through everything.

The note holds a mark over all that preparing reads (migrations, reference data, the demo's code, the wanted city) and
how many migrations the database said it has. Whenever any of it differs, or the note cannot be read, preparing runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xinglin.hospital.config.paths import CHECKOUT, make_folder, state_home

WATCHED = (
    "**/migrations/*.py",
    "**/data/**/*",
    "clinical/knowledge/medicines/*.csv",
    "hospital/demo/**/*.py",
    "hospital/config/*.py",
)
ASKED = ("DATABASE_URL", "XINGLIN_DEMO", "XINGLIN_SCALE", "XINGLIN_SEED")
COUNT = "SELECT count(*) FROM django_migrations"
CITY = "SELECT count(*) FROM demo_city WHERE situations_at > now() - interval '25 minutes'"


def mark(environment: Mapping[str, str]) -> str:
    """A digest of what preparing would read: paths, sizes and times of files, and the wanted city."""
    source = CHECKOUT / "src" / "xinglin"
    files = sorted({path for pattern in WATCHED for path in source.glob(pattern) if path.is_file()})
    seen = [(str(path.relative_to(source)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr((seen, [environment.get(name, "") for name in ASKED])).encode()).hexdigest()


def _note() -> Path:
    return state_home() / "prepared.json"


def _migrations(environment: Mapping[str, str]) -> int:
    """How many migrations the database has; 0 when it has none, does not answer, or lacks the city or fresh work."""
    import psycopg

    try:
        with psycopg.connect(environment["DATABASE_URL"], connect_timeout=5) as connection:
            if environment.get("XINGLIN_DEMO") == "1" and _first(connection, CITY) == 0:
                return 0
            return _first(connection, COUNT)
    except psycopg.Error:
        return 0


def _first(connection: Any, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])


def recall(environment: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """The demo people of a database that is up to date, or None when it must be prepared."""
    try:
        note = json.loads(_note().read_text(encoding="utf-8"))
        people: list[dict[str, Any]] = note["people"]
        known = note["mark"] == mark(environment) and note["migrations"] == _migrations(environment) > 0
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return people if known else None


def remember(environment: Mapping[str, str], people: list[dict[str, Any]]) -> None:
    """Write down that preparing has just succeeded."""
    make_folder(state_home())
    note = {"mark": mark(environment), "migrations": _migrations(environment), "people": people}
    new = _note().with_suffix(".new")
    new.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    new.replace(_note())
