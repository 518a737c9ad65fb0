"""Whose a token is."""

import hashlib
from datetime import datetime
from uuid import UUID

from xinglin.hospital.identity.models.tokens import ApiToken
from xinglin.hospital.kernel.compiled import Compiled


def hash_of(token: str) -> str:
    """The form in which a token is kept. A long random word needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_HOLDS = Compiled(
    lambda text, at: ApiToken.objects.filter(
        sha256=text, made_at__lte=at, expires_at__gt=at, revoked_at=None, account__is_active=True
    ).values_list("account_id"),
    "text",
    "at",
)


def account_of_token(*, token: str, now: datetime) -> UUID | None:
    """The active account behind a token that holds now, or None."""
    return next((account for (account,) in _HOLDS.rows(text=hash_of(token), at=now)), None)
