"""A language model of the tests: a real server on a real socket that behaves well, or badly in every way we know."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DRIP_SECONDS = 0.1
"""Pause between bytes, far below the time limit of one read, so that only a limit on the whole ends it."""


class MisbehavingModel:
    """What it says (`says`), how it behaves (`mood`), and what it was asked (`asked`: path, headers, body)."""

    def __init__(self) -> None:
        self.mood = "good"
        self.says = "{}"
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.leave = threading.Event()
        self.url = ""

    def propose(self, findings: list[Any] | None = None, consider: list[Any] | None = None) -> None:
        """Say this, in the form that was asked for."""
        self.says = json.dumps({"findings": findings or [], "consider": consider or []}, ensure_ascii=False)

    def last_sent(self) -> str:
        """All that left the house with the last request."""
        return json.dumps(self.asked[-1][2], ensure_ascii=False)


@contextmanager
def serving() -> Iterator[MisbehavingModel]:
    """The server, for as long as the block lasts."""
    model = MisbehavingModel()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the other side hangs up on purpose
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield model
    finally:
        model.leave.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(model: MisbehavingModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            model.asked.append((self.path, dict(self.headers), json.loads(body)))
            MOODS[model.mood](self, model)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, length: int | None = None) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    if status in {301, 302, 307}:
        handler.send_header("Location", "http://127.0.0.1:1/v1/chat/completions")
    handler.end_headers()
    handler.wfile.write(body)


def _completion(words: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": words}}]}).encode()


def _status(code: int) -> Callable[[BaseHTTPRequestHandler, MisbehavingModel], None]:
    return lambda handler, model: _send(handler, b'{"error": "no"}', code)


def _raw(body: bytes) -> Callable[[BaseHTTPRequestHandler, MisbehavingModel], None]:
    return lambda handler, model: _send(handler, body)


def _slow(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    model.leave.wait(30)


def _drip(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not model.leave.wait(DRIP_SECONDS):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def _drip_head(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not model.leave.wait(DRIP_SECONDS):
        handler.wfile.write(b"X-Wait: 1\r\n")
        handler.wfile.flush()


def _close(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    handler.close_connection = True


def _cut(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    _send(handler, _completion(model.says)[:20], length=5000)
    handler.close_connection = True


def _huge(handler: BaseHTTPRequestHandler, model: MisbehavingModel) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b" " * 65536)


MOODS: dict[str, Callable[[BaseHTTPRequestHandler, MisbehavingModel], None]] = {
    "good": lambda handler, model: _send(handler, _completion(model.says)),
    "slow": _slow,
    "drip": _drip,
    "drip_head": _drip_head,
    "close": _close,
    "cut": _cut,
    "huge": _huge,
    "500": _status(500),
    "429": _status(429),
    "503": _status(503),
    "401": _status(401),
    "302": _status(302),
    "not_json": _raw(b"<html><script>alert(1)</script></html>"),
    "not_utf8": _raw(b'{"choices": "\xff\xfe'),
    "deep": _raw(b"[" * 200_000),
    "no_choices": _raw(b'{"choices": []}'),
    "null": _raw(_completion(None)),
    "parts": _raw(_completion([{"type": "text"}])),
}
