"""Rows of the consultation as facts of supervision. Pure: what identity knows comes in as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from xinglin.hospital.consultation.models import FollowUpEvidence, Visit
from xinglin.hospital.consultation.words import EvidenceKind as Kind
from xinglin.hospital.consultation.words import Judgement as Said
from xinglin.hospital.kernel.clock import civil_day
from xinglin.supervision.facts import (
    AuthMethod,
    Case,
    Channel,
    Encounter,
    Evidence,
    EvidenceKind,
    IdentityBasis,
    IdentityState,
    Institution,
    Judgement,
    Patient,
    Physician,
    Registration,
    Service,
)

C = TypeVar("C", bound=Enum)

PREFERENCE = {Said.ACCEPTED: 0, Said.PENDING: 1, Said.REFUSED: 2}


def case_of(
    *,
    visit: Visit,
    evidence: Iterable[FollowUpEvidence],
    diagnoses: Sequence[str],
    patient: Mapping[str, Any],
    physician: Mapping[str, Any],
    institution: Mapping[str, Any],
    proof_uses: int,
    fund_asked: bool,
    at: datetime,
) -> Case:
    """The case of a visit. Before the start `at` is the start asked for; afterwards the visit's own start counts."""
    return Case(
        encounter=_encounter(visit, diagnoses, fund_asked, visit.started_at or at),
        patient=_patient(patient),
        physician=_physician(physician, proof_uses),
        institution=Institution(**institution),
        evidence=_evidence(list(evidence)),
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
    )


def _patient(facts: Mapping[str, Any]) -> Patient:
    return Patient(
        **{
            **{key: value for key, value in facts.items() if key != "sex"},
            "identity_state": _word(IdentityState, facts["identity_state"]),
            "identity_basis": _word(IdentityBasis, facts["identity_basis"]),
        }
    )


def _physician(facts: Mapping[str, Any], proof_uses: int) -> Physician:
    return Physician(
        **{
            **facts,
            "registration": _word(Registration, facts["registration"]),
            "authentication_method": _word(AuthMethod, facts["authentication_method"]),
            "authentication_uses": proof_uses,
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
