"""Whose a token is."""

import hashlib
from datetime import datetime
from uuid import UUID

from xinglin.hospital.identity.models.tokens import ApiToken


def hash_of(token: str) -> str:
    """The form in which a token is kept. A long random word needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def account_of_token(*, token: str, now: datetime) -> UUID | None:
    """The active account behind a token that holds now, or None."""
    return (
        ApiToken.objects.filter(
            sha256=hash_of(token), made_at__lte=now, expires_at__gt=now, revoked_at=None, account__is_active=True
        )
        .values_list("account_id", flat=True)
        .first()
    )
