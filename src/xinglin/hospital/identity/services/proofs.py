"""Proofs of identity: recorded at sign-in, asked for again before a signature."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from xinglin.hospital.identity.access import CONFIRM
from xinglin.hospital.identity.errors import ConfirmationFailed, ConfirmationLocked
from xinglin.hospital.identity.models import Account, AuthEvent, AuthFailure
from xinglin.hospital.identity.parameters import DEMO_CODE, PROOF_FAILURES, PROOF_LOCK
from xinglin.hospital.identity.selectors.accounts import AuthProof
from xinglin.hospital.identity.words import ProofMethod
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import blind_index

PLATFORM_CHAIN = SYSTEM_ID
"""Deeds that belong to no institution (sign-in, registration) are journaled in the platform's own chain."""


@transaction.atomic
def record_auth_event(*, actor: Actor, account_id: UUID, method: str, now: datetime, session: str = "") -> AuthProof:
    """Write down that the account's holder has just proved who they are. Edges call it after checking the proof.

    `session` is the session key; only its keyed hash is kept. The actor is the holder or the system.
    """
    if actor.id != account_id and actor.id != SYSTEM_ID:
        raise NotAllowed(permission=CONFIRM.says)
    event = AuthEvent(
        id=new_id(),
        account_id=account_id,
        method=ProofMethod(method),
        at=now,
        session=blind_index(session, "session") if session else "",
    )
    event.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="record_auth_event",
        object_type="account",
        object_id=account_id,
        now=now,
        detail={"method": event.method},
    )
    return AuthProof(event.pk, event.method, event.at)


def confirm_again(*, actor: Actor, now: datetime, password: str = "", code: str = "", session: str = "") -> AuthProof:
    """Confirm once more who is at the screen, by password or by one-time code; a wrong one is counted and may lock."""
    require(actor, CONFIRM)
    account = Account.objects.filter(pk=actor.id, is_active=True).first()
    if account is None:
        raise NotFound
    failures = AuthFailure.objects.filter(account=account, at__gt=now - PROOF_LOCK, at__lte=now).count()
    if failures >= PROOF_FAILURES:
        raise ConfirmationLocked(minutes=int(PROOF_LOCK.total_seconds() // 60))
    method = _proved(account, password, code)
    if method is None:
        AuthFailure(account=account, at=now).save(force_insert=True)
        raise ConfirmationFailed(field="code" if code else "password", left=PROOF_FAILURES - failures - 1)
    return record_auth_event(actor=actor, account_id=account.pk, method=method, now=now, session=session)


def _proved(account: Account, password: str, code: str) -> ProofMethod | None:
    if code:
        row = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
        if row is None:
            return ProofMethod.DEMO if settings.XINGLIN_DEMO and code.strip() == DEMO_CODE else None
        return ProofMethod.TOTP if row.wrap().validate_code(code.strip()) else None
    return ProofMethod.PASSWORD if password and account.check_password(password) else None
