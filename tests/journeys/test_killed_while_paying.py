"""`kill -9` of the web processes in the middle of payments: nothing is half-paid, and the same key pays once."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from tests.journeys.running import Running

from xinglin.hospital.demo.bench import loop
from xinglin.hospital.demo.bench.loop import StepFailed, new_id

DELAYS_MS = (10, 30, 60, 120)
SWEEP = """
import django
django.setup()
from datetime import timedelta
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.ledger.selectors import books_add_up
from xinglin.hospital.settlement.services import sweep_pending
sweep_pending(actor=system_actor("test"), now=now(), after=timedelta(0))
added = books_add_up(actor=system_actor("test"))
assert added.adds_up, added.problems
"""
HALF_PAID = {
    "claims still open": "SELECT count(*) FROM settlement_claim WHERE state IN ('reserved', 'reversing')",
    "settled claims without one settlement": (
        "SELECT count(*) FROM settlement_claim c WHERE c.state = 'settled' AND 1 <> (SELECT count(*) FROM "
        "settlement_settlement s WHERE s.claim_id = c.id AND s.reverses_id IS NULL)"
    ),
    "released without a settlement": (
        "SELECT count(*) FROM pharmacy_prescription p WHERE p.settlement_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM settlement_settlement s WHERE s.id = p.settlement_id)"
    ),
    "paid and not released": (
        "SELECT count(*) FROM settlement_settlement s JOIN settlement_claim c ON c.id = s.claim_id "
        "JOIN pharmacy_prescription p ON p.id = c.subject_id WHERE c.state = 'settled' AND p.state <> 'settled'"
    ),
    "paid twice": (
        "SELECT count(*) FROM (SELECT subject_id FROM settlement_claim WHERE state = 'settled' "
        "GROUP BY kind, subject_id HAVING count(*) > 1) twice"
    ),
}


def ready(running: Running, number: int) -> tuple[dict[str, str], str]:
    """A patient and a prescription that waits for payment."""
    people = running.people()
    patient, physician = people.patients[number], people.physicians[number % len(people.physicians)]
    with running.line() as line:
        visit = loop.begin(line, people, patient, physician)
        loop.talk_and_record(line, visit, patient["token"], physician["token"])
        prescription = loop.prescribe(line, physician["token"], visit)
        loop.make_ready(line, people, prescription)
    return patient, prescription["id"]


def pay_and_kill(running: Running, patient: dict[str, str], prescription: str, key: str, delay_ms: int) -> None:
    """Send the payment, kill all web processes a moment later, start them again."""

    def pay() -> None:
        with suppress(StepFailed, OSError, http.client.HTTPException), running.line() as line:
            loop.settle(line, patient, prescription, key)

    paying = threading.Thread(target=pay)
    paying.start()
    time.sleep(delay_ms / 1000)
    web = running.served.child("web")
    assert web.process is not None
    os.killpg(web.process.pid, signal.SIGKILL)
    web.process.wait()
    paying.join()
    running.served.begin_again("web")
    running.wait_for(running.plan.port)


def counts(running: Running) -> dict[str, Any]:
    """What must be nought."""
    with psycopg.connect(running.database) as connection:
        return {name: (connection.execute(asked).fetchone() or (None,))[0] for name, asked in HALF_PAID.items()}


def test_nothing_is_half_paid(running: Running) -> None:
    waiting = [ready(running, number) for number in range(len(DELAYS_MS))]
    keys = [new_id() for _ in waiting]
    for (patient, prescription), key, delay in zip(waiting, keys, DELAYS_MS, strict=True):
        pay_and_kill(running, patient, prescription, key, delay)
    environment = os.environ | {"DATABASE_URL": running.database}
    subprocess.run([sys.executable, "-c", SWEEP], env=environment, check=True, timeout=60)
    assert counts(running) == dict.fromkeys(HALF_PAID, 0)
    for (patient, prescription), key in zip(waiting, keys, strict=True):
        with running.line() as line:
            paid = loop.settle(line, patient, prescription, key)
            assert loop.settle(line, patient, prescription, key)["id"] == paid["id"]
        assert paid["total_fen"] == paid["fund_fen"] + paid["account_fen"] + paid["cash_fen"] + paid["hospital_fen"]
    assert counts(running) == dict.fromkeys(HALF_PAID, 0)
    subprocess.run([sys.executable, "-c", SWEEP], env=environment, check=True, timeout=60)
