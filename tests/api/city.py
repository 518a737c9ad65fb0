"""A small hospital in the middle of its day: people of every role, and visits and prescriptions in every state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from tests import builders as make
from tests.api.likeness_city import likenesses, recorded
from tests.unit.consultation.world import a_picture
from tests.unit.pharmacy.world import AMLODIPINE, METFORMIN
from tests.unit.settlement.world import World

from xinglin.hospital.consultation.errors import ConfirmAgain
from xinglin.hospital.consultation.models import FollowUpEvidence, Picture, Visit
from xinglin.hospital.consultation.services import measure_at_home, start_visit
from xinglin.hospital.decision_support.alarm_models import Alarm
from xinglin.hospital.identity.models import (
    CredentialApplication,
    CredentialPaper,
    DocumentPhoto,
    Guardianship,
    LikenessPicture,
    PaymentStatus,
    Person,
    SigningKey,
    StaffRole,
)
from xinglin.hospital.identity.services import assign_role, attach_document, record_payment_stop
from xinglin.hospital.identity.services.tokens import issue_token
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy.authentic.authority import serial_of
from xinglin.hospital.pharmacy.models import Line, Prescription
from xinglin.hospital.pharmacy.services import published_certificate
from xinglin.hospital.regulator.models import RuleTrial
from xinglin.hospital.settlement.models import Settlement
from xinglin.hospital.terminology.loading import rebuild_terms

AT = make.NOW + timedelta(minutes=9)


@dataclass
class City:
    """The people by role, and the ids that requests may name."""

    people: dict[str, make.Someone]
    known: dict[str, list[str]] = field(default_factory=dict)
    one: dict[str, str] = field(default_factory=dict)
    also: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the end of an address: what it needs instead."""
    strangers: dict[str, make.Someone] = field(default_factory=dict)
    public: frozenset[str] = frozenset(
        {"practitioner_id", "physician_id", "institution_id", "key_id", "code", "name", "rule_id", "purpose", "serial"}
        | {"kind"}
    )
    """Parts of addresses that name what anyone may know of."""

    def token(self, role: str) -> str:
        """A fresh token for the person of a role."""
        account_id = self.people[role].account.pk
        return issue_token(actor=system_actor("tests"), account_id=account_id, now=AT).token


@contextmanager
def opened(*, demo: bool) -> Iterator[City]:
    """The hospital at AT, committed; emptied afterwards. To be shared by tests that each undo what they did."""
    with override_settings(XINGLIN_DEMO=demo), pytest.MonkeyPatch.context() as patch:
        call_command("flush", interactive=False, verbosity=0)  # what a run that was broken off left behind
        for signal in (request_started, request_finished):  # They would close the connection that the tests share.
            signal.disconnect(close_old_connections)
        try:
            made = build()
            patch.setattr("xinglin.hospital.kernel.clock.now", lambda: AT)
            yield made
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)
            call_command("flush", interactive=False, verbosity=0)


def build() -> City:
    """The hospital at AT."""
    world = World()
    care(world)
    for catalogue in ("product", "diagnosis"):
        rebuild_terms(catalogue)
    city = City(
        {
            "patient": world.patient,
            "physician": world.doctor,
            "pharmacist": world.pharmacist,
            "medical_affairs": make.a_medical_affairs_officer(),
            "auditor": make.an_auditor(),
            "regulator": make.a_regulator(),
        }
    )
    papers(city)
    alarming(world)
    journal.seal(now=AT)
    city.known = known(world)
    city.one = one(city, world)
    city.one |= likenesses(world.patient, AT)
    city.one["recording_id"] = recorded(UUID(city.one["visit_id"]), AT)
    city.one["change_id"] = proposed(city.people["auditor"].actor)
    city.also = {
        "/limits/{change_id}/{verb}": {"verb": "withdraw"},
        "/identity/check/{purpose}": {"purpose": "confirm"},
        "/affairs/likeness/stills/{picture_id}": {"picture_id": str(LikenessPicture.objects.get().pk)},
        "/visits/{visit_id}/record": {"visit_id": signed_visit()},
        "/record/read": {"visit_id": signed_visit()},
        "/api/diagnoses/{code}": {"code": "I10"},
        "/affairs/documents/{person_id}/": {"person_id": foreigner()},
    }
    finding = told(city)
    ends = ("/{verb}", "/statement", "/appeal", "/affairs/findings/{verdict_id}/", "/clinic/points/{verdict_id}/")
    city.also |= {end: {"verdict_id": finding, "verb": "decide_finding"} for end in ends}
    city.strangers = strangers()
    return city


def alarming(world: World) -> None:
    """A measurement at home that cannot wait, known to the patient's physician and to the desk."""
    rung = measure_at_home(
        actor=world.patient.at(AT), patient_id=world.patient.person_id, values={"SPO2": "90", "WEIGHT": "61"}, now=AT
    )
    assert rung


def one(city: City, world: World) -> dict[str, str]:
    """One thing of each kind, within reach of the people of this hospital."""
    open_visit = Visit.objects.get(state="in_progress", record__state="draft")
    waiting = Prescription.objects.get(state="signed")
    return {name: ids[0] for name, ids in city.known.items() if ids} | {
        "visit_id": str(open_visit.pk),
        "evidence_id": str(open_visit.evidence.get().pk),
        "prescription_id": str(waiting.pk),
        "person_id": str(world.patient.person_id),
        "practitioner_id": str(world.doctor.practitioner_id),
        "institution_id": str(world.doctor.institution_id),
        "code": AMLODIPINE,
        "name": "routes",
        "rule_id": "B03",
        "trial_id": tried(),
        "purpose": "root",
        "serial": serial_of(published_certificate(actor=system_actor("city"), purpose="root", now=AT)),
    }


def tried() -> str:
    """A trial of a rule that waits for the worker."""
    row = RuleTrial(id=make.new_id(), rule="B03", actor_id=make.new_id(), actor_label="auditor", at=AT)
    row.save(force_insert=True)
    return str(row.pk)


def proposed(auditor: Actor) -> str:
    """Another limit of a rule, proposed by an auditor."""
    change = oversight.propose_limit(
        actor=auditor,
        rule="B03",
        limit="supply_days_ordinary",
        value="14",
        territory="",
        from_on=civil_day(AT) + timedelta(days=30),
        basis="a document of the place",
        reason="tried on the year",
        trial_id=make.new_id(),
        backtest={"before": {"findings": 9}, "after": {"findings": 2}},
        now=AT,
    )
    return str(change)


def told(city: City) -> str:
    """A finding about the physician of which an auditor has told the house."""
    doctor, clean = city.people["physician"], clean_case()
    case = replace(
        clean,
        lines=(replace(clean.lines[0], id=str(make.new_id()), quantity=9, amount_fen=9000),),
        physician=replace(clean.physician, id=str(doctor.practitioner_id)),
    )
    oversight.judge(
        actor=doctor.actor,
        moment="control",
        case=case,
        subject_type="prescription",
        subject_id=make.new_id(),
        institution_id=doctor.institution_id,
        now=AT,
        only={"B03"},
    )
    verdict = GivenVerdict.objects.filter(rule="B03").latest("id")
    oversight.notify_provider(actor=city.people["auditor"].actor, verdict_id=verdict.pk, words="说明", now=AT)
    return str(verdict.pk)


def signed_visit() -> str:
    """A visit whose record is signed."""
    return str(Visit.objects.filter(record__state="signed").order_by("requested_at", "id")[0].pk)


def foreigner() -> str:
    """A person whose passport waits for review."""
    someone = make.a_patient(id_type="passport", number="E12345678", verified=False)
    attach_document(actor=someone.at(AT), person_id=someone.person_id, kind="identity_front", raw=a_picture(), now=AT)
    return str(someone.person_id)


def strangers() -> dict[str, make.Someone]:
    """People of the same parts who have nothing to do with those visits; staff are of another house."""
    house = make.an_institution(kind="hospital")
    return {
        "patient": make.a_patient(),
        "physician": make.a_physician(),
        "pharmacist": make.a_pharmacist(institution=house),
        "medical_affairs": make.a_medical_affairs_officer(institution=house),
    }


def care(world: World) -> None:
    """Visits and prescriptions in every state, each of another patient, for all of whom the first one cares."""
    first = world.patient
    world.sent()
    for step in (world.request, world.waiting, world.started):
        world.patient = in_care_of(first)
        step()
    for state in (world.issue, world.approved, world.picked, lambda draft: world.settle(world.picked(draft))):
        world.patient = in_care_of(first)
        state(world.draft(world.signed()))
    refused_start(world, in_care_of(first))
    world.patient = first


def refused_start(world: World, patient: make.Someone) -> None:
    """A visit that the physician tried to open on an old proof of identity: a finding of rule A09."""
    world.patient = patient
    visit = world.waiting()
    late = AT + timedelta(minutes=30)
    with pytest.raises(ConfirmAgain):
        start_visit(actor=world.doctor.at(late), visit_id=visit.id, now=late)


def in_care_of(guardian: make.Someone) -> make.Someone:
    """Another patient whose verified guardian this one is."""
    ward = make.a_patient()
    Guardianship.objects.create(
        id=make.new_id(),
        ward_id=ward.person_id,
        guardian_id=guardian.person_id,
        relation="spouse",
        asked_at=make.LONG_AGO,
        state="accepted",
        basis="documents",
        accepted_by=make.SYSTEM_ID,
        accepted_at=make.LONG_AGO,
    )
    return ward


def papers(city: City) -> None:
    """An application, a document's photo, a ward."""
    make.a_child_of(city.people["patient"])
    spare = make.a_physician()
    record_payment_stop(
        actor=city.people["auditor"].actor,
        practitioner_id=spare.practitioner_id,
        status="suspended",
        from_on=AT.date(),
        reason="测试",
        now=AT,
    )
    assign_role(
        actor=city.people["medical_affairs"].actor,
        account_id=spare.account.pk,
        role="medical_affairs",
        institution_id=make.the_hospital().pk,
        from_on=AT.date(),
        now=AT,
    )
    patient = city.people["patient"]
    attach_document(actor=patient.at(AT), person_id=patient.person_id, kind="identity_front", raw=a_picture(), now=AT)
    application = CredentialApplication.objects.create(
        id=make.new_id(),
        person=make.a_person(),
        account=make.a_patient().account,
        institution=make.the_hospital(),
        kind="physician",
        register_no="APPLIED0000001",
        title="attending",
        department="03.07",
        independent_from_on=make.date(2010, 1, 1),
        valid_from_on=make.date(2010, 1, 1),
        applied_at=AT,
    )
    for kind in ("practice_licence", "qualification"):
        CredentialPaper.objects.create(
            id=make.new_id(), application=application, kind=kind, content=a_picture(), sha256="", at=AT
        )


def _ids(rows: Any) -> list[str]:
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def known(world: World) -> dict[str, list[str]]:
    """Ids by the name of the field or part of the address that may hold them. Those that stop people are spare ones."""
    spare = make.a_physician()
    house = make.an_institution(parent=make.the_hospital())
    return {
        "visit_id": _ids(Visit.objects.all()),
        "record_visit_id": _ids(Visit.objects.all()),
        "prescription_id": _ids(Prescription.objects.all()),
        "replaces_id": _ids(Prescription.objects.all()),
        "evidence_id": _ids(FollowUpEvidence.objects.all()),
        "alarm_id": _ids(Alarm.objects.all()),
        "picture_id": _ids(Picture.objects.all()),
        "photo_id": _ids(DocumentPhoto.objects.all()),
        "paper_id": _ids(CredentialPaper.objects.all()),
        "application_id": _ids(CredentialApplication.objects.all()),
        "guardianship_id": _ids(Guardianship.objects.all()),
        "staff_role_id": _ids(StaffRole.objects.filter(granted_at=AT)),
        "person_id": _ids(Person.objects.all()),
        "patient_id": _ids(Person.objects.all()),
        "physician_id": [str(world.doctor.practitioner_id)],
        "practitioner_id": [str(spare.practitioner_id)],
        "account_id": [str(spare.account.pk)],
        "institution_id": [str(house.pk)],
        "parent_id": [str(make.the_hospital().pk)],
        "line_id": _ids(Line.objects.all()),
        "verdict_id": _ids(GivenVerdict.objects.all())[:50],
        "settlement_id": _ids(Settlement.objects.all()),
        "payment_status_id": _ids(PaymentStatus.objects.all()),
        "key_id": _ids(SigningKey.objects.all()),
        "product_code": [AMLODIPINE, METFORMIN],
        "diagnosis_code": ["I10", "E11.9"],
        "frequency": ["qd", "bid", "prn"],
        "route": ["po"],
        "consent_version": ["1"],
        "reason_code": ["other", "patient_request", "changed_mind"],
    }
