"""What was read from cards, beside what was typed, in plain words for the person and for the desk."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.biometrics.card_checks import SENTENCES
from xinglin.biometrics.cards import BadCard, Problem
from xinglin.biometrics.errors import BadImage
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.identity.likeness_words import FIELD_NAMES, CardKept, CardSide
from xinglin.hospital.identity.models import CardReading, Person
from xinglin.hospital.identity.numbers import NUMBER_SEAL
from xinglin.hospital.identity.selectors.people import masked
from xinglin.hospital.identity.words import Sex, name
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.signing import unseal
from xinglin.hospital.kernel.texts import T

CARD_SEAL = "identity.card"
UNREAD = {
    "document.not_read": T(
        zh="这类证件不自动识别，由医务人员核对照片。",
        en="Documents of this kind are not read; a person looks at the picture.",
    ),
    "model.not_installed": T(
        zh="这台服务器没有安装证件识别，因此没有自动核对；姓名和号码由登记库核验。",
        en="This server has no reader of cards, so nothing was compared; the register checks name and number.",
    ),
}


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of a card: what was read, what was typed (empty where nothing was), whether they differ."""

    name: str
    label: T
    read: str
    typed: str
    differs: bool
    confidence_permille: int | None


@dataclass(frozen=True, slots=True)
class CardView:
    """A reading as it is shown. `open` asks the person which is right."""

    id: UUID
    photo_id: UUID
    side: str
    at: datetime
    engine: str
    fields: tuple[ComparedField, ...]
    notes: tuple[T, ...]
    differs: tuple[str, ...]
    kept: str

    @property
    def open(self) -> bool:
        """Whether card and entry differ and the person has not said which is right."""
        return bool(self.differs) and self.kept == CardKept.OPEN

    @property
    def read(self) -> bool:
        """Whether anything was read."""
        return bool(self.fields)


def opened_fields(row: CardReading) -> dict[str, str]:
    """The fields of a reading."""
    if row.sealed is None:
        return {}
    found: dict[str, str] = json.loads(unseal(bytes(row.sealed), CARD_SEAL))
    return found


def card_view(row: CardReading) -> CardView:
    """A reading beside the entry of its person as that stands now."""
    read = opened_fields(row)
    typed = _typed(row.person)
    fields = [
        ComparedField(
            name=one,
            label=label,
            read=masked(read[one], 6, 4) if one == "number" and one not in row.disagreements else read[one],
            typed=typed.get(one, ""),
            differs=one in row.disagreements,
            confidence_permille=row.confidences.get(one),
        )
        for one, label in FIELD_NAMES.items()
        if one in read
    ]
    notes = tuple(_note(code) for code in row.reasons)
    return CardView(
        row.pk, row.photo_id, row.side, row.at, row.engine, tuple(fields), notes, tuple(row.disagreements), row.kept
    )


def _typed(person: Person) -> dict[str, str]:
    number = unseal(bytes(person.id_number_sealed), NUMBER_SEAL).decode() if person.id_number_sealed else ""
    return {
        "name": person.name,
        "sex": name(Sex(person.sex)).zh,
        "birth_on": person.birth_on.isoformat(),
        "number": masked(number, 6, 4),
    }


def _note(code: str) -> T:
    """A code of a reading in words."""
    if code in UNREAD:
        return UNREAD[code]
    kind, _, rest = code.partition(".")
    problem, _, field = code.partition(":")
    if kind == "card" and rest in BadCard.CODES:
        zh, en = BadCard(rest).sentence
    elif kind == "image" and rest in BadImage.CODES:
        zh, en = BadImage(rest).sentence
    elif code in SENTENCES:
        zh, en = SENTENCES[code]
    elif field:
        zh, en = Problem(problem, field).sentence
    else:
        zh = en = code
    return T(zh=zh, en=en)


def latest_card(*, actor: Actor, person_id: UUID, side: str = CardSide.FRONT) -> CardView | None:
    """The newest reading of a side, for the person and for the desk. Raises NotFound for anyone else."""
    if not (actor.acts_for(person_id) or REVIEW_LIKENESS.held_by(actor)):
        raise NotFound
    rows = CardReading.objects.filter(person_id=person_id, side=side).select_related("person")
    row = rows.order_by("-at", "-pk").first()
    return card_view(row) if row else None
