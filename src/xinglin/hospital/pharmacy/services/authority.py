"""The hospital's own authority: publish its keys and lists, revoke a certificate, change a key for another."""

from datetime import datetime

from django.db import transaction

from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import EVERYONE, Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import keyring
from xinglin.hospital.pharmacy.access import KEEP_AUTHORITY
from xinglin.hospital.pharmacy.authentic import keylist
from xinglin.hospital.pharmacy.authentic.authority import REASONS, Purpose
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey
from xinglin.hospital.pharmacy.errors import KeyAlreadyRevoked, RootStays

ROTATED = (Purpose.ISSUING, Purpose.SEAL, Purpose.TIMESTAMP, Purpose.CODE)


def published_keys(*, actor: Actor, now: datetime) -> bytes:
    """The key list for verifying offline, signed by the root. Public."""
    require(actor, EVERYONE)
    root = keyring.open_key(Purpose.ROOT, actor=actor, now=now)
    return keylist.write(keyring.key_list(actor=actor, now=now), keyring.keyed(root).key())


def published_certificate(*, actor: Actor, purpose: str, now: datetime) -> bytes:
    """The certificate in use of the root or the issuing authority, DER. Public. Raises NotFound for others."""
    require(actor, EVERYONE)
    if purpose not in {Purpose.ROOT, Purpose.ISSUING}:
        raise NotFound
    return bytes(keyring.open_key(Purpose(purpose), actor=actor, now=now).certificate or b"")


def published_revocations(*, actor: Actor, serial: str, now: datetime) -> bytes:
    """The revocation list (CRL) of the authority with this serial number, DER. Public. Raises NotFound."""
    require(actor, EVERYONE)
    row = AuthorityKey.objects.filter(serial=serial, purpose__in=[Purpose.ROOT, Purpose.ISSUING]).first()
    if row is None:
        raise NotFound
    return bytes(keyring.revocation_list(row, now=now).content)


def authority_keys(*, actor: Actor) -> list[AuthorityKey]:
    """Every key of the authority, newest first, without its private half."""
    require(actor, KEEP_AUTHORITY)
    return list(AuthorityKey.objects.defer("private_sealed").order_by("-from_at", "-id"))


@transaction.atomic
def revoke_certificate(*, actor: Actor, serial: str, reason: str, now: datetime) -> AuthorityKey:
    """Revoke a certificate or a code key by its serial number; the lists are published anew in the same transaction.

    Raises NotFound, KeyAlreadyRevoked, RootStays, and InvalidInput for an unknown reason.
    """
    require(actor, KEEP_AUTHORITY)
    if reason not in REASONS:
        known = ", ".join(REASONS)
        says = T(zh=f"请从这些原因中选择：{known}。", en=f"Choose one of these reasons: {known}.")
        raise InvalidInput(field="reason", reason=says)
    row = AuthorityKey.objects.select_for_update().filter(serial=serial.strip().lower()).first()
    if row is None:
        raise NotFound
    if row.purpose == Purpose.ROOT:
        raise RootStays
    if row.revoked_at is not None:
        raise KeyAlreadyRevoked(serial=row.serial, at=row.revoked_at.isoformat(timespec="minutes"))
    row.revoked_at, row.revoked_reason, row.revoked_by_id = now, reason, actor.id
    row.save(update_fields=["revoked_at", "revoked_reason", "revoked_by_id"])
    if row.issuer is not None:
        keyring.revocation_list(row.issuer, now=now, anew=True)
    _note(actor, "revoke_certificate", row, now, reason=reason)
    return row


@transaction.atomic
def rotate_key(*, actor: Actor, purpose: str, now: datetime) -> AuthorityKey:
    """Retire the key in use, make another. What the retired one signed stays good. Raises InvalidInput, RootStays."""
    require(actor, KEEP_AUTHORITY)
    if purpose == Purpose.ROOT:
        raise RootStays
    if purpose not in ROTATED:
        known = ", ".join(ROTATED)
        says = T(zh=f"请从这些用途中选择：{known}。", en=f"Choose one of these purposes: {known}.")
        raise InvalidInput(field="purpose", reason=says)
    former = keyring.open_key(Purpose(purpose), actor=actor, now=now)
    former.retired_at = now
    former.save(update_fields=["retired_at"])
    _note(actor, "retire_authority_key", former, now)
    return keyring.make_key(Purpose(purpose), actor=actor, now=now)


def _note(actor: Actor, verb: str, row: AuthorityKey, now: datetime, **more: str) -> None:
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb=verb,
        object_type="authority_key",
        object_id=row.id,
        now=now,
        detail={"purpose": row.purpose, "serial": row.serial, **more},
    )
