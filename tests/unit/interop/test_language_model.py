"""The adapter against a server that misbehaves: every trouble has its name and its time limit."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest
from tests.builders import NOW
from tests.unit.interop.misbehaving_model import MisbehavingModel, serving

from xinglin.hospital.decision_support.ports import (
    ModelBusy,
    ModelDown,
    ModelGarbled,
    ModelRefused,
    ModelResting,
    ModelSilent,
    ModelTooLong,
    ModelTrouble,
)
from xinglin.hospital.interop.language_model.address import Address, BadAddress, read_address
from xinglin.hospital.interop.language_model.breaker import REST, REST_MOST, Breaker
from xinglin.hospital.interop.language_model.chat import ChatCompletions

SAID = [{"role": "user", "content": "胸口疼"}]
TROUBLES: list[tuple[str, type[ModelTrouble]]] = [
    ("slow", ModelSilent),
    ("drip", ModelSilent),
    ("drip_head", ModelSilent),
    ("close", ModelDown),
    ("cut", ModelDown),
    ("500", ModelDown),
    ("429", ModelBusy),
    ("503", ModelBusy),
    ("401", ModelRefused),
    ("302", ModelRefused),
    ("huge", ModelTooLong),
    ("not_json", ModelGarbled),
    ("not_utf8", ModelGarbled),
    ("deep", ModelGarbled),
    ("no_choices", ModelGarbled),
    ("null", ModelGarbled),
    ("parts", ModelGarbled),
]


@pytest.fixture(scope="module")
def server() -> Iterator[MisbehavingModel]:
    with serving() as made:
        yield made


def address(url: str, **changes: object) -> Address:
    values: dict[str, object] = {"url": url, "model": "small", "key": "", "seconds": 1, "outside_allowed": False}
    found = read_address(**(values | changes))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_it_speaks_chat_completions(server: MisbehavingModel) -> None:
    server.mood, server.says = "good", '{"findings": []}'
    assert ChatCompletions(address(server.url, key="s3cret")).complete(SAID, now=NOW) == '{"findings": []}'
    path, headers, body = server.asked[-1]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer s3cret"
    assert body["model"] == "small"
    assert body["messages"] == SAID
    assert body["stream"] is False
    ChatCompletions(address(server.url)).complete(SAID, now=NOW)
    assert "Authorization" not in server.asked[-1][1]


@pytest.mark.parametrize(("mood", "trouble"), TROUBLES)
def test_every_misbehaviour_has_its_name_and_ends_in_time(
    server: MisbehavingModel, mood: str, trouble: type[ModelTrouble]
) -> None:
    server.mood, server.says = mood, "{}"
    began = monotonic()
    with pytest.raises(ModelTrouble) as caught:
        ChatCompletions(replace(address(server.url), seconds=0.5)).complete(SAID, now=NOW)
    assert type(caught.value) is trouble
    assert monotonic() - began < 2.5
    assert "胸口疼" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_nobody_listens() -> None:
    with pytest.raises(ModelDown):
        ChatCompletions(address("http://127.0.0.1:9/v1")).complete(SAID, now=NOW)


def test_a_wait_counts_to_the_rest_that_follows(server: MisbehavingModel) -> None:
    server.mood = "slow"
    model = ChatCompletions(replace(address(server.url), seconds=0.3))
    for _ in range(3):
        with pytest.raises(ModelSilent):
            model.complete(SAID, now=NOW)
    with pytest.raises(ModelResting):
        model.complete(SAID, now=NOW + REST + timedelta(seconds=0.2))


def test_a_greeting_that_drips_ends_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        stop = threading.Event()

        def drip() -> None:
            line, _ = silent.accept()
            with line, suppress(OSError):
                line.sendall(bytes([22, 3, 3, 64, 0]))  # the head of a long handshake record, then a byte at a time
                while not stop.wait(0.05):
                    line.sendall(b"\0")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = monotonic()
        with pytest.raises(ModelSilent):
            ChatCompletions(replace(address(place), seconds=0.5)).complete(SAID, now=NOW)
        assert monotonic() - began < 2.5
        stop.set()
        thread.join(5)


def test_a_server_without_a_known_certificate_is_not_spoken_to(server: MisbehavingModel) -> None:
    before = len(server.asked)
    with pytest.raises(ModelDown):
        ChatCompletions(address(server.url.replace("http:", "https:"))).complete(SAID, now=NOW)
    assert len(server.asked) == before


def test_a_name_of_the_house_must_not_lead_out_of_it(server: MisbehavingModel, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 80))])
    monkeypatch.setattr(socket.socket, "connect", lambda self, place: opened.append(place))
    with pytest.raises(ModelDown):
        ChatCompletions(address("http://gpu.internal/v1")).complete(SAID, now=NOW)
    assert opened == []


def test_after_three_failures_nothing_is_sent_until_it_has_rested(server: MisbehavingModel) -> None:
    model = ChatCompletions(address(server.url))
    server.mood = "500"
    for _ in range(3):
        with pytest.raises(ModelDown):
            model.complete(SAID, now=NOW)
    before = len(server.asked)
    with pytest.raises(ModelResting):
        model.complete(SAID, now=NOW + REST / 2)
    assert len(server.asked) == before
    after = NOW + REST + timedelta(seconds=5)  # a rest begins when the failure was known, not when it was asked
    with pytest.raises(ModelDown):  # one try after the rest; it fails, so the next rest is longer
        model.complete(SAID, now=after)
    with pytest.raises(ModelResting):
        model.complete(SAID, now=after + REST + timedelta(seconds=5))
    server.mood = "good"
    assert model.complete(SAID, now=after + 3 * REST)
    server.mood = "500"
    with pytest.raises(ModelDown):  # well again: a single failure opens nothing
        model.complete(SAID, now=NOW + 4 * REST)
    server.mood = "good"
    assert model.complete(SAID, now=NOW + 4 * REST)


def test_only_one_call_tries_after_a_rest_and_rests_have_an_end() -> None:
    breaker = Breaker()
    for _ in range(40):
        breaker.bad(NOW)
    assert not breaker.lets(NOW + REST_MOST - timedelta(seconds=1))
    assert breaker.lets(NOW + REST_MOST)
    assert not breaker.lets(NOW + REST_MOST)
    breaker.good()
    assert breaker.lets(NOW)
    assert breaker.lets(NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "ftp://localhost/v1"},
        {"url": "http://user:pw@localhost/v1"},
        {"url": "http://localhost:notaport/v1"},
        {"url": "http://localhost/v1?key=1"},
        {"url": "localhost:8000"},
        {"url": "https://models.example.com/v1"},
        {"url": "http://models.example.com/v1", "outside_allowed": True},
        {"url": "http://8.8.8.8/v1", "outside_allowed": True},
        {"url": "http://169.254.169.254/v1"},
        {"url": "https://[fe80::1]/v1", "outside_allowed": True},
        {"url": "http://0.0.0.0/v1"},
        {"model": " "},
        {"seconds": 0},
        {"seconds": 600},
        {"key": "two\nlines"},
        {"key": "钥匙"},
    ],
)
def test_unsafe_or_incomplete_settings_are_refused_by_name(changes: dict[str, object]) -> None:
    with pytest.raises(BadAddress, match="XINGLIN_LLM_"):
        address(**({"url": "http://localhost/v1"} | changes))  # type: ignore[arg-type]


def test_the_house_and_the_outside() -> None:
    for near in (
        "http://localhost:1/v1",
        "http://10.1.2.3/v1",
        "http://[::1]:8/v1",
        "http://model.internal/",
        "http://gpu/",
    ):
        assert not address(near).outside
    far = address("https://models.example.com/v1/", outside_allowed=True)
    assert (far.outside, far.port, far.path) == (True, 443, "/v1/chat/completions")


def test_off_by_default() -> None:
    model = ChatCompletions()
    assert model.card() is None
    with pytest.raises(ModelDown):
        model.complete(SAID, now=NOW)


def test_a_wrong_setting_ends_the_start_with_a_sentence(settings: object) -> None:
    settings.XINGLIN_LLM_URL = "https://models.example.com/v1"  # type: ignore[attr-defined]
    settings.XINGLIN_LLM_MODEL = "big"  # type: ignore[attr-defined]
    with pytest.raises(SystemExit, match="XINGLIN_LLM_OUTSIDE"):
        ChatCompletions()
