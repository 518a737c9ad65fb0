"""Writing a prescription: the draft kept, the reminders while typing, the signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.decision_support import services as support
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity import services as identity_services
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import canonical_bytes, digest
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.pharmacy import advising, care, law
from xinglin.hospital.pharmacy.access import WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.advising import Advised
from xinglin.hospital.pharmacy.care import VisitToPrescribe
from xinglin.hospital.pharmacy.content import Party, age_words, patient_party, prescription_content
from xinglin.hospital.pharmacy.days import days_in
from xinglin.hospital.pharmacy.devices import note_device
from xinglin.hospital.pharmacy.drafts import Answer, Draft, PricedLine, as_json, check_draft, price_line
from xinglin.hospital.pharmacy.errors import (
    MedicineCardsOpen,
    NothingPrescribed,
    RecordNotSigned,
    SameIdOtherContent,
    SignatureBroken,
    WrongStage,
)
from xinglin.hospital.pharmacy.events import PrescriptionIssued
from xinglin.hospital.pharmacy.facts import UNREVIEWED, draft_case, row_case
from xinglin.hospital.pharmacy.gate import practitioner_of
from xinglin.hospital.pharmacy.models import Draft as DraftRow
from xinglin.hospital.pharmacy.models import Finding, Line, Prescription, SignedContent
from xinglin.hospital.pharmacy.services.moving import note
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import Case, Stage

REVIEW_WITHIN = timedelta(minutes=10)
URGENT_REVIEW_WITHIN = timedelta(minutes=5)
MAY_BE_REWRITTEN = {State.RETURNED, State.REFUSED, State.CANCELLED, State.EXPIRED}


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a draft amounts to at this instant: lines with packs and amounts, what the rules and the check say so far.

    `asks` are all reminders of the law; those for which a card of the check stands are not shown beside it.
    """

    lines: tuple[PricedLine, ...]
    asks: tuple[Ask, ...]
    errors: tuple[InvalidInput, ...]
    total_fen: int
    advised: Advised | None = None

    @property
    def shown(self) -> list[Ask]:
        """The reminders that stand by themselves."""
        merged = self.advised.merged if self.advised else frozenset()
        return [ask for ask in self.asks if law.key_of(ask) not in merged]

    @property
    def days(self) -> int | None:
        """The longest supply of a line."""
        return max((p.days_supply for p in self.lines if p.days_supply), default=None)

    def asks_of(self, line_id: UUID) -> list[Ask]:
        """What concerns one line."""
        return [ask for ask in self.shown if str(line_id) in concerned(ask)]

    @property
    def general(self) -> list[Ask]:
        """What concerns the prescription as a whole."""
        mine = {str(p.line.id) for p in self.lines}
        return [ask for ask in self.shown if not mine & set(concerned(ask))]


def concerned(ask: Ask) -> tuple[str, ...]:
    """The ids that a reminder is about: its subject and the lines it names."""
    return (ask.verdict.core.subject, *(line.line for line in ask.verdict.core.lines))


# TYPING


def preview(*, actor: Actor, draft: Draft, now: datetime) -> Previewed:
    """What the rules say of a draft as it is typed. Nothing is stored but counts. Raises CheckerDown."""
    require(actor, WRITE_PRESCRIPTION)
    law.require_checker(now)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    priced = priced_lines(draft, visit, now)
    asks: tuple[Ask, ...] = ()
    advised: Advised | None = None
    if priced:
        case = _case(visit, draft, priced, now)
        asks = tuple(law.preview(actor, case, now).asks)
        advised = advising.advise(actor=actor, visit=visit, draft=draft, priced=priced, now=now)
        advised = advising.merge(advised, asks)
    errors = tuple(error for p in priced for error in p.errors)
    return Previewed(tuple(priced), asks, errors, sum(p.amount_fen for p in priced), advised)


def _case(visit: VisitToPrescribe, draft: Draft, priced: Sequence[PricedLine], now: datetime) -> Case:
    last = civil_day(valid_until(now, draft.valid_days))
    return draft_case(visit.case, draft, priced, now, last, law.first_long(visit.patient_id, draft.kind))


def priced_lines(draft: Draft, visit: VisitToPrescribe, now: datetime) -> list[PricedLine]:
    """The lines of a draft with what follows from them. Raises terminology's UnknownCode."""
    longest = days_in(visit.case.institution.territory_code or "", civil_day(now)).longest
    return [
        price_line(line, terminology.product(line.product_code), position, longest)
        for position, line in enumerate(draft.lines, start=1)
    ]


@transaction.atomic
def save_draft(*, actor: Actor, draft: Draft, now: datetime) -> None:
    """Keep what has been typed, so that another page or another day finds it. An empty draft is dropped."""
    require(actor, WRITE_PRESCRIPTION)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    if not draft.lines:
        DraftRow.objects.filter(visit_id=visit.id, prescriber_id=practitioner_of(actor)).delete()
        return
    values = {
        "prescriber_id": actor.practitioner_id,
        "patient_id": visit.patient_id,
        "content": as_json(draft),
        "updated_at": now,
    }
    DraftRow.objects.update_or_create(visit_id=visit.id, defaults=values)


# SIGNING


def issue_prescription(*, actor: Actor, draft: Draft, answers: Sequence[Answer], now: datetime) -> Prescription:
    """Sign a prescription. `draft.id` becomes its id, and signing it twice is one deed.

    Order: reminder (committed by itself), answers, signature, control of the signature, then one transaction. Raises
    NothingPrescribed, InvalidForm, RecordNotSigned, VisitNotOpen, consultation's EmergencyStands, CheckerDown,
    MedicineCardsOpen, PrescriptionNeedsAnswer, PrescriptionRefused, ConfirmationNeeded, SignatureBroken; then no
    prescription exists.
    """
    require(actor, WRITE_PRESCRIPTION)
    done = Prescription.objects.filter(id=draft.id).first()
    if done is not None:
        if done.prescriber_id != actor.practitioner_id or done.visit_id != draft.visit_id:
            raise SameIdOtherContent
        return done
    law.require_checker(now)
    visit = care.visit_to_prescribe(actor, draft.visit_id, now)
    care.no_emergency(visit)
    priced = _ready(draft, visit, now)
    _check_replaced(actor, draft)
    case = _case(visit, draft, priced, now)
    advised = advising.advise(actor=actor, visit=visit, draft=draft, priced=priced, now=now)
    judged = law.remind(actor, case, draft.id, visit.institution_id, now)
    # What was accepted on a card is not asked for again; an answer that came with the deed goes before it.
    advised = advising.merge(advised, judged.asks)
    opened = advising.open_cards(advised)
    given = [*advising.answers_of(advised, judged.asks), *answers]
    settled = law.settle_asks(judged, given, told=advised.merged if opened else ())
    _check_answers(settled)
    if opened:
        raise MedicineCardsOpen(cards=opened)
    row, lines = _rows(actor, visit, draft, priced, now)
    signed = _sign(actor, visit, draft, priced, row, settled, now)
    check = check_signature(row, signed, lines)
    # The lines were judged with the draft; here only the signature is.
    facts = row_case(visit.case, row, lines=(), products={}, stage=Stage.SIGNED, signature=check, review=UNREVIEWED)
    law.control(actor, row, facts, law.AT_SIGNATURE, now)
    if not check.good:
        raise SignatureBroken
    findings = [_finding(row, ask, settled.get(law.key_of(ask)), now) for ask in judged.asks]
    _save(actor, row, lines, signed, findings, advised, now)
    return row


def _ready(draft: Draft, visit: VisitToPrescribe, now: datetime) -> list[PricedLine]:
    if not draft.lines:
        raise NothingPrescribed(field="lines")
    if not visit.record_signed or not visit.diagnoses:
        raise RecordNotSigned
    priced = priced_lines(draft, visit, now)
    check_draft(draft, priced)
    return priced


def _check_replaced(actor: Actor, draft: Draft) -> None:
    """A prescription that replaces another names one's own that has ended."""
    if draft.replaces_id is None:
        return
    former = Prescription.objects.filter(
        id=draft.replaces_id, prescriber_id=practitioner_of(actor), visit_id=draft.visit_id
    ).first()
    if former is None:
        reason = T(zh="找不到要替换的处方。", en="The prescription to be replaced was not found.")
        raise InvalidInput(field="replaces", reason=reason)
    if former.state not in MAY_BE_REWRITTEN:
        raise WrongStage(state=State(former.state).label)


def _check_answers(settled: Mapping[str, Answer]) -> None:
    known = {row.code: row for row in terminology.override_reasons()}
    errors = []
    for key, answer in settled.items():
        row = known.get(answer.reason_code)
        if row is None:
            reason = T(zh="请从列表中选择理由。", en="Choose a reason from the list.")
            errors.append(InvalidInput(field=f"answer-{key}", reason=reason))
        elif row.needs_text and len(answer.text.strip()) < 2:
            reason = T(zh="这个理由需要写几个字说明。", en="This reason needs a few words.")
            errors.append(InvalidInput(field=f"answer-{key}-text", reason=reason))
        elif len(answer.text) > 500:
            errors.append(
                InvalidInput(field=f"answer-{key}-text", reason=T(zh="最多 500 字。", en="At most 500 characters."))
            )
    if errors:
        raise InvalidForm(errors)


def valid_until(issued_at: datetime, days: int) -> datetime:
    """End of the last civil day of validity: 1 is the day of issue itself, never more than three days in all."""
    last = civil_day(issued_at) + timedelta(days=days - 1)
    return datetime.combine(last, time(23, 59, 59), tzinfo=SHANGHAI)


def _rows(
    actor: Actor, visit: VisitToPrescribe, draft: Draft, priced: Sequence[PricedLine], now: datetime
) -> tuple[Prescription, list[Line]]:
    assert actor.person_id is not None  # a practitioner is a natural person
    row = Prescription(
        id=draft.id,
        visit_id=visit.id,
        patient_id=visit.patient_id,
        prescriber_id=practitioner_of(actor),
        prescriber_person_id=actor.person_id,
        institution_id=visit.institution_id,
        kind=draft.kind,
        kind_reason=draft.kind_reason.strip(),
        assessed=draft.assessed,
        patient_agreed=draft.patient_agreed,
        diagnosis_codes=[code for code, _, _ in visit.diagnoses],
        urgent=draft.urgent,
        state=State.SIGNED,
        issued_at=now,
        review_due_at=now + (URGENT_REVIEW_WITHIN if draft.urgent else REVIEW_WITHIN),
        valid_until_at=valid_until(now, draft.valid_days),
        total_fen=sum(p.amount_fen for p in priced),
        replaces_id=draft.replaces_id,
    )
    return row, [_line(row, position, p) for position, p in enumerate(priced, start=1)]


def _line(row: Prescription, position: int, priced: PricedLine) -> Line:
    line, product = priced.line, priced.product
    assert priced.packs is not None  # check_draft has refused everything else
    return Line(
        id=line.id,
        prescription=row,
        position=position,
        product_code=product.code,
        name_zh=product.name_zh,
        name_en=product.name_en,
        strength_text=product.strength_text,
        pack_text=product.pack_text,
        dose_units=line.dose_units,
        dose_unit=product.dose_unit,
        frequency=line.frequency,
        route=line.route,
        days=line.days,
        packs=priced.packs,
        days_supply=priced.days_supply,
        reason=line.reason.strip(),
        price_fen=product.price_fen,
        amount_fen=priced.amount_fen,
    )


def _sign(
    actor: Actor,
    visit: VisitToPrescribe,
    draft: Draft,
    priced: Sequence[PricedLine],
    row: Prescription,
    settled: Mapping[str, Answer],
    now: datetime,
) -> SignedContent:
    profile = identity.own_profile(actor=actor, at=now)
    house = identity.institution(institution_id=visit.institution_id, at=now)
    age = age_words(visit.birth_on, civil_day(now))
    content = prescription_content(
        draft=draft,
        priced=priced,
        diagnoses=visit.diagnoses,
        patient=patient_party(visit.patient_id, visit.patient_name, visit.sex, visit.birth_on, age),
        prescriber=Party(profile.id, profile.name, {"register_no": profile.register_no, "title": profile.title}),
        institution=Party(house.id, house.name_zh, {"name_en": house.name_en, "department": visit.department}),
        answers=settled,
        issued_at=now,
        valid_until_at=row.valid_until_at,
    )
    made = identity_services.sign_as(actor=actor, content=content, now=now)
    return SignedContent(
        prescription=row,
        content=canonical_bytes(content).decode(),
        sha256=digest(content),
        key_id=made.key_id,
        public_key=made.public_key,
        signature=made.signature,
        signed_at=now,
    )


def _finding(row: Prescription, ask: Ask, answer: Answer | None, now: datetime) -> Finding:
    core = ask.verdict.core
    return Finding(
        id=new_id(),
        prescription=row,
        line_ids=[UUID(line) for line in dict.fromkeys(concerned(ask)) if line != str(row.id)]
        if core.scope.value in {"line", "item", "prescription"}
        else [],
        verdict_id=ask.verdict_id or new_id(),
        rule_id=ask.rule_id,
        rule_version=core.version,
        certainty=core.certainty.value,
        outcome=core.outcome.value,
        consequence=ask.consequence,
        sentence_zh=ask.sentence.zh,
        sentence_en=ask.sentence.en,
        hint_zh=ask.hint.zh if ask.hint else "",
        hint_en=ask.hint.en if ask.hint else "",
        reason_code=answer.reason_code if answer else "",
        reason_text=answer.text.strip() if answer else "",
        at=now,
    )


@transaction.atomic
def _save(
    actor: Actor,
    row: Prescription,
    lines: list[Line],
    signed: SignedContent,
    findings: list[Finding],
    advised: Advised,
    now: datetime,
) -> None:
    row.save(force_insert=True)
    Line.objects.bulk_create(lines)
    signed.save(force_insert=True)
    Finding.objects.bulk_create(findings)
    note_device(actor, row.id, now)
    for finding in findings:
        if finding.reason_code:
            oversight.answer(
                actor=actor,
                verdict_id=finding.verdict_id,
                reason_code=finding.reason_code,
                text=finding.reason_text,
                now=now,
            )
    oversight.link_verdicts(actor=actor, subject_id=row.id, deed_id=row.id, now=now)
    _keep_check(actor, row, advised, now)
    DraftRow.objects.filter(visit_id=row.visit_id).delete()
    note(
        row,
        None,
        verb="issue_prescription",
        actor=actor,
        now=now,
        detail={"sha256": signed.sha256, "lines": len(lines), "total_fen": row.total_fen},
    )
    publish(
        PrescriptionIssued(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            prescriber_id=row.prescriber_id,
            institution_id=row.institution_id,
            at=now,
        )
    )


def _keep_check(actor: Actor, row: Prescription, advised: Advised, now: datetime) -> None:
    """What the check was asked and answered at the signature stays, to be replayed byte by byte."""
    support.keep_evidence(
        actor=actor,
        advice=advised.advice,
        institution_id=row.institution_id,
        subject_type="prescription",
        subject_id=row.id,
        now=now,
    )
