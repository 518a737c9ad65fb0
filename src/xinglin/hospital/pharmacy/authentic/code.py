"""Judge a code by a key list alone: what a pharmacy without a network can say. Pure."""

from datetime import datetime, timedelta

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.authentic import names, token
from xinglin.hospital.pharmacy.authentic.answers import (
    Answer,
    Point,
    Shown,
    refused,
    what_offline_cannot_know,
    when,
)
from xinglin.hospital.pharmacy.authentic.keylist import CodeKey, KeyList
from xinglin.hospital.pharmacy.authentic.token import SignedToken

CLOCKS_DIFFER = timedelta(minutes=5)
UNREADABLE = T(
    zh="这不是杏林处方码，或码不完整、被改动（请重新扫描）。",
    en="This is no prescription code of Xinglin, or it is incomplete or altered. Scan it again.",
)


def verify(text: str, keys: KeyList, now: datetime) -> Answer:
    """What a code says and whether to believe it, by the list alone."""
    try:
        signed = token.read(text)
    except ValueError:
        return refused("code", "code.unreadable", UNREADABLE, keys_at=keys.issued_at)
    return Answer(
        kind="code",
        points=points_of(signed, keys, now),
        shown=shown(signed, keys),
        keys_at=keys.issued_at,
        unknown=what_offline_cannot_know(keys.issued_at, now),
    )


def shown(signed: SignedToken, keys: KeyList) -> Shown:
    """What the code tells whoever holds it."""
    said = signed.token
    return Shown(
        issuer=keys.issuer,
        institution=said.institution,
        prescription_id=str(said.prescription_id),
        version=said.version,
        masked_name=said.masked_name,
        issued_at=said.issued_at,
        valid_until_at=said.valid_until_at,
        key_id=said.key_id.hex(),
    )


def points_of(signed: SignedToken, keys: KeyList, now: datetime) -> tuple[Point, ...]:
    """Every point; without a known key nothing further is said."""
    key = keys.key(signed.token.key_id)
    if key is None:
        says = T(
            zh="签发密钥 {kid} 不在公钥表中：不是这家医院签发，或公钥表太旧。",
            en="Key {kid} is not in the list: not issued by this hospital, or the list is too old.",
        )
        return (Point("code.unknown_key", False, says.with_(kid=signed.token.key_id.hex())),)
    if not signed.signed_by(bytes.fromhex(key.public_key)):
        says = T(zh="签名不符：内容被改动，或签名来自别处。", en="The signature does not hold: altered, or copied.")
        return (Point("code.altered", False, says),)
    unaltered = T(zh="医院签名有效，内容未改。", en="Signed by the hospital and unaltered.")
    return (Point("code.signature", True, unaltered), _key(signed, key), _name(signed), _time(signed, now))


def _key(signed: SignedToken, key: CodeKey) -> Point:
    if key.revoked_at is not None:
        says = T(
            zh="签发密钥已于 {at} 吊销，用它签的码都不再认可；请患者打开处方页下载新版本。",
            en="Its key was revoked at {at}; no code signed with it counts. A new version is on the patient's page.",
        )
        return Point("code.key_revoked", False, says.with_(at=when(key.revoked_at)))
    if not key.from_at - CLOCKS_DIFFER <= signed.token.made_at <= key.until_at:
        says = T(zh="签发时间不在密钥的使用期内。", en="It was signed outside the life of its key.")
        return Point("code.outside_key_life", False, says)
    return Point("code.key", True, T(zh="签发密钥有效。", en="Its key is in force."))


def _name(signed: SignedToken) -> Point:
    trouble = names.trouble_with(signed.token.masked_name, masked=True)
    if trouble is not None:
        says = T(zh="姓名写法不规范：{what}。", en="The name is not in its proper form: {what}.")
        return Point("code.name_not_canonical", False, says.with_(what=trouble))
    return Point("code.name", True, T(zh="姓名写法规范。", en="The name is in its proper form."))


def _time(signed: SignedToken, now: datetime) -> Point:
    said = signed.token
    if max(said.issued_at, said.made_at) > now + CLOCKS_DIFFER:
        says = T(zh="开具时间在将来，请核对本机时钟。", en="It is dated in the future; check this machine's clock.")
        return Point("code.not_yet", False, says)
    if now > said.valid_until_at:
        says = T(zh="处方已于 {at} 过有效期。", en="The prescription expired at {at}.")
        return Point("code.expired", False, says.with_(at=when(said.valid_until_at)))
    says = T(zh="有效期至 {at}。", en="Valid until {at}.")
    return Point("code.valid_until", True, says.with_(at=when(said.valid_until_at)))
