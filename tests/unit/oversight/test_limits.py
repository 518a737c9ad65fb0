"""Changed limits: proposed, in shadow, approved by another person, dated by place, and never retroactive."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import AFFAIRS, AUDITOR, HOUSE, PHYSICIAN, REGULATOR, an_actor

from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import errors, limits, selectors, services
from xinglin.hospital.oversight.knowledge import files_in_force, knowledge_in_force
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import GivenVerdict, LimitChange, LimitShadow
from xinglin.supervision import moments
from xinglin.supervision.facts import Case
from xinglin.supervision.tables import BadTable, load_knowledge
from xinglin.supervision.tables.adopted import AdoptedLimit, read_adopted, with_adopted, write_adopted
from xinglin.supervision.verdicts import Moment

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 10, 5, tzinfo=SHANGHAI)
FIRST = date(2026, 6, 1)
LIMIT = "supply_days_ordinary"
SECOND = an_actor(Role.AUDITOR)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """An installation of its own."""
    settings.XINGLIN_KNOWLEDGE = tmp_path
    return tmp_path


def two_weeks(on: date, territory: str = "370902") -> Case:
    """Two packs of a week each, written on a day."""
    clean = clean_case()
    return replace(
        clean,
        encounter=replace(clean.encounter, on=on),
        prescription=replace(clean.prescription, on=on),
        institution=replace(clean.institution, territory_code=territory),
        lines=(replace(clean.lines[0], id=str(new_id()), quantity=2, amount_fen=2000),),
    )


def said(on: date, territory: str = "370902") -> set[str]:
    """What B03 says of two weeks at the three moments, with the knowledge in force here."""
    return {
        verdict.outcome.value
        for moment in Moment
        for verdict in moments.judge(
            two_weeks(on, territory), moment, knowledge=knowledge_in_force(), judged_at=NOW, only={"B03"}
        ).verdicts
    }


def propose(**given: Any) -> UUID:
    asked: dict[str, Any] = {
        "actor": AUDITOR, "rule": "B03", "limit": LIMIT, "value": "14", "territory": "", "from_on": FIRST,
        "basis": "a document of the place", "reason": "tried on the year", "trial_id": new_id(),
        "backtest": {"before": {"findings": 9}, "after": {"findings": 2}}, "now": NOW,
    }  # fmt: skip
    return services.propose_limit(**(asked | given))


def adopt(**given: Any) -> UUID:
    change = propose(**given)
    services.shadow_limit(actor=AUDITOR, change_id=change, now=NOW)
    services.approve_limit(actor=SECOND, change_id=change, words="seen", now=NOW)
    return change


def test_from_its_day_on_and_not_before() -> None:
    assert said(FIRST) == {"finding"}
    change = adopt()
    assert said(FIRST - timedelta(days=1)) == {"finding"}, "what was done before is judged by what held then"
    assert said(FIRST) == said(FIRST + timedelta(days=300)) == {"clear"}
    verbs = JournalEntry.objects.filter(object_id=change).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["propose_limit", "shadow_limit", "approve_limit"]
    (card,) = selectors.limit_changes(actor=AUDITOR, rule="B03", at=NOW)
    assert (card.state, card.in_force, card.value.en, card.decided_by) == ("approved", False, "14", SECOND.label)
    (card,) = selectors.limit_changes(actor=AUDITOR, rule="B03", at=NOW + timedelta(days=30))
    assert card.in_force


def test_the_core_of_a_verdict_before_is_the_same_to_the_byte() -> None:
    case, day = two_weeks(FIRST - timedelta(days=1)), NOW

    def cores() -> set[str]:
        judged = moments.judge(case, Moment.AUDIT, knowledge=knowledge_in_force(), judged_at=day, only={"B03"})
        return {verdict.core.hash for verdict in judged.verdicts}

    before = cores()
    adopt()
    assert cores() == before


def test_a_place_of_its_own() -> None:
    adopt(territory="3709")
    assert said(FIRST, "370902") == {"clear"}
    assert said(FIRST, "370102") == {"finding"}
    adopt(value="3", from_on=FIRST + timedelta(days=10))
    assert said(FIRST + timedelta(days=10), "370102") == {"finding"}
    assert said(FIRST + timedelta(days=10), "370902") == {"clear"}, "the narrower place still wins"


def test_a_later_one_ends_the_earlier_and_both_stay_on_record() -> None:
    adopt()
    adopt(value="7", from_on=FIRST + timedelta(days=30))
    assert said(FIRST + timedelta(days=29)) == {"clear"}
    assert said(FIRST + timedelta(days=30)) == {"finding"}
    rows = knowledge_in_force().limits[LIMIT].table.rows
    mine = [(row.values["value"], row.since, row.until) for row in rows if row.since >= FIRST]
    assert mine == [
        (14, FIRST, FIRST + timedelta(days=29)),
        (7, FIRST + timedelta(days=30), None),
    ]


def test_shadow_counts_what_it_would_say_and_shows_nothing() -> None:
    change = propose()
    services.shadow_limit(actor=AUDITOR, change_id=change, now=NOW)
    told = services.judge(
        actor=PHYSICIAN, moment="control", case=two_weeks(NOW.date()), subject_type="prescription",
        subject_id=new_id(), institution_id=HOUSE, now=NOW, only={"B03"},
    )  # fmt: skip
    assert [ask.rule_id for ask in told.asks] == ["B03"], "the limit in force is what people see"
    assert GivenVerdict.objects.count() == 1
    row = LimitShadow.objects.get()
    assert (row.before, row.after, row.count) == ("finding", "clear", 1)
    (card,) = selectors.limit_changes(actor=SECOND, rule="B03", at=NOW)
    assert (card.judged, card.findings_before, card.findings_after, card.may_decide) == (1, 1, 0, True)
    assert said(FIRST) == {"finding"}


def refused(kind: type[DomainError], verb: str, **given: Any) -> DomainError:
    before = list(LimitChange.objects.values())
    with pytest.raises(kind) as refusal:
        getattr(services, verb)(now=NOW, **given)
    assert list(LimitChange.objects.values()) == before
    assert files_in_force() == (None, None)
    return refusal.value


def test_the_order_holds_and_another_person_approves() -> None:
    change = propose()
    words = {"change_id": change, "words": "seen"}
    refused(errors.LimitOutOfOrder, "approve_limit", actor=SECOND, **words)
    services.shadow_limit(actor=AUDITOR, change_id=change, now=NOW)
    refused(errors.LimitOutOfOrder, "shadow_limit", actor=AUDITOR, change_id=change)
    refused(errors.AnotherPersonNeeded, "approve_limit", actor=AUDITOR, **words)
    twin = replace(an_actor(Role.REGULATOR), person_id=new_id())
    LimitChange.objects.update(proposed_by_person_id=twin.person_id)
    refused(errors.AnotherPersonNeeded, "approve_limit", actor=twin, **words)
    refused(NotAllowed, "approve_limit", actor=AFFAIRS, **words)
    refused(InvalidInput, "approve_limit", actor=SECOND, change_id=change, words=" ")
    refused(NotFound, "approve_limit", actor=SECOND, change_id=new_id(), words="seen")
    services.approve_limit(actor=REGULATOR, now=NOW, **words)
    with pytest.raises(errors.LimitOutOfOrder):
        services.withdraw_limit(actor=AUDITOR, now=NOW, **words)


def test_a_day_that_has_begun_is_refused_also_at_the_approval() -> None:
    with pytest.raises(InvalidInput) as refusal:
        propose(from_on=NOW.date())
    assert refusal.value.field == "from_on"
    change = propose()
    services.shadow_limit(actor=AUDITOR, change_id=change, now=NOW)
    late = NOW + timedelta(days=12)
    with pytest.raises(InvalidInput):
        services.approve_limit(actor=SECOND, change_id=change, words="seen", now=late)
    services.approve_limit(actor=SECOND, change_id=change, words="seen", now=late, from_on=date(2026, 6, 15))
    assert (said(date(2026, 6, 14)), said(date(2026, 6, 15))) == ({"finding"}, {"clear"})


@pytest.mark.parametrize(("field", "given"), [
    ("value", {"value": "many"}),
    ("value", {"limit": "no_such_limit"}),
    ("basis", {"basis": " "}),
    ("reason", {"reason": ""}),
    ("territory", {"territory": "Shandong"}),
])  # fmt: skip
def test_what_cannot_be_proposed(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        propose(**given)
    assert refusal.value.field == field
    assert not LimitChange.objects.exists()


def test_one_change_of_a_limit_at_a_time() -> None:
    first = propose()
    with pytest.raises(errors.LimitAlreadyProposed):
        propose(value="10")
    propose(territory="3709")
    services.withdraw_limit(actor=AUDITOR, change_id=first, words="not now", now=NOW)
    propose(value="10")
    assert said(FIRST) == {"finding"}


def test_a_lost_file_is_written_again(home: Path) -> None:
    adopt()
    (home / "limits.current").unlink()
    assert said(FIRST) == {"finding"}
    limits.put_in_force()
    limits.put_in_force()
    assert said(FIRST) == {"clear"}


def test_a_file_that_was_altered_is_not_used(home: Path) -> None:
    adopt()
    _, path = files_in_force()
    assert path is not None
    assert [row.value for row in read_adopted(path)] == [14]
    path.write_bytes(path.read_bytes().replace(b"14", b"99"))
    load_knowledge.cache_clear()
    with pytest.raises(errors.KnowledgeDamaged):
        knowledge_in_force()


def test_rows_fit_the_package(tmp_path: Path) -> None:
    row = AdoptedLimit(LIMIT, 14, "", FIRST, "依据", "basis", "1")
    with pytest.raises(BadTable):
        with_adopted(load_knowledge(), [replace(row, limit="no_such_limit")])
    with pytest.raises(BadTable):
        with_adopted(load_knowledge(), [replace(row, value="14")])
    again = [replace(row, number="2", value=10), row]
    assert with_adopted(load_knowledge(), again).limit(LIMIT, FIRST, "370902") == 10, (
        "the later decision of a day holds"
    )
    assert write_adopted(tmp_path, again) == write_adopted(tmp_path, again[::-1])
