"""What the physician does about a finding of the medicine check: take a remedy with one tap, or accept it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.decision_support import services as support
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import care
from xinglin.hospital.pharmacy.access import WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.advising import TOLD, Advised, Statement, advise
from xinglin.hospital.pharmacy.care import VisitToPrescribe
from xinglin.hospital.pharmacy.drafts import Draft, PricedLine
from xinglin.hospital.pharmacy.errors import RemedyGone
from xinglin.hospital.pharmacy.remedies import LEAVES_FINDING, Way, applied, planned, ways
from xinglin.hospital.pharmacy.services.writing import priced_lines


@dataclass(frozen=True, slots=True)
class _Bench:
    """A draft with what the check says of it now."""

    visit: VisitToPrescribe
    draft: Draft
    priced: list[PricedLine]
    advised: Advised

    def statement(self, ticket: str) -> Statement:
        """The finding of a ticket that is not silent. Raises RemedyGone."""
        for card in self.advised.cards:
            for one in card.statements:
                if one.ticket == ticket:
                    return one
        raise RemedyGone


def _bench(actor: Actor, visit: VisitToPrescribe, draft: Draft, now: datetime) -> _Bench:
    priced = priced_lines(draft)
    return _Bench(visit, draft, priced, advise(actor=actor, visit=visit, draft=draft, priced=priced, now=now))


def accept_finding(*, actor: Actor, draft: Draft, ticket: str, reason_code: str, text: str = "", now: datetime) -> None:
    """Accept a finding on a draft, with a coded reason; unchanged, it stays silent for 90 days.

    Raises decision_support's FindingGone and MayNotBeAccepted, InvalidInput, VisitNotOpen, NotFound.
    """
    require(actor, WRITE_PRESCRIPTION)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    bench = _bench(actor, visit, draft, now)
    _accept(actor, bench, ticket, reason_code, text, "", now)


def _accept(actor: Actor, bench: _Bench, ticket: str, reason: str, text: str, remedy: str, now: datetime) -> None:
    support.accept(
        actor=actor,
        advice=bench.advised.advice,
        ticket=ticket,
        reason_code=reason,
        text=text,
        remedy=remedy,
        institution_id=bench.visit.institution_id,
        subject_id=bench.draft.id,
        now=now,
    )


def take_remedy(
    *, actor: Actor, draft: Draft, ticket: str, remedy: str, line: str = "", product_code: str = "", now: datetime
) -> Draft:
    """Take a remedy that a card offers: the draft after it. The caller keeps the draft.

    A test is put on the visit's list, a medicine taken already is noted as paused. A remedy after which the tables may
    still say the same (a test, a time between, an end) is the coded reason for a finding of tier D; never of tier X.
    Raises RemedyGone, VisitNotOpen, NotFound.
    """
    require(actor, WRITE_PRESCRIPTION)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    before = _bench(actor, visit, draft, now)
    statement = before.statement(ticket)
    offered = ways(before.advised, statement, before.priced)
    way = next((one for one in offered if one.code == remedy and one.line == line), None)
    if way is None:
        raise RemedyGone
    product = next((one for one in way.products if one.code == product_code), way.products[0] if way.products else None)
    if way.kind == "test":
        _plan(actor, before, statement, way, now)
    elif way.kind == "hold":
        _hold(actor, visit, way, now)
    after = applied(draft, way, product)
    if way.kind in LEAVES_FINDING:
        _settle(actor, _bench(actor, visit, after, now), statement, way, now)
    return after


def _plan(actor: Actor, bench: _Bench, statement: Statement, way: Way, now: datetime) -> None:
    code, within = planned(way)
    why = "、".join(drug["zh"] for drug in statement.told["drugs"])
    consultation.plan_test(
        actor=actor, visit_id=bench.visit.id, code=code, due_on=civil_day(now) + within, why=why, now=now
    )


def _hold(actor: Actor, visit: VisitToPrescribe, way: Way, now: datetime) -> None:
    consultation.hold_medicine(
        actor=actor,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        row_id=UUID(way.line.removeprefix(TOLD)),
        held=True,
        now=now,
    )


def _settle(actor: Actor, bench: _Bench, statement: Statement, way: Way, now: datetime) -> None:
    """What was done is the reason for the same row on the same lines, where it still speaks; never for tier X."""
    for card in bench.advised.cards:
        for one in card.statements:
            same = one.told["row"] == statement.told["row"] and set(one.lines) == set(statement.lines)
            if same and one.tier == "D":
                _accept(actor, bench, one.ticket, LEAVES_FINDING[way.kind], str(way.label), way.code, now)
