"""What follows from a verdict: complete, dated, and never milder than asked where no policy stands."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from xinglin.hospital.oversight import consequences
from xinglin.hospital.oversight.consequences import consequence_of, policy
from xinglin.hospital.oversight.known_cases import bad_cases
from xinglin.hospital.oversight.words import Consequence
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.moments import judge
from xinglin.supervision.tables import Table, load_knowledge
from xinglin.supervision.verdicts import Certainty, Core, Moment, Verdict
from xinglin.supervision.vocabulary.papers import Rule

TODAY = date(2026, 5, 20)


def _verdict(moment: Moment) -> Verdict:
    case, _rules = bad_cases()[1]
    at = datetime(2026, 5, 20, tzinfo=UTC)
    return judge(case, moment, knowledge=load_knowledge(), judged_at=at, only={"B01"}).verdicts[0]


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_every_rule_has_a_policy_for_every_answer(rule: Rule) -> None:
    """An audit needs none: it only flags."""
    asked = [moment for moment in (Moment.REMIND, Moment.CONTROL) if moment in rule.moments]
    for moment, outcome in product(asked, ("finding", "cannot_tell")):
        assert policy().row((rule.id, moment.value, outcome, ""), TODAY, "") is not None, (moment, outcome)


def test_an_audit_only_flags() -> None:
    asked = {"subject_type": "claim", "territory": "370902", "on": TODAY, "answered": False}
    assert consequence_of(_verdict(Moment.AUDIT), **asked) is Consequence.FLAG  # type: ignore[arg-type]


def test_without_a_policy_the_stricter_side() -> None:
    before_any = date(1999, 1, 1)
    found = consequence_of(_verdict(Moment.CONTROL), subject_type="", territory="", on=before_any, answered=True)
    assert found is Consequence.BLOCK


def test_what_is_only_suspicious_denies_no_money(monkeypatch: pytest.MonkeyPatch) -> None:
    definite = _verdict(Moment.CONTROL)
    written = Core(*(getattr(definite.core, one.name) for one in fields(Core)))
    suspicious = definite._replace(core=replace(written, certainty=Certainty.SUSPICIOUS))
    row = replace(policy().rows[0], key=("B01", "control", "finding", "claim"), values={"consequence": "deny"})
    monkeypatch.setattr(consequences, "policy", lambda: Table("policy", policy().meaning, (row,)))
    asked = {"subject_type": "claim", "territory": "", "on": TODAY, "answered": False}
    assert consequence_of(definite, **asked) is Consequence.DENY  # type: ignore[arg-type]
    assert consequence_of(suspicious, **asked) is Consequence.FLAG  # type: ignore[arg-type]
