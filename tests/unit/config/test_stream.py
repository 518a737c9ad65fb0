"""The event stream's own rules: tokens, origins, fan-out, slow clients. test_processes has the rest."""

import asyncio
from typing import Any

import pytest
from django.core import signing

from xinglin.hospital.config import listening, stream
from xinglin.hospital.kernel.live import CHANNEL, SALT, stream_token

WEB = [(b"host", b"localhost:8001"), (b"origin", b"http://localhost:8000")]


def ask(path: str = "/stream", *, token: str = "", method: str = "GET", headers: Any = WEB) -> dict[str, Any]:
    return {
        "type": "http",
        "path": path,
        "method": method,
        "query_string": f"token={token}".encode(),
        "headers": headers,
    }


class Browser:
    """One client of the application: remembers what was sent, leaves when told."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()


def application() -> stream.Application:
    """One whose listener is believed to be connected."""
    made = stream.Application()
    made.ear._listening.set()
    return made


async def answer(scope: dict[str, Any]) -> Browser:
    browser = Browser()
    await application()._http(scope, browser.receive, browser.send)
    return browser


def test_channel_and_salt_are_the_kernels() -> None:
    assert (listening.CHANNEL, stream.SALT) == (CHANNEL, SALT)


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", signing.dumps({"topics": ["a"]}, salt="another"), signing.dumps(3, salt=SALT)],
    ids=["none", "nonsense", "another salt", "no topics"],
)
def test_a_wrong_token_is_refused(token: str) -> None:
    browser = asyncio.run(answer(ask(token=token)))
    assert browser.status == 403
    assert "Load the page again" in browser.body


def test_an_old_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token = stream_token("visit:1")
    monkeypatch.setattr(stream, "TOKEN_SECONDS_MAX", -1)
    assert asyncio.run(answer(ask(token=token))).status == 403


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/", "GET", 404), ("/stream", "POST", 405), ("/stream", "OPTIONS", 204)]
)
def test_other_requests_get_a_plain_answer(path: str, method: str, status: int) -> None:
    assert asyncio.run(answer(ask(path, method=method))).status == status


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(b"http://localhost:8000", True), (b"https://elsewhere.example", False), (b"null", False), (b"http://[", False)],
)
def test_only_our_own_pages_may_read_across_ports(origin: bytes, allowed: bool) -> None:
    browser = asyncio.run(answer(ask("/", headers=[(b"host", b"localhost:8001"), (b"origin", origin)])))
    assert (b"access-control-allow-origin" in dict(browser.sent[0]["headers"])) is allowed


async def _conversation() -> tuple[Browser, int, int]:
    made, browser = application(), Browser()
    task = asyncio.create_task(made._http(ask(token=stream_token("visit:1")), browser.receive, browser.send))
    await asyncio.sleep(0.01)
    during = made.hub.count
    made.hub.tell('{"topic": "visit:2", "kind": "message", "id": "other"}')
    made.hub.tell('{"topic": "visit:1", "kind": "message", "id": "mine"}')
    made.hub.tell("not json")
    await asyncio.sleep(0.01)
    browser.left.set()
    await asyncio.wait_for(task, 1)
    return browser, during, made.hub.count


def test_a_page_hears_its_own_topics_after_hello() -> None:
    browser, during, after = asyncio.run(_conversation())
    assert browser.body.index("event: hello") < browser.body.index('"id": "mine"')
    assert "other" not in browser.body
    assert (during, after) == (1, 0)


async def _slow_client() -> tuple[bool, int]:
    made, browser = application(), Browser()
    task = asyncio.create_task(made._http(ask(token=stream_token("visit:1")), browser.receive, browser.send))
    await asyncio.sleep(0.01)
    browser.reads.clear()
    for number in range(stream.QUEUE_EVENTS_MAX * 3):
        made.hub.tell(f'{{"topic": "visit:1", "kind": "typing", "id": "{number}"}}')
    browser.reads.set()
    await asyncio.wait_for(task, 1)
    return browser.sent[-1]["more_body"], made.hub.count


def test_a_client_that_does_not_keep_up_is_dropped() -> None:
    more, left = asyncio.run(_slow_client())
    assert more is False
    assert left == 0


async def _keep_alive() -> str:
    made, browser = application(), Browser()
    task = asyncio.create_task(made._http(ask(token=stream_token("visit:1")), browser.receive, browser.send))
    await asyncio.sleep(0.08)
    browser.left.set()
    await asyncio.wait_for(task, 1)
    return browser.body


def test_a_quiet_stream_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECONDS", 0.02)
    assert ": keep-alive" in asyncio.run(_keep_alive())
