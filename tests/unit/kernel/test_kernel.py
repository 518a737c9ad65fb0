"""Ids, money, words, signatures, secrets, events, pictures."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from cryptography.fernet import InvalidToken
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from xinglin.hospital.kernel import events, signing
from xinglin.hospital.kernel.access import ANONYMOUS, Permission, Role, require, system_actor
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import fen, yuan
from xinglin.hospital.kernel.pictures import clean_picture
from xinglin.hospital.kernel.texts import T


def test_ids_are_version_seven_and_follow_time() -> None:
    made = [new_id(at_ms=ms) for ms in range(1_700_000_000_000, 1_700_000_000_050)]
    assert made == sorted(made)
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    present = [new_id() for _ in range(200)]
    assert present == sorted(present)
    assert len(set(present)) == 200


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_money_prints_and_parses_back(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize("text", ["", "abc", "1.234", "NaN", "Infinity", "1e-5"])
def test_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|fen"):
        fen(text)


def test_words_follow_the_language_and_fill_both() -> None:
    text = T(zh="{who}，第 {n} 步", en="{who}, step {n}").with_(n=2, who=T(zh="患者", en="Patient"))
    with translation.override("en"):
        assert str(text) == "Patient, step 2"
    with translation.override("zh-hans"):
        assert str(text) == "患者，第 2 步"


def test_canonical_bytes_do_not_depend_on_order_or_zone() -> None:
    at = datetime(2026, 1, 1, 8, tzinfo=UTC)
    one = {"b": [1, True, None], "a": {"day": date(2026, 1, 1), "at": at, "id": UUID(int=7)}}
    other = {"a": {"id": UUID(int=7), "at": at.astimezone(), "day": date(2026, 1, 1)}, "b": (1, True, None)}
    assert signing.canonical_bytes(one) == signing.canonical_bytes(other)


@pytest.mark.parametrize("bad", [1.5, datetime(2026, 1, 1), object(), b"x"])  # noqa: DTZ001
def test_what_has_no_one_form_is_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        signing.canonical_bytes({"x": bad})


def test_a_signature_holds_for_its_content_and_key_only() -> None:
    key, other = signing.new_private_key(), signing.new_private_key()
    signature = signing.sign(key, {"dose": 5})
    public = signing.public_key_of(key)
    assert signing.signature_holds(public, signature, {"dose": 5})
    assert not signing.signature_holds(public, signature, {"dose": 50})
    assert not signing.signature_holds(signing.public_key_of(other), signature, {"dose": 5})
    assert not signing.signature_holds(public, signature[:-1] + bytes([signature[-1] ^ 1]), {"dose": 5})


def test_secrets_open_under_their_purpose_only() -> None:
    sealed = signing.seal(b"110101", "identity-number")
    assert b"110101" not in sealed
    assert signing.unseal(sealed, "identity-number") == b"110101"
    with pytest.raises(InvalidToken):
        signing.unseal(sealed, "other")
    assert signing.blind_index("a", "p") != signing.blind_index("a", "q")


READ = Permission("test.read", frozenset({Role.AUDITOR}), T(zh="读", en="read"))


def test_rights_are_denied_unless_held() -> None:
    with pytest.raises(NotAllowed):
        require(ANONYMOUS, READ)
    require(system_actor("x"), READ)


@dataclass(frozen=True, slots=True)
class SomethingHappened(events.Event):
    """For this test."""

    thing_id: UUID
    on: date
    at: datetime
    note: str | None


def test_events_come_back_as_they_went() -> None:
    heard: list[events.Event] = []

    def hear(event: events.Event, *, now: datetime) -> None:
        heard.append(event)

    events.subscribe(SomethingHappened, hear)
    happened = SomethingHappened(UUID(int=5), date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), None)
    stored = {"thing_id": str(happened.thing_id), "on": "2026-01-02", "at": "2026-01-02T00:00:00+00:00", "note": None}
    name = f"{hear.__module__}.{hear.__qualname__}"
    events.run_handler("SomethingHappened", stored, name, happened.at)
    assert heard == [happened]
    with pytest.raises(TypeError):
        events.revive("SomethingHappened", stored | {"more": 1})


def png(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (200, 100, 50, 128)).save(out, "PNG")
    return out.getvalue()


def test_pictures_are_made_anew() -> None:
    picture = clean_picture(png(), field="photo")
    assert (picture.width, picture.height) == (40, 30)
    assert Image.open(io.BytesIO(picture.content)).format == "JPEG"


@pytest.mark.parametrize("raw", [b"", b"GIF89a", b"<svg/>", png()[:40], b"\xff\xd8\xff" + b"x" * 50])
def test_what_is_no_picture_is_refused_at_its_field(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        clean_picture(raw, field="photo")
    assert refusal.value.field == "photo"
