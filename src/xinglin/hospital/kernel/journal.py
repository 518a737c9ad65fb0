"""Write into the journal, seal it into chains, verify them.

A deed's own transaction only inserts the entry, so that the hot path never queues on a chain. The sealer links what has
been committed within a second and signs checkpoints. `verify` walks a chain and names the first entry that was altered,
removed or put in from outside.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalCheckpoint, JournalEntry, JournalLink, JournalWaiting
from xinglin.hospital.kernel.signing import digest, public_key_of, sign, signature_holds
from xinglin.hospital.kernel.texts import T

GENESIS = "0" * 64
SEALER_LOCK = 0x58494E47
CHECKPOINT_LINKS = 200
CHECKPOINT_AFTER = timedelta(seconds=60)
BATCH = 2000


def write(
    *,
    actor: Actor,
    institution_id: UUID,
    verb: str,
    object_type: str,
    object_id: UUID | None,
    now: datetime,
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
) -> UUID:
    """Add an entry in the current transaction and return its id.

    `verb` is the service's name ('issue_prescription'), `detail` holds ids, codes and amounts, never a patient's words.
    """
    entry_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                entry_id,
                institution_id,
                now,
                actor.id,
                actor.label[:120],
                verb,
                object_type,
                object_id,
                actor.purpose[:60],
                outcome,
                _json(detail or {}),
            ],
        )
    return entry_id


WRITE = """
WITH entry AS (
  INSERT INTO journal_entry
    (id, institution_id, at, actor_id, actor_label, verb, object_type, object_id, purpose, outcome, detail)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
  RETURNING id, institution_id
)
INSERT INTO journal_waiting (entry_id, institution_id) SELECT id, institution_id FROM entry
"""
"""Entry and its place in the queue of the sealer in one statement: every deed of the house writes here."""


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def entry_hash(entry: JournalEntry) -> str:
    """SHA-256 over everything that the entry says."""
    return digest(
        {
            "id": entry.id,
            "institution_id": entry.institution_id,
            "at": entry.at,
            "actor_id": entry.actor_id,
            "actor_label": entry.actor_label,
            "verb": entry.verb,
            "object_type": entry.object_type,
            "object_id": entry.object_id,
            "purpose": entry.purpose,
            "outcome": entry.outcome,
            "detail": entry.detail,
        }
    )


def _chain(previous: str, seq: int, hashed: str) -> str:
    return hashlib.sha256(f"{previous}:{seq}:{hashed}".encode()).hexdigest()


@transaction.atomic
def seal(*, now: datetime) -> int:
    """Link every committed entry that waits; returns how many. Only one sealer works at a time (advisory lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = list(JournalWaiting.objects.order_by("entry_id").values_list("entry_id", flat=True)[:BATCH])
    if not waiting:
        return 0
    by_institution: dict[UUID, list[JournalEntry]] = defaultdict(list)
    for entry in JournalEntry.objects.filter(id__in=waiting).order_by("id"):
        by_institution[entry.institution_id].append(entry)
    links: list[JournalLink] = []
    for institution_id, entries in by_institution.items():
        seq, previous = _tip(institution_id)
        for entry in entries:
            seq += 1
            hashed = entry_hash(entry)
            previous = _chain(previous, seq, hashed)
            links.append(
                JournalLink(
                    institution_id=institution_id,
                    seq=seq,
                    entry_id=entry.id,
                    entry_hash=hashed,
                    chain_hash=previous,
                    sealed_at=now,
                )
            )
    JournalLink.objects.bulk_create(links)
    JournalWaiting.objects.filter(entry_id__in=waiting).delete()
    for institution_id in by_institution:
        _checkpoint_when_due(institution_id, now)
    return len(links)


def _tip(institution_id: UUID) -> tuple[int, str]:
    row = (
        JournalLink.objects.filter(institution_id=institution_id)
        .order_by("-seq")
        .values_list("seq", "chain_hash")
        .first()
    )
    return row or (0, GENESIS)


def _checkpoint_when_due(institution_id: UUID, now: datetime) -> None:
    last = JournalCheckpoint.objects.filter(institution_id=institution_id).order_by("-seq").first()
    seq, _ = _tip(institution_id)
    if last is None or seq - last.seq >= CHECKPOINT_LINKS or now - last.at >= CHECKPOINT_AFTER:
        checkpoint(institution_id=institution_id, now=now)


def _checkpoint_content(institution_id: UUID, seq: int, chain_hash: str, at: datetime) -> dict[str, Any]:
    return {"institution_id": institution_id, "seq": seq, "chain_hash": chain_hash, "at": at}


def checkpoint(*, institution_id: UUID, now: datetime) -> JournalCheckpoint | None:
    """Sign the present end of a chain with the hospital's journal key; None when nothing new is there."""
    seq, chain_hash = _tip(institution_id)
    if seq == 0 or JournalCheckpoint.objects.filter(institution_id=institution_id, seq=seq).exists():
        return None
    key: bytes = settings.XINGLIN_JOURNAL_KEY
    row = JournalCheckpoint(
        id=new_id(),
        institution_id=institution_id,
        seq=seq,
        chain_hash=chain_hash,
        at=now,
        key=public_key_of(key).hex(),
        signature=sign(key, _checkpoint_content(institution_id, seq, chain_hash, now)).hex(),
    )
    row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True)
class Verification:
    """What the walk along one chain found: number of links, and the first problem or None."""

    institution_id: UUID
    links: int
    checkpoints: int
    waiting: int
    problem: str | None
    seq: int | None
    entry_id: UUID | None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None

    @property
    def sentence(self) -> T:
        """The result for people."""
        if self.problem is None:
            return T(zh="完整：{n} 条记录首尾相连", en="Intact: {n} entries chained end to end").with_(n=self.links)
        return PROBLEMS[self.problem].with_(seq=self.seq, entry=self.entry_id)


PROBLEMS = {
    "altered": T(zh="第 {seq} 条记录被改动（{entry}）", en="Entry {seq} was altered ({entry})"),
    "missing": T(zh="第 {seq} 条记录缺失（{entry}）", en="Entry {seq} is missing ({entry})"),
    "inserted": T(zh="有一条未经封存的记录被插入（{entry}）", en="An entry was inserted past the sealer ({entry})"),
    "broken": T(zh="链条在第 {seq} 条断开（{entry}）", en="The chain breaks at entry {seq} ({entry})"),
    "checkpoint": T(
        zh="第 {seq} 条处的签名检查点与链条不符（{entry}）",
        en="The signed checkpoint at entry {seq} does not fit the chain ({entry})",
    ),
}


def institutions_with_journal() -> list[UUID]:
    """Every institution that has a chain or waiting entries."""
    linked = set(JournalLink.objects.values_list("institution_id", flat=True).distinct())
    return sorted(linked | set(JournalWaiting.objects.values_list("institution_id", flat=True).distinct()))


def verify(*, institution_id: UUID, now: datetime, trusted_keys: frozenset[str] | None = None) -> Verification:
    """Walk one institution's chain from the first link; stop at the first problem.

    `trusted_keys` are the public keys (hexadecimal) whose checkpoints count; None trusts the hospital's present one.
    """
    trusted = trusted_keys or frozenset({public_key_of(settings.XINGLIN_JOURNAL_KEY).hex()})
    points = {c.seq: c for c in JournalCheckpoint.objects.filter(institution_id=institution_id)}
    waiting = JournalWaiting.objects.filter(institution_id=institution_id).count()
    seq, previous = 0, GENESIS

    def result(problem: str | None, at: int | None = None, entry: UUID | None = None) -> Verification:
        return Verification(institution_id, seq, len(points), waiting, problem, at, entry)

    for link, entry in _linked(institution_id):
        if link.seq != seq + 1:
            return result("missing", seq + 1)
        if entry is None:
            return result("missing", link.seq, link.entry_id)
        if entry_hash(entry) != link.entry_hash:
            return result("altered", link.seq, link.entry_id)
        if _chain(previous, link.seq, link.entry_hash) != link.chain_hash:
            return result("broken", link.seq, link.entry_id)
        seq, previous = link.seq, link.chain_hash
        point = points.get(seq)
        if point is not None and not _fits(point, previous, trusted):
            return result("checkpoint", seq, link.entry_id)
    if points and max(points) > seq:
        return result("missing", seq + 1)
    stray = _stray(institution_id, now)
    return result("inserted", None, stray) if stray else result(None)


def _fits(point: JournalCheckpoint, chain_hash: str, trusted: frozenset[str]) -> bool:
    content = _checkpoint_content(point.institution_id, point.seq, point.chain_hash, point.at)
    return (
        point.key in trusted
        and point.chain_hash == chain_hash
        and signature_holds(bytes.fromhex(point.key), bytes.fromhex(point.signature), content)
    )


def _linked(institution_id: UUID) -> Iterator[tuple[JournalLink, JournalEntry | None]]:
    links = JournalLink.objects.filter(institution_id=institution_id).order_by("seq")
    after = 0
    while page := list(links.filter(seq__gt=after)[:BATCH]):
        entries = JournalEntry.objects.in_bulk([link.entry_id for link in page])
        for link in page:
            yield link, entries.get(link.entry_id)
        after = page[-1].seq


def _stray(institution_id: UUID, now: datetime) -> UUID | None:
    """An entry that is neither chained nor waiting, or that waits although the sealer passed it long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM journal_entry e "
            "LEFT JOIN journal_link l ON l.entry_id = e.id LEFT JOIN journal_waiting w ON w.entry_id = e.id "
            "WHERE e.institution_id = %s AND l.entry_id IS NULL AND w.entry_id IS NULL ORDER BY e.id LIMIT 1",
            [institution_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None
