"""Rows of the consultation as facts of supervision. Pure: what identity knows comes in as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from xinglin.hospital.consultation.models import FollowUpEvidence, Visit
from xinglin.hospital.consultation.people import Known
from xinglin.hospital.consultation.words import EvidenceKind as Kind
from xinglin.hospital.consultation.words import Judgement as Said
from xinglin.hospital.consultation.words import VisitState
from xinglin.hospital.kernel.clock import civil_day
from xinglin.supervision.facts import (
    AntimicrobialGrade,
    AuthMethod,
    Benefit,
    CareMode,
    Case,
    Channel,
    Coverage,
    Encounter,
    Evidence,
    EvidenceKind,
    IdentityBasis,
    IdentityState,
    Institution,
    InstitutionKind,
    Judgement,
    Patient,
    Physician,
    Registration,
    Scheme,
    Service,
    Sex,
    Title,
)

C = TypeVar("C", bound=Enum)

PREFERENCE = {Said.ACCEPTED: 0, Said.PENDING: 1, Said.REFUSED: 2}


@dataclass(frozen=True, slots=True)
class Talked:
    """What was said: messages and letters of the patient's side, questions of the physician."""

    messages: int
    letters: int
    questions: int


@dataclass(frozen=True, slots=True)
class LiveTalk:
    """What became of the live part: seconds with both there, since when, and whether faces matched (None: unchecked).

    `running`: it goes on at the instant asked about.
    """

    seconds: int = 0
    from_at: datetime | None = None
    face_matched: bool | None = None
    patient_face_matched: bool | None = None
    patient_face_key: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class Wrote:
    """What stands in the form before the visit and in the record."""

    form: bool
    red_flag: bool | None
    red_flag_at: datetime | None
    record_letters: int | None
    weight_grams: int | None


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of the patient's body and of medicines from elsewhere, as far as it was told; see the facts."""

    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None
    results: str = ""
    taken: str = ""


def case_of(
    *,
    visit: Visit,
    evidence: Iterable[FollowUpEvidence],
    diagnoses: Sequence[str],
    known: Known,
    proof_uses: int,
    talked: Talked,
    wrote: Wrote,
    body: Body,
    live: LiveTalk,
    at: datetime,
) -> Case:
    """The case of a visit. Before the start `at` is the start asked for; afterwards the visit's own start counts, and
    `at` is the instant up to which everything is known.
    """
    seen = replace(_encounter(visit, diagnoses, known.fund_asked, visit.started_at or at), observed_at=at)
    return Case(
        encounter=_course(_dialogue(_live(seen, live), visit, talked, wrote), visit, wrote),
        patient=_told(replace(_patient(known.patient), weight_grams=wrote.weight_grams), body),
        physician=_physician(known.physician, proof_uses),
        institution=_institution(known.institution),
        evidence=_evidence(list(evidence)),
        coverage=_coverage(known.coverage),
    )


def _word(kind: type[C], code: str) -> C:
    """The member with this code. Raises LookupError for a code that supervision does not know."""
    for member in kind:
        if member.value == code:
            return member
    raise LookupError(f"{kind.__name__} has no {code}")


def _encounter(visit: Visit, diagnoses: Sequence[str], fund_asked: bool, started_at: datetime) -> Encounter:
    first, second, third = [*diagnoses, "", "", ""][:3]
    return Encounter(
        id=str(visit.id),
        on=civil_day(started_at),
        started_at=started_at,
        channel=_word(Channel, visit.channel),
        service=_word(Service, visit.mode),
        emergency=False,
        guardian_present=visit.guardian_id is not None,
        diagnosis_code=first,
        diagnosis_2_code=second,
        diagnosis_3_code=third,
        fund_asked=fund_asked,
        self_pay_notice=False,
        care_mode=CareMode.ONLINE if visit.channel == Channel.ONLINE.value else CareMode.OUTPATIENT,
        department_code=visit.department,
    )


def _live(seen: Encounter, live: LiveTalk) -> Encounter:
    """Who was there by picture and voice, and whether it was them, as the hospital's own checks have it."""
    return replace(
        seen,
        live_seconds=live.seconds,
        live_from_at=live.from_at,
        face_matched=live.face_matched,
        patient_face_matched=live.patient_face_matched,
        patient_face_key=live.patient_face_key,
    )


def _dialogue(seen: Encounter, visit: Visit, talked: Talked, wrote: Wrote) -> Encounter:
    """What was said. Only who is signed in as the physician can speak or write as one, and a machine's draft goes out
    by the physician's own hand. How fast somebody types is not measured.
    """
    return replace(
        seen,
        inbound_messages=talked.messages,
        inbound_letters=talked.letters,
        structured_form=wrote.form,
        physician_questions=talked.questions,
        physician_replied=visit.first_reply_at is not None,
        written_by_physician=True,
        record_letters=wrote.record_letters,
    )


def _course(seen: Encounter, visit: Visit, wrote: Wrote) -> Encounter:
    """Promise, answer, danger, referral, end and refund. A promise whose clock stands has no beginning."""
    back = visit.state in {VisitState.REFUNDED, VisitState.CANCELLED}
    return replace(
        seen,
        ended_at=visit.ended_at,
        red_flag=wrote.red_flag,
        red_flag_at=wrote.red_flag_at,
        referred_at=visit.ended_at if visit.state == VisitState.REFERRED else None,
        accepted_at=visit.promise_from_at,
        booked=False,
        first_reply_at=visit.first_reply_at,
        refund_due=back,
        refund_due_at=visit.ended_at if back else None,
    )


def _patient(facts: Mapping[str, Any]) -> Patient:
    return Patient(
        **{
            **facts,
            "sex": _word(Sex, facts["sex"]),
            "identity_state": _word(IdentityState, facts["identity_state"]),
            "identity_basis": _word(IdentityBasis, facts["identity_basis"]),
        }
    )


def _told(patient: Patient, body: Body) -> Patient:
    """The patient with what was told; what nobody told stays unknown."""
    return replace(
        patient,
        pregnant=body.pregnant,
        pregnancy_weeks=body.pregnancy_weeks,
        lactating=body.lactating,
        results=body.results,
        taken=body.taken,
    )


def _physician(facts: Mapping[str, Any], proof_uses: int) -> Physician:
    return Physician(
        **{
            **facts,
            "registration": _word(Registration, facts["registration"]),
            "authentication_method": _word(AuthMethod, facts["authentication_method"]),
            "authentication_uses": proof_uses,
            "title": _word(Title, facts["title"]),
            "antimicrobial_right": _word(AntimicrobialGrade, facts["antimicrobial_right"]),
        }
    )


def _institution(facts: Mapping[str, Any]) -> Institution:
    return Institution(**{**facts, "kind": _word(InstitutionKind, facts["kind"])})


def _coverage(facts: Mapping[str, Any]) -> Coverage:
    scheme = facts["scheme"]
    return Coverage(
        **{
            **facts,
            "scheme": None if scheme is None else _word(Scheme, scheme),
            "benefit": _word(Benefit, facts["benefit"]),
        }
    )


def _evidence(rows: list[FollowUpEvidence]) -> Evidence:
    """The paper that the physician accepted, else the best one offered; the newest among equals."""
    if not rows:
        return Evidence(kind=EvidenceKind.NONE, physical=False, judgement=Judgement.PENDING, diagnosis_code="")
    newest = sorted(rows, key=lambda row: row.diagnosed_on, reverse=True)
    best = min(newest, key=lambda row: PREFERENCE[Said(row.judgement)])
    # A record of this house is an outpatient record by kind.
    kind = EvidenceKind.OUTPATIENT_RECORD if best.kind == Kind.IN_HOUSE else _word(EvidenceKind, best.kind)
    return Evidence(
        kind=kind,
        issued_on=best.diagnosed_on,
        physical=best.physical,
        judgement=_word(Judgement, best.judgement),
        diagnosis_code=best.diagnosis_code,
    )
