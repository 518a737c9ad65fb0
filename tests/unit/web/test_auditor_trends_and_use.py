"""The rule's page changes how a rule is used, never in silence; the board draws months, money and families."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests import builders as make

from xinglin.hospital.oversight.models import RuleSwitch
from xinglin.hospital.oversight.selectors import Trend
from xinglin.hospital.web.auditor import trends

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
MONTHS = [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]


@pytest.fixture
def desk(client: Client, settings: Any) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.the_hospital()
    client.force_login(make.an_auditor().account)
    return client


@pytest.mark.django_db
def test_a_rule_is_put_in_shadow_with_a_reason(desk: Client) -> None:
    sent = desk.post("/audit/rules/B03/use", {"use": "shadow", "reason": "nobody confirms it"})
    assert (sent.status_code, sent["Location"]) == (302, "/audit/rules/B03/")
    page = unescape(desk.get("/audit/rules/B03/", **ENGLISH).content.decode())
    assert "shadow: counted, not shown" in page
    assert "nobody confirms it" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "given", "status", "says"),
    [
        ("B03", {"use": "shadow", "reason": " "}, 422, "Say why"),
        ("B03", {"use": "away", "reason": "x"}, 422, "Choose active"),
        ("A01", {"use": "shadow", "reason": "x"}, 409, "not silenced"),
        ("Z99", {"use": "shadow", "reason": "x"}, 404, ""),
    ],
)
def test_a_refused_change_brings_the_page_back(
    desk: Client, rule: str, given: dict[str, str], status: int, says: str
) -> None:
    answer = desk.post(f"/audit/rules/{rule}/use", given, **ENGLISH)
    assert answer.status_code == status
    assert says in unescape(answer.content.decode())
    assert not RuleSwitch.objects.exists()


@pytest.mark.django_db
def test_a_regulator_reads_how_a_rule_is_used_and_does_not_change_it(desk: Client) -> None:
    desk.force_login(make.a_regulator().account)
    page = desk.get("/audit/rules/B03/", **ENGLISH).content.decode()
    assert 'action="/audit/rules/B03/use' not in page
    assert desk.post("/audit/rules/B03/use", {"use": "shadow", "reason": "x"}).status_code == 403
    assert not RuleSwitch.objects.exists()


def test_the_board_sums_months_and_families() -> None:
    rows = [
        Trend(MONTHS[0], "B", 4, 8000, 3000, 2, 0),
        Trend(MONTHS[2], "B", 1, 1000, 0, 0, 1000),
        Trend(MONTHS[2], "J", 3, 500, 0, 0, 0),
    ]
    board = trends.board(rows, MONTHS)
    assert [month.findings for month in board.months] == [4, 0, 4]
    assert [column.blocks[0].height if column.blocks else 0 for column in board.counts] == [10000, 0, 10000]
    assert [(kind, whole) for kind, _, _, whole in board.money] == [("over", 9500), ("k1", 3000), ("clear", 1000)]
    assert [(one.code, one.findings, one.breach_fen, one.owed_fen) for one in board.families] == [
        ("B", 5, 9000, 1000),
        ("J", 3, 500, 0),
    ]
    assert (board.findings, board.settled_again) == (8, 2)
    assert board.says.en == "8 findings, most in 2026-04: 4"


def test_an_empty_board_says_so() -> None:
    board = trends.board([], MONTHS)
    assert (board.findings, board.families) == (0, ())
    assert trends.board([], []).says.zh.startswith("0 条")
