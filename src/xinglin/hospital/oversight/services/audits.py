"""The audit moment: verdicts of a run over many cases become verdicts here, beside those of the same subjects before.

A run is stored once under its own key. Its cores are hashed like all others, so that the page of a finding shows at
one glance whether reminder, control and audit said the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import digest
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, audit_files, engine, errors, records
from xinglin.hospital.oversight.audited import Audited
from xinglin.hospital.oversight.events import AuditStored
from xinglin.hospital.oversight.models import AuditRun, Fact, GivenVerdict, Judgement
from xinglin.hospital.oversight.words import AuditView, Consequence
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.verdicts import Certainty, Moment, Outcome, Scope, Verdict

BATCH = 500


def audited(
    verdict: Verdict,
    *,
    institution_id: UUID,
    encounter_id: str,
    subject_type: str,
    subject_id: UUID,
    facts: tuple[tuple[str, dict[str, Any]], ...],
    happened_at: datetime,
) -> Audited:
    """A verdict of the engine as a row of an audit."""
    return Audited(
        institution_id=institution_id,
        encounter_id=encounter_id,
        subject_type=subject_type,
        subject_id=subject_id,
        core=verdict.core.as_json(),
        core_hash=verdict.core.hash,
        sentence=T(zh=verdict.sentence.zh, en=verdict.sentence.en),
        hint=T(zh=verdict.hint.zh, en=verdict.hint.en),
        happened_at=happened_at,
        facts=facts,
    )


@transaction.atomic
def store_audit(
    *,
    actor: Actor,
    key: str,
    view: str,
    knowledge: str,
    manifest: dict[str, Any],
    rows: Iterable[Audited],
    now: datetime,
) -> UUID:
    """Store the verdicts of a run, whole or not at all; the same run a second time changes nothing. Returns its id.

    `view`: `then` or `hindsight`. Raises InvalidInput, NotFound for another institution, RunDiffers.
    """
    require(actor, access.STORE_AUDIT)
    _check_run(key, view)
    found = sorted(rows, key=_order)
    content = digest(
        {"view": view, "knowledge": knowledge, "rows": [[*_order(row)[:3], row.core_hash] for row in found]}
    )
    stored = AuditRun.objects.select_for_update().filter(key=key).first()
    if stored is not None:
        if stored.content_hash != content:
            raise errors.RunDiffers(key=key)
        return stored.pk
    for row in found:
        _check(actor, row)
    outcomes = Counter(row.core["outcome"] for row in found)
    run = AuditRun(
        id=new_id(),
        key=key,
        view=view,
        knowledge=knowledge,
        manifest=manifest,
        content_hash=content,
        findings=outcomes[Outcome.FINDING.value],
        undecided=outcomes[Outcome.CANNOT_TELL.value],
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    run.save(force_insert=True)
    _write(run, found, actor, now)
    _note(run, found, actor, now)
    publish(AuditStored(run_id=run.pk, key=key, view=view, findings=run.findings, at=now))
    live.announce("desk:audit", "finding", run.pk)
    return run.pk


def _check_run(key: str, view: str) -> None:
    if not key.strip() or len(key) > 80:
        raise InvalidInput(
            field="key", reason=T(zh="审计编号应为 1 至 80 个字符。", en="A key has 1 to 80 characters.")
        )
    if view not in AuditView.values:
        says = T(zh="请说明按当时所知还是按事后所知。", en="Say whether it judged as known then or in hindsight.")
        raise InvalidInput(field="view", reason=says)


def _order(row: Audited) -> tuple[str, str, str, str, str]:
    """Rows of one deed stand together; within it by rule and subject."""
    return (str(row.institution_id), row.encounter_id, str(row.subject_id), row.core["rule"], row.core["subject"])


def _check(actor: Actor, row: Audited) -> None:
    """Refuse a row that is no verdict of ours: an unknown rule, a wrong code, another institution."""
    if not actor.has(Role.SYSTEM, Role.REGULATOR) and row.institution_id not in actor.institution_ids:
        raise NotFound
    core = row.core
    try:
        find_rule(core["rule"])
        Outcome.of(core["outcome"])
        Certainty.of(core["certainty"])
        Scope.of(core["scope"])
    except (KeyError, ValueError) as wrong:
        says = T(zh="结论无法读取：{x}", en="a verdict cannot be read: {x}").with_(x=str(wrong))
        raise InvalidInput(field="rows", reason=says) from None


def _note(run: AuditRun, found: Sequence[Audited], actor: Actor, now: datetime) -> None:
    for institution_id in sorted({row.institution_id for row in found}):
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb="store_audit",
            object_type="audit_run",
            object_id=run.pk,
            now=now,
            detail={"key": run.key, "view": run.view, "content": run.content_hash},
        )


def _write(run: AuditRun, found: Sequence[Audited], actor: Actor, now: datetime) -> None:
    deeds = (list(rows) for _, rows in groupby(found, key=lambda row: _order(row)[:3]))
    while batch := list(islice(deeds, BATCH)):
        judgements: list[Judgement] = []
        facts: list[Fact] = []
        verdicts: list[GivenVerdict] = []
        for rows in batch:
            judgement = _judgement(run, rows, actor, now)
            judgements.append(judgement)
            facts += _facts(judgement, rows[0])
            verdicts += [_verdict(judgement, row) for row in rows if row.core["outcome"] == Outcome.FINDING]
        Judgement.objects.bulk_create(judgements)
        Fact.objects.bulk_create(facts)
        GivenVerdict.objects.bulk_create(verdicts)


def _judgement(run: AuditRun, rows: Sequence[Audited], actor: Actor, now: datetime) -> Judgement:
    first = rows[0]
    return Judgement(
        id=new_id(),
        institution_id=first.institution_id,
        moment=Moment.AUDIT.value,
        subject_type=first.subject_type,
        subject_id=first.subject_id,
        encounter_id=first.encounter_id,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
        knowledge=run.knowledge,
        answers=[
            [row.core["rule"], row.core["version"], row.core["subject"], row.core["outcome"], row.core_hash]
            for row in rows
        ],
        run=run,
    )


def _facts(judgement: Judgement, row: Audited) -> list[Fact]:
    return [
        Fact(
            id=new_id(),
            institution_id=judgement.institution_id,
            judgement=judgement,
            position=position,
            subject_type=group,
            subject_id=str(payload.get("id") or judgement.subject_id)[:64],
            group=group,
            payload=payload,
            happened_at=row.happened_at,
            known_at=judgement.at,
        )
        for position, (group, payload) in enumerate(row.facts)
    ]


def _verdict(judgement: Judgement, row: Audited) -> GivenVerdict:
    core = row.core
    return GivenVerdict(
        id=new_id(),
        judgement=judgement,
        institution_id=judgement.institution_id,
        rule=core["rule"],
        version=core["version"],
        outcome=core["outcome"],
        certainty=core["certainty"],
        scope=core["scope"],
        subject=core["subject"],
        moment=judgement.moment,
        consequence=Consequence.FLAG,
        core_hash=row.core_hash,
        core=core,
        sentence_zh=row.sentence.zh,
        sentence_en=row.sentence.en,
        hint_zh=row.hint.zh,
        hint_en=row.hint.en,
        excess_fen=core["excess"].get("fen"),
        fund_loss_fen=row.fund_loss_fen,
        at=judgement.at,
    )


def store_audit_folder(*, actor: Actor, folder: Path, now: datetime) -> tuple[UUID, int, int]:
    """Store what the audit command wrote into a folder: the run's id, how many findings, how many of other houses.

    Findings of institutions without an id of ours are left out. Raises InvalidInput, NotFound, RunDiffers.
    """
    require(actor, access.STORE_AUDIT)
    found = audit_files.read(folder)
    run_id = store_audit(
        actor=actor,
        key=found.key,
        view=found.view,
        knowledge=found.knowledge,
        manifest=found.manifest,
        rows=found.rows,
        now=now,
    )
    return run_id, len(found.rows), found.elsewhere


def audit_day(*, actor: Actor, institution_id: UUID, key: str, since: datetime, until: datetime, now: datetime) -> UUID:
    """Judge again, as an audit, every deed that was judged at control in a time, on the facts that were known then.

    The rules and the law are those of the event; the program is today's. Returns the run. Raises NotFound.
    """
    require(actor, access.STORE_AUDIT)
    if not actor.has(Role.SYSTEM) and institution_id not in actor.institution_ids:
        raise NotFound
    judgements = Judgement.objects.filter(
        institution_id=institution_id, moment=Moment.CONTROL.value, at__gte=since, at__lt=until
    )
    latest = judgements.order_by("subject_id", "-at", "-id").distinct("subject_id")
    rows: list[Audited] = []
    outcomes: Counter[str] = Counter()
    knowledge = ""
    for judgement in latest:
        case = records.case_of(judgement)
        judged = engine.ask(case, Moment.AUDIT.value, now, None)
        knowledge = judged.knowledge
        outcomes.update(f"{verdict.rule} {verdict.outcome.value}" for verdict in judged.verdicts)
        log = tuple((fact.group, fact.payload) for fact in judgement.facts.order_by("position"))
        rows += [
            audited(
                verdict,
                institution_id=institution_id,
                encounter_id=judgement.encounter_id,
                subject_type=judgement.subject_type,
                subject_id=judgement.subject_id,
                facts=log,
                happened_at=judgement.at,
            )
            for verdict in judged.verdicts
            if verdict.outcome is not Outcome.NOT_APPLICABLE
        ]
    manifest = {"since": since.isoformat(), "until": until.isoformat(), "outcomes": dict(sorted(outcomes.items()))}
    return store_audit(
        actor=actor, key=key, view=AuditView.THEN.value, knowledge=knowledge, manifest=manifest, rows=rows, now=now
    )
