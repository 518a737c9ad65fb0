"""Signing in, and who one is."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Body, Router
from pydantic import Field

from xinglin.hospital.api.access import BE_SIGNED_IN
from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.shapes import At, Formed, In, Out, Text
from xinglin.hospital.identity import services as identity
from xinglin.hospital.identity.access import CONFIRM
from xinglin.hospital.identity.services import tokens
from xinglin.hospital.kernel.access import EVERYONE

router = Router(tags=["tokens"])

PHONE = r"^1[3-9][0-9]{9}$"
SIX_DIGITS = r"^[0-9]{6}$"


class AskForCode(In):
    """A phone to which a code is sent."""

    phone: Formed = Field(
        pattern=PHONE, description="内地手机号，11 位。 A mobile number of the mainland.", examples=["13900000001"]
    )
    purpose: Literal["register", "sign_in", "apply"]


class CodeSent(Out):
    """A code is on its way; `echo` repeats the message in demo mode only."""

    phone: str
    expires_at: At
    echo: str


@operation(router, "post", "/phone-codes", EVERYONE, CodeSent, 201)
def request_phone_code(request: Request, body: AskForCode) -> Any:
    """发送手机验证码｜Send a code to a phone

    Answers alike whether or not the hospital knows the phone.
    """
    return identity.request_phone_code(actor=request.actor, phone=body.phone, purpose=body.purpose, now=request.now)


class ByPhone(In):
    """A patient's proof: the code that the phone answered."""

    kind: Literal["phone"]
    phone: Formed = Field(pattern=PHONE, examples=["13900000001"])
    code: Formed = Field(pattern=SIX_DIGITS, examples=["123456"])


class ByPassword(In):
    """A staff member's proof: user name, password and one-time code together."""

    kind: Literal["password"]
    username: Text = Field(min_length=1, max_length=150)
    password: Text = Field(min_length=1, max_length=200)
    code: Formed = Field(pattern=SIX_DIGITS, description="动态口令。 One-time code.", examples=["123456"])


class Token(Out):
    """A token, said once. Send it as `Authorization: Bearer …`."""

    token: str
    account_id: UUID
    expires_at: At


@operation(router, "post", "/tokens", EVERYONE, Token, 201)
def issue_token(request: Request, body: Annotated[ByPhone | ByPassword, Body(discriminator="kind")]) -> Any:
    """取得令牌｜Get a token

    Patients by phone and code, staff by user name, password and one-time code. It holds for 12 hours.
    """
    if isinstance(body, ByPhone):
        return tokens.issue_token_by_code(actor=request.actor, phone=body.phone, code=body.code, now=request.now)
    return tokens.issue_token_by_password(
        actor=request.actor, username=body.username, password=body.password, code=body.code, now=request.now
    )


class Revoked(Out):
    """How many tokens were given back."""

    count: int


@operation(router, "delete", "/tokens", BE_SIGNED_IN, Revoked)
def revoke_tokens(request: Request) -> Any:
    """收回本人的全部令牌｜Give back all of one's tokens"""
    return Revoked(count=tokens.revoke_tokens(actor=request.actor, now=request.now))


class Me(Out):
    """Who one is here, and what one may do."""

    account_id: UUID
    name: str
    roles: list[str]
    person_id: UUID | None
    practitioner_id: UUID | None
    institution_ids: list[UUID]
    wards: list[UUID]


@operation(router, "get", "/me", BE_SIGNED_IN, Me)
def who_am_i(request: Request) -> Any:
    """我是谁｜Who am I"""
    actor = request.actor
    return Me(
        account_id=actor.id,
        name=actor.label,
        roles=sorted(actor.roles),
        person_id=actor.person_id,
        practitioner_id=actor.practitioner_id,
        institution_ids=sorted(actor.institution_ids),
        wards=sorted(actor.wards),
    )


class Confirm(In):
    """A password, or a one-time code where a password is not enough (starting a visit)."""

    password: Text = Field("", max_length=200)
    code: Formed = Field("", pattern=r"^([0-9]{6})?$", examples=["123456"])


class Proof(Out):
    """A proof of identity, as it was written down."""

    id: UUID
    method: str
    at: At


@operation(router, "post", "/me/confirmation", CONFIRM, Proof, 201)
def confirm_again(request: Request, body: Confirm) -> Any:
    """签名或接诊前再次确认身份｜Confirm one's identity again before a signature or a visit"""
    return identity.confirm_again(actor=request.actor, now=request.now, password=body.password, code=body.code)
