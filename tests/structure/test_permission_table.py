"""Who gets in where: every address, asked by everybody, against a table that people read.

permission_table.txt has a row for each method and address, and a column for each part. In it:

    yes   let in: the answer, or a remark on the form that was sent
    no    refused: the part does not hold the right (403)
    in    sent to sign in first (401, or the sign-in page)
    -     let in at the door, but this record is not theirs: answered as an absent one (404)

The ids in the addresses are those of a real visit, prescription and so on of the asking patient, physician and house.
`XINGLIN_WRITE_TABLE=1` writes what is answered now: read every changed row before you commit it.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

if TYPE_CHECKING:
    from tests.api.city import City

TABLE = Path(__file__).with_name("permission_table.txt")
PARTS = ("nobody", "patient", "physician", "pharmacist", "medical_affairs", "auditor", "regulator")
SHORT = ("nobody", "patient", "physician", "pharmacist", "affairs", "auditor", "regulator")
HEAD = "# " + " ".join((f"{'address':<68}", *(f"{part:<10}" for part in SHORT))).rstrip()
TOKENS = re.compile(r'(?:X-CSRFToken": |(?:csrfmiddlewaretoken|draft_id)" value=|data-stream-token=)"[^"]+"')
SIGN_IN = re.compile(r"^/(sign-in|staff/login/)(\?|$)")
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
PARAMETER = re.compile(r"\{(\w+)\}")
NOTHING = {"api/", "api/{rest}"}
"""The addresses that take what no operation of the API took."""

CLOSED = ("/staff/email/", "/staff/confirm-email/", "/staff/password/", "/staff/login/code/", "/demo/")
"""Pages that the hospital does not have, and those of the demonstration, which are not there outside it."""

SHUT = {
    "/audit/recordings/{recording_id}/stream",  # only with the ticket that a stated purpose gets
    "/confirm/passkey",  # only on the way back from showing a passkey
    "/api/visits/{visit_id}/record/pictures/{picture_id}",  # nothing is attached to that record
    "/clinic/visits/{visit_id}/prescription/rewrite",  # nothing of that visit was returned
    "/staff/2fa/recovery-codes/",  # none were made
    "/staff/2fa/recovery-codes/download/",
    "/staff/2fa/webauthn/keys/{pk}/edit/",  # nobody here has a passkey
    "/staff/2fa/webauthn/keys/{pk}/remove/",
}

PLATFORM = {"guardianship_id", "photo_id", "person_id", "review_id", "template_id"}
"""People belong to the platform, not to a house: medical affairs of every house review who somebody is."""

Row = tuple[str, str]


# THE ADDRESSES


def addresses() -> dict[Row, str]:
    """Every method and address of the resolver, with the pattern's module."""
    found: dict[Row, str] = {}
    for path, pattern in _walk(get_resolver()):
        if path in NOTHING:
            continue
        for method in _methods(pattern):
            found[method, f"/{path}"] = getattr(pattern.callback, "__module__", "")
    return found


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        else:
            yield CONVERTER.sub(r"{\1}", path), entry


def _methods(pattern: URLPattern) -> list[str]:
    """The methods of an operation of the API; of a page GET and POST."""
    closure = getattr(pattern.callback, "__closure__", None) or ()
    for cell in closure:
        if isinstance(cell.cell_contents, PathView):
            return sorted({method for one in cell.cell_contents.operations for method in one.methods})
    return ["GET", "POST"]


# ASKING


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> "Iterator[City]":
    """A hospital in the middle of its day; each request is undone."""
    from tests.api.city import opened

    with django_db_blocker.unblock(), opened(demo=False) as made:
        yield made


def session_of(account: Any) -> str:
    """The session of somebody who is signed in."""
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def filled(path: str, ids: dict[str, str], city: "City | None" = None) -> str:
    """The address with its parameters filled in; some addresses need another thing of the kind than most."""
    if city is not None:
        ids = ids | next((more for part, more in city.also.items() if path.endswith(part)), {})
    return PARAMETER.sub(lambda match: ids.get(match[1], "absent"), path)


def ask(session: str, method: str, path: str) -> HttpResponseBase:
    """One request without content, by a browser that holds a session or none, undone afterwards."""
    client = Client()
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    point = transaction.savepoint()
    try:
        kind = {"content_type": "application/json"} if path.startswith("/api/") else {}
        return client.generic(method, path, "{}" if kind and method != "GET" else b"", **kind)
    finally:
        transaction.savepoint_rollback(point)
        transaction.get_connection().needs_rollback = False


def answer(response: HttpResponseBase) -> str:
    """The word of the table for an answer."""
    status = response.status_code
    if status == 401 or (status == 302 and SIGN_IN.match(response.headers["Location"])):
        return "in"
    if status in {403, 404, 405}:
        return {403: "no", 404: "-", 405: "x"}[status]
    return "yes" if status < 500 else "fail"


def asked(city: "City") -> dict[Row, tuple[str, ...]]:
    """What everybody is answered at every address; methods that nobody may use are left out."""
    sessions = {part: session_of(city.people[part].account) for part in PARTS[1:]} | {"nobody": ""}
    found = {}
    for method, path in addresses():
        words = tuple(answer(ask(sessions[part], method, filled(path, city.one, city))) for part in PARTS)
        if set(words) != {"x"}:
            found[method, path] = words
    return found


# THE TABLE


def read() -> dict[Row, tuple[str, ...]]:
    """The table's rows."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, *words = line.split()
            rows[method, path] = tuple(words)
    return rows


def write(rows: dict[Row, tuple[str, ...]]) -> None:
    """The table as text, a block for each part of the house."""
    blocks: dict[str, list[str]] = {}
    for (method, path), words in sorted(rows.items(), key=lambda row: (row[0][1], row[0][0])):
        block = path.split("/")[1]
        line = " ".join((f"{method:<6} {path:<63}", *(f"{word:<10}" for word in words))).rstrip()
        blocks.setdefault(block, []).append(line)
    TABLE.write_text(
        HEAD + "\n\n" + "\n\n".join("\n".join(lines) for lines in blocks.values()) + "\n", encoding="utf-8"
    )


@pytest.mark.django_db
def test_everybody_is_answered_as_the_table_says(city: "City") -> None:
    now = asked(city)
    if os.environ.get("XINGLIN_WRITE_TABLE"):
        write(now)
    said = read()
    wrong = {row: {"table": said.get(row), "now": now.get(row)} for row in said | now if said.get(row) != now.get(row)}
    assert wrong == {}


def test_every_address_is_in_the_table() -> None:
    listed = {path for _, path in read()}
    assert {path for _, path in addresses()} - listed == set()


def test_every_door_is_tried_with_something_real_behind_it() -> None:
    """Somebody gets in everywhere but where the house has closed a page of its sign-in library."""
    rows = [(path, set(words)) for (_, path), words in read().items() if "x" not in words]
    assert {path for path, words in rows if "yes" not in words and not path.startswith(CLOSED)} == SHUT


def test_nothing_fails() -> None:
    assert [row for row, words in read().items() if "fail" in words] == []


def test_nobody_gets_in_without_a_part_but_where_everybody_may() -> None:
    """Read from the table: who is let in unknown is let in everywhere else too, or is on the way to an account."""
    odd = [row for row, words in read().items() if words[0] == "yes" and set(words) - {"yes", "-"}]
    assert odd == []


# FOREIGN IDS


def same(first: HttpResponseBase, second: HttpResponseBase, ids: Iterable[str]) -> bool:
    """Whether two answers cannot be told apart, but for the id that was asked for and the tokens of the page."""
    return first.status_code == second.status_code and _bare(first, ids) == _bare(second, ids)


def _bare(response: HttpResponseBase, ids: Iterable[str]) -> str:
    text = getattr(response, "content", b"").decode("utf-8", "replace") + response.headers.get("Location", "")
    for one in ids:
        text = text.replace(one, "ID")
    return TOKENS.sub("TOKEN", text)


@pytest.mark.django_db
def test_foreign_ids_answer_as_absent_ones_do(city: "City") -> None:
    """Another patient, a physician of another visit, staff of another house: told nothing, not even that it exists."""
    told = []
    for part, someone in city.strangers.items():
        session = session_of(someone.account)
        for method, path in read():
            names = PARAMETER.findall(path)
            open_to = city.public | (PLATFORM if part == "medical_affairs" else set())
            if not names or set(names) & open_to or not set(names) <= set(city.one):
                continue
            absent = dict.fromkeys(city.one, str(uuid4()))
            foreign, nothing = (ask(session, method, filled(path, ids)) for ids in (city.one, absent))
            if not same(foreign, nothing, [ids[name] for ids in (city.one, absent) for name in names]):
                told.append(f"{part}: {method} {path}: {foreign.status_code}, absent {nothing.status_code}")
    assert not told, "\n".join(told)
