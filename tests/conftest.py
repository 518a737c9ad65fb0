"""What holds for every test: a database of its own, no outside network, every warning an error.

Unless DATABASE_URL names a server, tests use the embedded test cluster. It is started when the first test needs a
database, shared by all runs of this checkout, and stopped by the last of them. `XINGLIN_TEST_DB` names the database, so
that two runs at once do not meet in one.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from xinglin.hospital.config import postgres

OURS = postgres.test_cluster().url("postgres")
EMBEDDED = os.environ.setdefault("DATABASE_URL", OURS) == OURS  # workers of a parallel run inherit what was set
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
# What tests and the processes that they start load is compiled once, also where the machine would have it otherwise:
# a hospital of five processes spent as long compiling as loading.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.set_threshold(100_000, 50, 50)  # a fifth of the time went into looking for garbage among what stays


def pytest_configure() -> None:
    """Load Django with the database of the tests; before this, settings would have found the hospital's own."""
    import django
    from django.conf import settings
    from django.db import connections

    # Passwords of tests are worth nothing: the hospital's slow hash would cost a fifth of a second a person.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.XINGLIN_KNOWLEDGE = Path(os.devnull)  # what was imported here must not change what tests expect
    # Static files are looked for when one is asked for: to list them all would cost more than most of the tests'
    # requests, as each client of a test sets the hospital up anew.
    settings.WHITENOISE_AUTOREFRESH = True
    django.setup()
    connections["default"].settings_dict["TEST"]["NAME"] = os.environ.get("XINGLIN_TEST_DB", "xinglin_test")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Hold the embedded server for as long as this run needs a database."""
    with ExitStack() as stack:
        if EMBEDDED:
            stack.enter_context(postgres.using(postgres.test_cluster()))
        yield


KEPT = ("django_migrations", "django_content_type", "auth_permission")
"""What migrating writes, and no test changes."""
WORDS = "terminology_"
LEFT = " UNION ".join(f"SELECT 1 FROM {table}" for table in ("identity_account", "identity_person", "journal_entry"))


def the_database_of_tests() -> str:
    """Its name; empty as long as no test of this run has asked for it."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    return name if name.startswith(os.environ.get("XINGLIN_TEST_DB", "xinglin_test")) else ""


def emptying(cursor: Any, *kept: str) -> list[str]:
    """The statements that empty every table that holds a row, append-only ones too.

    Deleting a few rows is ten times as quick as truncating all tables.
    """
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = [name for (name,) in cursor.fetchall() if not name.startswith((*KEPT, *kept))]
    cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in tables))
    filled = [name for (name,) in cursor.fetchall()]
    return ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{name}"' for name in filled)]


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the embedded server that holds what migrating writes and nothing else, to be copied.

    Empty where DATABASE_URL names a server, or no test of this run asks for the database: whoever needs a database of
    their own migrates it then.
    """
    from django.db import connection

    name = the_database_of_tests()
    mine = f"{name}_migrated"
    if not EMBEDDED or not name:
        yield ""
        return
    with django_db_blocker.unblock():
        connection.close()  # A database that somebody is connected to cannot be copied.
    with psycopg.connect(OURS, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{mine}"'.encode())
        server.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{name}"'.encode())
        with psycopg.connect(OURS, dbname=mine) as copy, copy.cursor() as cursor:
            for statement in emptying(cursor):
                cursor.execute(statement.encode())
        yield mine
        server.execute(f'DROP DATABASE "{mine}" WITH (FORCE)'.encode())


@pytest.fixture(autouse=True, scope="session")
def empty_only_what_is_filled() -> Iterator[None]:
    """Tests with real transactions empty every table afterwards, which append-only tables refuse to anyone else."""
    from django.core.management.commands import flush
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    def statements(*_: Any, **__: Any) -> list[str]:
        with connection.cursor() as cursor:
            return emptying(cursor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", statements)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)  # it would write what was kept
        yield


@pytest.fixture(autouse=True, scope="module")
def no_rows_of_other_files(django_db_blocker: Any) -> None:
    """Tests with real transactions and threads leave rows behind; the next file begins without them."""
    from django.db import connection, transaction

    if not the_database_of_tests():
        return
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEFT)
        if cursor.fetchone() is not None:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            for statement in emptying(cursor, WORDS):
                cursor.execute(statement)


LONG = (
    "tests/structure/test_permission_table.py",
    "tests/journeys/test_video_visit.py",
    "tests/generative/test_engines_agree.py",
    "tests/api/test_fuzzing.py",
    "tests/journeys/test_killed_while_paying.py",
    "tests/unit/config/test_processes.py",
    "tests/unit/cli/test_tour.py",
    "tests/generative/test_specifications_in_columns.py",
    "tests/journeys/test_face_enrolled_in_browser.py",
    "tests/journeys/test_talk_in_browsers.py",
    "tests/unit/biometrics/test_cards.py",
    "tests/unit/biometrics/test_liveness_frames.py",
)
"""The files that take longest, longest first: begun last, one of them would keep one worker while the others idle."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first; the rest as it was found."""
    gone = [name for name in LONG if not (config.rootpath / name).exists()]
    if gone:
        raise pytest.UsageError(f"LONG in tests/conftest.py names files that are gone: {', '.join(gone)}")
    place = {config.rootpath / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: nobody need look through it for garbage again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are named by their argument and place: an archive made while collecting holds the second it was made in,
    and the workers must collect tests of the same names."""
    return argname if isinstance(val, bytes) else None
