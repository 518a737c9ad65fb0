"""A made-up insurer that really answers: it keeps its own copy, adds up by itself, declines what differs, is silent.

It computes every claim again from its own books and declines when the fund's share is another; it remembers undone
messages and declines them when they arrive late. A person whom it meets for the first time in a year is taken over with
what the hospital's books say was used before, because the demonstration has no earlier insurer.

How it behaves is a mood a call: `up`, `down` (the call never arrives), `lost` (silent, nothing was done) and `silent`
(done, but the answer is lost). Tests queue moods; an installation sets XINGLIN_INSURER_MOOD for all calls.
"""

import os
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinglin.benefits.lines import FeeLine, LineClass, SplitLine
from xinglin.benefits.policy import Filing, NoPolicy, PolicyKey, demo_book
from xinglin.benefits.settle import Purse, settle
from xinglin.benefits.totals import Effect, SchemeKey, State, fold
from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement.ports import (
    DayLine,
    InsurerAnswer,
    InsurerClaim,
    InsurerDown,
    InsurerLine,
    InsurerPart,
    InsurerSilent,
    RecoveryNote,
)

MOVED = ("settle", "revoke", "recover")
"""The entries that move money between the fund and a house."""
MOODS = ("up", "down", "lost", "silent")


class DemoInsurer:
    """The mock counterparty. `moods` are used up call by call; then XINGLIN_INSURER_MOOD, then `up`."""

    def __init__(self, moods: Iterable[str] = ()) -> None:
        self.moods = list(moods)

    def _mood(self) -> str:
        mood = self.moods.pop(0) if self.moods else os.environ.get("XINGLIN_INSURER_MOOD", "up")
        if mood not in MOODS:
            raise ValueError(f"an insurer's mood is one of {', '.join(MOODS)}, not {mood}")
        if mood == "down":
            raise InsurerDown
        if mood == "lost":
            raise InsurerSilent
        return mood

    def settle(self, claim: InsurerClaim, *, now: datetime) -> InsurerAnswer:
        """Settle a claim: the same claim again is answered alike."""
        mood = self._mood()
        answer = _settle(claim, now)
        if mood == "silent":
            raise InsurerSilent
        return answer

    def query(self, claim_id: UUID, *, now: datetime) -> InsurerAnswer | None:
        """What became of a claim."""
        if self._mood() == "silent":
            raise InsurerSilent
        row = _standing(claim_id)
        return InsurerAnswer(accepted=True, reference=row.reference) if row else None

    def undo(self, message_id: UUID, *, now: datetime) -> bool:
        """Undo a call by its message, whether or not it ever arrived."""
        mood = self._mood()
        if not InsurerEntry.objects.filter(kind="undo", undoes_id=message_id).exists():
            InsurerEntry.objects.create(id=new_id(), kind="undo", undoes_id=message_id, on=civil_day(now), at=now)
        if mood == "silent":
            raise InsurerSilent
        return True

    def revoke(self, claim: InsurerClaim, *, now: datetime) -> InsurerAnswer:
        """Take a settled claim back; one that is taken back already stays so."""
        mood = self._mood()
        answer = _revoke(claim, now)
        if mood == "silent":
            raise InsurerSilent
        return answer

    def recover(self, note: RecoveryNote, *, now: datetime) -> None:
        """Enter what came back to the fund, or went back to the house, on the day on which it moved."""
        mood = self._mood()
        InsurerEntry.objects.get_or_create(
            id=note.message_id,
            defaults={
                "kind": "recover",
                "claim_id": note.claim_id,
                "institution_id": note.institution_id,
                "on": civil_day(note.at),
                "fund_fen": -note.fund_fen,
                "at": now,
            },
        )
        if mood == "silent":
            raise InsurerSilent

    def day(self, institution_id: UUID, on: date, *, now: datetime) -> list[DayLine]:
        """Settlements, revocations and recoveries of an institution's day."""
        if self._mood() == "silent":
            raise InsurerSilent
        rows = InsurerEntry.objects.filter(institution_id=institution_id, on=on, kind__in=MOVED)
        return [
            DayLine(row.claim_id, row.total_fen, row.fund_fen, row.account_fen, row.cash_fen)
            for row in _valid(rows.order_by("at", "id"))
            if row.claim_id is not None
        ]


# ITS OWN BOOKS


def _undone(messages: Iterable[UUID]) -> set[UUID]:
    """Which of the messages were undone, before or after they arrived."""
    rows = InsurerEntry.objects.filter(kind="undo", undoes_id__in=list(messages)).values_list("undoes_id", flat=True)
    return {row for row in rows if row is not None}


def _valid(rows: Iterable[InsurerEntry]) -> list[InsurerEntry]:
    """The entries that were not undone."""
    found = list(rows)
    undone = _undone(row.id for row in found)
    return [row for row in found if row.id not in undone]


def _standing(claim_id: UUID) -> InsurerEntry | None:
    """The settlement of a claim, unless it was undone or revoked."""
    rows = _valid(InsurerEntry.objects.filter(claim_id=claim_id).order_by("at", "id"))
    if any(row.kind == "revoke" for row in rows):
        return None
    return next((row for row in rows if row.kind == "settle"), None)


def _used(person_id: UUID, year: int) -> State | None:
    """What a person has used of a year by this insurer's books; None when it has never met the person in that year."""
    rows = _valid(InsurerEntry.objects.filter(person_id=person_id, on__year=year))
    if not any(row.kind == "opening" for row in rows):
        return None
    return fold(_effect(stored) for row in rows for stored in row.effects)


def _stored(effect: Effect) -> dict[str, Any]:
    return {
        "care_type": effect.key.care_type,
        "year": effect.key.year,
        "disease": effect.key.disease,
        "sums": [
            effect.deductible_fen,
            effect.basic_fund_fen,
            effect.in_scope_fen,
            effect.burden_fen,
            effect.serious_fen,
            effect.visits,
        ],
    }


def _effect(stored: dict[str, Any]) -> Effect:
    return Effect(SchemeKey(stored["care_type"], stored["year"], stored["disease"]), *stored["sums"])


@transaction.atomic
def _settle(claim: InsurerClaim, now: datetime) -> InsurerAnswer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(claim.person_id)])
    if _undone([claim.message_id]):
        return _no(T(zh="该报文已被冲正", en="this message was undone before it arrived"))
    done = _standing(claim.claim_id)
    if done is not None:
        return InsurerAnswer(accepted=True, reference=done.reference)
    so_far = _used(claim.person_id, claim.on.year)
    if so_far is None:
        so_far = _open(claim, now)
    for part in claim.parts:
        try:
            fund_fen, effect = _work_out(claim, part, so_far)
        except NoPolicy:
            return _no(T(zh="没有适用的待遇政策", en="no benefit policy applies"))
        if fund_fen != part.fund_fen:
            why = T(zh="基金支付应为 {mine} 元，上传为 {yours} 元", en="the fund pays {mine} yuan, not {yours}")
            return _no(why.with_(mine=yuan(fund_fen), yours=yuan(part.fund_fen)))
        so_far = so_far.plus(effect)
    return _write("settle", claim, 1, now)


def _no(why: T) -> InsurerAnswer:
    return InsurerAnswer(accepted=False, why=why)


def _open(claim: InsurerClaim, now: datetime) -> State:
    """Take a person over with what was used before."""
    effects = [
        Effect(key, t.deductible_fen, t.basic_fund_fen, t.in_scope_fen, t.burden_fen, t.serious_fen, t.visits)
        for key, t in claim.used_before.schemes.items()
    ]
    InsurerEntry.objects.create(
        id=new_id(),
        kind="opening",
        person_id=claim.person_id,
        on=claim.on,
        effects=[_stored(effect) for effect in effects],
        at=now,
    )
    return fold(effects)


def _work_out(claim: InsurerClaim, part: InsurerPart, so_far: State) -> tuple[int, Effect]:
    """The fund's payment and the use of a part, from this insurer's own books and policies."""
    key = part.effect.key
    policy = demo_book().find(
        PolicyKey(
            claim.area,
            claim.insurance_type,
            claim.person_type[:2],
            key.care_type,
            claim.level,
            claim.on.year,
            key.disease,
        )
    )
    lines = [_split(str(number), line) for number, line in enumerate(part.lines)]
    outcome = settle(lines, key=key, policy=policy, so_far=so_far, purse=Purse(), filing=Filing(claim.filing))
    return outcome.fund_fen, outcome.effect


def _split(name: str, line: InsurerLine) -> SplitLine:
    return SplitLine(
        line=FeeLine(name, line.code, line.code, line.code, line.quantity, line.amount_fen, LineClass.A),
        denied_fen=0,
        full_selfpay_fen=line.full_selfpay_fen,
        over_limit_fen=line.over_limit_fen,
        selfpay_first_fen=line.selfpay_first_fen,
        in_scope_fen=line.in_scope_fen,
        hospital_fen=0,
    )


@transaction.atomic
def _revoke(claim: InsurerClaim, now: datetime) -> InsurerAnswer:
    if _undone([claim.message_id]):
        return _no(T(zh="该报文已被冲正", en="this message was undone before it arrived"))
    earlier = _valid(InsurerEntry.objects.filter(claim_id=claim.claim_id, kind="revoke"))
    if earlier:
        return InsurerAnswer(accepted=True, reference=earlier[0].reference)
    return _write("revoke", claim, -1, now)


def _write(kind: str, claim: InsurerClaim, sign: int, now: datetime) -> InsurerAnswer:
    effects = [part.effect if sign > 0 else part.effect.negated() for part in claim.parts]
    reference = f"{'S' if sign > 0 else 'R'}{claim.on:%Y%m%d}{claim.message_id.hex[-12:].upper()}"
    InsurerEntry.objects.create(
        id=claim.message_id,
        kind=kind,
        claim_id=claim.claim_id,
        person_id=claim.person_id,
        institution_id=claim.institution_id,
        on=claim.on if sign > 0 else civil_day(now),
        reference=reference,
        effects=[_stored(effect) for effect in effects],
        total_fen=sign * claim.total_fen,
        fund_fen=sign * claim.fund_fen,
        account_fen=sign * claim.account_fen,
        cash_fen=sign * claim.cash_fen,
        at=now,
    )
    return InsurerAnswer(accepted=True, reference=reference)
