"""The separate consent to a face or voice: given by the person alone, withdrawn as easily, and then nothing is left."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.likeness_words import LikenessKind, name
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import BiometricConsent, Person
from xinglin.hospital.identity.parameters import ADULT_YEARS
from xinglin.hospital.identity.selectors.people import age_on
from xinglin.hospital.identity.services.likeness_erasing import erase_pictures, revoke_all
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T


def likeness_kind(kind: str) -> LikenessKind:
    """The code of a kind. Raises InvalidInput."""
    if kind not in LikenessKind.values:
        raise InvalidInput(field="kind", reason=T(zh="请选择人脸或声音。", en="Choose face or voice."))
    return LikenessKind(kind)


def acting_person(actor: Actor) -> Person:
    """The acting person's own entry. Raises NotFound: a likeness is nobody else's, not even a guardian's."""
    require(actor, VERIFY_SELF)
    row = Person.objects.filter(pk=actor.person_id, status="active").first() if actor.person_id else None
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def give_likeness_consent(*, actor: Actor, kind: str, text_version: str, now: datetime) -> UUID:
    """Consent to one kind, having read the text in force; returns the consent's id. Giving it twice is giving it once.

    Raises NotFound, MinorNotEnrolled, ConsentTextChanged, InvalidInput.
    """
    row = acting_person(actor)
    wanted = likeness_kind(kind)
    if age_on(row.birth_on, civil_day(now)) < ADULT_YEARS:
        raise errors.MinorNotEnrolled(years=ADULT_YEARS)
    text = consent_text(wanted)
    if text.version != text_version:
        raise errors.ConsentTextChanged(field="text_version")
    hold(f"likeness:{row.pk}")
    standing = row.likeness_consents.filter(kind=wanted, withdrawn_at__isnull=True).first()
    if standing is not None:
        return standing.pk
    consent = BiometricConsent(
        id=new_id(),
        person=row,
        kind=wanted,
        text_version=text.version,
        text_sha256=text.sha256,
        given_at=now,
        given_by=actor.id,
    )
    consent.save(force_insert=True)
    _journal(actor, "give_likeness_consent", row.pk, now, {"kind": kind, "text_sha256": text.sha256})
    return consent.pk


@transaction.atomic
def withdraw_likeness_consent(*, actor: Actor, kind: str, now: datetime) -> None:
    """Withdraw: templates and waiting pictures of this kind are erased at once. Raises NotFound, InvalidInput,
    LikenessConsentNeeded where there is none.
    """
    row = acting_person(actor)
    wanted = likeness_kind(kind)
    hold(f"likeness:{row.pk}")
    changed = row.likeness_consents.filter(kind=wanted, withdrawn_at__isnull=True).update(
        withdrawn_at=now, withdrawn_by=actor.id
    )
    if not changed:
        raise errors.LikenessConsentNeeded(kind=name(wanted))
    erased = revoke_all(row.pk, wanted, actor, now, reason="consent withdrawn")
    pictures = erase_pictures(row.pk, now) if wanted == LikenessKind.FACE else 0
    _journal(
        actor,
        "withdraw_likeness_consent",
        row.pk,
        now,
        {"kind": kind, "templates_erased": [str(one) for one in erased], "pictures_erased": pictures},
    )


def standing_consent(person_id: UUID, kind: LikenessKind) -> BiometricConsent:
    """The consent in force, its row locked. Raises LikenessConsentNeeded."""
    row = (
        BiometricConsent.objects.select_for_update()
        .filter(person_id=person_id, kind=kind, withdrawn_at__isnull=True)
        .first()
    )
    if row is None:
        raise errors.LikenessConsentNeeded(kind=name(kind))
    return row


def _journal(actor: Actor, verb: str, person_id: UUID, now: datetime, detail: dict[str, object]) -> None:
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb=verb,
        object_type="person",
        object_id=person_id,
        now=now,
        detail=detail,
    )
