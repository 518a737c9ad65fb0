"""Enter as a person of the demonstration: a signed link, worth something in demo mode only."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing

from xinglin.hospital.identity.models import Account
from xinglin.hospital.identity.services.proofs import record_auth_event
from xinglin.hospital.identity.words import ProofMethod
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.errors import NotFound

LINK_SALT = "demo-enter"


def demo_token(*, actor: Actor, account_id: UUID) -> str:
    """The word of a link that enters as this account. Raises NotFound outside demo mode."""
    if not settings.XINGLIN_DEMO:
        raise NotFound
    return signing.dumps(str(account_id), salt=LINK_SALT)


def enter_demo(*, actor: Actor, token: str, now: datetime, session: str = "") -> UUID:
    """The account behind a demo link, with a proof of method 'demo'; the edge opens the session. Raises NotFound."""
    if not settings.XINGLIN_DEMO:
        raise NotFound
    try:
        account_id = UUID(str(signing.loads(token, salt=LINK_SALT)))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise NotFound
    record_auth_event(
        actor=system_actor("demo"), account_id=account_id, method=ProofMethod.DEMO, now=now, session=session
    )
    return account_id
