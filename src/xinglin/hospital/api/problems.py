"""Refusals as problem+json: stable code, field, both languages, what would make it right, and each wrong field."""

import json
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg.errors import UniqueViolation
from pydantic import Field

from xinglin.hospital.api import errors
from xinglin.hospital.api.shapes import Out, Words
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.services import ask_key

MEDIA_TYPE = "application/problem+json"
BODY_MEGABYTES = 12
DEPTH_MAX = 40
log = logging.getLogger(__name__)


class FieldProblem(Out):
    """One wrong field."""

    code: str
    field: str = Field(description="字段路径，例如 lines.0.days。 The path of the field, such as lines.0.days.")
    title: Words
    hint: Words | None = None


class AskProblem(Out):
    """What a rule of supervision says, and what is asked because of it."""

    key: str = Field(description="回答这条提醒时用的键。 The key under which an answer names it.")
    rule: str
    consequence: str
    sentence: Words
    hint: Words
    verdict_id: str | None


class Problem(Out):
    """A refusal (RFC 9457 in spirit): which rule or field, why, and what would make it right."""

    code: str = Field(examples=["kernel.not_found"])
    status: int
    field: str
    title: Words
    hint: Words | None
    errors: list[FieldProblem]
    asks: list[AskProblem]


def body_of(refusal: DomainError) -> dict[str, Any]:
    """The problem+json body of a refusal."""
    plain = refusal.as_json()
    parts = refusal.fields.get("found") or [{**part, "hint": part.get("hint")} for part in plain.get("errors", [])]
    return {
        "code": plain["code"],
        "status": refusal.status,
        "field": plain["field"],
        "title": plain["title"],
        "hint": plain["hint"],
        "errors": parts,
        "asks": [ask_of(ask) for ask in getattr(refusal, "asks", [])],
    }


def ask_of(ask: Any) -> dict[str, Any]:
    """A rule's ask in plain values; `key` is what an answer names."""
    return {
        "key": ask_key(ask),
        "rule": ask.rule_id,
        "consequence": str(ask.consequence),
        "sentence": ask.sentence.as_json(),
        "hint": ask.hint.as_json() if ask.hint else {"zh": "", "en": ""},
        "verdict_id": str(ask.verdict_id) if ask.verdict_id else None,
    }


# WHAT A SCHEMA REFUSES, IN BOTH LANGUAGES

WRONG: dict[str, T] = {
    "missing": T(zh="缺少这一项。", en="This field is missing."),
    "extra_forbidden": T(zh="没有这个字段。", en="There is no such field."),
    "string_type": T(zh="应为文字。", en="This must be text."),
    "string_unicode": T(zh="文字里有不成对的代理字符。", en="The text holds a lone surrogate."),
    "string_too_short": T(zh="至少 {min_length} 个字符。", en="At least {min_length} characters."),
    "string_too_long": T(zh="最多 {max_length} 个字符。", en="At most {max_length} characters."),
    "string_pattern_mismatch": T(
        zh="格式不对，或含有控制字符。", en="The form is not the expected one, or there is a control character."
    ),
    "int_type": T(zh="应为整数。", en="This must be a whole number."),
    "int_from_float": T(zh="应为整数。", en="This must be a whole number."),
    "int_parsing_size": T(zh="数字太大。", en="The number is too large."),
    "bool_type": T(zh="应为 true 或 false。", en="This must be true or false."),
    "greater_than_equal": T(zh="不小于 {ge}。", en="At least {ge}."),
    "less_than_equal": T(zh="不大于 {le}。", en="At most {le}."),
    "literal_error": T(zh="应为其中之一：{expected}", en="One of: {expected}"),
    "enum": T(zh="应为其中之一：{expected}", en="One of: {expected}"),
    "union_tag_invalid": T(zh="kind 应为其中之一：{expected_tags}", en="kind is one of: {expected_tags}"),
    "union_tag_not_found": T(zh="缺少 kind。", en="kind is missing."),
    "uuid_form": T(
        zh="应为带连字符的 UUID，例如 01920000-0000-7000-8000-000000000001。",
        en="This must be a UUID with hyphens, such as 01920000-0000-7000-8000-000000000001.",
    ),
    "day_form": T(zh="应为日期，例如 2026-09-01。", en="This must be a day such as 2026-09-01."),
    "instant_form": T(
        zh="应为带时区的时间，例如 2026-09-01T10:00:00+08:00。",
        en="This must be an instant with zone, such as 2026-09-01T10:00:00+08:00.",
    ),
    "date_from_datetime_parsing": T(zh="没有这一天。", en="There is no such day."),
    "date_parsing": T(zh="没有这一天。", en="There is no such day."),
    "datetime_parsing": T(zh="没有这个时刻。", en="There is no such instant."),
    "datetime_from_date_parsing": T(zh="没有这个时刻。", en="There is no such instant."),
    "year_out_of_bounds": T(zh="年份应为 1890 到 2100。", en="The year must be 1890 to 2100."),
    "base64_form": T(zh="应为 base64 文字。", en="This must be text in base64."),
    "list_type": T(zh="应为列表。", en="This must be a list."),
    "dict_type": T(zh="应为对象。", en="This must be an object."),
    "model_type": T(zh="应为对象。", en="This must be an object."),
    "model_attributes_type": T(zh="应为对象。", en="This must be an object."),
    "too_long": T(zh="最多 {max_length} 项。", en="At most {max_length} entries."),
    "too_short": T(zh="至少 {min_length} 项。", en="At least {min_length} entries."),
    "once": T(zh="只能给一次。", en="This can be given once only."),
}
OTHERWISE = T(zh="这一项不对。", en="This field is not right.")


def field_problem(error: dict[str, Any]) -> dict[str, Any]:
    """One of pydantic's errors in our form; what was sent is not repeated."""
    said = WRONG.get(error["type"], OTHERWISE).with_(**error.get("ctx", {}))
    path = [str(part) for part in error["loc"] if part not in {"body", "query", "path"}]
    return {"code": f"api.{error['type']}", "field": ".".join(path)[:200], "title": said.as_json(), "hint": None}


def invalid(found: list[dict[str, Any]]) -> errors.InvalidRequest:
    """The refusal for a request that does not fit its schema."""
    return errors.InvalidRequest(field=found[0]["field"] if found else "", count=len(found), found=found)


def _answer(refusal: DomainError) -> HttpResponse:
    text = json.dumps(body_of(refusal), ensure_ascii=False)
    response = HttpResponse(text.encode("utf-8", "replace"), status=refusal.status, content_type=MEDIA_TYPE)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


# HANDLERS


def domain_error(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A refusal is an answer."""
    return _answer(refusal)


def validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request does not fit the schema."""
    return _answer(invalid([field_problem(e) for e in error.errors[:20]]))


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the library says in its own words, in ours: only bodies and missing proofs get here."""
    if isinstance(error.__cause__, DomainError):
        return _answer(error.__cause__)
    if isinstance(error, AuthenticationError):
        return _answer(errors.SignInNeeded())
    return _answer(errors.UnreadableBody(depth=DEPTH_MAX))


def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """More than the settings let in."""
    return _answer(errors.BodyTooLarge(megabytes=BODY_MEGABYTES))


def absent(request: HttpRequest, error: Http404) -> HttpResponse:
    """No such address."""
    return _answer(errors.NoSuchAddress())


def integrity(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """A caller's id that is taken, or two callers at one instant: the database decided. Anything else is our fault."""
    if isinstance(error.__cause__, UniqueViolation):
        log.warning("unique constraint refused %s", error.__cause__.diag.constraint_name)
        return _answer(errors.IdTaken(field="id"))
    raise error


HANDLERS: tuple[tuple[type[Exception], Callable[..., HttpResponse]], ...] = (
    (DomainError, domain_error),
    (ValidationError, validation_error),
    (HttpError, http_error),
    (RequestDataTooBig, too_large),
    (Http404, absent),
    (IntegrityError, integrity),
)


def install(api: NinjaAPI) -> None:
    """Let the API answer every refusal in this form. What is unforeseen stays an error of ours and is logged."""
    for kind, handler in HANDLERS:
        api.add_exception_handler(kind, handler)
