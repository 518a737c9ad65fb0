"""Describe it in one's own words: questions one at a time, a red flag that stops, a department, words taken along."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.web.shared import middleware

pytestmark = pytest.mark.django_db
Enter = Callable[[make.Someone], Client]
PAGE = "/me/describe/"
HEADACHE = "头疼三天了，一阵一阵的，两边胀着疼，最近加班睡不好，没发烧"


@pytest.fixture
def world(db: None) -> World:
    """The world of the consultation."""
    return World()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A browser of somebody, at the instant at which tests play."""
    monkeypatch.setattr(middleware, "now", lambda: NOW)

    def enter_as(someone: make.Someone) -> Client:
        client = Client()
        client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter_as


def post(client: Client, **values: Any) -> str:
    answer = client.post(PAGE, values)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(person|text|carried)" value="([^"]*)"', html))


def to_the_end(client: Client, html: str, answer: str = "no") -> tuple[str, int]:
    number = 0
    while 'name="carried"' in html:
        number += 1
        assert number <= 14
        html = post(client, **fields(html), answer=answer, words="没有")
    return html, number


def test_one_question_at_a_time_until_a_department_and_its_physicians(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    assert "用您自己的话说" in client.get(PAGE).content.decode()
    html = post(client, text=HEADACHE)
    assert html.count("<h1") == 1
    assert "第 1 个问题" in html
    html, number = to_the_end(client, html)
    assert 1 <= number <= 12
    assert "科室：" in html
    assert "%" not in re.sub(r"<[^>]+>", "", html.split("<main")[1].split("</main>")[0]), "no probability for patients"
    assert not Visit.objects.exists()


def test_one_may_stop_answering(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    html = post(client, text=HEADACHE)
    for _ in range(3):
        assert "科室：" in post(client, **fields(html), enough="1")
        html = post(client, **fields(html), answer="unsure", words="没有")
    assert 'name="answer"' in html


def test_a_red_flag_stops_with_what_to_do_and_the_way_back(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    html = post(client, text="胸口像压了石头一样疼半小时了，左胳膊也疼，出冷汗")
    assert 'role="alert"' in html
    assert 'href="tel:120"' in html
    assert "因为您说到" in html
    assert 'name="carried"' not in html
    assert "带上我说的" not in html
    html = post(client, **fields(html), back="1")
    assert "胸口像压了石头" in html


def test_an_answer_can_raise_a_red_flag(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    html = post(client, text="发烧，脖子僵硬，头疼得厉害，身上出了紫红色的点，压不褪色")
    assert 'href="tel:120"' in html


def test_the_words_go_along_into_the_form_of_the_visit_once(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    html, _ = to_the_end(client, post(client, text="高血压好几年了，来看看血压，没有不舒服"))
    complaint = re.search(r'name="complaint" value="([^"]+)"', html)
    told = complaint[1] if complaint else "高血压好几年了"
    physician = world.doctor.practitioner_id
    answer = client.post(f"{PAGE}{physician}", {"complaint": told, "person": str(world.patient.person_id)})
    assert answer.status_code == 302
    form = unescape(client.get(answer["Location"]).content.decode())
    assert "高血压好几年了" in form
    assert "wrong" not in form
    client.post(f"/me/visits/new/{physician}", {"step": "1", "complaint": ""})
    assert "高血压好几年了" not in unescape(client.get(f"/me/visits/new/{physician}").content.decode())


def test_a_guardian_describes_for_the_child(world: World, enter: Enter) -> None:
    guardian = make.a_patient()
    child = make.a_child_of(guardian)
    client = enter(guardian)
    child_id = getattr(child, "person_id", getattr(child, "id", None))
    html = post(client, text="孩子咳嗽两天，有痰，没发烧，精神好", person=str(child_id))
    assert "科室：" in post(client, **fields(html), enough="1")
    assert client.post(PAGE, {"text": HEADACHE, "person": str(world.patient.person_id)}).status_code == 404


@pytest.mark.parametrize("text", ["", "疼", "长" * 1000])
def test_too_few_or_too_many_words_are_refused_at_the_field(world: World, enter: Enter, text: str) -> None:
    answer = enter(world.patient).post(PAGE, {"text": text})
    assert answer.status_code == 422
    assert 'id="text-says"' in answer.content.decode()


def test_what_is_carried_cannot_be_forged(world: World, enter: Enter) -> None:
    answer = enter(world.patient).post(PAGE, {"carried": "made-up", "answer": "yes"})
    assert answer.status_code == 302


def test_both_languages_and_only_patients(world: World, enter: Enter) -> None:
    client = enter(world.patient)
    client.cookies["xinglin_language"] = "en"
    html = post(client, text="I have had a headache for three days, both sides, no fever, no vomiting")
    assert "Question 1" in html
    assert "Stop here and show the result" in html
    assert "Department:" in post(client, **fields(html), enough="1")
    assert enter(world.doctor).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
