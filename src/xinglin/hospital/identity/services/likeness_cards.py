"""Reading identity cards: a picture kept for a time, fields compared with the entry, settled by the person."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.biometrics import engine
from xinglin.biometrics.card_checks import consistent
from xinglin.biometrics.cards import CardReading as Reading
from xinglin.biometrics.errors import BadManifest, BiometricError, NotInstalled
from xinglin.biometrics.pictures import decode
from xinglin.hospital.identity import errors, parameters
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.identity.likeness_cards import Typed, confidences, disagreements, values
from xinglin.hospital.identity.likeness_words import CardKept, CardSide, ReviewKind, ReviewReason
from xinglin.hospital.identity.models import CardReading, Person
from xinglin.hospital.identity.numbers import NUMBER_SEAL
from xinglin.hospital.identity.selectors.likeness_cards import CARD_SEAL, CardView, card_view, opened_fields
from xinglin.hospital.identity.services.likeness_review import open_review
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.services.registration import correct_identity, declare, keep_photo
from xinglin.hospital.identity.words import IdType, PhotoKind
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import MAX_SIDE
from xinglin.hospital.kernel.signing import seal, unseal
from xinglin.hospital.kernel.texts import T

KINDS = {CardSide.FRONT: PhotoKind.IDENTITY_FRONT, CardSide.BACK: PhotoKind.IDENTITY_BACK}


def read_card(*, actor: Actor, person_id: UUID, side: str, raw: bytes, now: datetime) -> CardView:
    """Keep a picture of one side of a card, read it where a reader is installed, compare it with the entry.

    What cannot be read is said, never guessed, and hinders nothing here: the register has the word on the name. Raises
    NotFound, InvalidInput for what is no picture, TooManyChallenges.
    """
    require(actor, VERIFY_SELF)
    person = Person.objects.filter(pk=person_id, status="active").first()
    if person is None or not actor.acts_for(person_id):
        raise NotFound
    if side not in CardSide.values:
        raise InvalidInput(field="side", reason=T(zh="请选择证件正面或背面。", en="Choose front or back."))
    since = now - timedelta(hours=1)
    if person.card_readings.filter(at__gt=since).count() >= parameters.CARD_READINGS_PER_HOUR:
        raise errors.TooManyChallenges(field="photo")
    reading, reasons, name = _read(person, CardSide(side), raw)
    fields = values(reading) if reading else {}
    doubts = consistent(reading.fields, on=civil_day(now)) if reading else ()
    with transaction.atomic():
        row = CardReading(
            id=new_id(),
            person=person,
            photo_id=keep_photo(actor, person_id, KINDS[CardSide(side)], raw, now, field="photo"),
            side=side,
            at=now,
            by=actor.id,
            engine=name,
            sealed=seal(json.dumps(fields, ensure_ascii=False).encode(), CARD_SEAL) if fields else None,
            confidences=confidences(reading) if reading else {},
            disagreements=disagreements(fields, typed_of(person)),
            reasons=[*reasons, *(doubt.code for doubt in doubts)],
            portrait=_corners(reading),
        )
        row.kept = CardKept.AGREES if fields and not row.disagreements else CardKept.OPEN
        row.save(force_insert=True)
        journal.write(
            actor=actor,
            institution_id=PLATFORM_CHAIN,
            verb="read_card",
            object_type="card_reading",
            object_id=row.pk,
            now=now,
            outcome="differs" if row.disagreements else "agrees" if fields else "unread",
            detail={"side": side, "engine": name, "fields": sorted(fields), "differs": row.disagreements},
        )
    return card_view(row)


def _read(person: Person, side: CardSide, raw: bytes) -> tuple[Reading | None, list[str], str]:
    """The reading, the codes of what stood against it, and the reader's name."""
    if person.id_type != IdType.RESIDENT:
        return None, ["document.not_read"], ""
    try:
        reader = engine.cards()
    except (NotInstalled, BadManifest):
        return None, ["model.not_installed"], ""
    name = str(reader.engine.name)
    try:
        pixels = decode(raw, longest=MAX_SIDE)  # as large as it is kept, so that corners fit both
        reading: Reading = reader.read(pixels, "front" if side == CardSide.FRONT else "back")
    except BiometricError as refused:
        return None, [refused.dotted], name
    return reading, [f"{one.code}:{one.field}" for one in reading.problems], name


def _corners(reading: Reading | None) -> list[list[int]] | None:
    if reading is None or reading.portrait is None:
        return None
    return [[round(float(x)), round(float(y))] for x, y in reading.portrait]


def typed_of(person: Person) -> Typed:
    """What the entry says, to be compared."""
    number = unseal(bytes(person.id_number_sealed), NUMBER_SEAL).decode() if person.id_number_sealed else ""
    return Typed(person.name, person.sex, person.birth_on.isoformat(), number)


@transaction.atomic
def settle_card(*, actor: Actor, reading_id: UUID, keep: str, now: datetime) -> None:
    """Say which is right where card and entry differ: 'card' corrects the entry, 'typed' keeps it.

    An entry kept against another valid number on the card is looked at by a person. Raises NotFound, AlreadyDecided,
    InvalidInput, and whatever refuses a correction (AlreadyVerified, NumberTaken).
    """
    require(actor, VERIFY_SELF)
    row = CardReading.objects.select_for_update(of=("self",)).filter(pk=reading_id).select_related("person").first()
    if row is None or row.person_id != actor.person_id:
        raise NotFound
    if row.kept != CardKept.OPEN or not row.disagreements:
        raise errors.AlreadyDecided
    if keep not in (CardKept.TYPED, CardKept.CARD):
        raise InvalidInput(field="keep", reason=T(zh="请选择以哪个为准。", en="Choose which is right."))
    if keep == CardKept.CARD:
        _correct(actor, row, now)
    elif "number" in row.disagreements:
        open_review(actor, row.person, ReviewKind.CARD, ReviewReason.OTHER_NUMBER, now, reading=row)
    row.kept, row.kept_at = keep, now
    row.save(update_fields=["kept", "kept_at"])
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="settle_card",
        object_type="card_reading",
        object_id=row.pk,
        now=now,
        detail={"keep": keep, "differs": row.disagreements},
    )


def _correct(actor: Actor, row: CardReading, now: datetime) -> None:
    read = opened_fields(row)
    typed = typed_of(row.person)
    declared = declare(
        actor=actor,
        name=read.get("name", typed.name),
        id_type=IdType.RESIDENT,
        number=read.get("number", typed.number),
        now=now,
        myself=True,
    )
    correct_identity(actor=actor, declared=declared, now=now)
