"""The check in the house: exact amounts, acceptances that stay silent, evidence that replays byte by byte."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests import builders as make
from tests.unit.decision_support.tables import read_twice
from tests.unit.pharmacy.world import METFORMIN, NOW, medicines

from xinglin.hospital.decision_support import selectors, services
from xinglin.hospital.decision_support import services as support
from xinglin.hospital.decision_support.errors import FindingGone, MayNotBeAccepted, TooManyChecks
from xinglin.hospital.decision_support.models import Acceptance, CheckTicket
from xinglin.hospital.decision_support.services import Asked, KnownAllergy, Ordered, PatientFacts, Result, Taken
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.terminology import selectors as terminology

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped tables as if every row had been read a second time, so that it may interrupt."""
    monkeypatch.setattr("xinglin.hospital.decision_support.knowledge.knowledge_in_force", read_twice)
    medicines()


@pytest.fixture
def doctor() -> make.Someone:
    """A physician."""
    return make.a_physician()


def asked(dose: int = 1_000_000, **changes: Any) -> Asked:
    """Metformin 1 g twice a day for somebody with an eGFR of 38."""
    values: dict[str, Any] = {
        "id": "rx",
        "on": NOW.date(),
        "patient_id": new_id(),
        "patient": PatientFacts(
            birth_on=date(1954, 1, 1),
            sex="F",
            weight_kg="55",
            results=(Result("EGFR", "38", "ml/min/1.73m2", NOW.date() - timedelta(days=2)),),
            allergies=(),
            diagnoses=("E11.9",),
        ),
        "orders": (Ordered("line-1", terminology.product(METFORMIN), dose, "bid", "po", 30),),
        "channel": "online",
    }
    return Asked(**(values | changes))


def check(doctor: make.Someone, case: Asked, later: int = 0) -> support.Advice:
    """The check on a later day, with the kidneys measured anew to the same value."""
    now = NOW + timedelta(days=later)
    patient = replace(case.patient, results=tuple(replace(one, on=now.date()) for one in case.patient.results))
    return services.check_prescription(actor=doctor.actor, asked=replace(case, on=now.date(), patient=patient), now=now)


def accept(doctor: make.Someone, advice: support.Advice, ticket: str, **changes: Any) -> Acceptance:
    values: dict[str, Any] = {"reason_code": "dose-adjusted", "institution_id": new_id(), "subject_id": new_id()}
    return services.accept(actor=doctor.actor, advice=advice, ticket=ticket, **({"now": NOW} | values | changes))


def the(advice: support.Advice, row: str) -> dict[str, Any]:
    return next(one for one in advice.findings if one["kind"] == row)


def test_amounts_are_exact_and_lines_keep_their_names(doctor: make.Someone) -> None:
    advice = check(doctor, asked())
    found = the(advice, "renal")
    assert found["tier"] == "D"
    assert [advice.line_of(place) for place in found["lines"]] == ["line-1"]
    assert advice.given["orders"][0]["parts"] == [
        {"code": "metformin", "kind": "mass", "single": "1000000", "daily": "2000000"}
    ]
    calm = check(doctor, asked(dose=500_000))
    assert not [one for one in calm.findings if one["kind"] == "renal" and one["tier"] in "XD"]


def test_nobody_asked_is_not_none(doctor: make.Someone) -> None:
    case = asked()
    silent = check(doctor, replace(case, patient=replace(case.patient, allergies=None)))
    assert "patient.allergies" in {one["fact"] for one in silent.answer["unchecked"]}
    assert "patient.allergies" not in {one["fact"] for one in check(doctor, case).answer["unchecked"]}


def test_words_that_are_not_understood_are_told(doctor: make.Someone) -> None:
    advice = check(doctor, asked(current=(Taken("told:1", "家里的白色小药片"), Taken("told:2", "华法林", "3mg qd"))))
    assert any(one["place"] == "current[0].drug" for one in advice.answer["unchecked"])
    assert advice.line_of("current[1]") == "told:2"


def test_an_accepted_finding_is_silent_until_something_changes_or_90_days_pass(doctor: make.Someone) -> None:
    case = asked()
    before = check(doctor, case)
    ticket = the(before, "renal")["ticket"]
    row = accept(doctor, before, ticket)
    assert accept(doctor, before, ticket).id == row.id, "once is enough"
    assert Acceptance.objects.count() == 1
    again = check(doctor, case, later=30)
    assert the(again, "renal")["accepted_on"] == NOW.date().isoformat()
    assert not any(again.findings[n]["kind"] == "renal" for card in again.cards for n in card["findings"])
    assert the(check(doctor, case, later=91), "renal")["accepted_on"] is None
    louder = check(doctor, replace(case, orders=(replace(case.orders[0], dose_units=1_500_000),)), later=1)
    assert the(louder, "renal")["accepted_on"] is None
    stranger = check(doctor, replace(case, patient_id=new_id()))
    assert the(stranger, "renal")["accepted_on"] is None


def test_what_must_not_be_given_is_never_accepted_online(doctor: make.Someone) -> None:
    case = asked(patient=replace(asked().patient, allergies=(KnownAllergy("二甲双胍", "severe"),)))
    advice = check(doctor, case)
    found = the(advice, "allergy")
    assert found["tier"] == "X"
    with pytest.raises(MayNotBeAccepted):
        accept(doctor, advice, found["ticket"])
    assert not Acceptance.objects.exists()


def test_a_reason_is_coded_and_some_need_words(doctor: make.Someone) -> None:
    advice = check(doctor, asked())
    ticket = the(advice, "renal")["ticket"]
    with pytest.raises(InvalidInput) as wrong:
        accept(doctor, advice, ticket, reason_code="because")
    assert wrong.value.field == "reason"
    with pytest.raises(InvalidInput) as short:
        accept(doctor, advice, ticket, reason_code="benefit-outweighs")
    assert short.value.field == "text"
    with pytest.raises(FindingGone):
        accept(doctor, advice, "0" * 24)
    assert not Acceptance.objects.exists()


def test_others_may_neither_check_nor_accept(doctor: make.Someone) -> None:
    patient, advice = make.a_patient(), check(doctor, asked())
    with pytest.raises(NotAllowed):
        services.check_prescription(actor=patient.actor, asked=asked(), now=NOW)
    with pytest.raises(NotAllowed):
        accept(make.a_pharmacist(), advice, the(advice, "renal")["ticket"])


def test_evidence_replays_byte_by_byte_for_its_readers_alone(doctor: make.Someone) -> None:
    advice = check(doctor, asked(current=(Taken("told:2", "华法林", "3mg qd"),)))
    subject = new_id()
    kept = services.keep_evidence(
        actor=doctor.actor,
        advice=advice,
        institution_id=doctor.institution_id,
        subject_type="prescription",
        subject_id=subject,
        now=NOW,
    )
    again = services.replay(actor=doctor.actor, log_id=kept, now=NOW + timedelta(days=400))
    assert again.same
    assert again.same_knowledge
    assert [row.id for row in selectors.tickets_of(actor=doctor.actor, subject_id=subject)] == [kept]
    with pytest.raises(NotFound):
        services.replay(actor=make.a_physician().actor, log_id=kept, now=NOW)
    with pytest.raises(NotAllowed):
        services.replay(actor=make.a_patient().actor, log_id=kept, now=NOW)
    with pytest.raises(NotFound):
        services.replay(actor=doctor.actor, log_id=new_id(), now=NOW)


def test_a_replay_sees_an_altered_answer(doctor: make.Someone) -> None:
    advice = check(doctor, asked())
    changed = replace(advice, answer={**advice.answer, "findings": []})
    kept = services.keep_evidence(
        actor=doctor.actor,
        advice=changed,
        institution_id=doctor.institution_id,
        subject_type="prescription",
        subject_id=new_id(),
        now=NOW,
    )
    assert not services.replay(actor=doctor.actor, log_id=kept, now=NOW).same


def test_tickets_and_acceptances_never_change(doctor: make.Someone) -> None:
    from django.db import IntegrityError, transaction

    advice = check(doctor, asked())
    accept(doctor, advice, the(advice, "renal")["ticket"])
    for model in (CheckTicket, Acceptance):
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.update(actor_label="somebody else")


def test_an_account_asks_so_often_and_no_more(doctor: make.Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "A_MINUTE_MAX", 2)
    given = {"on": "2026-09-01", "orders": [{"drug": "metformin", "dose": "1g", "frequency": "bid"}]}
    for _ in range(2):
        services.check_case(actor=doctor.actor, given=given, now=NOW)
    with pytest.raises(TooManyChecks):
        services.check_case(actor=doctor.actor, given=given, now=NOW)
    assert services.check_case(actor=doctor.actor, given=given, now=NOW + timedelta(minutes=1))["findings"] is not None


def test_a_wrong_field_is_named(doctor: make.Someone) -> None:
    with pytest.raises(InvalidInput) as wrong:
        services.check_case(actor=doctor.actor, given={"orders": [{"drug": "metformin"}], "patent": {}}, now=NOW)
    assert wrong.value.field == "patent"
