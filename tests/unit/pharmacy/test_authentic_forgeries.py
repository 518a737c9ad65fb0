"""Every way to forge that we could think of, each with the reason for which it is refused."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests import builders as make
from tests.unit.pharmacy.documents import KEEPER, at, handed_out, keys, name_of, online
from tests.unit.pharmacy.world import World

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import new_private_key, public_key_of
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import keyring, services
from xinglin.hospital.pharmacy.authentic import authority, document, keylist, layout, signing, stamping, token
from xinglin.hospital.pharmacy.authentic import code as codes
from xinglin.hospital.pharmacy.authentic.authority import Holder, Keyed, Purpose
from xinglin.hospital.pharmacy.authentic.keylist import CodeKey, KeyList
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.services.page import page_of

Chosen = Callable[[Purpose], Keyed]


def own_keys(purpose: Purpose) -> Keyed:
    """The hospital's real key, as a thief of the vault would hold it."""
    return keyring.keyed(AuthorityKey.objects.filter(purpose=purpose).earliest("from_at"))


def a_chain(minutes: int = 6) -> signing.Chain:
    listed = keys(minutes)
    return signing.Chain(listed.root, listed.issuing, listed.revocation_lists)


def forged(
    row: Prescription,
    *,
    code: str,
    prescriber: Keyed,
    reviewer: Keyed,
    stamps: Keyed,
    chain: signing.Chain,
    minutes: int = 6,
) -> bytes:
    """A whole document, made with the forger's choice of keys and of the code on it."""
    content = json.loads(row.signed.content)
    version = token.read(code).token.version
    data = {"form": document.FORM, "version": version, "content": row.signed.content, "code": code}
    pdf = layout.render(page_of(row, content), code=code, data=json.dumps(data, ensure_ascii=False))
    now = at(minutes)
    stamper = stamping.HospitalTimeStamper(stamps, now)
    common = {"name": "x", "reason": "x", "chain": chain, "stamper": stamper, "now": now}
    box = [(signing.REVIEWER_FIELD, signing.Box(0, layout.reviewer_box()))]
    once = signing.sign(pdf, field=signing.PRESCRIBER_FIELD, keyed=prescriber, first=True, later_boxes=box, **common)
    return signing.sign(once, field=signing.REVIEWER_FIELD, keyed=reviewer, first=False, **common)


def with_own_keys(row: Prescription, code: str, **changes: object) -> bytes:
    """The forger holds every key of the hospital but what `changes` says."""
    values = {
        "code": code,
        "prescriber": own_keys(Purpose.PHYSICIAN),
        "reviewer": own_keys(Purpose.PHARMACIST),
        "stamps": own_keys(Purpose.TIMESTAMP),
        "chain": a_chain(),
    }
    return forged(row, **(values | changes))  # type: ignore[arg-type]


def resigned(code: str, **changes: object) -> str:
    """The code with other content, signed with the hospital's stolen code key."""
    key = keyring.private_code_key(AuthorityKey.objects.get(purpose=Purpose.CODE, revoked_at=None))
    return token.write(replace(token.read(code).token, **changes), key)  # type: ignore[arg-type]


# THE DOCUMENT


def flips(content: bytes, count: int, seed: int) -> list[tuple[int, bytes]]:
    """The document with one bit changed: anywhere, and in the last signature, which no signature covers."""
    dice, found = random.Random(seed), []
    hole = content.rindex(b"/Contents")
    for number in range(count):
        at_byte = dice.randrange(len(content)) if number % 2 else dice.randrange(hole, len(content))
        changed = bytearray(content)
        changed[at_byte] ^= 1 << dice.randrange(8)
        found.append((at_byte, bytes(changed)))
    return found


def test_one_bit_anywhere(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    assert document.verify(made.content, listed, at(6)).genuine
    for place, changed in flips(made.content, 60, seed=7):
        answer = document.verify(changed, listed, at(6))
        assert not answer.genuine, place
        assert answer.refusals[0].code.startswith("document."), (place, answer.codes)


@pytest.mark.long
def test_one_bit_in_a_thousand_places(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    for place, changed in flips(made.content, 1000, seed=11):
        assert not document.verify(changed, listed, at(6)).genuine, place


def test_bytes_added_and_cut_off(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    for changed in (made.content + b"\n", made.content[:-1], made.content[: len(made.content) // 2], b"%PDF-1.7\n"):
        assert document.verify(changed, listed, at(6)).codes[0] in {"document.altered", "document.unreadable"}
    assert document.verify(b"", listed, at(6)).codes == ["document.unreadable"]


def test_without_the_last_timestamp(world: World) -> None:
    """An earlier revision of the file is whole in itself, but lacks what came after."""
    row = world.issue()
    first = handed_out(world, row, 3)
    world.review(row)
    handed_out(world, row)
    assert document.verify(first.content, keys(), at(6)).codes == ["document.not_reviewed"]


def test_signature_copied_to_another_prescription(world: World) -> None:
    one, other = world.approved(), world.approved()
    first, second = handed_out(world, one), handed_out(world, other)
    listed = keys()
    start = first.content.index(b"/Contents <") + 11
    there = second.content.index(b"/Contents <") + 11
    room = first.content.index(b">", start) - start
    pasted = second.content[:there] + first.content[start : start + room] + second.content[there + room :]
    assert document.verify(pasted, listed, at(6)).codes[0] in {"document.altered", "document.unreadable"}
    moved = with_own_keys(other, first.code)  # the code of another prescription, on a page that is signed in order
    assert document.verify(moved, listed, at(6)).codes == ["document.other_prescription"]


def test_the_same_forger_with_everything_right_is_still_unknown_to_the_hospital(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    copy = with_own_keys(row, made.code)
    assert document.verify(copy, keys(), at(6)).genuine  # offline nobody can tell it from the hospital's own
    assert online(copy).codes == ["online.unknown_document"]


def test_signature_by_a_key_of_another_person(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    colleague = make.a_physician()
    other = keyring.open_key(
        Purpose.PHYSICIAN,
        actor=KEEPER,
        now=at(5),
        holder=colleague.practitioner_id,
        name=name_of(world.doctor),  # the same name does not help: the certificate names the person
        house="x",
    )
    by_other = with_own_keys(row, made.code, prescriber=keyring.keyed(other))
    assert document.verify(by_other, keys(), at(6)).codes == ["document.other_signer"]
    by_pharmacist = with_own_keys(row, made.code, prescriber=own_keys(Purpose.PHARMACIST))
    assert document.verify(by_pharmacist, keys(), at(6)).codes == ["document.other_signer"]
    no_second_person = with_own_keys(row, made.code, reviewer=own_keys(Purpose.PHYSICIAN))
    assert document.verify(no_second_person, keys(), at(6)).codes == ["document.other_signer"]


def test_signature_after_revocation(world: World) -> None:
    row = world.approved()
    made = handed_out(world, row)
    stolen, before = own_keys(Purpose.PHYSICIAN), a_chain(6)
    serial = AuthorityKey.objects.get(purpose=Purpose.PHYSICIAN).serial
    services.revoke_certificate(actor=KEEPER, serial=serial, reason="key_compromise", now=at(10))
    late = with_own_keys(row, made.code, prescriber=stolen, chain=before, minutes=20)
    listed = keys(21)
    answer = document.verify(late, listed, at(21))
    assert answer.codes == ["document.signed_after_revocation"]
    assert name_of(world.doctor) in answer.refusals[0].says.zh
    assert document.verify(made.content, listed, at(21)).genuine  # signed while the key stood


def test_a_timestamp_key_in_other_hands_proves_nothing(world: World) -> None:
    made = handed_out(world, world.approved())
    serial = AuthorityKey.objects.get(purpose=Purpose.TIMESTAMP).serial
    services.revoke_certificate(actor=KEEPER, serial=serial, reason="key_compromise", now=at(10))
    assert document.verify(made.content, keys(11), at(11)).codes == ["document.signed_after_revocation"]


def another_hospital() -> tuple[signing.Chain, dict[Purpose, Keyed]]:
    """An authority of the forger's own, with the same names."""
    now = at(-60)
    who = Holder(name="杏林处方根证书 Xinglin Prescription Root", organisation="x", id=str(keyring.HOSPITAL))
    root = authority.issue(purpose=Purpose.ROOT, holder=who, by=None, crl_url="", now=now)
    issuing = authority.issue(purpose=Purpose.ISSUING, holder=who, by=root, crl_url="http://localhost/x.crl", now=now)
    lists = tuple(authority.revocation_list(by=one, number=1, revoked=[], now=now) for one in (root, issuing))
    leaves = {
        purpose: authority.issue(purpose=purpose, holder=who, by=issuing, crl_url="http://localhost/x.crl", now=now)
        for purpose in (Purpose.PHYSICIAN, Purpose.PHARMACIST, Purpose.TIMESTAMP)
    }
    return signing.Chain(root.certificate, (issuing.certificate,), lists), leaves | {Purpose.ROOT: root}


def test_an_unknown_hospital(world: World) -> None:
    row = world.approved()
    made, listed = handed_out(world, row), keys()
    chain, theirs = another_hospital()
    foreign = forged(
        row,
        code=made.code,
        prescriber=theirs[Purpose.PHYSICIAN],
        reviewer=theirs[Purpose.PHARMACIST],
        stamps=theirs[Purpose.TIMESTAMP],
        chain=chain,
    )
    assert document.verify(foreign, listed, at(6)).codes == ["document.untrusted"]
    private = new_private_key()
    said = replace(token.read(made.code).token, key_id=token.key_id_of(public_key_of(private)))
    assert codes.verify(token.write(said, private), listed, at(6)).codes == ["code.unknown_key"]
    claimed = token.write(token.read(made.code).token, private)  # names our key, is signed by theirs
    assert codes.verify(claimed, listed, at(6)).codes == ["code.altered"]
    key = CodeKey(said.key_id.hex(), public_key_of(private).hex(), at(-60), at(600))
    their_list = KeyList(
        T(zh="杏林", en="Xinglin"), at(0), chain.root, chain.issuing, (), chain.revocation_lists, (key,)
    )
    published = keylist.write(their_list, theirs[Purpose.ROOT].key())
    with pytest.raises(keylist.KeyListRefused) as refusal:
        keylist.read(published, listed.root)
    assert refusal.value.says == keylist.OTHER_ROOT


# THE KEY LIST


def test_an_altered_key_list(world: World) -> None:
    handed_out(world, world.approved())
    published = services.published_keys(actor=KEEPER, now=at(6))
    assert keylist.read(published).keys
    whole = json.loads(published)
    whole["body"]["keys"][0]["until_at"] = "2099-01-01T00:00:00+00:00"
    for changed in (
        json.dumps(whole).encode(),
        published[:-20],
        b"{}",
        b"[]",
        b"null",
        b"",
        published.replace(b"A", b"B"),
    ):
        with pytest.raises(keylist.KeyListRefused):
            keylist.read(changed)


# THE CODE


def test_one_letter_of_the_code(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    dice = random.Random(3)
    for _ in range(300):
        place = dice.randrange(len(made.code))
        letter = dice.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
        if letter == made.code[place]:
            continue
        changed = made.code[:place] + letter + made.code[place + 1 :]
        assert codes.verify(changed, listed, at(6)).codes[0] in {
            "code.altered",
            "code.unreadable",
            "code.unknown_key",
        }


def test_the_signature_of_another_code(world: World) -> None:
    first, second = handed_out(world, world.approved()), handed_out(world, world.approved())
    from xinglin.hospital.pharmacy.authentic import base45, cbor

    swapped = token.PREFIX + base45.encode(
        cbor.encode([token.read(first.code).payload, token.read(second.code).signature])
    )
    assert codes.verify(swapped, keys(), at(6)).codes == ["code.altered"]


def test_a_homograph_name_in_a_code(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    for name in ("Wаng *", "Ｗang", "张\u200b*", "⼈*", "王*Α"):
        assert codes.verify(resigned(made.code, masked_name=name), listed, at(6)).codes == ["code.name_not_canonical"]


def test_a_stolen_code_key_is_found_out_online(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    longer = resigned(made.code, valid_until_at=at(60 * 24 * 30))
    assert codes.verify(longer, listed, at(6)).genuine
    assert online(longer).codes == ["online.never_issued"]
    invented = resigned(made.code, prescription_id=new_id())
    assert online(invented).codes == ["online.unknown"]
    newer = resigned(made.code, version=9)
    assert online(newer).codes == ["online.never_issued"]


def test_dates_that_cannot_be(world: World) -> None:
    made, listed = handed_out(world, world.approved()), keys()
    said = token.read(made.code).token
    after = said.valid_until_at + timedelta(seconds=1)
    assert codes.verify(made.code, listed, after).codes == ["code.expired"]
    assert codes.verify(resigned(made.code, made_at=at(600)), listed, at(6)).codes == ["code.not_yet"]
    assert codes.verify(resigned(made.code, made_at=at(-600)), listed, at(6)).codes == ["code.outside_key_life"]
