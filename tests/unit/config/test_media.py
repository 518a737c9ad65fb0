"""The media process over HTTP: who may speak there, and what nonsense gets."""

import json
from typing import Any

import pytest

pytest.importorskip("aiortc", reason="The media process was not tried: install the optional parts with `make video`.")


OURS = b"http://localhost:8000"


@pytest.fixture
def media(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application, without its ear on the database."""
    from xinglin.hospital.config.media import Application

    made = Application()
    monkeypatch.setattr(made.ear, "open", lambda: None)
    return made


async def ask(
    media: Any, path: str, body: object = None, *, method: str = "POST", origin: bytes = OURS, raw: bytes | None = None
) -> tuple[int, dict[str, str], Any]:
    """One request."""
    sent: list[dict[str, Any]] = []
    content = raw if raw is not None else json.dumps(body).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost:8002"), (b"origin", origin)]
    await media({"type": "http", "path": path, "method": method, "headers": headers}, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, json.loads(sent[1]["body"] or b"null")


@pytest.mark.asyncio
async def test_without_a_token_nobody_comes_in(media: Any) -> None:
    for token in ("", "guessed", "a:b:c"):
        assert (await ask(media, "/media/enter", {"token": token}))[0] == 403
        assert (await ask(media, "/media/test", {"token": token, "sdp": "v=0"}))[0] == 403


@pytest.mark.asyncio
async def test_a_token_for_devices_opens_no_room(media: Any) -> None:
    from xinglin.hospital.consultation import services
    from xinglin.hospital.kernel.access import ANONYMOUS

    token = services.device_ticket(actor=ANONYMOUS)
    assert (await ask(media, "/media/enter", {"token": token}))[0] == 403
    assert (await ask(media, "/media/test", {"token": token, "sdp": "nonsense"}))[0] == 400
    await media.close()


@pytest.mark.parametrize("door", ["offer", "letters", "signal", "leave"])
@pytest.mark.asyncio
async def test_an_unknown_seat_is_gone(media: Any, door: str) -> None:
    body = {"seat": "guessed", "sdp": "v=0", "data": {}, "after": 0}
    assert (await ask(media, f"/media/{door}", body))[0] == 410


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"{", b"\xff\xfe", b"{}", b'{"token": null}', b"x" * 300_000])
@pytest.mark.asyncio
async def test_nonsense_is_answered(media: Any, raw: bytes) -> None:
    for door in ("enter", "offer", "letters", "signal", "leave", "test"):
        status, _, _ = await ask(media, f"/media/{door}", raw=raw)
        assert status in {400, 403, 410}


@pytest.mark.asyncio
async def test_only_pages_of_this_hospital_may_speak_here(media: Any) -> None:
    _, ours, _ = await ask(media, "/media/enter", {"token": ""})
    assert ours["access-control-allow-origin"] == OURS.decode()
    _, foreign, _ = await ask(media, "/media/enter", {"token": ""}, origin=b"http://elsewhere.example")
    assert "access-control-allow-origin" not in foreign
    status, headers, _ = await ask(media, "/media/enter", method="OPTIONS", raw=b"")
    assert (status, headers["access-control-allow-methods"]) == (204, "POST")


@pytest.mark.asyncio
async def test_other_addresses_and_methods_are_refused(media: Any) -> None:
    assert (await ask(media, "/media/everything", {}))[0] == 404
    assert (await ask(media, "/media/enter", method="GET", raw=b""))[0] == 405
    status, _, content = await ask(media, "/healthz", method="GET", raw=b"")
    assert (status, content) == (503, {"rooms": 0})  # It does not hear the database yet.


def test_turn_words_run_out_and_fit_coturn(settings: Any) -> None:
    import base64
    import hashlib
    import hmac
    from datetime import datetime

    from xinglin.hospital.interop.video import ice
    from xinglin.hospital.kernel.clock import SHANGHAI

    settings.XINGLIN_ICE_SERVERS = "stun:a:3478, turn:b:3478?transport=udp,,nonsense"
    settings.XINGLIN_TURN_SECRET = "between us"
    at = datetime(2026, 9, 1, 10, tzinfo=SHANGHAI)
    stun, turn = ice.ice_servers("a-session", at)
    assert stun == {"urls": ["stun:a:3478"]}
    until, who = turn["username"].split(":")
    assert (int(until), who) == (int(at.timestamp()) + 7200, "a-session")
    word = hmac.new(b"between us", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == word
    settings.XINGLIN_ICE_SERVERS = ""
    assert ice.ice_servers("a-session", at) == []


def test_loopback_is_added_and_nothing_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    import aioice.ice

    from xinglin.hospital.interop.video import ice

    monkeypatch.setattr(aioice.ice, "get_host_addresses", ice._others)
    before = aioice.ice.get_host_addresses(True, False)
    assert "127.0.0.1" not in before
    ice.use_loopback()
    assert aioice.ice.get_host_addresses(True, False) == [*before, "127.0.0.1"]
    assert "127.0.0.1" not in aioice.ice.get_host_addresses(False, True)
