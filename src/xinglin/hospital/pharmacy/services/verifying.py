"""Answer whoever holds a code or a document: what the hospital knows of it now. Public, limited, written down."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import EVERYONE, Actor, require
from xinglin.hospital.kernel.signing import blind_index
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import keyring
from xinglin.hospital.pharmacy.authentic import code as codes
from xinglin.hospital.pharmacy.authentic import reading, token
from xinglin.hospital.pharmacy.authentic.answers import Answer, Point, refused, when
from xinglin.hospital.pharmacy.authentic.models import SignedDocument, VerifyCount
from xinglin.hospital.pharmacy.authentic.token import SignedToken
from xinglin.hospital.pharmacy.errors import TooManyVerifications
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.pharmacy.states import State

A_MINUTE_MAX = 30
NOT_YET = {State.SIGNED, State.QUESTIONED}
TO_BE_DISPENSED = {State.APPROVED, State.PICKED, State.SETTLED}
USED = {State.HANDED_OVER, State.DELIVERED}


def verify_prescription(*, actor: Actor, given: bytes, now: datetime, address: str = "") -> Answer:
    """Verify a code (text or picture) or a document, and say where the prescription stands now.

    `address` limits how often one stranger may ask; empty for the hospital's own commands. Raises TooManyVerifications.
    Nothing is said of the patient but the masked name, nothing of the medicine but how many packs left the house.
    """
    require(actor, EVERYONE)
    if address:
        _count(address, now)
    keys = keyring.key_list(actor=actor, now=now)
    if reading.is_document(given):
        from xinglin.hospital.pharmacy.authentic import document  # pyHanko takes half a second to load

        answer = document.verify(given, keys, now)
        text = str(answer.more.get("code", ""))
    else:
        try:
            text = reading.code_in(given)
        except reading.NothingToVerify as nothing:
            return refused("code", "code.unreadable", nothing.says, online=True, keys_at=now)
        answer = codes.verify(text, keys, now)
    return _online(actor, answer, text, given, now)


def _online(actor: Actor, answer: Answer, text: str, given: bytes, now: datetime) -> Answer:
    """The answer with what only the hospital knows; a forged or damaged thing is asked no further."""
    points = list(answer.points)
    if text and not {"code.altered", "code.unknown_key", "code.unreadable"} & set(answer.codes):
        signed = token.read(text)
        row = Prescription.objects.filter(id=signed.token.prescription_id).select_related("signed").first()
        points += _points(row, signed, text, now)
        if answer.kind == "document":
            points += _document(row, given)
        if row is not None:
            _note(actor, row, points, now)
    return Answer(
        kind=answer.kind,
        points=tuple(points),
        shown=answer.shown,
        online=True,
        keys_at=now,
        signers=answer.signers,
    )


def _points(row: Prescription | None, signed: SignedToken, text: str, now: datetime) -> list[Point]:
    if row is None:
        says = T(zh="医院没有这张处方的记录。", en="The hospital has no record of this prescription.")
        return [Point("online.unknown", False, says)]
    newest = (
        SignedDocument.objects.filter(prescription=row).order_by("-version").values_list("version", flat=True).first()
    )
    if newest is not None and signed.token.version < newest:
        says = T(
            zh="这是旧版本（第 {old} 版），现行为第 {new} 版。",
            en="This is version {old}; version {new} has taken its place.",
        )
        return [Point("online.older_version", False, says.with_(old=signed.token.version, new=newest))]
    if not SignedDocument.objects.filter(prescription=row, version=signed.token.version, code=text).exists():
        says = T(
            zh="医院从未签发过这个码，尽管签名有效：请立即通知医院。",
            en="The hospital never issued this code although its signature holds: tell the hospital at once.",
        )
        return [Point("online.never_issued", False, says)]
    if row.signed.sha256 != signed.token.content_sha256.hex() or not check_signature(row).good:
        says = T(
            zh="内容与医院保存的不一致，请停止使用并通知医院。",
            en="It differs from what the hospital keeps. Do not use it, and tell the hospital.",
        )
        return [Point("online.other_content", False, says)]
    return [_standing(row, now)]


def _standing(row: Prescription, now: datetime) -> Point:
    """Where the prescription stands, as one point."""
    state = State(row.state)
    if Prescription.objects.filter(replaces_id=row.id).exists():
        says = T(zh="医师已另开新处方取代它。", en="The physician has replaced it by another prescription.")
        return Point("online.replaced", False, says)
    if state in USED:
        says = T(zh="已于 {at} 配发，一张处方只能用一次。", en="Dispensed at {at}; a prescription is used once.")
        return Point("online.used", False, says.with_(at=when(row.hand_over.at)))
    if state is State.TAKEN_BACK:
        says = T(zh="药品发出后已退回，处方不能再用。", en="The medicine was taken back; it cannot be used again.")
        return Point("online.taken_back", False, says)
    if state in NOT_YET:
        says = T(zh="药师尚未审核通过，处方还没有生效。", en="Not reviewed by a pharmacist yet: not in force.")
        return Point("online.not_reviewed", False, says)
    if state not in TO_BE_DISPENSED | {State.EXPIRED}:
        return Point(
            "online.ended", False, T(zh="处方{state}。", en="Not to be used: {state}.").with_(state=state.label)
        )
    if state is State.EXPIRED or now > row.valid_until_at:
        says = T(zh="处方已于 {at} 过有效期。", en="The prescription expired at {at}.")
        return Point("online.expired", False, says.with_(at=when(row.valid_until_at)))
    packs = sum(row.lines.values_list("packs", flat=True))
    sold = row.packs.filter(sold_at__isnull=False, returned_at__isnull=True).count()
    says = T(
        zh="尚未配发（已发 {sold} 盒，共 {packs} 盒）。", en="Not dispensed yet ({sold} of {packs} packs handed over)."
    )
    return Point("online.not_dispensed", True, says.with_(sold=sold, packs=packs))


def _document(row: Prescription | None, given: bytes) -> list[Point]:
    found = hashlib.sha256(given).hexdigest()
    if row is not None and SignedDocument.objects.filter(prescription=row, sha256=found).exists():
        return [Point("online.document", True, T(zh="与医院保存的文件一致。", en="The same file as the hospital's."))]
    says = T(zh="医院没有签发过这份文件。", en="The hospital did not issue this file.")
    return [Point("online.unknown_document", False, says)]


def _note(actor: Actor, row: Prescription, points: list[Point], now: datetime) -> None:
    against = [point.code for point in points if not point.good]
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="verify_prescription",
        object_type="prescription",
        object_id=row.id,
        now=now,
        outcome="refused" if against else "done",
        detail={"against": against},
    )


@transaction.atomic
def _count(address: str, now: datetime) -> None:
    """Count one question of an address in this minute. Raises TooManyVerifications."""
    minute = now.replace(second=0, microsecond=0)
    key = blind_index(address, "pharmacy.verify")
    row, new = VerifyCount.objects.get_or_create(key=key, minute_at=minute)
    if new:
        VerifyCount.objects.filter(minute_at__lt=now - timedelta(hours=1)).delete()
        return
    if row.count >= A_MINUTE_MAX:
        raise TooManyVerifications(most=A_MINUTE_MAX)
    VerifyCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
