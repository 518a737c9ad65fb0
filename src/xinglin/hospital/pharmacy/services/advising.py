"""What the physician does about a finding of the medicine check: take a remedy with one tap, or accept it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.decision_support import services as support
from xinglin.hospital.decision_support.services import Acceptance
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import care
from xinglin.hospital.pharmacy.access import WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.advising import Advised, Statement, advise
from xinglin.hospital.pharmacy.care import VisitToPrescribe
from xinglin.hospital.pharmacy.drafts import Draft, PricedLine
from xinglin.hospital.pharmacy.errors import RemedyGone
from xinglin.hospital.pharmacy.gathering import TOLD
from xinglin.hospital.pharmacy.managing import management
from xinglin.hospital.pharmacy.remedies import Way, applied, planned, ways
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
    priced = priced_lines(draft, visit, now)
    return _Bench(visit, draft, priced, advise(actor=actor, visit=visit, draft=draft, priced=priced, now=now))


def accept_finding(
    *, actor: Actor, draft: Draft, ticket: str, reason_code: str, text: str = "", now: datetime
) -> Acceptance:
    """Accept a finding on a draft, with a coded reason; unchanged, it stays silent for 90 days. Once is enough.

    Raises decision_support's FindingGone and MayNotBeAccepted, InvalidInput, VisitNotOpen, NotFound.
    """
    require(actor, WRITE_PRESCRIPTION)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    bench = _bench(actor, visit, draft, now)
    return _accept(actor, bench, ticket, reason_code, text, "", now)


def _accept(actor: Actor, bench: _Bench, ticket: str, reason: str, text: str, remedy: str, now: datetime) -> Acceptance:
    return support.accept(
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

    A test is put on the visit's list, a medicine taken already is noted as paused. What the tables still say afterwards
    is shown again, but for a finding of tier D whose whole management the remedy is (see `managing`).
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
    if management(statement, way) is not None:
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
    """The remedy is the reason for the same row on the same lines, where it still speaks."""
    for card in bench.advised.cards:
        for one in card.statements:
            same = one.told["row"] == statement.told["row"] and set(one.lines) == set(statement.lines)
            known = management(one, way) if same else None
            if known is not None:
                _accept(actor, bench, one.ticket, known.reason_code, f"{way.label}。{known.why}", way.code, now)
