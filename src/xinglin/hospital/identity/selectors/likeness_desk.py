"""What the desk sees of a likeness that a person has to look at. Looking at one, and at a still, is journaled."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.identity.likeness_words import ReviewKind, ReviewReason, ReviewState, ReviewWay, name
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    DocumentPhoto,
    LikenessCheck,
    LikenessPicture,
    Person,
    Practitioner,
)
from xinglin.hospital.identity.parameters import REVIEW_WITHIN
from xinglin.hospital.identity.selectors.facts import person_facts
from xinglin.hospital.identity.selectors.likeness import Attempt, attempt
from xinglin.hospital.identity.selectors.likeness_cards import CardView, card_view
from xinglin.hospital.identity.selectors.people import PersonCard, card
from xinglin.hospital.identity.words import PhotoKind
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

SHOWN = 200


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review in the list; `overdue` when whoever asked has waited longer than was promised."""

    id: UUID
    name: str
    kind: str
    kind_name: T
    reason_name: T
    state: str
    state_name: T
    asked_at: datetime
    decided_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the officer needs in view."""

    card: ReviewCard
    person: PersonCard
    phone: str
    staff: bool
    identity_state: str
    note: str
    other: PersonCard | None
    photo_id: UUID | None
    stills: tuple[tuple[UUID, datetime], ...]
    reading: CardView | None
    attempts: tuple[Attempt, ...]
    way_name: T | None
    decision_reason: str
    until: datetime | None


def _card(row: AlternativeCheck, at: datetime | None = None) -> ReviewCard:
    waits = row.state == ReviewState.ASKED
    return ReviewCard(
        id=row.pk,
        name=row.person.name,
        kind=row.kind,
        kind_name=name(ReviewKind(row.kind)),
        reason_name=name(ReviewReason(row.reason)),
        state=row.state,
        state_name=name(ReviewState(row.state)),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        overdue=waits and at is not None and row.asked_at + REVIEW_WITHIN < at,
    )


def likeness_reviews(*, actor: Actor, at: datetime) -> list[ReviewCard]:
    """What waits, oldest first; the officer's own is another officer's to decide and is not here."""
    require(actor, REVIEW_LIKENESS)
    rows = AlternativeCheck.objects.filter(state=ReviewState.ASKED).exclude(person_id=actor.person_id or SYSTEM_ID)
    return [_card(row, at) for row in rows.select_related("person").order_by("asked_at", "pk")[:SHOWN]]


def likeness_reviews_decided(*, actor: Actor, limit: int) -> list[ReviewCard]:
    """The latest decisions."""
    require(actor, REVIEW_LIKENESS)
    rows = AlternativeCheck.objects.filter(state__in=[ReviewState.ACCEPTED, ReviewState.REFUSED])
    return [_card(row) for row in rows.select_related("person").order_by("-decided_at", "-pk")[:limit]]


@transaction.atomic
def likeness_review(*, actor: Actor, review_id: UUID, now: datetime) -> Review:
    """One review with its person, pictures and attempts; the look is journaled. Raises NotFound."""
    require(actor, REVIEW_LIKENESS)
    rows = AlternativeCheck.objects.select_related("person", "other", "reading__person")
    row = rows.filter(pk=review_id).exclude(person_id=actor.person_id or SYSTEM_ID).first()
    if row is None:
        raise NotFound
    person = row.person
    waits = row.state == ReviewState.ASKED
    photos = DocumentPhoto.objects.filter(person=person, kind=PhotoKind.IDENTITY_FRONT, erased_at__isnull=True)
    photo = photos.order_by("-at", "-pk").first() if waits and row.kind != ReviewKind.SIMILAR else None
    stills = LikenessPicture.objects.filter(person=person, erased_at__isnull=True).order_by("-taken_at")
    attempts = LikenessCheck.objects.filter(person=person).order_by("-at", "-pk")[:10]
    _journal_look(actor, "look_at_review", "alternative_check", row.pk, now)
    return Review(
        card=_card(row, now),
        person=card(person),
        phone=person.phone,
        staff=Practitioner.objects.filter(person=person).exists(),
        identity_state=person_facts(person_id=person.pk, at=now)["identity_state"],
        note=row.note,
        other=card(row.other) if isinstance(row.other, Person) else None,
        photo_id=photo.pk if photo else None,
        stills=tuple(stills.values_list("pk", "taken_at")[:3]),
        reading=card_view(row.reading) if row.reading is not None else None,
        attempts=tuple(attempt(one) for one in attempts),
        way_name=name(ReviewWay(row.way)) if row.way else None,
        decision_reason=row.decision_reason,
        until=row.until,
    )


@transaction.atomic
def likeness_still(*, actor: Actor, picture_id: UUID, now: datetime) -> bytes:
    """A still of an attempt as a JPEG; the look is journaled. Raises NotFound, also when it is erased already."""
    require(actor, REVIEW_LIKENESS)
    row = LikenessPicture.objects.filter(pk=picture_id, erased_at__isnull=True, delete_after__gt=now).first()
    if row is None or row.sealed is None or row.person_id == actor.person_id:
        raise NotFound
    _journal_look(actor, "look_at_picture", "likeness_picture", row.pk, now)
    return vault.open_again(bytes(row.sealed), id=row.pk, person_id=row.person_id, kind="still")


def _journal_look(actor: Actor, verb: str, kind: str, object_id: UUID, now: datetime) -> None:
    journal.write(
        actor=actor,
        institution_id=next(iter(sorted(actor.institution_ids)), SYSTEM_ID),
        verb=verb,
        object_type=kind,
        object_id=object_id,
        now=now,
    )
