"""From a suspicious finding to a stop of payment and back: told, heard, verified, decided, appealed, taken back.

The pages are those that people use; what was announced is delivered as the worker does; rule A12 is asked at all three
moments with the facts that identity gives.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders as make

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.events import run_handler
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import services
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict, PaymentStop
from xinglin.supervision import moments
from xinglin.supervision.facts import Physician
from xinglin.supervision.facts.codec import decode_case, encode_case
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Certainty, Moment

pytestmark = pytest.mark.django_db(transaction=True)


def deliver() -> list[str]:
    """Do what the worker does with every announcement that waits; returns their names."""
    jobs = list(ProcrastinateJob.objects.filter(task_name="kernel.deliver", status="todo").order_by("id"))
    for job in jobs:
        run_handler(job.args["event"], json.loads(job.args["payload"]), job.args["handler"], datetime.now(tz=UTC))
    ProcrastinateJob.objects.filter(id__in=[job.id for job in jobs])._raw_delete("default")  # type: ignore[attr-defined]
    return [job.args["event"] for job in jobs]


def a12(doctor: make.Someone) -> set[str]:
    """What rule A12 says of a new visit of today, at each of the three moments."""
    at = datetime.now(tz=UTC)
    facts = identity.practitioner_facts(practitioner_id=doctor.practitioner_id, at=at)
    known = {name: facts[name] for name in facts if name.startswith("payment_suspended")}
    clean = clean_case()
    visit = replace(clean.encounter, on=civil_day(at), fund_asked=True)
    physician: Physician = replace(clean.physician, id=str(doctor.practitioner_id), **known)
    case = decode_case(encode_case(replace(clean, encounter=visit, physician=physician)))
    return {
        verdict.outcome.value
        for moment in Moment
        for verdict in moments.judge(case, moment, knowledge=load_knowledge(), judged_at=at, only={"A12"}).verdicts
    }


def a_suspicious_finding(doctor: make.Someone) -> UUID:
    clean = clean_case()
    case = replace(
        clean,
        lines=(replace(clean.lines[0], id=str(new_id()), quantity=9, amount_fen=9000),),
        physician=replace(clean.physician, id=str(doctor.practitioner_id)),
    )
    services.judge(
        actor=doctor.actor,
        moment="control",
        case=case,
        subject_type="prescription",
        subject_id=new_id(),
        institution_id=doctor.institution_id,
        now=datetime.now(tz=UTC),
        only={"B03"},
    )
    given = GivenVerdict.objects.values().get()
    made = GivenVerdict(**(given | {"id": new_id(), "subject": str(new_id()), "certainty": Certainty.SUSPICIOUS}))
    made.save(force_insert=True)
    return made.pk


def enter(someone: make.Someone) -> Client:
    client = Client()
    client.force_login(someone.account)
    return client


def test_heard_before_it_costs(settings: Any) -> None:
    ProcrastinateJob.objects.all()._raw_delete("default")  # type: ignore[attr-defined]  # of tests before this one
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.the_hospital()
    doctor = make.a_physician()
    desk, clinic, board = enter(make.an_auditor()), enter(doctor), enter(make.a_regulator())
    verdict = a_suspicious_finding(doctor)
    audit, own = f"/audit/findings/{verdict}", f"/clinic/points/{verdict}/"
    points = {"decision": "upheld", "severity": "3", "degree": "main"}

    assert desk.post(f"{audit}/decide_finding", points | {"words": "at once"}).status_code == 409
    assert not FindingCase.objects.exists()
    assert desk.post(f"{audit}/notify_provider", {"words": "nine packs, please explain"}).status_code == 302
    assert desk.post(f"{audit}/verify_finding", {"words": "too early"}).status_code == 409
    assert clinic.post(own, {"do": "state_case", "words": "the patient travels"}).status_code == 302
    assert desk.post(f"{audit}/verify_finding", {"words": "no ticket, no record of it"}).status_code == 302
    assert a12(doctor) == {"not_applicable"}
    assert desk.post(f"{audit}/decide_finding", points | {"words": "no cause"}).status_code == 302
    assert FindingCase.objects.get().upheld_fen == 8000

    assert "PointsReachedStop" in deliver()
    assert PaymentStop.objects.get().level == 9
    assert a12(doctor) == {"finding"}

    assert clinic.post(own, {"do": "appeal_decision", "words": "here is the ticket"}).status_code == 302
    sent = {"decision": "rejected", "words": "the ticket was there all along"}
    assert desk.post(f"{audit}/close_appeal", sent).status_code == 403
    assert board.post(f"{audit}/close_appeal", sent).status_code == 302
    assert FindingCase.objects.values_list("state", "decision", "upheld_fen").get() == ("final", "rejected", 0)
    assert "PointsFellBelowStop" in deliver()
    assert a12(doctor) == {"not_applicable"}
