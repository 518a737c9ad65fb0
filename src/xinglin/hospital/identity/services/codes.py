"""Phone codes: six digits, hashed at rest, five minutes, five tries, few an hour."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import parameters
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.identity.errors import CodeDead, CodeTooSoon, MessagesDown, TooManyCodes, WrongCode
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import Account, PhoneCode
from xinglin.hospital.identity.numbers import clean_phone
from xinglin.hospital.identity.ports import OutOfReach, TextMessages
from xinglin.hospital.identity.selectors.accounts import AuthProof
from xinglin.hospital.identity.services.proofs import record_auth_event
from xinglin.hospital.identity.words import CodePurpose, ProofMethod
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.signing import blind_index
from xinglin.hospital.kernel.texts import T

MESSAGE = T(
    zh="【杏林】验证码 {code}，{minutes} 分钟内有效。请勿告诉他人。",
    en="[Xinglin] Your code is {code}, valid for {minutes} minutes. Tell no one.",
)


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way. `echo` is the message itself, in the demonstration only."""

    phone: str
    expires_at: datetime
    echo: str


def request_phone_code(*, actor: Actor, phone: str, purpose: str, now: datetime) -> CodeSent:
    """Send a code to a phone. Answers alike whether or not the phone is known here.

    Raises InvalidInput, CodeTooSoon, TooManyCodes, MessagesDown.
    """
    number = clean_phone(phone)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = PhoneCode(
        id=new_id(),
        phone=number,
        purpose=CodePurpose(purpose),
        sent_at=now,
        expires_at=now + parameters.CODE_LIFE,
    )
    row.code_hash = _hash(row.pk, code)
    with transaction.atomic():
        hold(f"phone:{number}")
        _refuse_flood(number, now)
        row.save(force_insert=True)
    minutes = int(parameters.CODE_LIFE.total_seconds() // 60)
    provider = outside(TextMessages)
    try:
        sent = provider.send(phone=number, text=MESSAGE.with_(code=code, minutes=minutes))
    except OutOfReach as error:
        PhoneCode.objects.filter(pk=row.pk).update(expires_at=now)
        raise MessagesDown(field="phone") from error
    return CodeSent(number, row.expires_at, sent.echo)


def request_own_code(*, actor: Actor, now: datetime) -> CodeSent:
    """Send a code to the phone of the acting patient's account, to confirm once more. Raises NotFound for an account
    without a phone, and as `request_phone_code`.
    """
    return request_phone_code(actor=actor, phone=_own_phone(actor), purpose=CodePurpose.CONFIRM, now=now)


def confirm_by_code(*, actor: Actor, code: str, now: datetime, session: str = "") -> AuthProof:
    """Confirm by the code that the own phone received. Raises NotFound, WrongCode, CodeDead."""
    code_id = prove_phone(_own_phone(actor), CodePurpose.CONFIRM, code, now)
    with transaction.atomic():
        use_code(code_id, now)
        return record_auth_event(actor=actor, account_id=actor.id, method=ProofMethod.CODE, now=now, session=session)


def _own_phone(actor: Actor) -> str:
    require(actor, VERIFY_SELF)
    phone = Account.objects.filter(pk=actor.id, is_active=True).values_list("phone", flat=True).first()
    if not phone:
        raise NotFound
    return phone


def _refuse_flood(phone: str, now: datetime) -> None:
    recent = list(
        PhoneCode.objects.filter(phone=phone, sent_at__gt=now - timedelta(hours=1))
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
    )
    if recent and now - recent[0] < parameters.CODE_PAUSE:
        left = parameters.CODE_PAUSE - (now - recent[0])
        raise CodeTooSoon(field="phone", seconds=int(left.total_seconds()) + 1)
    if len(recent) >= parameters.CODES_PER_HOUR:
        raise TooManyCodes(field="phone")


def prove_phone(phone: str, purpose: CodePurpose, code: str, now: datetime) -> UUID:
    """The id of the code that was just typed in rightly; `use_code` spends it. A wrong try is counted at once.

    Must not run inside a transaction that the caller may roll back: the count has to stay. Raises WrongCode, CodeDead.
    """
    with transaction.atomic():
        row = (
            PhoneCode.objects.select_for_update()
            .filter(phone=phone, purpose=purpose)
            .order_by("-sent_at", "-pk")
            .first()
        )
        if row is None or row.used_at or row.expires_at <= now or row.tries >= parameters.CODE_TRIES:
            raise CodeDead(field="code")
        right = hmac.compare_digest(row.code_hash, _hash(row.pk, code.strip()))
        if not right:
            row.tries += 1
            row.save(update_fields=["tries"])
    if not right:
        left = parameters.CODE_TRIES - row.tries
        raise WrongCode(field="code", left=left) if left else CodeDead(field="code")
    return row.pk


def use_code(code_id: UUID, now: datetime) -> None:
    """Spend a code, in the transaction of the deed that it opens. Raises CodeDead when another deed was first."""
    if not PhoneCode.objects.filter(pk=code_id, used_at__isnull=True).update(used_at=now):
        raise CodeDead(field="code")


def _hash(code_id: UUID, code: str) -> str:
    return blind_index(f"{code_id}:{code}", "identity.phone_code")
