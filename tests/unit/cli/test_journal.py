"""`xinglin journal verify`: what a person and a program read, and the exit code."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from typer.testing import CliRunner

from xinglin.cli import app
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.ids import new_id

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def entries(count: int) -> str:
    """A sealed chain of a new institution."""
    institution = new_id()
    for number in range(count):
        journal.write(
            actor=system_actor("test"),
            institution_id=institution,
            verb="try_journal",
            object_type="trial",
            object_id=None,
            now=NOW,
            detail={"number": number},
        )
    journal.seal(now=NOW)
    return str(institution)


def test_an_intact_chain_is_said_so() -> None:
    institution = entries(3)
    done = CliRunner().invoke(app, ["journal", "verify", "--institution", institution, "--json"])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    assert (told["intact"], told["links"], told["problem"]) == (True, 3, None)


def test_an_altered_entry_is_named_and_the_exit_code_says_so() -> None:
    institution = entries(3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE journal_entry SET verb = 'another' "
            "WHERE institution_id = %s AND detail->>'number' = '1' RETURNING id",
            [institution],
        )
        (altered,) = cursor.fetchone() or ("",)
    done = CliRunner().invoke(app, ["journal", "verify", "--json"])
    assert done.exit_code == 1, done.output
    told = next(one for one in json.loads(done.stdout) if one["institution_id"] == institution)
    assert (told["problem"], told["entry_id"]) == ("altered", str(altered))
    assert told["entry_id"] in told["sentence"]["en"]
