"""Verifying a face: a challenge answered live, compared with the enrolled template; a pass is a proof of identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.biometrics.liveness import Failure
from xinglin.biometrics.matching import Vector
from xinglin.hospital.identity import errors
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity.likeness_judging import Judged
from xinglin.hospital.identity.likeness_reasons import reason_text
from xinglin.hospital.identity.likeness_words import (
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewReason,
    name,
)
from xinglin.hospital.identity.models import LikenessChallenge, LikenessCheck, LikenessTemplate
from xinglin.hospital.identity.selectors.accounts import AuthProof
from xinglin.hospital.identity.selectors.likeness import opened
from xinglin.hospital.identity.services.likeness_challenge import Answer, ChallengeView, write_attempt
from xinglin.hospital.identity.services.likeness_consent import acting_person
from xinglin.hospital.identity.services.likeness_enrolling import enrol_face, keep_still
from xinglin.hospital.identity.services.likeness_review import open_review
from xinglin.hospital.identity.services.likeness_showing import take_picture
from xinglin.hospital.identity.services.proofs import record_auth_event
from xinglin.hospital.identity.words import ProofMethod
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class LikenessResult:
    """What came of an answer. `proof` is there only after a pass against an accepted template."""

    check_id: UUID
    purpose: str
    decision: str
    decision_name: T
    reasons: tuple[tuple[str, T], ...]
    similarity_permille: int | None
    live_permille: int | None
    engine: str
    template_id: UUID | None
    counts: bool
    proof: AuthProof | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture led to: the challenge goes on (`view`), or has ended (`result`)."""

    view: ChallengeView | None
    result: LikenessResult | None


def show_frame(
    *, actor: Actor, challenge_id: UUID, ticket: str, picture: bytes, now: datetime, session: str = ""
) -> Shown:
    """Show a challenge its next picture, received at `now`. When it ends with it: enrol when it was for that, else
    verify. A challenge that failed is a result, not an exception.

    Raises NotFound, ChallengeOver, FramesWrong, FrameOutOfTurn, FrameRepeated, InvalidInput, LikenessUnavailable,
    LikenessConsentNeeded, NoTemplate, EnrolledAlready.
    """
    purpose = (
        LikenessChallenge.objects.filter(pk=challenge_id, account_id=actor.id).values_list("purpose", flat=True).first()
    )
    if purpose is None:
        raise NotFound
    if purpose == LikenessPurpose.REGISTER:
        found = take_picture(actor, challenge_id, ticket, picture, now, lambda: None)
        if isinstance(found, ChallengeView):
            return Shown(found, None)
        made = enrol_face(actor, found, now)
        return Shown(None, _result(made.check, made.counts, None))
    template = LikenessTemplate.objects.filter(
        person=acting_person(actor), kind=LikenessKind.FACE, revoked_at__isnull=True
    ).first()
    if template is None:
        raise errors.NoTemplate(kind=name(LikenessKind.FACE))
    found = take_picture(actor, challenge_id, ticket, picture, now, lambda: _known(template)[0])
    if isinstance(found, ChallengeView):
        return Shown(found, None)
    return Shown(None, _verified(actor, found, template, now, session))


def _verified(actor: Actor, answer: Answer, template: LikenessTemplate, now: datetime, session: str) -> LikenessResult:
    judged = answer.judged
    decision, reasons = _decided(judged, template, _known(template)[1])
    with transaction.atomic():
        check = write_attempt(
            actor, answer, decision, now, similarity=judged.similarity, template=template, reasons=reasons
        )
        proof = None
        if decision is LikenessDecision.PASS:
            proof = record_auth_event(
                actor=actor, account_id=actor.id, method=ProofMethod.FACE, now=now, session=session
            )
        elif Failure.OTHER_PERSON in judged.reasons:
            keep_still(check, judged.still, now)
            open_review(
                actor, answer.person, ReviewKind.MISMATCH, ReviewReason.ANOTHER, now, check=check, template=template
            )
    return _result(check, proof is not None, proof)


def _known(template: LikenessTemplate) -> tuple[Vector | None, str]:
    """The enrolled likeness, and why it cannot be compared."""
    engine = engines.faces().engine
    if (template.engine, template.version) != (engine.id, engine.version):
        return None, "template_outdated"
    try:
        return opened(template).vector, ""
    except errors.TemplateForeign:
        return None, "template_foreign"


def _decided(judged: Judged, template: LikenessTemplate, trouble: str) -> tuple[LikenessDecision, list[str]]:
    """Decision and further reasons: what cannot be compared is never a pass, whatever the movements were."""
    if trouble:
        return LikenessDecision.CANNOT_TELL, [trouble]
    if Failure.UNSURE_PERSON in judged.reasons:
        return LikenessDecision.UNDECIDED, []
    if not judged.passed:
        return LikenessDecision.FAIL, []
    if template.accepted_at is None:
        return LikenessDecision.UNDECIDED, ["not_accepted_yet"]
    return LikenessDecision.PASS, []


def _result(check: LikenessCheck, counts: bool, proof: AuthProof | None) -> LikenessResult:
    return LikenessResult(
        check_id=check.pk,
        purpose=check.purpose,
        decision=check.decision,
        decision_name=name(LikenessDecision(check.decision)),
        reasons=tuple((code, reason_text(code)) for code in check.reasons),
        similarity_permille=check.similarity_permille,
        live_permille=check.live_permille,
        engine=check.engine,
        template_id=check.template_id,
        counts=counts,
        proof=proof,
    )
