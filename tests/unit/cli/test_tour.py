"""The tour as a newcomer runs it: it holds, it tells what happened, and it leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import psycopg
import pytest

from xinglin.hospital.config import postgres

COMMAND = [sys.executable, "-m", "xinglin", "tour"]


@pytest.fixture(scope="module")
def server() -> Any:
    """The test cluster, or the server that DATABASE_URL names, without a database of its own."""
    with postgres.using(postgres.test_cluster()):
        yield {**os.environ, "DATABASE_URL": postgres.test_cluster().url("postgres"), "COLUMNS": "100"}


@pytest.fixture(scope="module")
def told(server: dict[str, str]) -> Any:
    done = subprocess.run([*COMMAND, "--json"], env=server, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def tours_left(server: dict[str, str]) -> int:
    """Throw-away databases on the server."""
    with psycopg.connect(server["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'xinglin_tour_%'").fetchone()
    return int(row[0]) if row else -1


def figures(told: dict[str, Any]) -> dict[str, str]:
    """Every figure of the tour by its English name; the last one of a name wins."""
    steps = [step for part in told["parts"] for step in part["steps"]]
    return {one["name"]["en"]: one["value"]["en"] for step in steps for one in step["figures"]}


def test_the_whole_loop_is_told_from_admission_to_the_journal(told: dict[str, Any], server: dict[str, str]) -> None:
    assert told["held"] is True
    titles = [part["title"]["en"] for part in told["parts"]]
    assert (len(titles), titles[0], titles[-1]) == (10, "Who may practise", "The journal cannot be bent")
    assert tours_left(server) == 0


def test_every_answer_of_a_rule_occurs(told: dict[str, Any]) -> None:
    rulings = [r for part in told["parts"] for step in part["steps"] for a in step["asked"] for r in a["rulings"]]
    assert {"clear", "finding", "not_applicable"} <= {ruling["outcome"] for ruling in rulings}
    assert figures(told)["B03: cannot tell"]
    assert figures(told)["missing fact"]


def test_who_paid_adds_up(told: dict[str, Any]) -> None:
    shown = figures(told)
    total, fund, account, cash = (
        float(shown[name].lstrip("¥")) for name in ("total", "insurance fund", "personal account", "cash")
    )
    assert total > 0
    assert fund > 0
    assert round(fund + account + cash, 2) == total


def test_both_languages_are_complete(told: dict[str, Any]) -> None:
    for part in told["parts"]:
        for step in part["steps"]:
            for text in (step["who"], step["did"], *(one["name"] for one in step["figures"])):
                assert text["zh"], text
                assert text["en"], text


def test_interrupted_it_drops_its_database_too(server: dict[str, str]) -> None:
    # A test run in the background may ignore the interrupt, which its children inherit; a person's shell does not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            COMMAND, env=server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    until = time.monotonic() + 60
    while tours_left(server) == 0 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert tours_left(server) == 0
