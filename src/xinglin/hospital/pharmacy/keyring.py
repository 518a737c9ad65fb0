"""The keys of the hospital's own authority as rows: found, made at first use, opened for signing, published.

The root's private half lies sealed in the database like every other key, since the house runs unattended; a house that
keeps its root offline puts only the issuing authority here. Every key that is made is in the journal.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import new_private_key, public_key_of, seal, unseal
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.authentic import authority, keylist, token
from xinglin.hospital.pharmacy.authentic.authority import Holder, Keyed, Purpose, Revoked
from xinglin.hospital.pharmacy.authentic.keylist import CodeKey, KeyList
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey, RevocationList

KEY_SEAL = "pharmacy.authority_key"
HOSPITAL = UUID(int=0)
LOCK = 0x58434552
RENEW_BEFORE = timedelta(days=30)
LIST_AFTER = timedelta(hours=12)
ISSUERS = {Purpose.ISSUING: Purpose.ROOT}
NAMES = {
    Purpose.ROOT: "杏林处方根证书 Xinglin Prescription Root",
    Purpose.ISSUING: "杏林处方签发 Xinglin Prescription Issuing",
    Purpose.SEAL: "电子处方专用章 Prescription Seal",
    Purpose.TIMESTAMP: "杏林时间戳 Xinglin Timestamp",
    Purpose.CODE: "处方码 Prescription Code",
}


def hospital_name(now: datetime) -> T:
    """Who issues: the internet hospital of this house."""
    houses = identity.institutions(at=now, kind="internet_hospital")
    return houses[0].name if houses else T(zh="杏林互联网医院", en="Xinglin Internet Hospital")


def address(path: str) -> str:
    """An address of the public pages, as certificates and printed pages name it."""
    return f"{settings.XINGLIN_PUBLIC_URL.rstrip('/')}/verify/{path}"


def open_key(
    purpose: Purpose, *, actor: Actor, now: datetime, holder: UUID = HOSPITAL, name: str = "", house: str = ""
) -> AuthorityKey:
    """The key in use for a purpose, made when there is none or when the present one is about to end."""
    found = _in_use(purpose, holder, now)
    if found is not None:
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        found = _in_use(purpose, holder, now)
        if found is not None:
            return found
        AuthorityKey.objects.filter(
            purpose=purpose, holder_id=holder, retired_at__isnull=True, revoked_at__isnull=True
        ).update(retired_at=now)
        return make_key(purpose, actor=actor, now=now, holder=holder, name=name, house=house)


def _in_use(purpose: Purpose, holder: UUID, now: datetime) -> AuthorityKey | None:
    row = AuthorityKey.objects.filter(
        purpose=purpose, holder_id=holder, retired_at__isnull=True, revoked_at__isnull=True
    ).first()
    return row if row is not None and now < row.until_at - RENEW_BEFORE else None


def make_key(
    purpose: Purpose, *, actor: Actor, now: datetime, holder: UUID = HOSPITAL, name: str = "", house: str = ""
) -> AuthorityKey:
    """A new key, written into the journal. The caller has closed the former one."""
    if purpose is Purpose.CODE:
        row = _code_key(now)
    else:
        row = _certified(purpose, actor, now, holder, name or NAMES[purpose], house or hospital_name(now).zh)
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="make_authority_key",
        object_type="authority_key",
        object_id=row.id,
        now=now,
        detail={"purpose": purpose.value, "serial": row.serial, "holder_id": str(holder)},
    )
    return row


def _code_key(now: datetime) -> AuthorityKey:
    private = new_private_key()
    public = public_key_of(private)
    return AuthorityKey(
        id=new_id(),
        purpose=Purpose.CODE,
        holder_id=HOSPITAL,
        name=NAMES[Purpose.CODE],
        serial=token.key_id_of(public).hex(),
        public_key=public.hex(),
        private_sealed=seal(private, KEY_SEAL),
        from_at=now,
        until_at=now + authority.LIVES[Purpose.CODE],
    )


def _certified(purpose: Purpose, actor: Actor, now: datetime, holder: UUID, name: str, house: str) -> AuthorityKey:
    issuer = None
    if purpose is not Purpose.ROOT:
        issuer = open_key(ISSUERS.get(purpose, Purpose.ISSUING), actor=actor, now=now)
    made = authority.issue(
        purpose=purpose,
        holder=Holder(name=name, organisation=house, id=str(holder)),
        by=keyed(issuer) if issuer else None,
        crl_url=address(f"lists/{issuer.serial}.crl") if issuer else "",
        now=now,
    )
    parsed = made.parsed()
    return AuthorityKey(
        id=new_id(),
        purpose=purpose,
        holder_id=holder,
        name=name,
        serial=authority.serial_of(made.certificate),
        certificate=made.certificate,
        issuer=issuer,
        private_sealed=seal(made.private, KEY_SEAL),
        from_at=now,
        until_at=parsed.not_valid_after_utc,
    )


def keyed(row: AuthorityKey) -> Keyed:
    """Certificate and private key, opened for signing."""
    return Keyed(bytes(row.certificate or b""), unseal(bytes(row.private_sealed), KEY_SEAL))


def private_code_key(row: AuthorityKey) -> bytes:
    """The private half of a code key."""
    return unseal(bytes(row.private_sealed), KEY_SEAL)


# WHAT IS PUBLISHED


def revocation_list(issuer: AuthorityKey, *, now: datetime, anew: bool = False) -> RevocationList:
    """The list in force of one authority; a new one twice a day, and at every revocation."""
    last = RevocationList.objects.filter(issuer=issuer).order_by("-number").first()
    if last is not None and not anew and last.issued_at <= now < last.issued_at + LIST_AFTER:
        return last
    number = (last.number if last else 0) + 1
    revoked = [
        Revoked(row.serial, row.revoked_at, row.revoked_reason)
        for row in issuer.issued.filter(revoked_at__isnull=False).order_by("revoked_at")
        if row.revoked_at is not None
    ]
    row, _ = RevocationList.objects.get_or_create(
        issuer=issuer,
        number=number,
        defaults={
            "id": new_id(),
            "content": authority.revocation_list(by=keyed(issuer), number=number, revoked=revoked, now=now),
            "issued_at": now,
            "next_at": now + authority.LIST_LIVES,
        },
    )
    return row


def authorities(*, actor: Actor, now: datetime) -> list[AuthorityKey]:
    """The root in use and every issuing authority whose certificates may still be met."""
    open_key(Purpose.ISSUING, actor=actor, now=now)
    root = open_key(Purpose.ROOT, actor=actor, now=now)
    return [root, *AuthorityKey.objects.filter(purpose=Purpose.ISSUING, issuer=root).order_by("from_at")]


def outside_roots() -> tuple[bytes, ...]:
    """The root of an outside timestamp authority, where one is named."""
    path = settings.XINGLIN_TSA_ROOT
    return (keylist.as_der(Path(path).read_bytes()),) if path else ()


def key_list(*, actor: Actor, now: datetime) -> KeyList:
    """The list of keys as it stands at this instant, not signed yet."""
    root, *issuing = authorities(actor=actor, now=now)
    open_key(Purpose.CODE, actor=actor, now=now)
    codes = AuthorityKey.objects.filter(purpose=Purpose.CODE).order_by("from_at")
    return KeyList(
        issuer=hospital_name(now),
        issued_at=now,
        root=bytes(root.certificate or b""),
        issuing=tuple(bytes(row.certificate or b"") for row in issuing),
        timestamp_roots=outside_roots(),
        revocation_lists=_contents(revocation_list(row, now=now) for row in (root, *issuing)),
        keys=tuple(_plain(row) for row in codes),
        verify_url=address(""),
    )


def _contents(lists: Iterable[RevocationList]) -> tuple[bytes, ...]:
    return tuple(bytes(one.content) for one in lists)


def _plain(row: AuthorityKey) -> CodeKey:
    return CodeKey(
        key_id=row.serial,
        public_key=row.public_key,
        from_at=row.from_at,
        until_at=min(row.until_at, row.retired_at or row.until_at),
        revoked_at=row.revoked_at,
        reason=row.revoked_reason,
    )
