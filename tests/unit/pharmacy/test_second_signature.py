"""Decoction pieces that must not meet (rule D11): the second signature that the screen promises can be given.

Pinellia and prepared aconite are one of the eighteen incompatibilities, and some old formulas join them.
"""

import json
from pathlib import Path

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.pharmacy import world as medicines
from tests.unit.pharmacy.test_one_verdict import audit
from tests.unit.pharmacy.world import NOW, World, a_line

from xinglin.hospital.oversight.models import Answer as GivenAnswer
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy import law, services
from xinglin.hospital.pharmacy.errors import PrescriptionNeedsAnswer, PrescriptionRefused
from xinglin.hospital.pharmacy.facts import UNREVIEWED
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.services import Answer, Draft
from xinglin.hospital.pharmacy.services.page import page_of
from xinglin.supervision.facts import Stage

PINELLIA, ACONITE = "XL-T-011", "XL-T-032"
WHY = "附子粳米汤原方，制附子先煎"
LATER = NOW.replace(minute=NOW.minute + 9)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> World:
    """A visit with these two pieces in the catalogue."""
    monkeypatch.setattr(medicines, "PRODUCTS", (*medicines.PRODUCTS, PINELLIA, ACONITE))
    return World()


def formula(world: World) -> Draft:
    pieces = [a_line(code, dose_units=4_500_000, frequency="bid", days=5) for code in (PINELLIA, ACONITE)]
    return world.draft(lines=pieces)


def answers(world: World, draft: Draft) -> list[Answer]:
    """The physician's reason beside each piece that the law's reminder names."""
    asks = services.preview(actor=world.doctor.at(NOW), draft=draft, now=NOW).asks
    found = [Answer(law.key_of(ask), "other", WHY) for ask in asks if ask.rule_id == "D11"]
    assert len(found) == 2
    return found


def signed(world: World) -> Prescription:
    draft = formula(world)
    return world.issue(draft, answers(world, draft))


def test_without_it_nothing_is_signed(world: World) -> None:
    with pytest.raises(PrescriptionNeedsAnswer) as asked:
        services.issue_prescription(actor=world.doctor.at(NOW), draft=formula(world), answers=(), now=NOW)
    assert {ask.rule_id for ask in asked.value.asks} == {"D11"}
    assert not Prescription.objects.exists()


def test_it_stands_in_what_is_signed_and_on_the_page(world: World) -> None:
    row = signed(world)
    content = json.loads(row.signed.content)
    twice = [one for one in content["answers"] if one.get("second_signature")]
    assert {(one["to"].partition(":")[0], one["text"]) for one in twice} == {("D11", WHY)}
    assert GivenAnswer.objects.filter(rule="D11", text=WHY).exists()
    page = page_of(row, content)
    assert any("再次签名" in line.reason and WHY in line.reason for line in page.lines)


def test_review_and_audit_find_it_signed(world: World, tmp_path: Path) -> None:
    row = world.review(signed(world), at=4)
    assert row.state == "approved"
    case = law.stage_case(row, Stage.REVIEWED, review=UNREVIEWED, now=LATER)
    assert case.prescription.second_signed is True
    given = GivenVerdict.objects.filter(rule="D11", outcome="finding")
    assert {one.moment for one in given} == {"remind"}, "what was asked for was given before the control"
    assert {one.consequence for one in given} == {"needs_reason"}
    assert audit(tmp_path, "D11") == "clear"


def test_one_that_was_not_signed_twice_does_not_pass_the_review(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = signed(world)
    monkeypatch.setattr(law, "_signed_twice", lambda *_: False)  # as if it had come in by another way
    with pytest.raises(PrescriptionRefused) as refused:
        world.review(row, at=4)
    assert {ask.rule_id for ask in refused.value.asks} == {"D11"}


def test_the_room_offers_the_second_signature(world: World) -> None:
    draft = formula(world)
    services.save_draft(actor=world.doctor.at(NOW), draft=draft, now=NOW)
    client = Client()
    client.force_login(world.doctor.account)
    make.a_proof(world.doctor.account, at=NOW)
    page = client.get(f"/clinic/visits/{draft.visit_id}/prescription").content.decode()
    assert "写明理由再次签名" in page
