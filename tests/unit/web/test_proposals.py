"""The room with a language model: shown as proposed and unconfirmed, answered by clicks; without one, nothing of it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World
from tests.unit.interop.misbehaving_model import MisbehavingModel, serving

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.tasks import MODEL
from xinglin.hospital.decision_support.models import Correction, ModelRequest, Proposal
from xinglin.hospital.decision_support.ports import LanguageModel
from xinglin.hospital.interop.language_model.address import read_address
from xinglin.hospital.interop.language_model.chat import ChatCompletions
from xinglin.hospital.kernel.ports import bind, outside
from xinglin.hospital.web.shared import middleware

pytestmark = pytest.mark.django_db
QUOTE = "夜里衣服都湿透了"
REASON = "夜间出汗 & 咳嗽"
Enter = Callable[[make.Someone], Client]


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A browser of somebody, two minutes after the tests' instant."""
    monkeypatch.setattr(middleware, "now", lambda: NOW + timedelta(minutes=2))

    def enter_as(someone: make.Someone) -> Client:
        client = Client()
        client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter_as


@pytest.fixture
def model() -> Iterator[MisbehavingModel]:
    """A server, bound as the hospital's language model."""
    before = outside(LanguageModel)
    with serving() as server:
        bind(
            LanguageModel,
            ChatCompletions(read_address(url=server.url, model="small-1", key="", seconds=1, outside_allowed=False)),
        )
        server.propose([{"code": "night-sweats", "quote": QUOTE}], [{"id": "hodgkin-lymphoma", "reason": REASON}])
        yield server
    bind(LanguageModel, before)


def talked(world: World) -> Visit:
    visit = world.started()
    world.say(visit, f"咳嗽三天了，{QUOTE}，没有胸痛", actor=world.patient.actor, now=NOW + timedelta(seconds=30))
    return visit


def shown(client: Client, visit: Visit) -> str:
    answer = client.get(f"/clinic/visits/{visit.id}/proposals")
    assert answer.status_code == 200
    return answer.content.decode()


def asked(client: Client, visit: Visit) -> str:
    """The click, the job after it, and what the page then shows."""
    answer = client.post(f"/clinic/visits/{visit.id}/proposals")
    assert answer.status_code == 200
    assert "正在等回答" in answer.content.decode()
    request = ModelRequest.objects.latest("at", "id")
    services.fetch_proposals(actor=MODEL, visit_id=visit.id, request_id=request.id, now=NOW + timedelta(minutes=2))
    return shown(client, visit)


def answered(client: Client, visit: Visit, proposal: Proposal, word: str) -> str:
    path = f"/clinic/visits/{visit.id}/proposals/answer"
    answer = client.post(path, {"proposal": str(proposal.id), "answer": word})
    assert answer.status_code == 200, answer.content.decode()
    assert answer.headers["HX-Trigger"] == "facts-changed"
    return answer.content.decode()


def test_without_a_model_the_room_shows_nothing_of_it(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    assert shown(client, visit).strip() == ""
    assert "语言模型" not in client.get(f"/clinic/visits/{visit.id}/").content.decode()
    refused = client.post(f"/clinic/visits/{visit.id}/proposals")
    assert refused.status_code == 409
    assert "没有启用语言模型" in refused.content.decode()


def test_switched_off_later_the_room_shows_nothing_of_it(world: World, enter: Enter, model: MisbehavingModel) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    assert QUOTE in asked(client, visit)
    bind(LanguageModel, ChatCompletions())
    assert shown(client, visit).strip() == ""


def test_the_room_goes_on_while_the_model_is_slow(world: World, enter: Enter, model: MisbehavingModel) -> None:
    visit = talked(world)
    model.mood = "slow"
    client = enter(world.doctor)
    assert "语言模型没有及时回答" in asked(client, visit)
    room = client.get(f"/clinic/visits/{visit.id}/")
    assert room.status_code == 200
    assert f'hx-get="/clinic/visits/{visit.id}/proposals"' in room.content.decode()
    assert "咳嗽" in client.get(f"/clinic/visits/{visit.id}/diagnosis").content.decode()


def test_it_is_shown_as_proposed_and_unconfirmed_in_both_languages(
    world: World, enter: Enter, model: MisbehavingModel
) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    html = asked(client, visit)
    assert "由语言模型提出，未经确认" in html
    assert f"<q>{QUOTE}</q>" in html
    assert "夜间出汗 &amp; 咳嗽" in html
    assert html.count('"answer": "confirm"') == html.count('"answer": "decline"') == 2
    assert "small-1" in html
    client.cookies["xinglin_language"] = "en"
    english = shown(client, visit)
    assert "Proposed by a language model, unconfirmed" in english
    assert "Asks to consider" in english
    assert "danger" not in english


def test_a_confirmed_finding_counts_and_a_declined_one_does_not(
    world: World, enter: Enter, model: MisbehavingModel
) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    asked(client, visit)
    finding, condition = Proposal.objects.order_by("-kind")
    before = client.get(f"/clinic/visits/{visit.id}/diagnosis").content
    html = unescape(answered(client, visit, condition, "decline"))
    assert "未采纳" in html
    assert not Correction.objects.exists()
    assert client.get(f"/clinic/visits/{visit.id}/diagnosis").content == before
    done = answered(client, visit, finding, "confirm")
    assert "已确认" in done
    assert "没有可显示的新建议" not in done  # it did propose something
    assert list(Correction.objects.values_list("code", "verdict")) == [("night-sweats", "yes")]
    assert client.get(f"/clinic/visits/{visit.id}/diagnosis").content != before
    again = client.post(
        f"/clinic/visits/{visit.id}/proposals/answer", {"proposal": str(finding.id), "answer": "decline"}
    )
    assert again.status_code == 409


def test_a_wrong_click_changes_nothing(world: World, enter: Enter, model: MisbehavingModel) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    asked(client, visit)
    one = Proposal.objects.first()
    assert one is not None
    path = f"/clinic/visits/{visit.id}/proposals/answer"
    assert client.post(path, {"proposal": str(one.id), "answer": "sign"}).status_code == 422
    assert client.post(path, {"proposal": "1", "answer": "confirm"}).status_code == 404
    assert enter(make.a_physician()).post(path, {"proposal": str(one.id), "answer": "confirm"}).status_code == 404
    assert enter(world.patient).post(path, {"proposal": str(one.id), "answer": "confirm"}).status_code == 403
    assert not Correction.objects.exists()


def test_markup_of_the_patient_is_shown_as_words(world: World, enter: Enter, model: MisbehavingModel) -> None:
    visit = talked(world)
    words = "<script>alert(1)</script>夜里出汗湿透"
    world.say(visit, words, actor=world.patient.actor, now=NOW + timedelta(seconds=40))
    model.propose([{"code": "haemoptysis", "quote": words}])
    html = asked(enter(world.doctor), visit)
    assert "&lt;script&gt;" in html
    assert not re.search(r"<script", html)
