"""Sign as a practitioner: Ed25519 over canonical bytes, with the practitioner's own key, after a fresh proof."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity.access import SIGN
from xinglin.hospital.identity.errors import ConfirmationNeeded, NoCredential
from xinglin.hospital.identity.models import Practitioner, SigningKey
from xinglin.hospital.identity.parameters import SIGNING_WINDOW
from xinglin.hospital.identity.selectors.accounts import account_auth_event_within, working_practice
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import digest, new_private_key, public_key_of, seal, sign, unseal

KEY_SEAL = "identity.signing_key"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature, hexadecimal, with the key that made it and the proof of identity that it leans on."""

    key_id: UUID
    public_key: str
    signature: str
    proof_id: UUID


@transaction.atomic
def sign_as(*, actor: Actor, content: Any, now: datetime) -> Signature:
    """Sign canonical content as the acting practitioner.

    Raises NotAllowed, NoCredential when the record does not stand at `now`, and ConfirmationNeeded without a proof of
    identity in the signing window.
    """
    require(actor, SIGN)
    working = working_practice(account_id=actor.id, now=now)
    if working is None or working != actor.practitioner_id:
        raise NoCredential
    practitioner = Practitioner.objects.get(pk=working)
    proof = account_auth_event_within(account_id=actor.id, window=SIGNING_WINDOW, at=now)
    if proof is None:
        raise ConfirmationNeeded(minutes=int(SIGNING_WINDOW.total_seconds() // 60))
    key = _key_of(practitioner, actor, now)
    made = sign(unseal(bytes(key.private_sealed), KEY_SEAL), content)
    journal.write(
        actor=actor,
        institution_id=practitioner.institution_id,
        verb="sign_as",
        object_type="signing_key",
        object_id=key.pk,
        now=now,
        detail={"content_sha256": digest(content), "proof_id": str(proof.id)},
    )
    return Signature(key.pk, key.public_key, made.hex(), proof.id)


def _key_of(practitioner: Practitioner, actor: Actor, now: datetime) -> SigningKey:
    """The open key, made at the first signature. The lock keeps two first signatures from making two."""
    key = SigningKey.objects.filter(practitioner=practitioner, revoked_at__isnull=True).first()
    if key is not None:
        return key
    Practitioner.objects.select_for_update().get(pk=practitioner.pk)
    key = SigningKey.objects.filter(practitioner=practitioner, revoked_at__isnull=True).first()
    return key or make_key(practitioner=practitioner, actor=actor, now=now)


def make_key(*, practitioner: Practitioner, actor: Actor, now: datetime) -> SigningKey:
    """A new signing key for a practitioner without an open one."""
    private = new_private_key()
    key = SigningKey(
        id=new_id(),
        practitioner=practitioner,
        public_key=public_key_of(private).hex(),
        private_sealed=seal(private, KEY_SEAL),
        from_at=now,
    )
    key.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=practitioner.institution_id,
        verb="make_key",
        object_type="signing_key",
        object_id=key.pk,
        now=now,
        detail={"practitioner_id": str(practitioner.pk), "public_key": key.public_key},
    )
    return key
