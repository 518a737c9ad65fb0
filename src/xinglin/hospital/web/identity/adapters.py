"""What django-allauth asks of us: no sign-up, every proof written down, secrets sealed, where to go next."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.signing import seal, unseal

TOTP_SEAL = "identity.totp"
FIRST_SETUP_SECONDS = 900
METHODS = {"totp": "totp", "webauthn": "passkey", "recovery_codes": "password"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff accounts: opened by an application or by medical affairs, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        services.record_auth_event(
            actor=system_actor("sign-in"),
            account_id=user.pk,
            method=strongest_proof(request, user),
            now=now(),
            session=request.session.session_key or "",
        )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        account_id = request.user.pk
        known = account_id is not None and selectors.actor_for(account_id=account_id, now=now()).roles
        return "/" if known else "/apply/status"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Someone who has just signed in with the password alone sets up the first second factor without another."""
        request = self.request or context.request
        user = request.user
        if app == "allauth.mfa" and user.pk and selectors.needs_second_factor(account_id=user.pk):
            given = [float(one["at"]) for one in get_authentication_records(request, user)]
            return not given or now().timestamp() - max(given) > FIRST_SETUP_SECONDS
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The hospital sends no mail: accounts have no address, and notices stand on the pages."""

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Signing in and out speak for themselves; other notices are kept."""
        template = args[0] if args else kwargs.get("message_template", "")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, *args, **kwargs)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time code secrets are sealed at rest; the last second factor cannot be taken away."""

    def encrypt(self, text: str) -> str:
        return seal(text.encode(), TOTP_SEAL).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode(), TOTP_SEAL).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        if authenticator.type not in kinds:
            return True
        others = authenticator.user.authenticator_set.filter(type__in=kinds).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.first_name or user.username}


def strongest_proof(request: HttpRequest, user: Any) -> str:
    """The strongest method of this sign-in, by what allauth wrote into the session."""
    given = {METHODS.get(str(one.get("type")), "password") for one in get_authentication_records(request, user)}
    return next((method for method in ("passkey", "totp") if method in given), "password")


def fresh_passkey(request: HttpRequest, user: Any, within_seconds: int) -> datetime | None:
    """When a passkey was last shown in this session, if that was within so many seconds."""
    shown = [float(one["at"]) for one in get_authentication_records(request, user) if one.get("type") == "webauthn"]
    at = datetime.fromtimestamp(max(shown), tz=UTC) if shown else None
    return at if at is not None and (now() - at).total_seconds() <= within_seconds else None
