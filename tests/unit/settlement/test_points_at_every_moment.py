"""Points of a physician as eligibility, through the hospital's own doors: 9 suspend and 12 end, at all three moments.

The points come from a decided finding, what follows is delivered as the worker does, and then a visit is asked for, a
visit is opened, a prescription is written, one is paid, and the house's own lake is audited.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders as make
from tests.unit.pharmacy.test_one_verdict import audit
from tests.unit.pharmacy.world import NOW
from tests.unit.settlement.world import World

from xinglin.hospital.consultation.errors import NotEligibleOnline
from xinglin.hospital.consultation.services import start_visit
from xinglin.hospital.identity.models import PaymentStatus
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.events import run_handler
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy.errors import PrescriptionRefused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    """An insured patient with a qualification, a physician, an empty queue of announcements."""
    ProcrastinateJob.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    made = World()
    made.insure(account=300)
    made.qualify()
    return made


def give_points(world: World, severity: int, auditor: make.Someone, at: int = 5) -> UUID:
    """A definite finding about the physician, upheld with the main responsibility, and what was announced delivered."""
    now, clean = world.later(at), clean_case()
    case = replace(
        clean,
        lines=(replace(clean.lines[0], id=str(new_id()), quantity=9, amount_fen=9000),),
        physician=replace(clean.physician, id=str(world.doctor.practitioner_id)),
    )
    services.judge(
        actor=world.doctor.at(now), moment="control", case=case, subject_type="prescription", subject_id=new_id(),
        institution_id=world.doctor.institution_id, now=now, only={"B03"},
    )  # fmt: skip
    verdict = GivenVerdict.objects.filter(rule="B03").latest("id").pk
    services.decide_finding(
        actor=auditor.at(now), verdict_id=verdict, decision="upheld", words="为什么", severity=severity, degree="main",
        now=now,
    )  # fmt: skip
    deliver(world, at)
    return verdict


def deliver(world: World, at: int) -> None:
    for job in ProcrastinateJob.objects.filter(task_name="kernel.deliver", status="todo").order_by("id"):
        if job.args["event"].startswith("Points"):
            run_handler(job.args["event"], json.loads(job.args["payload"]), job.args["handler"], world.later(at))
    ProcrastinateJob.objects.filter(task_name="kernel.deliver")._raw_delete("default")  # type: ignore[attr-defined]


def refused(kind: type[DomainError], deed: Callable[[], object]) -> None:
    """The deed is refused under rule A12."""
    with pytest.raises(kind) as caught:
        deed()
    assert "A12" in json.dumps({key: str(value) for key, value in caught.value.fields.items()})


@pytest.mark.parametrize(("severities", "status"), [((3,), "suspended"), ((2, 2), "terminated"), ((4,), "terminated")])
def test_before_during_and_after(world: World, tmp_path: Path, severities: tuple[int, ...], status: str) -> None:
    auditor = make.an_auditor()
    waiting, row = world.waiting(patient=make.a_patient()), world.to_pay()
    draft = world.draft(world.visit)
    for severity in severities:
        give_points(world, severity, auditor)
    assert PaymentStatus.objects.filter(withdrawn_at=None).latest("pk").status == status

    refused(NotEligibleOnline, lambda: world.request(now=world.later(7)))
    make.a_proof(world.doctor.account, at=world.later(7))
    late = world.later(7)
    refused(NotEligibleOnline, lambda: start_visit(actor=world.doctor.at(late), visit_id=waiting.id, now=late))
    refused(PrescriptionRefused, lambda: world.issue(draft, at=8))
    paid = world.settle(row, at=8)
    assert (paid.fund_fen, paid.claim.parts.get().lines.get().denied_rule) == (0, "A12")
    assert audit(tmp_path, "A12") == "finding"


def test_below_nine_nothing_stops(world: World) -> None:
    auditor = make.an_auditor()
    row = world.to_pay()
    give_points(world, 2, auditor)
    standing = selectors.standing_of(
        actor=auditor.actor, practitioner_id=UUID(str(world.doctor.practitioner_id)), at=NOW
    )
    assert (standing.total, standing.until_suspension, standing.stop_from_on) == (6, 3, None)
    assert world.settle(row, at=8).fund_fen > 0


def test_an_appeal_that_is_won_opens_every_door_again(world: World, tmp_path: Path) -> None:
    auditor, officer, regulator = make.an_auditor(), make.a_medical_affairs_officer(), make.a_regulator()
    row = world.to_pay()
    verdict = give_points(world, 3, auditor)
    at, heard = world.later(6), world.later(7)
    services.appeal_decision(actor=officer.at(at), verdict_id=verdict, words="有票据", now=at)
    services.close_appeal(
        actor=regulator.at(heard), verdict_id=verdict, decision="rejected", words="票据属实", now=heard
    )
    deliver(world, 8)
    assert world.request(patient=make.a_patient(), now=world.later(9)).state
    assert world.settle(row, at=9).fund_fen > 0
    assert audit(tmp_path, "A12") != "finding"


def test_a_stop_that_outlives_the_year_is_still_told(world: World) -> None:
    """The account begins anew on the first of January; three years without the right to be paid do not."""
    give_points(world, 4, make.an_auditor())
    later = NOW.replace(year=NOW.year + 1) + timedelta(days=1)
    own = selectors.own_standing(actor=world.doctor.at(later), at=later)
    assert own is not None
    assert (own.total, own.ends, own.stopped) == (0, True, True)
    over = NOW.replace(year=NOW.year + 4)
    after = selectors.own_standing(actor=world.doctor.at(over), at=over)
    assert after is not None
    assert not after.stopped
