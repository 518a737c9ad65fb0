"""Callers of the API as programs are: a token, JSON, and nothing else. No one made here exists."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import a_picture, catalogues
from tests.unit.pharmacy.world import medicines

from xinglin.hospital.identity.models import Account
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.terminology.loading import rebuild_terms


@dataclass
class Clock:
    """The instant that the API reads; the test moves it."""

    at: datetime = make.NOW

    def __call__(self) -> datetime:
        return self.at

    def later(self, minutes: int = 1) -> datetime:
        """Move on."""
        self.at += timedelta(minutes=minutes)
        return self.at


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    media_type: str

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass
class Caller:
    """A program that acts with a token, or without one."""

    token: str = ""
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Send JSON, read JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        more: dict[str, Any] = {"query_params": query} if query else {}
        if body is not None:
            more |= {"data": json.dumps(body, default=str), "content_type": "application/json"}
        got = self.client.generic(method, f"/api{path}", headers=headers, **_generic(more))
        kind = got.headers.get("Content-Type", "").split(";")[0]
        return Answer(got.status_code, json.loads(got.content) if "json" in kind else got.content, kind)

    def get(self, path: str, **query: Any) -> Any:
        """What GET gives; it must succeed."""
        return self._good(self.call("GET", path, **query))

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """What POST gives; it must succeed."""
        return self._good(self.call("POST", path, (body or {}) | more if body is not None or more else None))

    def put(self, path: str, **body: Any) -> Any:
        """What PUT gives; it must succeed."""
        return self._good(self.call("PUT", path, body))

    @staticmethod
    def _good(answer: Answer) -> Any:
        assert 200 <= answer.status < 300, f"{answer.status}: {answer.body}"
        return answer.body

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """Status and code of a refusal, which must be in the form of every refusal."""
        answer = self.call(method, path, body, **query)
        assert answer.status >= 400, answer.body
        assert answer.media_type == "application/problem+json", answer.body
        assert set(answer.body) == {"code", "status", "field", "title", "hint", "errors", "asks"}
        assert answer["status"] == answer.status
        assert answer["title"]["zh"]
        assert answer["title"]["en"]
        return answer.status, answer["code"]


def _generic(more: dict[str, Any]) -> dict[str, Any]:
    """`Client.generic` takes the query as part of the address."""
    query = more.pop("query_params", None)
    if query:
        from urllib.parse import urlencode

        more["QUERY_STRING"] = urlencode(query, doseq=True)
    return more


def picture(colour: str = "white") -> str:
    """A readable picture in base64."""
    return base64.b64encode(a_picture(colour)).decode()


def one_time_code(account: Account) -> str:
    """The code that the account's authenticator shows now; the memory of used codes is emptied for the next one."""
    cache.clear()
    row = Authenticator.objects.get(user=account, type="totp")
    secret = decrypt(row.data["secret"])
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


class House:
    """The internet hospital with its catalogues and people of every role."""

    def __init__(self) -> None:
        self.clock = Clock()
        catalogues()
        medicines()
        for catalogue in ("product", "diagnosis"):
            rebuild_terms(catalogue)
        self.doctor = make.a_physician()
        self.pharmacist = make.a_pharmacist()
        self.officer = make.a_medical_affairs_officer()
        self.auditor = make.an_auditor()
        self.regulator = make.a_regulator()

    def staff(self, someone: make.Someone) -> Caller:
        """A staff member's program: token by password and one-time code."""
        return self.sign_in(someone.account)

    def sign_in(self, account: Account, password: str = make.PASSWORD) -> Caller:
        """A token for an account with a second factor."""
        body = {"kind": "password", "username": account.username, "password": password, "code": one_time_code(account)}
        return Caller(Caller().post("/tokens", body)["token"])

    def patient(self, someone: make.Someone) -> Caller:
        """A patient's program: token by phone and code."""
        phone = someone.account.phone
        code = self.phone_code(str(phone), "sign_in")
        return Caller(Caller().post("/tokens", kind="phone", phone=phone, code=code)["token"])

    def phone_code(self, phone: str, purpose: str) -> str:
        """The code that a phone is sent."""
        self.clock.later(1)
        echo = Caller().post("/phone-codes", phone=phone, purpose=purpose)["echo"]
        return "".join(c for c in echo if c.isdigit())[:6]

    def id(self) -> UUID:
        """A caller's id."""
        return new_id()
