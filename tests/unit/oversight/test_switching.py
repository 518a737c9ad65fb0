"""Rules in shadow are judged and counted and nothing is shown; suspended ones are not asked; nothing is silent."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import AFFAIRS, AUDITOR, HOUSE, PHYSICIAN, REGULATOR
from tests.unit.oversight.test_due_process import NOW

from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import errors, selectors, services, uses
from xinglin.hospital.oversight.known_cases import clean_case
from xinglin.hospital.oversight.models import GivenVerdict, PreviewCount, RuleSwitch

pytestmark = pytest.mark.django_db(transaction=True)
ONLY = {"B03"}


def switch(use: str, **given: Any) -> UUID:
    asked = {"actor": AUDITOR, "rule": "B03", "use": use, "reason": "nobody confirms it", "now": NOW}
    return services.switch_rule(**(asked | given))


def judged(at: Any = NOW) -> services.Judged:
    clean = clean_case()
    case = replace(clean, lines=(replace(clean.lines[0], id=str(new_id()), quantity=9, amount_fen=9000),))
    return services.judge(
        actor=PHYSICIAN,
        moment="remind",
        case=case,
        subject_type="prescription",
        subject_id=new_id(),
        institution_id=HOUSE,
        now=at,
        only=ONLY,
    )


def test_a_rule_in_shadow_is_counted_and_not_shown() -> None:
    assert [ask.rule_id for ask in judged().asks] == ["B03"]
    switch("shadow")
    told = judged()
    assert told.asks == ()
    assert [verdict.outcome.value for verdict in told.verdicts] == ["finding"]
    assert list(GivenVerdict.objects.order_by("id").values_list("consequence", flat=True)) == ["needs_reason", "shadow"]
    clean = clean_case()
    house = replace(clean.institution, id=str(HOUSE))
    case = replace(clean, institution=house, lines=(replace(clean.lines[0], quantity=9),))
    assert services.preview(actor=PHYSICIAN, case=case, now=NOW, only=ONLY).asks == ()
    assert PreviewCount.objects.get(outcome="finding").count == 1


def test_a_suspended_rule_is_not_asked() -> None:
    switch("suspended")
    assert judged().verdicts == ()
    switch("active")
    assert len(judged().verdicts) == 1
    assert JournalEntry.objects.filter(verb="switch_rule").count() == 2


def test_a_switch_begins_on_its_day_and_holds_in_its_place() -> None:
    switch("shadow", from_on=NOW.date() + timedelta(days=1), territory="37")
    assert len(judged().asks) == 1
    assert judged(NOW + timedelta(days=1)).asks == ()
    switch("active", from_on=NOW.date() + timedelta(days=1), territory="3709")
    assert len(judged(NOW + timedelta(days=1)).asks) == 1
    assert uses.uses(NOW.date() + timedelta(days=1), "11").shadow == frozenset()


WRONG: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    ({"use": "off"}, InvalidInput),
    ({"reason": " "}, InvalidInput),
    ({"reason": "x" * 501}, InvalidInput),
    ({"from_on": date(2026, 5, 19)}, InvalidInput),
    ({"territory": "3"}, InvalidInput),
    ({"territory": "山东"}, InvalidInput),
    ({"rule": "Z99"}, NotFound),
    ({"rule": "A01"}, errors.RuleIsLaw),
    ({"rule": "B01", "use": "suspended"}, errors.RuleIsLaw),
    ({"actor": AFFAIRS}, NotAllowed),
    ({"actor": REGULATOR}, NotAllowed),
)


@pytest.mark.parametrize(("given", "kind"), WRONG)
def test_a_refused_switch_changes_nothing(given: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        switch(**({"use": "shadow"} | given))
    assert not RuleSwitch.objects.exists()
    assert not JournalEntry.objects.exists()


def test_a_switch_is_read_back() -> None:
    switch("shadow")
    (card,) = selectors.switches(actor=AUDITOR, rule="B03")
    assert (card.use, card.reason, card.from_on) == ("shadow", "nobody confirms it", NOW.date())
    assert selectors.use_of(actor=AUDITOR, rule="B03", at=NOW)[0] == "shadow"
    assert selectors.use_of(actor=AUDITOR, rule="B02", at=NOW)[0] == "active"


@pytest.mark.parametrize(
    ("fires", "overrides", "confirmed", "called"),
    [
        (500, 451, 24, True),
        (499, 499, 0, False),
        (500, 450, 0, False),
        (500, 500, 25, False),
        (1000, 901, 49, True),
    ],
)
def test_only_a_rule_that_nobody_confirms_is_proposed(fires: int, overrides: int, confirmed: int, called: bool) -> None:
    found = uses.proposed("B03", fires=fires, overrides=overrides, confirmed=confirmed)
    assert (found is not None) == called


def test_a_proposal_names_its_numbers_and_never_a_rule_of_law(monkeypatch: pytest.MonkeyPatch) -> None:
    count = selectors.RuleCount(
        rule="B03",
        title=selectors.title_of("B03"),
        findings=600,
        undecided=0,
        amount_fen=0,
        answered=599,
        confirmed=1,
        rejected=0,
        asked=600,
    )
    counts = [count, replace(count, rule="A01")]
    monkeypatch.setattr(selectors, "rule_counts", lambda **_: counts)
    (one,) = selectors.demotions(actor=AUDITOR, at=NOW)
    assert one.says.en == "Of 600 times a reason was asked, 599 went on with one; 1 were upheld."
    switch("shadow")
    assert selectors.demotions(actor=AUDITOR, at=NOW) == []
