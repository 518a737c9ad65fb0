"""The language model beside a visit: asked on the physician's click, by a job; its proposals confirmed or declined.

Nobody waits for the model: the click writes a request and a job, the page hears when there is an outcome.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from pypinyin import lazy_pinyin

from xinglin.hospital.consultation import gate, people
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.selectors.assessing import consulted_of
from xinglin.hospital.consultation.services.assessing import CORRECTABLE
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.access import KEEP_PROPOSALS
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.texts import T

CHANGED: Final = "proposals"
"""The kind of the announcement to the visit's pages."""


@transaction.atomic
def ask_language_model(*, actor: Actor, visit_id: UUID, now: datetime) -> None:
    """The physician wants the language model to look. Asking again while it is under way changes nothing.

    Raises NoLanguageModel, AskedTooOften, WrongState once the visit is over, NotFound.
    """
    from xinglin.hospital.consultation.tasks import fetch_proposals as job  # the job's module needs the verbs

    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    gate.lock(visit.id)
    gate.in_state(visit, *CORRECTABLE, deed=T(zh="请语言模型看", en="ask the language model"))
    request = decision_support.request_proposals(actor=actor, consulted=consulted_of(actor, visit, now), now=now)
    if request is not None:
        job.defer(visit_id=str(visit.id), request_id=str(request.id))
        live.announce(f"visit:{visit.id}", CHANGED, visit.id)


def fetch_proposals(*, actor: Actor, visit_id: UUID, request_id: UUID, now: datetime) -> str:
    """The job: ask the model, keep its proposals, wake the visit's pages. Returns the outcome. Raises NotFound."""
    require(actor, KEEP_PROPOSALS)
    visit = gate.visit_to_read(actor, visit_id)
    outcome = decision_support.fetch_proposals(
        actor=actor,
        request_id=request_id,
        consulted=consulted_of(actor, visit, now),
        identifiers=tuple(_names(actor, visit, now)),
        now=now,
    )
    live.announce(f"visit:{visit.id}", CHANGED, visit.id)
    return outcome


def _names(actor: Actor, visit: Visit, now: datetime) -> Iterator[str]:
    """The names of both sides and of the guardian, in characters and in pinyin both ways round."""
    names = [people.patient(actor, visit.patient_id).name]
    if visit.guardian_id is not None:
        names.append(people.patient(actor, visit.guardian_id).name)
    names.append(identity.practitioner_profile(practitioner_id=visit.physician_id, at=now).name)
    for name in names:
        yield name
        surname, *given = lazy_pinyin(name)
        if given and not name.isascii():
            yield f"{surname} {''.join(given)}"
            yield f"{''.join(given)} {surname}"


def confirm_proposal(*, actor: Actor, visit_id: UUID, proposal_id: UUID, now: datetime) -> None:
    """The physician agrees to a proposal. Raises ProposalAnswered, WrongState once the visit is over, NotFound."""
    visit = _correctable(actor, visit_id)
    decision_support.confirm_proposal(
        actor=actor, consulted=consulted_of(actor, visit, now), proposal_id=proposal_id, now=now
    )


def decline_proposal(*, actor: Actor, visit_id: UUID, proposal_id: UUID, now: datetime) -> None:
    """The physician declines a proposal. Raises as `confirm_proposal` does."""
    visit = _correctable(actor, visit_id)
    decision_support.decline_proposal(
        actor=actor, consulted=consulted_of(actor, visit, now), proposal_id=proposal_id, now=now
    )


def _correctable(actor: Actor, visit_id: UUID) -> Visit:
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    gate.in_state(visit, *CORRECTABLE, deed=T(zh="处理语言模型的建议", en="answer a proposal"))
    return visit
