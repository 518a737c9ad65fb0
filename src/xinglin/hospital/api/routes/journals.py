"""Journals: how each institution's chain stands, and whether anything in it was altered."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.shapes import At, In, Out, Words
from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.regulator.access import SEE_BOARD, VERIFY_JOURNAL

router = Router(tags=["journals"])


class JournalState(Out):
    """How a journal stands; `problem` is empty where the last verification found none."""

    links: int
    waiting: int
    sealed_at: At | None
    checkpoint_seq: int
    checkpoint_at: At | None
    verified_at: At | None
    problem: str
    word: Words


class Keeper(Out):
    """Who keeps a journal: an institution, or the platform itself for deeds that belong to none."""

    id: UUID
    code: str
    name: Words
    kind: str
    kind_name: Words
    level_name: Words
    licence_no: str
    licence_until_on: date | None
    open: bool


class InstitutionState(Out):
    """An institution with its journal."""

    card: Keeper
    journal: JournalState


class Board(In):
    """Narrow by kind."""

    kind: Literal["", "internet_hospital", "hospital", "health_centre", "village_clinic", "pharmacy"] = ""


@operation(router, "get", "/journals", SEE_BOARD, list[InstitutionState])
def board(request: Request, query: Query[Board]) -> Any:
    """全部机构及其日志状态｜Every institution with the state of its journal"""
    return selectors.board(actor=request.actor, now=request.now, kind=query.kind)


@operation(router, "get", "/journals/{uuid:institution_id}", SEE_BOARD, InstitutionState)
def institution_journal(request: Request, institution_id: UUID) -> Any:
    """一家机构的日志状态｜The state of one institution's journal"""
    return selectors.institution_state(actor=request.actor, institution_id=institution_id, now=request.now)


class JournalEntry(Out):
    """A journal entry: ids and codes, no patient's name. `seq` is null while unsealed."""

    seq: int | None
    at: At
    actor_label: str
    verb: str
    object_type: str
    object_id: UUID | None
    outcome: str
    chain_hash: str


@operation(router, "get", "/journals/{uuid:institution_id}/entries", SEE_BOARD, list[JournalEntry])
def latest_entries(request: Request, institution_id: UUID) -> Any:
    """最近的日志｜The newest entries"""
    return selectors.latest_entries(actor=request.actor, institution_id=institution_id, now=request.now)


class Verification(Out):
    """What the walk along the chain found."""

    institution_id: UUID
    links: int
    checkpoints: int
    waiting: int
    intact: bool
    problem: str | None
    seq: int | None
    entry_id: UUID | None
    sentence: Words


@operation(router, "post", "/journals/{uuid:institution_id}/verification", VERIFY_JOURNAL, Verification)
def verify_journal(request: Request, institution_id: UUID) -> Any:
    """核验日志是否被改动｜Verify that a journal was not altered"""
    return services.verify_journal(actor=request.actor, institution_id=institution_id, now=request.now)
