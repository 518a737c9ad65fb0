"""Questions of the regulator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.journal import PROBLEMS
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.regulator.access import SEE_BOARD, TRY_RULE
from xinglin.hospital.regulator.lake import CITY as CITY
from xinglin.hospital.regulator.lake import LakeCard as LakeCard
from xinglin.hospital.regulator.lake import card as _lake_card
from xinglin.hospital.regulator.models import JournalVerification
from xinglin.hospital.regulator.trials import TrialCard as TrialCard
from xinglin.hospital.regulator.trials import trial as trial
from xinglin.hospital.regulator.trials import trials as trials

ENTRIES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class JournalState:
    """How an institution's journal stands. Numbers are 0 and instants None where it has written nothing."""

    links: int
    waiting: int
    sealed_at: datetime | None
    checkpoint_seq: int
    checkpoint_at: datetime | None
    verified_at: datetime | None
    problem: str

    @property
    def word(self) -> T:
        """One word: never verified, intact, or what is wrong."""
        if self.problem:
            return T(zh="有问题", en="Problem")
        if self.verified_at is not None:
            return T(zh="完整", en="Intact")
        return T(zh="尚未核验", en="Not verified yet") if self.links else T(zh="没有记录", en="Nothing written")

    @property
    def tone(self) -> str:
        """The badge's class."""
        return "hold" if self.problem else "ok" if self.verified_at else ""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps a journal: an institution, or the platform itself for deeds that belong to none."""

    id: UUID
    code: str
    name: T
    kind: str
    kind_name: T
    level_name: T
    licence_no: str
    licence_until_on: date | None
    open: bool


PLATFORM = Keeper(
    id=SYSTEM_ID,
    code="",
    name=T(zh="平台（注册与登录）", en="The platform (registration and sign-in)"),
    kind="platform",
    kind_name=T(zh="平台", en="Platform"),
    level_name=T(zh="不属于任何机构的行为", en="Deeds that belong to no institution"),
    licence_no="",
    licence_until_on=None,
    open=True,
)


def _keeper(card: identity.InstitutionCard) -> Keeper:
    return Keeper(
        id=card.id,
        code=card.code,
        name=card.name,
        kind=card.kind,
        kind_name=card.kind_name,
        level_name=card.level_name,
        licence_no=card.licence_no,
        licence_until_on=card.licence_until_on,
        open=card.open,
    )


def keeper(*, institution_id: UUID, now: datetime) -> Keeper:
    """The keeper of a chain. Raises NotFound."""
    if institution_id == SYSTEM_ID:
        return PLATFORM
    return _keeper(identity.institution(institution_id=institution_id, at=now))


@dataclass(frozen=True, slots=True)
class InstitutionState:
    """An institution of the board."""

    card: Keeper
    journal: JournalState


NOTHING = JournalState(0, 0, None, 0, None, None, "")
STATES = """
SELECT l.institution_id, l.links, l.sealed_at, coalesce(w.waiting, 0), coalesce(c.seq, 0), c.at
FROM (SELECT institution_id, max(seq) AS links, max(sealed_at) AS sealed_at FROM journal_link GROUP BY 1) l
LEFT JOIN (SELECT institution_id, count(*) AS waiting FROM journal_waiting GROUP BY 1) w USING (institution_id)
LEFT JOIN (SELECT DISTINCT ON (institution_id) institution_id, seq, at FROM journal_checkpoint
           ORDER BY institution_id, seq DESC) c USING (institution_id)
"""


def _journals() -> dict[UUID, JournalState]:
    last: dict[UUID, JournalVerification] = {}
    for row in JournalVerification.objects.order_by("institution_id", "at"):
        last[row.institution_id] = row
    with connection.cursor() as cursor:
        cursor.execute(STATES)
        rows = cursor.fetchall()
    states = {}
    for institution_id, links, sealed_at, waiting, seq, at in rows:
        verified = last.get(institution_id)
        states[institution_id] = JournalState(
            links,
            waiting,
            sealed_at,
            seq,
            at,
            verified.at if verified else None,
            verified.problem if verified else "",
        )
    return states


def board(*, actor: Actor, now: datetime, kind: str = "") -> list[InstitutionState]:
    """Every institution with its journal: problems first, then those that write, then the silent ones."""
    require(actor, SEE_BOARD)
    states = _journals()
    keepers = [_keeper(card) for card in identity.institutions(at=now, kind=kind)]
    if not kind:
        keepers.append(PLATFORM)
    rows = [InstitutionState(k, states.get(k.id, NOTHING)) for k in keepers]
    return sorted(rows, key=lambda row: (not row.journal.problem, row.journal.links == 0, row.card.code))


def institution_state(*, actor: Actor, institution_id: UUID, now: datetime) -> InstitutionState:
    """One institution of the board. Raises NotFound."""
    require(actor, SEE_BOARD)
    found = keeper(institution_id=institution_id, now=now)
    return InstitutionState(found, _journals().get(institution_id, NOTHING))


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry as a regulator reads it: no names of patients, only ids."""

    seq: int | None
    at: datetime
    actor_label: str
    verb: str
    object_type: str
    object_id: UUID | None
    outcome: str
    chain_hash: str


def latest_entries(*, actor: Actor, institution_id: UUID, now: datetime) -> list[Entry]:
    """The newest entries of an institution with their place in the chain (None while unsealed)."""
    institution_state(actor=actor, institution_id=institution_id, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.seq, e.at, e.actor_label, e.verb, e.object_type, e.object_id, e.outcome, "
            "coalesce(l.chain_hash, '') FROM journal_entry e LEFT JOIN journal_link l ON l.entry_id = e.id "
            "WHERE e.institution_id = %s ORDER BY e.id DESC LIMIT %s",
            [institution_id, ENTRIES_SHOWN],
        )
        return [Entry(*row) for row in cursor.fetchall()]


def verifications(*, actor: Actor, institution_id: UUID) -> Iterable[JournalVerification]:
    """Past verifications of an institution, newest first."""
    require(actor, SEE_BOARD)
    return JournalVerification.objects.filter(institution_id=institution_id).order_by("-at")[:10]


def problem_sentence(row: JournalVerification) -> T:
    """What a past verification found, in words."""
    if not row.problem:
        return T(zh="完整：{n} 条记录首尾相连", en="Intact: {n} entries chained end to end").with_(n=row.links)
    return PROBLEMS[row.problem].with_(seq=row.problem_seq, entry=row.problem_entry_id)


def lake_card(*, actor: Actor) -> LakeCard | None:
    """Which lake rules are tried on here; None while there is none."""
    require(actor, TRY_RULE)
    return _lake_card()
