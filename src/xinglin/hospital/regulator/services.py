"""Verbs of the regulator."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.selectors import knowledge_files
from xinglin.hospital.regulator import lake
from xinglin.hospital.regulator.access import MAKE_LAKE, VERIFY_JOURNAL
from xinglin.hospital.regulator.errors import NoLake
from xinglin.hospital.regulator.models import JournalVerification
from xinglin.hospital.regulator.selectors import keeper
from xinglin.hospital.regulator.trials import ask_trial as ask_trial
from xinglin.hospital.regulator.trials import propose_tried as propose_tried
from xinglin.hospital.regulator.trials import run_trial as run_trial

AUDIT_MEMORY = "1GB"


@transaction.atomic
def verify_journal(*, actor: Actor, institution_id: UUID, now: datetime) -> journal.Verification:
    """Walk an institution's chain and keep what was found. Raises NotFound for an institution that does not exist.

    The verification itself is journaled in the same institution's chain.
    """
    require(actor, VERIFY_JOURNAL)
    keeper(institution_id=institution_id, now=now)
    found = journal.verify(institution_id=institution_id, now=now)
    row = JournalVerification(
        id=new_id(),
        institution_id=institution_id,
        at=now,
        by_id=actor.id,
        links=found.links,
        checkpoints=found.checkpoints,
        problem=found.problem or "",
        problem_seq=found.seq,
        problem_entry_id=found.entry_id,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb="verify_journal",
        object_type="journal",
        object_id=row.id,
        now=now,
        detail={"links": found.links, "problem": found.problem or ""},
    )
    if not found.intact:
        announce("desk:affairs", "journal", institution_id)
    return found


def refresh_lake(*, actor: Actor, now: datetime) -> lake.LakeCard:
    """Make the lake of this installation anew, now. It may take minutes; on a page ask `want_lake`."""
    return lake.refresh(actor=actor, now=now)


def export_lake(*, actor: Actor, folder: Path, now: datetime) -> lake.LakeCard:
    """Write what the database holds as a lake into a new folder: own deeds, and what others reported."""
    return lake.write(actor=actor, folder=folder, now=now)


@transaction.atomic
def want_lake(*, actor: Actor, now: datetime) -> None:
    """Have the lake made anew in the background; asked twice at once it is made once."""
    require(actor, MAKE_LAKE)
    _later("refresh_lake", actor, now)


@transaction.atomic
def want_audit(*, actor: Actor, now: datetime) -> None:
    """Have the whole lake audited in the background; its findings come to the auditor's worklist. Raises NoLake."""
    require(actor, MAKE_LAKE)
    if lake.card() is None:
        raise NoLake
    _later("audit_lake", actor, now)


def _later(name: str, actor: Actor, now: datetime) -> None:
    from procrastinate.exceptions import AlreadyEnqueued

    from xinglin.hospital.regulator import tasks  # the jobs import the verbs

    try:
        with transaction.atomic():
            getattr(tasks, name).defer()
    except AlreadyEnqueued:
        return
    for institution_id in sorted(actor.institution_ids) or [SYSTEM_ID]:
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb=f"want_{name}",
            object_type="lake",
            object_id=new_id(),
            now=now,
            detail={},
        )


def audit_lake(*, actor: Actor, now: datetime) -> tuple[UUID, int, int]:
    """Audit the lake by every rule, as known then, and put the findings on the auditor's desk.

    Returns the stored run, its findings, and how many belong to institutions that are not here. Raises NoLake.
    """
    require(actor, MAKE_LAKE)
    from xinglin.medication.lake import check_lake  # engine and tables are loaded where they run
    from xinglin.supervision.reports.progress import Silent
    from xinglin.supervision.reports.run import Wish, run_audit

    there = lake.card()
    if there is None:
        raise NoLake
    out = Path(settings.XINGLIN_STATE_HOME) / "audits" / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}"
    imported, limits = knowledge_files(actor=actor)
    wish = Wish(there.folder, out, memory=AUDIT_MEMORY, knowledge=imported, limits=limits)
    run_audit(wish, now=now, teller=Silent(), check=check_lake)
    return oversight.store_audit_folder(actor=actor, folder=out, now=now)
