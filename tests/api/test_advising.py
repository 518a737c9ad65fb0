"""Findings over the API: cards as the room shows them, a reason that is kept once, remedies, two signatures for X."""

import html
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.api.world import Caller, Clock
from tests.unit.decision_support.tables import read_twice
from tests.unit.pharmacy.test_review_desk import grave
from tests.unit.pharmacy.world import METFORMIN, World, a_line

from xinglin.hospital.consultation.models import AllergyTold, Observation, PlannedTest
from xinglin.hospital.decision_support.models import Acceptance
from xinglin.hospital.identity.services.tokens import issue_token
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.pharmacy.models import Prescription, Review
from xinglin.hospital.web.shared import middleware

PREVIEW, ACCEPT, REMEDY = "/prescriptions/preview", "/finding-acceptances", "/finding-remedies"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Three minutes after NOW, for the API and for the pages."""
    made = Clock()
    made.later(3)
    monkeypatch.setattr("xinglin.hospital.kernel.clock.now", made)
    monkeypatch.setattr(middleware, "now", made)
    return made


@pytest.fixture
def world(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A visit whose record is signed; every row counts as read a second time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("xinglin.hospital.decision_support.knowledge.knowledge_in_force", read_twice)
    made = World()
    made.visit = made.signed()
    return made


def caller(who: make.Someone, clock: Clock) -> Caller:
    """Somebody's program, with a fresh proof of identity."""
    make.a_proof(who.account, at=clock.at)
    return Caller(issue_token(actor=system_actor("tests"), account_id=who.account.pk, now=clock.at).token)


def too_much(world: World) -> dict[str, Any]:
    """Two grams of metformin a day with an eGFR of 40, as the API takes a draft."""
    assert world.visit is not None
    told = {
        "patient_id": world.visit.patient_id,
        "side": "patient",
        "by_id": world.visit.patient_id,
        "by_label": "患者",
    }
    unit, on = "mL/min/1.73m2", world.later(0).date()
    Observation.objects.create(id=new_id(), at=world.later(0), code="EGFR", value=40, unit=unit, on=on, **told)
    line = a_line(METFORMIN, dose_units=1_000_000, frequency="bid")
    fields = ("id", "product_code", "dose_units", "frequency", "route", "days")
    return {
        "id": str(new_id()),
        "visit_id": str(world.visit.id),
        "lines": [{name: getattr(line, name) for name in fields}],
    }


def finding(seen: dict[str, Any], remedy: str) -> dict[str, Any]:
    """The finding that offers a remedy beginning so."""
    all_of = [one for card in seen["medicine_check"]["cards"] for one in card["findings"]]
    return next(one for one in all_of if any(way["code"].startswith(remedy) for way in one["remedies"]))


# THE CARDS


def test_the_preview_gives_the_cards_that_the_room_shows(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    seen = doctor.post(PREVIEW, draft)
    checked = seen["medicine_check"]
    assert checked["reviewed"] is False
    assert checked["cards"][0]["loud"]
    doctor.put("/prescription-drafts", **draft)
    room = Client()
    room.force_login(world.doctor.account, backend="django.contrib.auth.backends.ModelBackend")
    for language in ("zh", "en"):
        room.cookies["xinglin_language"] = {"zh": "zh-hans", "en": "en"}[language]
        page = html.unescape(room.get(f"/clinic/visits/{draft['visit_id']}/prescription").content.decode())
        for card in checked["cards"]:
            assert f"{card['word'][language]} · {card['title'][language]}" in page
            for one in card["findings"]:
                parts = [one["drugs"], one["text"], one["action"], one["sources"]]
                parts += [way["label"] for way in one["remedies"]]
                parts += [name for graver in one["could_be"] for name in graver["missing"]]
                for part in parts:
                    assert part[language]
                    assert part[language] in page
                assert one["row"] in page
        for text in checked["unchecked"]:
            assert text[language] in page
    assert page.count('class="finding med') == len(checked["cards"])
    merged = set(checked["merged"])
    assert merged <= {ask["key"] for ask in seen["asks"]}
    assert {key for card in checked["cards"] for one in card["findings"] for key in one["asks"]} <= merged


def test_an_empty_draft_has_no_check(world: World, clock: Clock) -> None:
    draft = too_much(world) | {"lines": []}
    assert caller(world.doctor, clock).post(PREVIEW, draft)["medicine_check"] is None


# ACCEPTING


def test_an_acceptance_is_kept_once_and_the_prescription_can_be_signed(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    assert doctor.refused("POST", "/prescriptions", draft)[1] == "prescription.medicine_cards_open"
    one = finding(doctor.post(PREVIEW, draft), "lower")
    assert one["acceptable"]
    body = {"draft": draft, "ticket": one["ticket"], "reason_code": "benefit-outweighs", "text": "已与患者说明"}
    first = doctor.post(ACCEPT, body)
    clock.later(1)
    assert doctor.post(ACCEPT, body) == first, "a retry is the same deed"
    row = Acceptance.objects.get()
    assert (str(row.id), row.ticket, row.reason_code) == (first["id"], one["ticket"], "benefit-outweighs")
    assert JournalEntry.objects.filter(verb="accept_finding").count() == 1
    seen = doctor.post(PREVIEW, draft)["medicine_check"]
    assert [held["ticket"] for held in seen["accepted"]] == [one["ticket"]]
    assert seen["accepted"][0]["reason"]["en"]
    assert one["ticket"] not in {found["ticket"] for card in seen["cards"] for found in card["findings"]}
    make.a_proof(world.doctor.account, at=clock.at)
    issued = doctor.post("/prescriptions", draft)
    assert Prescription.objects.get().id == row.evidence.subject_id
    assert issued["state"] == "signed"


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("no-such-reason", "", "reason"), ("benefit-outweighs", " ", "text"), ("lost-or-damaged", "丢了", "reason")],
)
def test_a_reason_must_be_of_the_list_and_have_its_words(
    world: World, clock: Clock, reason: str, text: str, field: str
) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    ticket = finding(doctor.post(PREVIEW, draft), "lower")["ticket"]
    answer = doctor.call("POST", ACCEPT, {"draft": draft, "ticket": ticket, "reason_code": reason, "text": text})
    assert (answer.status, answer["field"]) == (422, field)
    missing = doctor.call("POST", ACCEPT, {"draft": draft, "ticket": ticket})
    assert (missing.status, missing["errors"][0]["field"]) == (422, "reason_code")
    assert not Acceptance.objects.exists()


def test_only_the_visits_physician_accepts_and_only_what_is_there(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    ticket = finding(doctor.post(PREVIEW, draft), "lower")["ticket"]
    body = {"draft": draft, "ticket": ticket, "reason_code": "dose-adjusted"}
    for who in (world.patient, world.pharmacist):
        assert caller(who, clock).refused("POST", ACCEPT, body)[0] == 403
    assert Caller().refused("POST", ACCEPT, body)[0] == 401
    stranger = caller(make.a_physician(), clock)
    absent = {**body, "draft": draft | {"visit_id": str(new_id())}}
    assert stranger.refused("POST", ACCEPT, body) == doctor.refused("POST", ACCEPT, absent) == (404, "kernel.not_found")
    gone = doctor.refused("POST", ACCEPT, body | {"ticket": "0" * 24})
    assert gone[1] == "decision_support.finding_gone"
    changed = draft | {"lines": [draft["lines"][0] | {"dose_units": 1_500_000}]}
    assert doctor.refused("POST", ACCEPT, body | {"draft": changed})[1] == "decision_support.finding_gone"
    assert not Acceptance.objects.exists()


def test_no_reason_accepts_what_must_not_be_given(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    assert world.visit is not None
    told = {
        "patient_id": world.visit.patient_id,
        "side": "patient",
        "by_id": world.visit.patient_id,
        "by_label": "患者",
    }
    AllergyTold.objects.create(id=new_id(), at=world.later(1), substance="二甲双胍", reaction="severe", **told)
    cards = doctor.post(PREVIEW, draft)["medicine_check"]["cards"]
    one = next(found for card in cards for found in card["findings"] if found["tier"] == "X")
    assert not one["acceptable"]
    body = {"draft": draft, "ticket": one["ticket"], "reason_code": "dose-adjusted"}
    assert doctor.refused("POST", ACCEPT, body)[1] == "decision_support.may_not_be_accepted"
    assert not Acceptance.objects.exists()


# REMEDIES


def test_a_remedy_gives_the_draft_after_it(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    one = finding(doctor.post(PREVIEW, draft), "lower")
    way = next(way for way in one["remedies"] if way["kind"] == "lower")
    body = {"draft": draft, "ticket": one["ticket"], "remedy": way["code"], "line": way["line"]}
    after = doctor.post(REMEDY, body)
    assert after["lines"][0]["dose_units"] == 500_000
    assert doctor.post(REMEDY, body) == after
    kept = {name: after[name] for name in ("id", "visit_id", "kind", "valid_days")}
    assert doctor.post(PREVIEW, kept | {"lines": after["lines"]})["lines"][0]["packs"]
    assert doctor.refused("POST", REMEDY, body | {"remedy": "switch:nothing"})[1] == "prescription.remedy_gone"
    assert doctor.refused("POST", REMEDY, body | {"ticket": "0" * 24})[1] == "prescription.remedy_gone"
    assert caller(make.a_physician(), clock).refused("POST", REMEDY, body)[0] == 404
    assert caller(world.pharmacist, clock).refused("POST", REMEDY, body)[0] == 403


def test_a_test_is_planned_once_and_answers_nothing(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    one = finding(doctor.post(PREVIEW, draft), "test")
    way = next(way for way in one["remedies"] if way["kind"] == "test")
    body = {"draft": draft, "ticket": one["ticket"], "remedy": way["code"]}
    assert doctor.post(REMEDY, body)["lines"] == doctor.post(REMEDY, body)["lines"]
    assert PlannedTest.objects.count() == 1
    assert not Acceptance.objects.exists()


# TWO SIGNATURES


def test_one_pharmacist_endorses_and_another_approves(world: World, clock: Clock) -> None:
    row, other = grave(world), make.a_pharmacist()
    clock.later(4)
    first, second = caller(world.pharmacist, clock), caller(other, clock)
    path = f"/prescriptions/{row.id}"
    seen = first.get(f"{path}/medicine-check")
    assert (seen["tier"], seen["grave"], seen["first_signed"]) == ("X", True, False)
    worst = seen["findings"][0]
    assert (worst["tier"], worst["fresh"], worst["open"]) == ("X", True, True)
    assert seen["changed"][0]["zh"]
    assert seen["changed"][0]["en"]
    assert JournalEntry.objects.filter(verb="read_prescription", actor_id=world.pharmacist.account.pk).exists()
    approve = {"id": str(new_id()), "outcome": "approve"}
    assert first.refused("POST", f"{path}/reviews", approve)[1] == "prescription.second_signer_needed"
    endorse = {"id": str(new_id()), "outcome": "endorse"}
    silent = first.call("POST", f"{path}/reviews", endorse)
    assert (silent.status, silent["field"]) == (422, "text")
    endorse["text"] = "已与医师电话确认，末次月经有误"
    done = first.post(f"{path}/reviews", endorse)
    assert first.post(f"{path}/reviews", endorse) == done, "a retry is the same deed"
    assert Review.objects.count() == 1
    assert first.refused("POST", f"{path}/reviews", approve)[1] == "prescription.second_signer_is_first"
    seen = second.get(f"{path}/medicine-check")
    assert (seen["first_signed"], seen["first_signed_by_me"]) == (True, False)
    again = second.call("POST", f"{path}/reviews", endorse | {"id": str(new_id())})
    assert (again.status, again["field"]) == (422, "outcome")
    second.post(f"{path}/reviews", approve)
    row.refresh_from_db()
    assert row.state == "approved"
    assert [one.outcome for one in row.reviews.order_by("at")] == ["endorse", "approve"]


def test_a_clean_prescription_needs_no_first_signature(world: World, clock: Clock) -> None:
    row = world.issue(world.draft())
    clock.later(4)
    pharmacist = caller(world.pharmacist, clock)
    body = {"id": str(new_id()), "outcome": "endorse", "text": "看过了"}
    answer = pharmacist.call("POST", f"/prescriptions/{row.id}/reviews", body)
    assert (answer.status, answer["field"]) == (422, "outcome")
    seen = pharmacist.get(f"/prescriptions/{row.id}/medicine-check")
    assert (seen["tier"], seen["findings"], seen["changed"]) == ("", [], [])


def test_strangers_neither_look_nor_endorse(world: World, clock: Clock) -> None:
    row = grave(world)
    clock.later(4)
    path, body = f"/prescriptions/{row.id}", {"id": str(new_id()), "outcome": "endorse", "text": "看过了"}
    for who in (world.patient, world.doctor):
        assert caller(who, clock).refused("POST", f"{path}/reviews", body)[0] == 403
        assert caller(who, clock).refused("GET", f"{path}/medicine-check")[0] == 403
    foreign = caller(make.a_pharmacist(institution=make.an_institution(kind="hospital")), clock)
    absent = f"/prescriptions/{new_id()}"
    for method, part, sent in (("POST", "/reviews", body), ("GET", "/medicine-check", None)):
        refused = foreign.refused(method, f"{path}{part}", sent)
        assert refused == foreign.refused(method, f"{absent}{part}", sent) == (404, "kernel.not_found")
    assert not Review.objects.exists()


def test_two_lines_alike_are_told_once_and_accepted_once(world: World, clock: Clock) -> None:
    draft, doctor = too_much(world), caller(world.doctor, clock)
    twice = draft | {"lines": [*draft["lines"], draft["lines"][0] | {"id": str(new_id())}]}
    seen = doctor.post(PREVIEW, twice)["medicine_check"]
    tickets = [one["ticket"] for card in seen["cards"] for one in card["findings"]]
    assert len(tickets) == len(set(tickets))
    kidney = finding({"medicine_check": seen}, "lower")
    doctor.post(ACCEPT, {"draft": twice, "ticket": kidney["ticket"], "reason_code": "dose-adjusted"})
    left = doctor.post(PREVIEW, twice)["medicine_check"]["cards"]
    assert kidney["row"] not in {one["row"] for card in left for one in card["findings"]}
