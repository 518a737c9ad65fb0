"""A limit that is changed at the desk acts from its day on wherever the question is asked, and nowhere before.

Reminder, control and audit with the knowledge of this house; the admission of physicians; the door of a live visit;
the form of a prescription. Each is asked the day before, on the day, and in a place that the change does not name.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests import builders as make
from tests.generative.worlds import write_lake
from tests.unit.oversight.people import AUDITOR, an_actor
from tests.unit.pharmacy.world import AMLODIPINE, World, a_line

from xinglin.hospital.consultation.live_policy import proof_window
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.selectors.admission import years_needed
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import engine, services
from xinglin.hospital.oversight.knowledge import files_in_force
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.selectors import knowledge_in_force
from xinglin.hospital.pharmacy.days import days_in
from xinglin.hospital.pharmacy.drafts import price_line
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.facts import Case
from xinglin.supervision.facts.case import flat
from xinglin.supervision.facts.lake import World as LakeWorld
from xinglin.supervision.facts.lake import table_columns
from xinglin.supervision.facts.schema import values
from xinglin.supervision.moments import judge
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Moment, Outcome

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
FIRST = date(2026, 10, 1)
BEFORE = FIRST - timedelta(days=1)
HERE, ELSEWHERE = "370902", "510104"


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    """An installation of its own."""
    settings.XINGLIN_KNOWLEDGE = tmp_path / "knowledge"


def adopt(rule: str, limit: str, value: str, territory: str = "3709") -> None:
    """The steps of the desk."""
    change = services.propose_limit(
        actor=AUDITOR, rule=rule, limit=limit, value=value, territory=territory, from_on=FIRST, basis="a document",
        reason="tried", trial_id=new_id(), backtest={}, now=NOW,
    )  # fmt: skip
    services.shadow_limit(actor=AUDITOR, change_id=change, now=NOW)
    services.approve_limit(actor=an_actor(Role.AUDITOR), change_id=change, words="seen", now=NOW)


def days(on: date, place: str) -> Case:
    """Ten packs of a day's dose each, on an ordinary prescription of a day in a place."""
    clean = clean_case()
    line = replace(clean.lines[0], id="L1", quantity=10, pack_content=clean.lines[0].dose, amount_fen=1000)
    return replace(
        clean,
        encounter=replace(clean.encounter, on=on, started_at=noon(on)),
        prescription=replace(clean.prescription, on=on, encounter_id=clean.encounter.id),
        institution=replace(clean.institution, territory_code=place),
        lines=(line,),
    )


def before_and_during(rule: str, case: Case) -> set[str]:
    """What a reminder and a control say, with the knowledge in force here."""
    at = noon(case.encounter.on or FIRST)
    judged = [engine.ask(case, moment, at, frozenset({rule})) for moment in ("remind", "control")]
    return {verdict.outcome.value for one in judged for verdict in one.verdicts}


def after(rule: str, case: Case, folder: Path) -> set[str]:
    """What an audit in columns says, with the files that the command finds in this house."""
    world, facts = LakeWorld(), flat(case)
    for table in ("encounters", "prescriptions"):
        world.extend(table, [{column.path: facts.get(column.path) for column in table_columns(table)}])
    lines = [values("line", line) | {"line.prescription_id": case.prescription.id} for line in case.lines]
    world.extend("lines", lines)
    write_lake(world, folder)
    duck = Duck()
    try:
        auditor = ColumnAuditor(Lake(duck, folder), load_knowledge(*files_in_force()), [find_rule(rule)])
        said = [one for scope in auditor.scopes() for one in auditor.judge(scope).said(tuple(Outcome))]
    finally:
        duck.close()
    return {one.core.outcome.value for one in said}


def test_reminder_control_and_audit(tmp_path: Path) -> None:
    asked = {(on, place): days(on, place) for on in (BEFORE, FIRST) for place in (HERE, ELSEWHERE)}
    assert {key: before_and_during("B03", case) for key, case in asked.items()} == {key: {"finding"} for key in asked}
    adopt("B03", "supply_days_ordinary", "14")
    said = {key: before_and_during("B03", case) for key, case in asked.items()}
    assert said.pop((FIRST, HERE)) == {"clear"}
    assert set(map(frozenset, said.values())) == {frozenset({"finding"})}
    for number, (key, case) in enumerate(asked.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert after("B03", case, folder) == before_and_during("B03", case), key
        audited = judge(case, Moment.AUDIT, knowledge=knowledge_in_force(), judged_at=NOW, only={"B03"})
        assert {one.outcome.value for one in audited.verdicts} == before_and_during("B03", case), key


def test_admission() -> None:
    assert years_needed(HERE, FIRST) == 3
    adopt("A07", "independent_years_min", "5")
    assert [years_needed(HERE, BEFORE), years_needed(HERE, FIRST), years_needed(ELSEWHERE, FIRST)] == [3, 5, 3]
    young = replace(clean_case().physician, independent_from_on=date(FIRST.year - 4, 1, 1))
    asked = {
        (on, place): replace(days(on, place), physician=young) for on in (BEFORE, FIRST) for place in (HERE, ELSEWHERE)
    }
    told = {key: before_and_during("A07", case) for key, case in asked.items()}
    assert told.pop((FIRST, HERE)) == {"finding"}
    assert set(map(frozenset, told.values())) == {frozenset({"clear"})}, "who is refused at the desk is refused at care"


def test_the_door_of_a_live_visit_and_a_proof_before_it() -> None:
    adopt("A09", "authentication_minutes_max", "5")
    windows = [proof_window(noon(on), place) for on in (BEFORE, FIRST) for place in (HERE, ELSEWHERE)]
    assert windows == [timedelta(minutes=minutes) for minutes in (15, 15, 5, 15)]
    doctor = make.a_physician()
    house = identity.practitioner_profile(practitioner_id=doctor.practitioner_id, at=NOW).institution_id
    assert identity.institution(institution_id=house, at=NOW).area.startswith("3709")
    for on, found in ((BEFORE, True), (FIRST, False)):
        make.a_proof(doctor.account, at=noon(on) - timedelta(minutes=10))
        proof = identity.proof_within(
            person_id=doctor.person_id, account_id=doctor.account.pk, at=noon(on), purpose="visit"
        )
        assert (proof is not None) is found


def test_the_form_of_a_prescription() -> None:
    World()
    adopt("B03", "supply_days_long_assessed", "56")
    adopt("B03", "supply_days_ordinary", "14")
    assert [days_in(HERE, BEFORE).longest, days_in(HERE, FIRST).longest, days_in(ELSEWHERE, FIRST).longest] == [
        84, 56, 84,
    ]  # fmt: skip
    assert "14" in days_in(HERE, FIRST).kinds["ordinary"].zh
    assert "7" in days_in(HERE, BEFORE).kinds["ordinary"].en
    line, product = a_line(AMLODIPINE, days=70), terminology.product(AMLODIPINE)
    assert not price_line(line, product, 1, days_in(HERE, BEFORE).longest).errors
    (wrong,) = price_line(line, product, 1, days_in(HERE, FIRST).longest).errors
    assert "56" in wrong.sentence.en
