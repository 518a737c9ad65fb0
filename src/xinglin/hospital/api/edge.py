"""The edge: who asks, by token or session; when; and the one form in which every operation is declared.

Order at each request: who is it (401), may the role (403), does the request fit the schema (400, 413, 415, 422), the
verb. So a refusal never tells somebody without the right what the right request would have been.
"""

import inspect
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, get_args, get_type_hints

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.responses import Status
from ninja.utils import check_csrf
from pydantic import BaseModel

from xinglin.hospital.api import errors
from xinglin.hospital.api.problems import BODY_MEGABYTES, DEPTH_MAX, MEDIA_TYPE, Problem, install, invalid
from xinglin.hospital.api.problems import WRONG as WORDS
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.selectors.tokens import account_of_token
from xinglin.hospital.kernel import clock
from xinglin.hospital.kernel.access import ANONYMOUS, EVERYONE, Actor, Permission, require

SAFE = {"get", "head", "options"}
READ_REFUSALS = (401, 403, 404, 422)
DEED_REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 424, 429)
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
V = TypeVar("V", bound=Callable[..., Any])


class Request(HttpRequest):
    """A request as operations see it: who acts, and the instant read once at the door."""

    actor: Actor
    now: datetime


# THE DOOR


def _who(request: HttpRequest, now: datetime) -> Actor:
    """The actor behind a token, else behind the session, else nobody. A token that does not hold is never ignored."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        account_id = account_of_token(token=token.strip(), now=now) if scheme.lower() == "bearer" else None
        if account_id is None:
            raise errors.SignInNeeded
        return identity.actor_for(account_id=account_id, now=now)
    if request.user.is_authenticated:
        if (request.method or "").lower() not in SAFE and check_csrf(request) is not None:
            raise errors.ForgeryCheckFailed
        return identity.actor_for(account_id=request.user.pk, now=now)
    return ANONYMOUS


class Door:
    """Stands before one operation: puts actor and instant on the request, holds the permission against the actor."""

    def __init__(self, permissions: tuple[Permission, ...], known: frozenset[str]) -> None:
        self.permissions = permissions
        self.known = known

    def __call__(self, request: HttpRequest) -> bool:
        """Whether to go on; raises the refusal otherwise."""
        now = clock.now()
        actor = _who(request, now)
        request.now, request.actor = now, actor  # type: ignore[attr-defined]
        if EVERYONE not in self.permissions:
            if actor == ANONYMOUS:
                raise errors.SignInNeeded
            if not any(permission.held_by(actor) for permission in self.permissions):
                require(actor, self.permissions[0])
        self._refuse_strangers(request)
        return True

    def _refuse_strangers(self, request: HttpRequest) -> None:
        """A misspelt query name must not pass for an empty filter; a name given twice has no meaning."""
        found = [(name, "extra_forbidden") for name in request.GET if name not in self.known]
        found += [(name, "once") for name in request.GET if name in self.known and len(request.GET.getlist(name)) > 1]
        if found:
            raise invalid(
                [
                    {"code": f"api.{kind}", "field": name[:200], "title": WORDS[kind].as_json(), "hint": None}
                    for name, kind in found[:20]
                ]
            )


# OPERATIONS


def operation(
    router: Router,
    method: str,
    path: str,
    permission: Permission | tuple[Permission, ...],
    gives: Any,
    status: int = 200,
    **more: Any,
) -> Callable[[V], V]:
    """Declare an operation: its permission (or several, of which one is enough), what it gives, and how it may refuse.

    The docstring's first line is `中文｜English`; what follows is the description. `more` goes to the library.
    """

    permissions = permission if isinstance(permission, tuple) else (permission,)

    def declare(view: V) -> V:
        doc = inspect.cleandoc(view.__doc__ or "")
        summary, _, rest = doc.partition("\n")
        zh, _, en = summary.partition("｜")
        refusals = READ_REFUSALS if method in SAFE else DEED_REFUSALS
        extra: dict[str, Any] = {
            "x-summary": {"zh": zh, "en": en},
            "x-permission": " | ".join(one.code for one in permissions),
            "x-roles": ["everyone"]
            if EVERYONE in permissions
            else sorted({r for one in permissions for r in one.roles}),
            **more.pop("openapi_extra", {}),
        }
        if EVERYONE not in permissions:
            extra["security"] = SECURITY
        door = Door(permissions, _query_names(view))
        register = getattr(router, method)(
            path,
            auth=door,
            response={status: gives} | dict.fromkeys(refusals, Problem),
            summary=f"{zh} {en}",
            description=rest.strip() or None,
            operation_id=view.__name__,
            openapi_extra=extra,
            **more,
        )
        register(_with_status(view, status))
        return view

    return declare


def _with_status(view: Callable[..., Any], status: int) -> Callable[..., Any]:
    """The view, answering with its own status: the library would say 200 to everything."""

    @wraps(view)
    def answered(request: HttpRequest, **values: Any) -> Any:
        result = view(request, **values)
        return result if isinstance(result, HttpResponse) else Status(status, result)

    return answered


def _query_names(view: Callable[..., Any]) -> frozenset[str]:
    hint = get_type_hints(view, include_extras=True).get("query")
    model = get_args(hint)[0] if hint is not None else None
    if isinstance(model, type) and issubclass(model, BaseModel):
        return frozenset(model.model_fields)
    return frozenset()


# THE API


class StrictParser(Parser):
    """JSON in UTF-8 and nothing else: no NaN, no key twice, no depth that a stack cannot hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body. Raises a refusal, which the library wraps and `problems.http_error` unwraps."""
        if request.content_type != "application/json":
            raise errors.NotJson
        try:
            parsed = json.loads(request.body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise errors.UnreadableBody(depth=DEPTH_MAX) from error
        if _depth(parsed) > DEPTH_MAX:
            raise errors.UnreadableBody(depth=DEPTH_MAX)
        return parsed


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _depth(value: Any) -> int:
    """How deep a parsed value is nested, without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        part, level = waiting.pop()
        deepest = max(deepest, level)
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        waiting.extend((item, level + 1) for item in inner if isinstance(item, dict | list))
    return deepest


class HospitalAPI(NinjaAPI):
    """Ninja's API whose description says what ours does: problem+json, and both ways to sign in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI description, made once a process, as making it takes seconds. Nobody may change it."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        place = prefix.strip("/")
        if place not in self._described:
            self._described[place] = self._describe(prefix)
        return self._described[place]

    def _describe(self, prefix: str) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=prefix)
        for methods in schema["paths"].values():
            for described in methods.values():
                for status, response in described["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        response["content"] = {MEDIA_TYPE: content["application/json"]}
        schema["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        }
        schema.pop("servers", None)
        return schema


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The description itself: anyone may read it, nobody changes it."""

    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return view(request, *args, **kwargs)

    read.permission = EVERYONE  # type: ignore[attr-defined]
    return read


def make_api() -> HospitalAPI:
    """The API without its operations."""
    api = HospitalAPI(
        title="杏林 Xinglin",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        docs_decorator=open_to_all,
        urls_namespace="api",
        parser=StrictParser(),
    )
    install(api)
    return api


DESCRIPTION = f"""互联网医院的全部业务接口。金额为整数分，时间带时区，编号为 UUID；
新建时编号由调用方生成（UUIDv7），重试即同一件事。出错时返回 {MEDIA_TYPE}：稳定的 code、字段、中英文说明和改正办法。

Every verb of the hospital. Money is whole fen, instants carry a zone, ids are UUIDs; the caller makes the id of what it
creates (UUIDv7), so that a retry is the same deed. Refusals are {MEDIA_TYPE}: a stable code, the field, a sentence in
Chinese and English, and what would make it right. Bodies are JSON of at most {BODY_MEGABYTES} MB.

Sign in with `Authorization: Bearer …` (POST /api/tokens, 12 hours), or with the session of the pages and its CSRF
token."""
