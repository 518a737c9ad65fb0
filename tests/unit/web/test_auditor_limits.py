"""A limit on the desk: from a trial to a dated row, in four hands' clicks and two persons."""

from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import builders as make

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.models import LimitChange
from xinglin.hospital.regulator.models import RuleTrial

pytestmark = pytest.mark.django_db(transaction=True)
SIDE = {"findings": 9, "cannot_tell": 0, "in_breach_fen": 100, "per_hundred": "1.0", "looked_at": 90}
RESULT: dict[str, Any] = {
    "rule": "B03", "changed": [{}], "from": "2026-01-01", "until": "2026-10-31", "seconds": 1, "lake": "first",
    "source": "city", "rate_name_zh": "每百张", "rate_name_en": "per hundred", "reminds": True, "rate_of": 90,
    "before": SIDE, "after": SIDE | {"findings": 2}, "months": [], "institutions": [], "only_after": 0,
    "institutions_before": 1, "institutions_after": 1, "only_before": 7, "examples_after": [], "examples_before": [],
}  # fmt: skip


def enter(someone: make.Someone) -> Client:
    client = Client()
    client.force_login(someone.account)
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def test_from_the_trial_to_the_rule(settings: Any, tmp_path: Path) -> None:
    settings.XINGLIN_KNOWLEDGE = tmp_path
    make.the_hospital()
    desk, board = enter(make.an_auditor()), enter(make.a_regulator())
    at = datetime.now(tz=UTC)
    trial = RuleTrial.objects.create(
        id=new_id(), rule="B03", given={"supply_days_ordinary": "14"}, actor_id=new_id(), actor_label="x", at=at,
        state="done", done_at=at, result=RESULT,
    )  # fmt: skip
    page = f"/audit/rules/trials/{trial.pk}/"
    assert "Propose the limit" in text(desk, page)
    day = (at + timedelta(days=40)).date()
    given = {
        "limit": "supply_days_ordinary", "limit_from_on": str(at.date()), "basis": "a document",
        "limit_reason": "tried",
    }  # fmt: skip
    refused = desk.post(f"{page}propose", given, headers={"accept-language": "en"})
    assert refused.status_code == 422
    assert "A limit never reaches back" in unescape(refused.content.decode())
    assert desk.post(f"{page}propose", given | {"limit_from_on": str(day)}).status_code == 302
    change = LimitChange.objects.get()
    step = f"/audit/rules/B03/limits/{change.pk}"
    assert "Run it in shadow" in text(desk, "/audit/rules/B03/")
    assert board.post(f"{step}/shadow").status_code == 403
    assert desk.post(f"{step}/shadow").status_code == 302
    own = desk.post(f"{step}/approve", {"words": "mine"}, headers={"accept-language": "en"})
    assert own.status_code in {403, 409, 422}
    assert desk.post(f"{step}/nothing", {"words": "x"}).status_code == 404
    assert board.post(f"{step}/approve", {"words": "seen"}).status_code == 302
    assert "approved" in text(desk, "/audit/rules/B03/")
    assert knowledge_in_force().limit("supply_days_ordinary", day, "370902") == 14
    assert knowledge_in_force().limit("supply_days_ordinary", day - timedelta(days=1), "370902") == 7
