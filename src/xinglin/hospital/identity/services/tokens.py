"""Bearer tokens: issued after the same proofs as a sign-in at the screen, never logged, kept as hashes only."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.models import Account
from xinglin.hospital.identity.models.tokens import ApiToken, TokenFailure
from xinglin.hospital.identity.parameters import PROOF_FAILURES, PROOF_LOCK
from xinglin.hospital.identity.selectors.tokens import hash_of
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN, record_auth_event
from xinglin.hospital.identity.services.registration import sign_in_with_code
from xinglin.hospital.identity.words import AccountKind, ProofMethod
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import blind_index

TOKEN_LIFE = timedelta(hours=12)
"""As long as a session of the pages. Our design."""

PREFIX = "xinglin_"
"""So that a token that was pasted somewhere is recognised as one."""

ISSUER = system_actor("tokens")


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, said once and never again."""

    id: UUID
    account_id: UUID
    token: str
    expires_at: datetime


def issue_token_by_code(*, actor: Actor, phone: str, code: str, now: datetime) -> Issued:
    """A token for the patient whose phone answered. Raises as `sign_in_with_code` does."""
    return issue_token(actor=actor, account_id=sign_in_with_code(actor=actor, phone=phone, code=code, now=now), now=now)


def issue_token_by_password(*, actor: Actor, username: str, password: str, code: str, now: datetime) -> Issued:
    """A token for staff, by password and one-time code together.

    Raises SignInFailed, alike for an unknown name, a wrong password, a wrong or missing code; SignInLocked.
    """
    index = blind_index(username.strip().lower(), "token")
    recent = TokenFailure.objects.filter(login_index=index, at__gt=now - PROOF_LOCK, at__lte=now).count()
    if recent >= PROOF_FAILURES:
        raise errors.SignInLocked(minutes=int(PROOF_LOCK.total_seconds() // 60))
    account = Account.objects.filter(username=username.strip(), kind=AccountKind.STAFF, is_active=True).first()
    if account is None:
        make_password(password)  # as long as a real check takes
    if account is None or not account.check_password(password) or not _code_fits(account, code):
        TokenFailure(login_index=index, at=now).save(force_insert=True)
        raise errors.SignInFailed
    with transaction.atomic():
        record_auth_event(actor=ISSUER, account_id=account.pk, method=ProofMethod.TOTP.value, now=now)
        return issue_token(actor=ISSUER, account_id=account.pk, now=now)


def _code_fits(account: Account, code: str) -> bool:
    row = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    return row is not None and bool(row.wrap().validate_code(code.strip()))


@transaction.atomic
def issue_token(*, actor: Actor, account_id: UUID, now: datetime) -> Issued:
    """A token for an account whose holder has just proved who they are; the caller has checked the proof."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(id=new_id(), account_id=account_id, sha256=hash_of(token), made_at=now, expires_at=now + TOKEN_LIFE)
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="issue_token",
        object_type="account",
        object_id=account_id,
        now=now,
        detail={"token_id": str(row.pk)},
    )
    return Issued(row.pk, account_id, token, row.expires_at)


@transaction.atomic
def revoke_tokens(*, actor: Actor, now: datetime) -> int:
    """Give back every token of the acting account; returns how many held until now. Other sessions stay."""
    count = ApiToken.objects.filter(account_id=actor.id, revoked_at=None, expires_at__gt=now).update(revoked_at=now)
    if count:
        journal.write(
            actor=actor,
            institution_id=PLATFORM_CHAIN,
            verb="revoke_tokens",
            object_type="account",
            object_id=actor.id,
            now=now,
            detail={"tokens": count},
        )
    return count
