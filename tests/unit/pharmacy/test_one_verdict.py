"""What is known of the patient reaches the law: reminder, control and audit say one thing of one prescription."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests import builders as make
from tests.generative.worlds import write_lake
from tests.unit.decision_support.tables import read_twice
from tests.unit.pharmacy.test_review_desk import grave, review, told
from tests.unit.pharmacy.world import METFORMIN, NOW, VALSARTAN, World, a_line

from xinglin.hospital.consultation.models import AllergyTold, LifeState, MedicineTold, Observation
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight import engine
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight.models import GivenVerdict
from xinglin.hospital.pharmacy import law
from xinglin.hospital.pharmacy.facts import UNREVIEWED
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.regulator import lake
from xinglin.medication.lake import check_lake
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.facts import Stage
from xinglin.supervision.facts.lake import TABLES
from xinglin.supervision.facts.lake import World as LakeWorld
from xinglin.supervision.tables.loading import load_knowledge
from xinglin.supervision.verdicts import Outcome


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row counts as read a second time, so that the physician's acceptances are asked for."""
    monkeypatch.setattr("xinglin.hospital.decision_support.knowledge.knowledge_in_force", read_twice)


def metformin(world: World, egfr: int | None) -> Prescription:
    """Two grams of metformin a day for somebody with an eGFR of the day."""
    draft = world.draft(lines=[a_line(METFORMIN, dose_units=1_000_000, frequency="bid")])
    if egfr is not None:
        told(world, Observation, at=0, code="EGFR", value=egfr, unit="mL/min/1.73m2", on=NOW.date())
    return world.issue(draft)


def moments(row: Prescription, rule: str, folder: Path) -> dict[str, str]:
    """What a rule says of the prescription's one line at each of the three moments."""
    line, now = str(row.lines.get().id), NOW + timedelta(minutes=9)
    case = law.stage_case(row, Stage.REVIEWED, review=UNREVIEWED, now=now)
    said = {}
    for moment in ("remind", "control"):
        whole, world = engine.around(case, moment, now, frozenset({rule}))
        judged = engine.ask(whole, moment, now, frozenset({rule}), world)
        said[moment] = next(one.core.outcome.value for one in judged.verdicts if one.core.subject == line)
        stored = GivenVerdict.objects.filter(rule=rule, subject=line, moment=moment, outcome="finding").exists()
        assert stored is (said[moment] == "finding"), "what was stored at the deed is what is said now"
    return said | {"audit": audit(folder, rule)}


UNSURE = (Outcome.FINDING, Outcome.CANNOT_TELL)


def audit(folder: Path, rule: str) -> str:
    """The rule over the lake that this house's own deeds make."""
    world, rows = LakeWorld(), {}
    for table, row, _ in lake._rows(system_actor("test"), NOW + timedelta(minutes=9), others=False):
        rows[table, row[TABLES[table].key]] = row
    for (table, _), row in rows.items():
        world.extend(table, [row])
    write_lake(world, folder)
    check_lake(folder)
    duck = Duck()
    try:
        auditor = ColumnAuditor(Lake(duck, folder), load_knowledge(), [find_rule(rule)])
        outcomes = [said.core.outcome.value for scope in auditor.scopes() for said in auditor.judge(scope).said(UNSURE)]
    finally:
        duck.close()
    return outcomes[0] if outcomes else "clear"


@pytest.mark.parametrize(("egfr", "says"), [(40, "finding"), (95, "clear"), (None, "cannot_tell")])
def test_a_finding_that_hangs_on_a_laboratory_value(world: World, tmp_path: Path, egfr: int | None, says: str) -> None:
    row = metformin(world, egfr)
    world.review(row)
    assert moments(row, "D19", tmp_path) == {"remind": says, "control": says, "audit": says}


def test_a_finding_that_hangs_on_what_is_taken_elsewhere(world: World, tmp_path: Path) -> None:
    draft = world.draft(lines=[a_line(VALSARTAN, dose_units=80000)])
    told(world, Observation, at=0, code="EGFR", value=95, unit="mL/min/1.73m2", on=NOW.date())
    told(world, MedicineTold, at=0, name="碳酸锂片", codes=["lithium-carbonate"])
    row = world.issue(draft)
    world.review(row)
    assert moments(row, "D10", tmp_path) == {"remind": "finding", "control": "finding", "audit": "finding"}


def test_the_lake_of_the_house_holds_what_stood_beside_the_prescription(world: World) -> None:
    world.draft()
    told(world, AllergyTold, at=0, substance="青霉素", codes=["penicillins"])
    world.review(world.issue())
    rows = list(lake._rows(system_actor("test"), NOW + timedelta(minutes=9), others=False))
    assert "penicillins" in {row["allergy.substance_code"] for table, row, _ in rows if table == "allergies"}


# SIGNED TWICE


def signed_twice(row: Prescription) -> Iterable[Any]:
    """The fact at every control of the prescription, in order of time."""
    judged = oversight.judged_rows(actor=system_actor("test"))
    mine = (row_ for table, row_, _ in judged if table == "prescriptions" and row_["prescription.id"] == str(row.id))
    return [one["prescription.second_signed"] for one in mine]


def test_two_pharmacists_sign_twice(world: World) -> None:
    row, other = grave(world), make.a_pharmacist()
    review(world, row, world.pharmacist, "endorse", text="已与医师电话确认，停用后改签")
    review(world, row, other, "approve", at=8)
    assert list(signed_twice(row)) == [False, True]
    case = law.stage_case(row, Stage.REVIEWED, review=UNREVIEWED, now=world.later(9))
    assert case.prescription.second_signed is True


def test_an_endorsement_before_a_question_is_none(world: World) -> None:
    row, other = grave(world), make.a_pharmacist()
    review(world, row, world.pharmacist, "endorse", text="电话确认")
    review(world, row, other, "ask", at=7, text="请确认孕周")
    case = law.stage_case(row, Stage.SIGNED, review=UNREVIEWED, now=world.later(9))
    assert case.prescription.second_signed is False


def test_a_physician_who_answers_for_a_named_risk_has_signed_it_twice(world: World) -> None:
    draft = world.draft(lines=[a_line(VALSARTAN, dose_units=80000)])
    told(world, LifeState, at=0, pregnant=True, weeks=9, on=NOW.date())
    row = world.issue(draft)
    assert row.findings.get(rule_id="D09").reason_code
    world.review(row)
    assert list(signed_twice(row))[-1] is True
    make.a_proof(world.doctor.account, at=world.later(9))
    plain = world.issue(world.draft(lines=[a_line(METFORMIN)]), at=10)
    world.review(plain, at=11)
    assert list(signed_twice(plain))[-1] is False, "an answer to another rule is no second signature"
