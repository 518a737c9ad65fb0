"""Put the made city into the database: reference data, people, history by COPY, all in one transaction."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo import rows_identity, rows_insurance
from xinglin.hospital.demo.answers import answers_of
from xinglin.hospital.demo.cast import HIDDEN, Cast, Part, make_cast
from xinglin.hospital.demo.city.city import City, build
from xinglin.hospital.demo.errors import OtherCityLoaded
from xinglin.hospital.demo.loading_care import load_own_care, load_reported
from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.identity import bulk as identity
from xinglin.hospital.insurance import bulk as insurance
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.terminology.services import load_reference_data

Progress = Callable[[str, int, int], None]
PASSWORD = "apricot-grove-demo"
"""The password of every demo staff account: known to all, good for nothing but the demonstration."""


def load_city(*, scale: float, seed: int, now: datetime, progress: Progress) -> DemoCity:
    """Load the city unless it is there. Raises OtherCityLoaded when another one is, ValueError for a senseless scale.

    The city's date is the day before the first load and stays so: later loads find it in the table.
    """
    there = DemoCity.objects.first()
    if there is not None:
        if (there.seed, there.scale) != (seed, scale):
            raise OtherCityLoaded(seed=there.seed, scale=f"{there.scale:g}")
        return there
    city_date = civil_day(now) - timedelta(days=1)
    city = build(seed=seed, scale=scale, city_date=city_date, prices=price_list(), book=demo_book(), progress=progress)
    cast = make_cast(city)
    with transaction.atomic():
        row = _load(city, cast, now, progress)
    write_answers(city)
    return row


def _load(city: City, cast: Cast, now: datetime, progress: Progress) -> DemoCity:
    load_reference_data(actor=system_actor("demo-city"), now=now)
    _load_identity(city, cast, now, progress)
    _load_insurance(city, progress)
    load_own_care(city, cast, progress)
    load_reported(city, progress)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return DemoCity.objects.create(
        seed=city.seed,
        scale=city.scale,
        city_date=city.city_date,
        digest=city.digest(),
        loaded_at=now,
        people=[_plain(city, cast, part) for part in cast.parts.values()],
    )


def _plain(city: City, cast: Cast, part: Part) -> dict[str, Any]:
    person = cast.people.get(part.key)
    return {
        "listed": part.key not in HIDDEN,
        "person_id": city.residents[person].id if person is not None else "",
        "key": part.key,
        "role": part.role,
        "name": part.name,
        "account_id": str(part.account_id),
        "note_zh": part.note.zh,
        "note_en": part.note.en,
    }


def _load_identity(city: City, cast: Cast, now: datetime, progress: Progress) -> None:
    steps: list[tuple[str, Callable[[], int]]] = [
        ("institutions", lambda: identity.load_institutions(rows=rows_identity.institutions(city))),
        ("accounts", lambda: identity.load_accounts(rows=rows_identity.accounts(city, cast, PASSWORD))),
        ("residents", lambda: identity.load_people(rows=rows_identity.people(city, cast))),
        ("practitioners", lambda: identity.load_practitioners(rows=rows_identity.practitioners(city, cast, now))),
        ("guardians", lambda: identity.load_guardianships(rows=rows_identity.guardianships(city))),
        ("offices", lambda: identity.load_staff_roles(rows=rows_identity.staff_roles(city, cast))),
    ]
    for what, step in steps:
        count = step()
        progress(what, count, count)


def _load_insurance(city: City, progress: Progress) -> None:
    for what, count in (
        ("coverage", insurance.load_coverages(rows=rows_insurance.coverages(city))),
        ("chronic schemes", insurance.load_qualifications(rows=rows_insurance.qualifications(city))),
        ("limits used", insurance.load_usage(rows=rows_insurance.usages(city))),
    ):
        progress(what, count, count)


def answers_path(seed: int) -> Path:
    """Where the truth about a city is kept: in the state folder, never in the database."""
    return Path(settings.XINGLIN_STATE_HOME) / "demo" / f"answers-{seed}.json"


def write_answers(city: City) -> Path:
    """Write the answer file, for its owner alone; an older one of the same seed is replaced as a whole."""
    path = answers_path(city.seed)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(answers_of(city), file, ensure_ascii=False, indent=1)
    fresh.replace(path)
    return path
