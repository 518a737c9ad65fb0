"""Jobs of the regulator's part: trials as they are asked; the lake and its audit on request and every Sunday night.

Making the lake and auditing it keep a processor busy for minutes, so each is a gentle process of its own: the worker
that seals the journal goes on meanwhile.
"""

import os
import subprocess
import sys
from uuid import UUID

from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now

TRIALS = system_actor("rule-trials")


@app.task(name="regulator.try_rule", queue="lake")
def try_rule(trial_id: str) -> None:
    """Do a trial that somebody asked for."""
    from xinglin.hospital.regulator import services  # jobs are found before the verbs can load

    services.run_trial(actor=TRIALS, trial_id=UUID(trial_id), now=now())


@app.task(name="regulator.refresh_lake", queue="lake", queueing_lock="regulator.refresh_lake", lock="regulator.lake")
def refresh_lake() -> None:
    """Make the lake anew."""
    _gently("lake", "refresh")


@app.task(name="regulator.audit_lake", queue="lake", queueing_lock="regulator.audit_lake", lock="regulator.lake")
def audit_lake() -> None:
    """Audit the whole lake and store the findings."""
    _gently("lake", "audit")


@app.periodic(cron="10 4 * * 0")
@app.task(name="regulator.weekly_audit", queue="lake", queueing_lock="regulator.weekly_audit", lock="regulator.lake")
def weekly_audit(timestamp: int) -> None:
    """On Sunday night the lake is made anew and audited."""
    _gently("lake", "refresh")
    _gently("lake", "audit")


def _gently(*arguments: str) -> None:
    """Run a command of ours at the lowest priority; it ends with the worker, whose group it shares."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "xinglin", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ},
        preexec_fn=lambda: os.nice(15) and None,
    )
    if done.returncode:
        raise RuntimeError(f"xinglin {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
