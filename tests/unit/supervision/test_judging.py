"""Verdicts, doors, catalogue, papers and sentences."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from xinglin.supervision.catalogue import RULES, find_rule, rules_for
from xinglin.supervision.engines.plain import facts_of, judge_row
from xinglin.supervision.engines.sentences import yuan
from xinglin.supervision.facts import (
    Case,
    Channel,
    Encounter,
    IdentityState,
    Institution,
    Line,
    Patient,
    Prescription,
    Row,
    Stage,
)
from xinglin.supervision.moments import audit, control, may_be_in_force, remind
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core, Kind, Moment, Outcome, Scope, Words, jsonable, outcome_of
from xinglin.supervision.vocabulary import BadPapers, Certainty, Facts, Reading, Ruling, Source, Term, rule, ruling

AT = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = date(2026, 5, 20)
CASE = Case(
    encounter=Encounter(id="V", on=DAY, channel=Channel.ONLINE),
    patient=Patient(identity_state=IdentityState.NONE),
    institution=Institution(territory_code="370902"),
    prescription=Prescription(id="P", on=DAY, stage=Stage.DRAFT, ended=False),
    lines=tuple(Line(id=f"L{n}", drug_code=f"D{n}", decoction=False, solvent=False) for n in range(6)),
)


@pytest.mark.parametrize(
    ("applies", "violates", "outcome"),
    [
        (False, None, Outcome.NOT_APPLICABLE),
        (False, True, Outcome.NOT_APPLICABLE),
        (None, True, Outcome.CANNOT_TELL),
        (None, False, Outcome.CANNOT_TELL),
        (True, None, Outcome.CANNOT_TELL),
        (True, True, Outcome.FINDING),
        (True, False, Outcome.CLEAR),
    ],
)
def test_the_one_table(applies: bool | None, violates: bool | None, outcome: Outcome) -> None:
    assert outcome_of(applies, violates) is outcome


def test_the_three_doors_give_the_same_cores() -> None:
    asked = [door(CASE, knowledge=load_knowledge(), judged_at=AT) for door in (remind, control, audit)]
    assert len({tuple(verdict.core.hash for verdict in judged.verdicts) for judged in asked}) == 1
    assert [judged.verdicts[0].moment for judged in asked] == list(Moment)


def test_the_hash_is_of_the_core_and_of_nothing_else() -> None:
    knowledge = load_knowledge()
    first = remind(CASE, knowledge=knowledge, judged_at=AT, only={"B02"}).verdicts[0]
    later = control(CASE, knowledge=knowledge, judged_at=AT + timedelta(days=900), only={"B02"}).verdicts[0]
    assert first.core.hash == later.core.hash
    other = replace(CASE, lines=CASE.lines[:5])
    assert remind(other, knowledge=knowledge, judged_at=AT, only={"B02"}).verdicts[0].core.hash != first.core.hash


def test_a_verdict_is_json_and_reads_aloud() -> None:
    verdict = remind(CASE, knowledge=load_knowledge(), judged_at=AT, only={"B02"}).verdicts[0]
    stored = json.loads(json.dumps(verdict.as_json()))
    assert stored["core"]["evidence"]["measure.distinct_drugs"] == 6
    assert stored["core"]["excess"] == {"count": 1}
    assert stored["hash"] == verdict.core.hash
    assert stored["judged_at"] == "2026-05-20T12:00:00Z"
    assert str(verdict) == "B02 v2 P: finding; This prescription holds 6 medicines; one prescription may hold 5."


def test_judging_counts_every_answer_and_names_rules_without_subject() -> None:
    judged = remind(CASE, knowledge=load_knowledge(), judged_at=AT)
    assert sum(judged.counts().values()) == len(judged.verdicts)
    here = {Scope.ENCOUNTER, Scope.PRESCRIPTION, Scope.LINE}
    asked = {rule.id: rule.scope for rule in rules_for(Moment.REMIND, DAY, "370902")}
    assert set(judged.without_subject) == {rule_id for rule_id, scope in asked.items() if scope not in here}
    assert {"G10", "J01"} <= set(judged.without_subject)
    assert {verdict.rule for verdict in judged.verdicts} == {
        rule_id for rule_id, scope in asked.items() if scope in here
    }
    assert {"A01", "B02"} <= {verdict.rule for verdict in judged.findings}
    assert not {"A01", "B02"} & {verdict.rule for verdict in judged.undecided}
    assert all(verdict.core.missing for verdict in judged.undecided)


def test_only_narrows_and_a_naive_instant_is_refused() -> None:
    judged = remind(CASE, knowledge=load_knowledge(), judged_at=AT, only={"B02"})
    assert [verdict.rule for verdict in judged.verdicts] == ["B02"]
    with pytest.raises(ValueError, match="time zone"):
        remind(CASE, knowledge=load_knowledge(), judged_at=datetime(2026, 5, 20))  # noqa: DTZ001


def test_the_law_of_the_day_is_asked() -> None:
    before = replace(CASE, encounter=replace(CASE.encounter, on=date(2017, 1, 1)))
    asked = {verdict.rule for verdict in remind(before, knowledge=load_knowledge(), judged_at=AT).verdicts}
    assert "B02" in asked
    assert not {rule.id for rule in RULES if rule.scope is Scope.ENCOUNTER and rule.since > date(2017, 1, 1)} & asked
    of_2008 = {rule.id for rule in rules_for(Moment.REMIND, date(2008, 1, 1), "370902")}
    assert {"B02", "B03"} <= of_2008
    assert not {"A01", "A02", "B01", "B05", "J01"} & of_2008
    assert rules_for(Moment.REMIND, date(1990, 1, 1), "370902") == ()


def test_a_rule_of_one_place_is_not_asked_elsewhere() -> None:
    local = replace(find_rule("B02"), territory="64")
    facts = {"prescription.on": DAY, "institution.territory_code": "370902"}
    assert not may_be_in_force(local, Row(Scope.PRESCRIPTION, "P", (), facts))  # type: ignore[arg-type]
    assert may_be_in_force(local, Row(Scope.PRESCRIPTION, "P", (), {"prescription.on": DAY}))
    ended = replace(find_rule("B02"), until=date(2020, 1, 1))
    assert not may_be_in_force(ended, Row(Scope.PRESCRIPTION, "P", (), facts))  # type: ignore[arg-type]


def test_where_the_day_is_unknown_the_rule_says_so() -> None:
    undated = replace(CASE, prescription=replace(CASE.prescription, on=None))
    (verdict,) = remind(undated, knowledge=load_knowledge(), judged_at=AT, only={"B02"}).verdicts
    assert verdict.core.missing == ("prescription.on",)
    assert "处方日期" in verdict.sentence.zh


def test_rules_are_found_by_id() -> None:
    assert find_rule("A01") is RULES[0]
    with pytest.raises(KeyError, match="Z99"):
        find_rule("Z99")


# THE ENGINE REFUSES A RULE THAT IS WRONG


PAPERS: dict[str, Any] = {
    "id": "Z99",
    "version": 1,
    "title": Words("试", "try"),
    "source": (Source(Words("法", "law"), Words("一", "one"), Reading.FROM_MEMORY),),
    "certainty": Certainty.DEFINITE,
    "kind": Kind.NEVER,
    "scope": Scope.PRESCRIPTION,
    "sentence": Words("句", "sentence"),
    "hint": Words("提示", "hint"),
    "why_zh": "因为",
    "since": date(2020, 1, 1),
}


def _body(f: Facts) -> Ruling:
    """Because."""
    return ruling(applies=f.prescription.long_assessed, violates=f.prescription.long_assessed)


def _judge(read: Any) -> Core:
    def body(f: Facts) -> Ruling:
        """Because."""
        return ruling(applies=read(f), violates=read(f))

    facts = {"prescription.on": DAY, "institution.territory_code": "370902"}
    return judge_row(rule(**PAPERS)(body), Row(Scope.PRESCRIPTION, "P", (), facts), load_knowledge())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda f: f.line.solvent, "does not carry"),
        (lambda f: f.prescription.colour, "does not carry"),
        (lambda f: f.limits.supply_days_long > 1, "limits=\\('supply_days_long'"),
        (lambda f: f.lists.frequency_counted, "lists=\\('frequency_counted'"),
    ],
)
def test_a_path_that_the_row_or_the_papers_lack_is_an_error_in_the_rule(read: Any, says: str) -> None:
    with pytest.raises(AttributeError, match=says):
        _judge(read)


def test_a_column_that_is_no_truth_value_is_refused() -> None:
    with pytest.raises(TypeError, match="not a truth value"):
        _judge(lambda f: f.prescription.id)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "B3"}, "two digits"),
        ({"version": 0}, "counts from 1"),
        ({"source": ()}, "source is empty"),
        ({"moments": ()}, "moments is empty"),
        ({"until": date(2019, 1, 1)}, "until is before since"),
        ({"why_zh": ""}, "say why"),
        ({"hint": Words("提示", "")}, "both languages"),
    ],
)
def test_a_rule_without_papers_cannot_exist(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadPapers, match=says):
        rule(**{**PAPERS, **changes})(_body)


def test_a_rule_without_docstring_cannot_exist() -> None:
    def silent(f: Facts) -> Ruling:
        return ruling(applies=f.prescription.long_assessed, violates=f.prescription.long_assessed)

    with pytest.raises(BadPapers, match="docstring"):
        rule(**PAPERS)(silent)


# SENTENCES AND VALUES


def test_sentences_say_unknown_and_show_local_time() -> None:
    stage = Prescription(id="P", on=DAY, stage=Stage.SIGNED, signed_at=datetime(2026, 5, 20, 1, tzinfo=UTC))
    case = replace(
        CASE, prescription=stage, encounter=replace(CASE.encounter, started_at=datetime(2026, 5, 20, 2, tzinfo=UTC))
    )
    (verdict,) = remind(case, knowledge=load_knowledge(), judged_at=AT, only={"G12"}).verdicts
    assert "2026-05-20 09:00:00" in verdict.sentence.zh
    assert "未知" in verdict.sentence.zh
    assert "unknown" in verdict.sentence.en
    assert verdict.sentence.in_language("zh-hans") == verdict.sentence.zh
    assert verdict.sentence.in_language("en") == verdict.sentence.en


def test_yuan_has_two_digits() -> None:
    assert [yuan(fen) for fen in (0, 5, 123456, -75)] == ["¥0.00", "¥0.05", "¥1234.56", "-¥0.75"]


def test_only_plain_values_become_json() -> None:
    assert jsonable(Stage.DRAFT) == "draft"
    with pytest.raises(TypeError, match="cannot be a float"):
        jsonable(0.5)  # type: ignore[arg-type]


def test_an_enumeration_names_its_codes() -> None:
    assert Stage.of("draft") is Stage.DRAFT
    assert Stage.DRAFT.words == Words("草稿", "draft")
    with pytest.raises(ValueError, match="use one of draft"):
        Stage.of("elsewhere")


def test_terms_come_from_groups() -> None:
    facts = facts_of(
        find_rule("B02"), Row(Scope.PRESCRIPTION, "P", (), {"prescription.stage": Stage.DRAFT}), load_knowledge()
    )
    assert isinstance(facts.prescription.stage, Term)
