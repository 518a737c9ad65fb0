"""The auditor's desk: who may enter, what the list shows, what one finding says, deciding, the rules, the fund."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.oversight.people import an_actor

from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services
from xinglin.hospital.oversight.known_cases import bad_cases, clean_case
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict
from xinglin.hospital.web.auditor import charts, filters, fund
from xinglin.supervision.facts import Case

pytestmark = pytest.mark.django_db(transaction=True)
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
PACKS = T(zh="包装", en="packs")
PAGES = ("/audit/", "/audit/rules/", "/audit/rules/B03/", "/audit/fund/")


def over_supplied(line_id: str | None = None) -> Case:
    """Nine packs of a week each where the law allows one."""
    clean = clean_case()
    line = replace(clean.lines[0], id=line_id or str(new_id()), quantity=9, amount_fen=9000)
    return replace(clean, patient=replace(clean.patient, id="patient-1"), lines=(line,))


def judged(house: UUID, case: Case, *, moment: str = "remind", subject: UUID | None = None) -> services.Judged:
    """A judgement of yesterday."""
    return services.judge(
        actor=an_actor(Role.PHYSICIAN, house),
        moment=moment,  # type: ignore[arg-type]
        case=case,
        subject_type="prescription",
        subject_id=subject or new_id(),
        institution_id=house,
        now=datetime.now(tz=UTC) - timedelta(days=1),
    )


@pytest.fixture
def house(settings: Any) -> UUID:
    """The hospital; its people's passwords are hashed quickly here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make.the_hospital().pk


@pytest.fixture
def desk(client: Client, house: UUID) -> Client:
    """A browser in which an auditor is signed in."""
    client.force_login(make.an_auditor().account)
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    """The page in English."""
    answer = client.get(address, **ENGLISH)
    assert answer.status_code == status, answer.content[:300]
    return unescape(answer.content.decode())


def test_only_those_who_read_findings_enter(client: Client, house: UUID) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get()
    addresses = (*PAGES, f"/audit/findings/{verdict.id}/")
    for address in addresses:
        assert client.get(address).status_code == 302
    for stranger in (make.a_patient(), make.a_physician(), make.a_pharmacist()):
        client.force_login(stranger.account)
        for address in addresses:
            assert client.get(address).status_code == 403
    assert not JournalEntry.objects.filter(verb="open_finding").exists()


def test_a_regulator_reads_but_does_not_decide(client: Client, house: UUID) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get()
    client.force_login(make.a_regulator().account)
    page = text(client, f"/audit/findings/{verdict.id}/")
    assert verdict.sentence_en in page
    assert 'method="post"' not in page[page.index('id="process"') :]
    sent = client.post(f"/audit/findings/{verdict.id}/decide_finding", {"decision": "upheld", "words": "x"})
    assert sent.status_code == 403
    assert not FindingCase.objects.exists()


def test_the_biggest_undecided_finding_comes_first(desk: Client, house: UUID) -> None:
    judged(house, replace(clean_case(), claim=replace(clean_case().claim, fund_fen=601)), moment="control")
    judged(house, over_supplied(), moment="control")
    page = text(desk, "/audit/")
    first = page[page.index('id="next"') : page.index('id="worklist"')]
    assert "9 packs pass the limit" in first
    assert "¥80.00" in first
    assert 'hx-trigger="live:finding from:document' in first
    services.decide_finding(
        actor=make.an_auditor().actor,
        verdict_id=GivenVerdict.objects.get(rule="B03").id,
        decision="rejected",
        words="checked",
        now=make.NOW,
    )
    page = text(desk, "/audit/")
    assert "9 packs" not in page[page.index('id="next"') : page.index('id="by-rule"')]
    assert "9 packs" in text(desk, "/audit/?state=all&decision=rejected")


def test_one_verdict_is_one_line_and_one_decision(desk: Client, house: UUID) -> None:
    subject, case = new_id(), over_supplied()
    judged(house, case, subject=subject)
    judged(house, case, subject=subject, moment="control")
    assert text(desk, "/audit/").count('id="line-') == 1
    assert text(desk, "/audit/?moment=remind").count('id="line-') == 1
    control = GivenVerdict.objects.get(moment="control")
    address = f"/audit/findings/{control.id}/"
    sent = desk.post(f"{address}decide_finding", {"decision": "upheld", "words": "nine packs, no cause"})
    assert (sent.status_code, sent["Location"]) == (302, address)
    assert FindingCase.objects.values_list("state", "decision").get() == ("decided", "upheld")
    assert text(desk, "/audit/").count('id="line-') == 0
    assert JournalEntry.objects.filter(verb="decide_finding").count() == 1


NARROWED = (
    ("rule=B03", 1),
    ("rule=G10", 0),
    ("certainty=suspicious", 0),
    ("certainty=definite", 1),
    ("moment=remind", 1),
    ("moment=audit", 0),
    ("outcome=cannot_tell", 0),
    ("state=new", 1),
    ("state=decided", 0),
    ("state=late", 0),
    ("decision=upheld", 0),
    ("from=2020-01-01&until=2020-12-31", 0),
    ("from=2020-01-01", 1),
    (f"institution={new_id()}", 0),
    ("page=7", 0),
    ("page=x", 1),
)


def test_the_list_is_narrowed_by_the_form(desk: Client, house: UUID) -> None:
    judged(house, over_supplied())
    for query, lines in NARROWED:
        assert text(desk, f"/audit/?{query}").count('id="line-') == lines, query


WRONG = (
    ("from=yesterday", "Write the day as"),
    ("from=2026-05-02&until=2026-05-01", "The last day cannot be before the first."),
    ("institution=none", "Choose an institution from the list."),
    ("rule=Z99", "Choose one from the list."),
    ("state=lost", "Choose one from the list."),
)


def test_a_wrong_filter_is_named_at_its_field(desk: Client, house: UUID) -> None:
    for query, says in WRONG:
        assert says in text(desk, f"/audit/?{query}", status=422), query


def test_pages_of_the_list_keep_the_filter(desk: Client, house: UUID) -> None:
    for _ in range(filters.PER_PAGE + 1):
        judged(house, over_supplied())
    first = text(desk, "/audit/?rule=B03")
    assert first.count('id="line-') == filters.PER_PAGE
    assert "?rule=B03&page=2" in first
    assert text(desk, "/audit/?rule=B03&page=2").count('id="line-') == 1


def test_a_finding_says_what_the_verdict_says(desk: Client, house: UUID) -> None:
    subject, case = new_id(), over_supplied()
    asks = judged(house, case, subject=subject).asks
    assert asks[0].verdict_id is not None
    services.answer(
        actor=an_actor(Role.PHYSICIAN, house),
        verdict_id=asks[0].verdict_id,
        reason_code="travel",
        text="away for a month",
        now=datetime.now(tz=UTC),
    )
    judged(house, case, subject=subject, moment="control")
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get(moment="control")
    page = text(desk, f"/audit/findings/{verdict.id}/")
    for said in (verdict.sentence_en, verdict.hint_en, verdict.core_hash, "¥80.00", "56 days", "away for a month"):
        assert said in page
    assert "asked 2 times: same facts, same verdict" in page
    assert "packs (the smallest unit that is handed over): 1 allowed, 9 found, 8 over." in page
    assert "No audit has been run over it yet." in page
    assert "Measures for prescriptions, 2007, article 19 (a copy was read)" in page
    assert "the text was not checked" in page
    assert "Every fact the rule needs was known." in page
    assert "prescription line" in page
    assert "1 more" in page, "the same patient's other finding"
    assert JournalEntry.objects.filter(verb="open_finding", object_id=verdict.id).count() == 1
    chinese = desk.get(f"/audit/findings/{verdict.id}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert verdict.sentence_zh in chinese
    assert "事实相同，结论相同" in chinese


def test_what_was_missing_is_named(desk: Client, house: UUID) -> None:
    clean = clean_case()
    judged(house, replace(clean, patient=replace(clean.patient, identity_state=None)))
    verdict = GivenVerdict.objects.get(rule="A01")
    page = text(desk, f"/audit/findings/{verdict.id}/")
    assert "Missing when it was judged:" in page
    assert "result of the latest real-name check before the encounter" in page


def test_every_known_finding_has_a_page(desk: Client, house: UUID) -> None:
    judged(house, bad_cases()[0][0], moment="control")
    shown = {}
    for verdict in GivenVerdict.objects.order_by("rule"):
        if verdict.rule not in shown:
            shown[verdict.rule] = text(desk, f"/audit/findings/{verdict.id}/")
    assert len(shown) == 16
    assert "the provider is heard first" in shown["A03"]
    assert "60 minutes later" in shown["G12"]
    assert "¥6.00" in shown["G10"]


def test_foreign_and_absent_findings_answer_alike(client: Client, house: UUID) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get()
    client.force_login(make.a_medical_affairs_officer(institution=make.an_institution()).account)
    answers = [client.get(f"/audit/findings/{which}/", **ENGLISH) for which in (verdict.id, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = {answer.content.decode().split("<main")[1].split("</main>")[0] for answer in answers}
    assert len(bodies) == 1
    assert client.get("/audit/rules/Z99/").status_code == 404
    assert not JournalEntry.objects.filter(verb="open_finding").exists()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"words": "why"}, "Choose what is decided"),
        ({"decision": "upheld", "words": " "}, "Say why"),
        ({"decision": "partly", "upheld": "80", "words": "why"}, "below the money in breach"),
        ({"decision": "partly", "upheld": "8o", "words": "why"}, "such as 12.50"),
    ],
)
def test_a_decision_with_a_wrong_field_comes_back(desk: Client, house: UUID, sent: dict[str, str], says: str) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get(rule="B03")
    answer = desk.post(f"/audit/findings/{verdict.id}/decide_finding", sent, **ENGLISH)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not FindingCase.objects.exists()


def test_a_part_is_typed_in_yuan(desk: Client, house: UUID) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get(rule="B03")
    sent = {"decision": "partly", "upheld": "12.5", "words": "half of it"}
    assert desk.post(f"/audit/findings/{verdict.id}/decide_finding", sent).status_code == 302
    assert FindingCase.objects.get().upheld_fen == 1250


def test_a_step_that_this_desk_does_not_take_is_absent(desk: Client, house: UUID) -> None:
    judged(house, over_supplied())
    verdict = GivenVerdict.objects.get(rule="B03")
    for verb in ("state_case", "appeal_decision", "anything"):
        assert desk.post(f"/audit/findings/{verdict.id}/{verb}", {"words": "x"}).status_code == 404
    assert not FindingCase.objects.exists()


def test_the_rules_show_papers_and_effects(desk: Client, house: UUID) -> None:
    judged(house, over_supplied(), moment="control")
    listed = text(desk, "/audit/rules/")
    assert "asked 1 times · 1 findings" in listed
    page = text(desk, "/audit/rules/B03/")
    assert "任何人手中的药不应超过规定天数" in page
    assert "Nobody should hold more than the law" in page
    assert "[packs (the smallest unit that is handed over)]" in page
    assert "During: finding 1, cannot tell 0, clear 0, not applicable 0" in page
    assert "since 2007-05-01" in page
    assert "{" not in page[page.index("<main") : page.index("</main>")].replace("hx-headers='{", "")


def test_the_fund_page_says_when_nothing_was_settled(desk: Client, house: UUID) -> None:
    for by in ("month", "day", "century"):
        assert "Nothing was settled in this time." in text(desk, f"/audit/fund/?by={by}")


def test_bars_and_columns_keep_their_proportions() -> None:
    bar = charts.allowed_and_over(9, 8, PACKS)
    assert bar is not None
    assert [(part.kind, part.value) for part in bar.parts] == [("allowed", 1), ("over", 8)]
    assert bar.says.en == "packs: 1 allowed, 9 found, 8 over."
    assert charts.allowed_and_over(9, 0, PACKS) is None
    tall, short = charts.uprights([("1", PACKS, [("k1", 300), ("k2", 100)]), ("2", PACKS, [("k1", 200)])])
    assert [block.height for block in tall.blocks] == [7500, 2500]
    assert tall.blocks[-1].y == 0
    assert [(block.y, block.height) for block in short.blocks] == [(5000, 5000)]
    assert charts.uprights([("1", PACKS, [("k1", 0)])])[0].blocks == ()


def test_a_year_of_months_has_no_gaps() -> None:
    first, last = datetime(2025, 12, 1, tzinfo=UTC).date(), datetime(2026, 11, 22, tzinfo=UTC).date()
    months = fund.steps(first, last, "month")
    assert (len(months), str(months[0]), str(months[-1])) == (12, "2025-12-01", "2026-11-01")
    assert len(fund.steps(first, last, "day")) == 357
    assert fund.change(126, 100).says.en == "26% more than in the 30 days before"
    assert fund.change(74, 100).says.zh == "比此前 30 天少 26%"
    assert fund.change(5, 0).percent is None
