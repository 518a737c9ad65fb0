"""Cards: what is read stands beside what was typed, the person settles it, and pictures go."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import builders as make
from tests.unit.identity import likeness_cards_double as double
from tests.unit.identity import likeness_double as faces
from tests.unit.identity.answering import BEFORE
from tests.unit.identity.test_likeness import challenged, consent, decide

from xinglin.biometrics import engine
from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    CardReading,
    DocumentPhoto,
    LikenessTemplate,
    Person,
    PersonVerification,
)
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db
NOW = make.NOW
NUMBER = make.a_number(date(1966, 3, 12), serial=7)
OTHER = make.a_number(date(1966, 3, 12), serial=8)


@pytest.fixture(autouse=True)
def on_the_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[dict[str, Any]]:
    """What the card of this test says."""
    monkeypatch.setenv("XINGLIN_CARD_ENGINE", "tests.unit.identity.likeness_cards_double.WrittenCards")
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.DrawnFaces")
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "templates"
    engine.forget()
    monkeypatch.setattr(double, "WRITTEN", {"front": {}, "back": {}, "refuses": "", "unsure": []})
    yield double.WRITTEN
    engine.forget()


def a_picture(who: int = 1) -> bytes:
    """A card whose portrait the drawn engine sees as this person."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (who * 16, 128, faces.OPEN)).save(out, "PNG")
    return out.getvalue()


def someone(**changes: Any) -> make.Someone:
    return make.a_patient(name="孙小杏", birth_on=date(1966, 3, 12), number=NUMBER, **changes)


def read(patient: make.Someone, who: int = 1) -> selectors.CardView:
    return services.read_card(
        actor=patient.actor, person_id=patient.person_id, side="front", raw=a_picture(who), now=NOW
    )


FRONT = {
    "name": "孙小杏",
    "sex": "女",
    "ethnicity": "汉",
    "birth_on": "1966-03-12",
    "address": "山东省泰安市泰山区杏林路1号",
    "number": NUMBER,
}


def test_a_card_that_agrees(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT
    view = read(someone())
    assert (view.differs, view.open, view.kept) == ((), False, "agrees")
    by_name = {one.name: one for one in view.fields}
    assert by_name["number"].read == f"{NUMBER[:6]}********{NUMBER[-4:]}"
    row = CardReading.objects.get()
    assert "泰山" not in bytes(row.sealed or b"").decode(errors="replace")
    assert row.confidences["name"] == 970


def test_a_misspelt_name_is_shown_and_corrected_from_the_card(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT | {"name": "孙晓杏"}
    patient = someone(verified=False)
    view = read(patient)
    assert (view.differs, view.open) == (("name",), True)
    shown = next(one for one in view.fields if one.differs)
    assert (shown.read, shown.typed, shown.label.en) == ("孙晓杏", "孙小杏", "Name")
    services.settle_card(actor=patient.actor, reading_id=view.id, keep="card", now=NOW)
    assert Person.objects.get(pk=patient.person_id).name == "孙晓杏"
    with pytest.raises(errors.AlreadyDecided):
        services.settle_card(actor=patient.actor, reading_id=view.id, keep="typed", now=NOW)


def test_a_confirmed_name_is_not_changed_by_a_card(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT | {"name": "孙晓杏"}
    patient = someone()
    view = read(patient)
    with pytest.raises(errors.AlreadyVerified):
        services.settle_card(actor=patient.actor, reading_id=view.id, keep="card", now=NOW)
    assert selectors.latest_card(actor=patient.actor, person_id=patient.person_id).open  # type: ignore[union-attr]


def test_another_number_that_is_not_admitted_goes_to_the_desk(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT | {"number": OTHER}
    patient = someone(verified=False)
    view = read(patient)
    assert view.differs == ("number",)
    assert next(one for one in view.fields if one.name == "number").read == OTHER
    services.settle_card(actor=patient.actor, reading_id=view.id, keep="typed", now=NOW)
    review = AlternativeCheck.objects.get()
    assert (review.kind, review.reason, review.reading_id) == ("card", "other_number", view.id)
    officer = make.a_medical_affairs_officer()
    detail = selectors.likeness_review(actor=officer.actor, review_id=review.pk, now=NOW)
    assert detail.reading is not None
    assert detail.photo_id is not None
    decide(review.pk, accept=False)
    assert PersonVerification.objects.filter(person_id=patient.person_id, method="document", result="mismatch").exists()


@pytest.mark.parametrize(
    ("refuses", "says"), [("no_card", "No resident identity card"), ("two_cards", "more than one card")]
)
def test_what_is_no_card_is_kept_and_said(on_the_card: dict[str, Any], refuses: str, says: str) -> None:
    on_the_card["refuses"] = refuses
    view = read(someone())
    assert (view.read, view.open) == (False, False)
    assert says in view.notes[0].en
    assert DocumentPhoto.objects.count() == 1


def test_unsure_fields_and_expired_cards_are_named(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT
    on_the_card["unsure"] = ["address"]
    assert "address is unclear" in read(someone()).notes[0].en
    on_the_card["unsure"] = []
    on_the_card["back"] = {"authority": "泰安市公安局", "valid_from": "2006-05-01", "valid_to": "2026-05-01"}
    patient = make.a_patient()
    view = services.read_card(actor=patient.actor, person_id=patient.person_id, side="back", raw=a_picture(), now=NOW)
    assert "expired" in view.notes[0].en


def test_without_a_reader_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINGLIN_CARD_ENGINE", "tests.unit.identity.likeness_double.NoFaces")
    view = read(someone())
    assert (view.engine, view.read) == ("", False)
    assert "no reader of cards" in view.notes[0].en


def test_cards_are_read_for_oneself_and_not_without_end(on_the_card: dict[str, Any]) -> None:
    patient, stranger = someone(), make.a_patient()
    with pytest.raises(NotFound):
        services.read_card(actor=stranger.actor, person_id=patient.person_id, side="front", raw=a_picture(), now=NOW)
    with pytest.raises(InvalidInput):
        services.read_card(actor=patient.actor, person_id=patient.person_id, side="front", raw=b"x", now=NOW)
    for _ in range(12):
        read(patient)
    with pytest.raises(errors.TooManyChallenges):
        read(patient)


def test_the_portrait_accepts_the_face_at_once_and_refuses_another(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT
    patient = someone()
    consent(patient)
    read(patient, who=6)
    wrong = challenged(patient, "register", 1)
    assert (wrong.decision, wrong.template_id) == ("fail", None)
    assert "not_the_portrait" in [code for code, _ in wrong.reasons]
    assert not LikenessTemplate.objects.exists()
    right = challenged(patient, "register", 6)
    assert (right.decision, right.counts) == ("pass", True)
    accepted = LikenessTemplate.objects.get().accepted_at
    assert accepted is not None
    assert NOW - BEFORE < accepted < NOW
    check = PersonVerification.objects.get(person_id=patient.person_id, method="face")
    assert (check.result, check.source) == ("match", "drawn-faces@1")


def test_a_face_that_only_resembles_the_portrait_waits(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT
    patient = someone()
    consent(patient)
    read(patient, who=6)
    unsure = challenged(patient, "register", 7)
    assert (unsure.decision, unsure.counts) == ("undecided", False)
    assert AlternativeCheck.objects.get().reason == "unsure"


def test_pictures_of_cards_go_after_the_check_and_papers_stay(on_the_card: dict[str, Any]) -> None:
    on_the_card["front"] = FRONT
    patient, unchecked = someone(), make.a_patient(verified=False)
    read(patient)
    services.read_card(actor=unchecked.actor, person_id=unchecked.person_id, side="front", raw=a_picture(), now=NOW)
    month = NOW + timedelta(days=30)
    assert services.erase_expired(actor=system_actor("test"), now=month)["cards"] == 1
    photo = DocumentPhoto.objects.get(person_id=patient.person_id)
    assert (bytes(photo.content), photo.erased_at) == (b"", month)
    assert DocumentPhoto.objects.get(person_id=unchecked.person_id).erased_at is None
    own = selectors.own_identity(actor=patient.actor, at=month)
    assert own.has_photo
    with pytest.raises(NotFound):
        selectors.document_photo(actor=patient.actor, photo_id=photo.pk, now=month)
