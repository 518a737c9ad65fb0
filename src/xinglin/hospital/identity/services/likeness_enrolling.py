"""Enrolling a face or voice: after a challenge, compared with the portrait on the card, one live template a kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.biometrics import sound, voices
from xinglin.biometrics.errors import BiometricError
from xinglin.biometrics.matching import Decision, Template, Vector, cosine, decide
from xinglin.hospital.identity import errors, parameters
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.likeness_judging import portrait_vector
from xinglin.hospital.identity.likeness_words import (
    CheckedKind,
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewReason,
    name,
)
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import (
    BiometricConsent,
    CardReading,
    DocumentPhoto,
    LikenessCheck,
    LikenessPicture,
    LikenessTemplate,
    Person,
    PersonVerification,
)
from xinglin.hospital.identity.selectors.accounts import account_auth_event_within
from xinglin.hospital.identity.selectors.likeness import enough_methods
from xinglin.hospital.identity.services.likeness_challenge import Answer, write_attempt
from xinglin.hospital.identity.services.likeness_comparing import compare_later, is_compared
from xinglin.hospital.identity.services.likeness_consent import acting_person, standing_consent
from xinglin.hospital.identity.services.likeness_review import open_review
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.words import CheckMethod, CheckResult, PhotoKind
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.texts import T

VOICE_BYTES_MAX = 4_000_000
VOICES_MAX = 6
PROOF_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What came of an enrolment: `template_id` None when nothing was kept, `counts` False while a person must look."""

    check: LikenessCheck
    template_id: UUID | None
    counts: bool


def enrol_face(actor: Actor, answer: Answer, now: datetime) -> Enrolled:
    """Enrol the face that answered a challenge of purpose 'register'.

    The portrait's face is accepted at once; a face that no portrait confirms waits for a person at the desk; another
    face than the portrait's is not kept. Raises LikenessConsentNeeded, EnrolledAlready.
    """
    judged = answer.judged
    if not judged.passed or judged.vector is None:
        with transaction.atomic():
            check = write_attempt(actor, answer, LikenessDecision.FAIL, now)
        return Enrolled(check, None, counts=False)
    portrait, missing = _portrait(answer.person)
    similarity = None if portrait is None else cosine(judged.vector, portrait)
    said = None if similarity is None else decide(similarity, engines.faces().engine.thresholds)
    if said is Decision.OTHER:
        with transaction.atomic():
            check = write_attempt(
                actor, answer, LikenessDecision.FAIL, now, similarity=similarity, reasons=["not_the_portrait"]
            )
        return Enrolled(check, None, counts=False)
    with transaction.atomic():
        return _keep(actor, answer, similarity, said, missing, now)


def _portrait(person: Person) -> tuple[Vector | None, str]:
    """The portrait's face on the newest card picture, and why there is none."""
    photo = (
        DocumentPhoto.objects.filter(person=person, kind=PhotoKind.IDENTITY_FRONT, erased_at__isnull=True)
        .order_by("-at", "-pk")
        .first()
    )
    if photo is None:
        return None, "no_card"
    reading = CardReading.objects.filter(photo=photo).first()
    return portrait_vector(engines.faces(), bytes(photo.content), reading.portrait if reading else None)


def _keep(
    actor: Actor, answer: Answer, similarity: float | None, said: Decision | None, missing: str, now: datetime
) -> Enrolled:
    judged, person = answer.judged, answer.person
    hold(f"likeness:{person.pk}")
    consent = standing_consent(person.pk, LikenessKind.FACE)
    if person.likeness_templates.filter(kind=LikenessKind.FACE, revoked_at__isnull=True).exists():
        raise errors.EnrolledAlready(kind=name(LikenessKind.FACE))
    if judged.vector is None:
        raise ValueError("an answer without a face is never kept")
    same = said is Decision.SAME
    template = keep_template(
        actor, consent, Template(judged.engine_id, judged.engine_version, judged.vector), now, accepted=same
    )
    reasons = [missing] if said is None else [] if same else ["unsure_portrait"]
    decision = LikenessDecision.PASS if same else LikenessDecision.UNDECIDED
    check = write_attempt(actor, answer, decision, now, similarity=similarity, template=template, reasons=reasons)
    if same:
        PersonVerification(
            id=new_id(),
            person=person,
            method=CheckMethod.FACE,
            result=CheckResult.MATCH,
            at=now,
            by=actor.id,
            score_permille=max(0, check.similarity_permille or 0),
            source=judged.engine[:80],
        ).save(force_insert=True)
    else:
        keep_still(check, judged.still, now)
        reason = ReviewReason.NO_PORTRAIT if said is None else ReviewReason.UNSURE
        open_review(actor, person, ReviewKind.PORTRAIT, reason, now, check=check, template=template)
    if is_compared(person.pk):
        compare_later(template.pk)
    announce(f"person:{person.pk}", "likeness", template.pk)
    return Enrolled(check, template.pk, counts=same)


def keep_template(
    actor: Actor, consent: BiometricConsent, template: Template, now: datetime, *, accepted: bool
) -> LikenessTemplate:
    """Seal a template and write its row; the caller holds the person's lock."""
    template_id = new_id()
    sealed = vault.lock_away(template.to_bytes(), id=template_id, person_id=consent.person_id, kind=consent.kind)
    row = LikenessTemplate(
        id=template_id,
        person_id=consent.person_id,
        consent=consent,
        kind=consent.kind,
        engine=template.engine,
        version=template.version,
        sealed=sealed,
        enrolled_at=now,
        enrolled_by=actor.id,
        accepted_at=now if accepted else None,
        accepted_by=actor.id if accepted else None,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="enrol_likeness",
        object_type="likeness_template",
        object_id=row.pk,
        now=now,
        outcome="done" if accepted else "waits",
        detail={"person_id": str(row.person_id), "kind": row.kind, "engine": f"{row.engine}@{row.version}"},
    )
    return row


def keep_still(check: LikenessCheck, still: bytes, now: datetime) -> None:
    """Keep one still of an attempt for the person who has to look, sealed and for a short time."""
    if not still:
        return
    picture_id = new_id()
    LikenessPicture(
        id=picture_id,
        person_id=check.person_id,
        check_made=check,
        sealed=vault.lock_away(still, id=picture_id, person_id=check.person_id, kind="still"),
        taken_at=now,
        delete_after=now + parameters.LIKENESS_PICTURE_LIFE,
    ).save(force_insert=True)


# VOICE


def enrol_voice(*, actor: Actor, samples: Sequence[bytes], now: datetime) -> UUID:
    """Enrol a voice from several WAV recordings of different sentences; returns the template's id.

    The voice never verifies anybody alone: it needs a fresh proof of who records it. Raises NotFound,
    LikenessUnavailable, LikenessConsentNeeded, ConfirmationNeeded, EnrolledAlready, InvalidInput for recordings that
    make no template, TooManyChallenges.
    """
    person = acting_person(actor)
    _fresh_proof(actor, person, now)
    engine = engines.voices()
    if len(samples) > VOICES_MAX or any(len(raw) > VOICE_BYTES_MAX for raw in samples):
        reason = T(zh="最多 6 段录音，每段不超过 4 MB。", en="At most 6 recordings of at most 4 MB each.")
        raise InvalidInput(field="samples", reason=reason)
    recent = LikenessCheck.objects.filter(
        person=person, kind=CheckedKind.VOICE, at__gt=now - timedelta(hours=1), at__lte=now
    )
    if recent.count() >= parameters.VOICES_PER_HOUR:
        raise errors.TooManyChallenges
    with transaction.atomic():
        standing_consent(person.pk, LikenessKind.VOICE)
    try:
        template = voices.enrol(engine, [sound.decode(raw) for raw in samples])
    except BiometricError as refused:
        _voice_attempt(actor, person, engine.engine.name, refused.dotted, now)
        reason = T(zh=refused.sentence.zh, en=refused.sentence.en)
        raise InvalidInput(field="samples", reason=reason) from refused
    with transaction.atomic():
        hold(f"likeness:{person.pk}")
        consent = standing_consent(person.pk, LikenessKind.VOICE)
        if person.likeness_templates.filter(kind=LikenessKind.VOICE, revoked_at__isnull=True).exists():
            raise errors.EnrolledAlready(kind=name(LikenessKind.VOICE))
        row = keep_template(actor, consent, template, now, accepted=True)
        _voice_attempt(actor, person, engine.engine.name, "", now, row.pk)
    return row.pk


def _fresh_proof(actor: Actor, person: Person, now: datetime) -> None:
    proof = account_auth_event_within(account_id=actor.id, window=PROOF_WINDOW, at=now)
    enough = enough_methods(account_id=actor.id, person_id=person.pk, at=now, purpose="confirm")
    if proof is None or proof.method not in enough:
        raise errors.ConfirmationNeeded(minutes=int(PROOF_WINDOW.total_seconds() // 60))


def _voice_attempt(
    actor: Actor, person: Person, engine: str, reason: str, now: datetime, template_id: UUID | None = None
) -> None:
    LikenessCheck(
        id=new_id(),
        person=person,
        account_id=actor.id,
        kind=CheckedKind.VOICE,
        purpose=LikenessPurpose.REGISTER,
        at=now,
        by=actor.id,
        engine=engine,
        decision=LikenessDecision.PASS if template_id else LikenessDecision.FAIL,
        reasons=[reason] if reason else [],
        template_id=template_id,
    ).save(force_insert=True)
