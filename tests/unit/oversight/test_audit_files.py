"""What the audit command writes is read back whole, and becomes verdicts whose hash is that of their own core."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from tests.unit.oversight.people import AFFAIRS, AUDITOR, HOUSE, SYSTEM
from tests.unit.oversight.test_due_process import NOW, a_finding

from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.models import AuditRun, GivenVerdict
from xinglin.hospital.oversight.selectors import Filters
from xinglin.supervision.verdicts import canonical

pytestmark = pytest.mark.django_db(transaction=True)
RUN = {"started_at": "2026-06-01T02:03:04.5+00:00", "fingerprint": "ab" * 32, "hindsight": False, "knowledge": "k" * 64}
TEXTS = [
    *("claim_id", "physician_id", "patient_id", "rule", "scope", "subject", "certainty", "evidence", "origins"),
    *("hash", "encounter_id", "institution_id", "sentence_zh", "sentence_en", "suggestion_zh", "suggestion_en"),
]
WHOLE = ("excess_count", "excess_days", "excess_fen", "excess_seconds", "fund_loss_fen")


def written(folder: Path, *verdicts: GivenVerdict, houses: tuple[str, ...] = (str(HOUSE),)) -> Path:
    """The folder that the audit command would have left behind for these findings."""
    columns = [f"{name} VARCHAR" for name in TEXTS] + [f"{name} BIGINT" for name in WHOLE]
    columns += ["version INTEGER", "event_on DATE", "lines STRUCT(line VARCHAR, quantity BIGINT, fen BIGINT)[]"]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE found ({', '.join(columns)})")
        for verdict in verdicts:
            for house in houses:
                row = cells(verdict) | {"institution_id": house}
                marks = ", ".join("?" for _ in row)
                connection.execute(f"INSERT INTO found ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        connection.execute(f"COPY found TO '{folder / 'findings.parquet'}' (FORMAT parquet)")
    (folder / "manifest.json").write_text(json.dumps({"run": RUN, "rules": []}))
    return folder


def cells(verdict: GivenVerdict) -> dict[str, Any]:
    core = verdict.core
    return {
        "rule": verdict.rule,
        "version": verdict.version,
        "scope": verdict.scope,
        "subject": verdict.subject,
        "certainty": verdict.certainty,
        "event_on": NOW.date(),
        "patient_id": "patient-1",
        "physician_id": None,
        "claim_id": None,
        "encounter_id": verdict.judgement.encounter_id,
        "lines": [dict(zip(("line", "quantity", "fen"), line, strict=True)) for line in core["lines"]],
        **{f"excess_{unit}": core["excess"].get(unit) for unit in ("count", "days", "fen", "seconds")},
        "fund_loss_fen": 4200,
        "evidence": json.dumps(core["evidence"], ensure_ascii=False, sort_keys=True),
        "origins": json.dumps(core["origins"], ensure_ascii=False, sort_keys=True),
        "hash": verdict.core_hash,
        "sentence_zh": verdict.sentence_zh,
        "sentence_en": verdict.sentence_en,
        "suggestion_zh": verdict.hint_zh,
        "suggestion_en": verdict.hint_en,
    }


def control() -> GivenVerdict:
    return GivenVerdict.objects.select_related("judgement").get(pk=a_finding())


def test_a_folder_becomes_verdicts_beside_those_of_control(tmp_path: Path) -> None:
    before = control()
    folder = written(tmp_path, before, houses=(str(HOUSE), "a clinic without an id"))
    later = NOW + timedelta(days=20)
    run_id, findings, elsewhere = services.store_audit_folder(actor=SYSTEM, folder=folder, now=later)
    assert (findings, elsewhere) == (1, 1)
    assert services.store_audit_folder(actor=SYSTEM, folder=folder, now=later)[0] == run_id
    after = GivenVerdict.objects.get(moment="audit")
    assert (after.core, after.core_hash, after.fund_loss_fen) == (before.core, before.core_hash, 4200)
    assert hashlib.sha256(canonical(after.core)).hexdigest() == after.core_hash
    detail = selectors.finding(actor=AUDITOR, verdict_id=after.pk)
    assert [(one.moment_code, one.same) for one in detail.moments] == [("control", True), ("audit", True)]
    assert selectors.findings(actor=AUDITOR, filters=Filters(rule="B03", once=True)).total == 1
    (trend,) = selectors.trends(actor=AUDITOR, from_on=NOW.date(), until_on=later.date())
    assert (trend.family, trend.findings, trend.loss_fen, trend.settled_again) == ("B", 1, 4200, 1)
    assert (trend.month.month, trend.breach_fen, trend.owed_fen) == (5, 8000, 0)


@pytest.mark.parametrize("spoil", ["absent", "no json", "another manifest", "no parquet", "another table"])
def test_a_folder_that_is_no_run_is_refused_whole(tmp_path: Path, spoil: str) -> None:
    folder = written(tmp_path, control())
    if spoil == "absent":
        (folder / "manifest.json").unlink()
    elif spoil == "no json":
        (folder / "manifest.json").write_text("{")
    elif spoil == "another manifest":
        (folder / "manifest.json").write_text('{"run": {}}')
    elif spoil == "no parquet":
        (folder / "findings.parquet").write_text("rule,subject")
    else:
        duckdb.execute(f"COPY (SELECT 1 AS rule) TO '{folder / 'findings.parquet'}' (FORMAT parquet)")
    with pytest.raises(InvalidInput) as wrong:
        services.store_audit_folder(actor=SYSTEM, folder=folder, now=NOW)
    assert wrong.value.field == "folder"
    assert not AuditRun.objects.exists()


def test_only_who_may_store_audits_reads_a_folder(tmp_path: Path) -> None:
    folder = written(tmp_path, control())
    with pytest.raises(NotAllowed):
        services.store_audit_folder(actor=AFFAIRS, folder=folder, now=NOW)
    assert not AuditRun.objects.exists()
    assert isinstance(services.store_audit_folder(actor=AUDITOR, folder=folder, now=NOW)[0], UUID)
