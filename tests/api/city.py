"""A small hospital in the middle of its day: people of every role, and visits and prescriptions in every state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, METFORMIN, World

from xinglin.hospital.consultation.models import FollowUpEvidence, Picture, Visit
from xinglin.hospital.identity.models import (
    CredentialApplication,
    CredentialPaper,
    DocumentPhoto,
    Guardianship,
    Person,
    SigningKey,
    StaffRole,
)
from xinglin.hospital.identity.services import attach_document
from xinglin.hospital.identity.services.tokens import issue_token
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy.models import Line, Prescription
from xinglin.hospital.terminology.loading import rebuild_terms

AT = make.NOW + timedelta(minutes=9)


@dataclass
class City:
    """The people by role, and the ids that requests may name."""

    people: dict[str, make.Someone]
    known: dict[str, list[str]] = field(default_factory=dict)

    def token(self, role: str) -> str:
        """A fresh token for the person of a role."""
        account_id = self.people[role].account.pk
        return issue_token(actor=system_actor("tests"), account_id=account_id, now=AT).token


@contextmanager
def opened() -> Iterator[City]:
    """The hospital at AT, committed; emptied afterwards. To be shared by tests that each undo what they did."""
    with override_settings(XINGLIN_DEMO=True), pytest.MonkeyPatch.context() as patch:
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
    journal.seal(now=AT)
    city.known = known(world)
    return city


def care(world: World) -> None:
    """Visits and prescriptions in every state, each of another patient, for all of whom the first one cares."""
    first = world.patient
    world.sent()
    for step in (world.request, world.waiting, world.started):
        world.patient = in_care_of(first)
        step()
    for state in (world.issue, world.approved, world.picked, world.settled):
        world.patient = in_care_of(first)
        state(world.draft(world.signed()))
    world.patient = first


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
    from tests.unit.consultation.world import a_picture

    make.a_child_of(city.people["patient"])
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
        "picture_id": _ids(Picture.objects.all()),
        "photo_id": _ids(DocumentPhoto.objects.all()),
        "paper_id": _ids(CredentialPaper.objects.all()),
        "application_id": _ids(CredentialApplication.objects.all()),
        "guardianship_id": _ids(Guardianship.objects.all()),
        "staff_role_id": _ids(StaffRole.objects.filter(role="none")),
        "person_id": _ids(Person.objects.all()),
        "patient_id": _ids(Person.objects.all()),
        "physician_id": [str(world.doctor.practitioner_id)],
        "practitioner_id": [str(spare.practitioner_id)],
        "account_id": [str(spare.account.pk)],
        "institution_id": [str(house.pk)],
        "parent_id": [str(make.the_hospital().pk)],
        "line_id": _ids(Line.objects.all()),
        "verdict_id": _ids(GivenVerdict.objects.all())[:50],
        "key_id": _ids(SigningKey.objects.all()),
        "product_code": [AMLODIPINE, METFORMIN],
        "diagnosis_code": ["I10", "E11.9"],
        "frequency": ["qd", "bid", "prn"],
        "route": ["po"],
        "consent_version": ["1"],
        "reason_code": ["other", "patient_request", "changed_mind"],
    }
