"""The next question: what it separates, that danger is asked about, and that it ends."""

from __future__ import annotations

from tests.unit.clinical.diagnosis import small

from xinglin.clinical.diagnosis.asking import MOST_QUESTIONS, next_questions, stop
from xinglin.clinical.diagnosis.evidence import Evidence, Person
from xinglin.clinical.diagnosis.ranking import rank
from xinglin.clinical.diagnosis.routing import departments

TABLE = small.table()


def asked(evidence: Evidence) -> list[str]:
    return [one.finding.code for one in next_questions(evidence, rank(evidence, TABLE), TABLE)]


def test_a_question_separates_the_contenders() -> None:
    assert set(asked(Evidence(Person(30), {"cough": 1.0}))[:3]) & {"sneezing", "fever", "itch-nose"}


def test_what_is_known_denied_or_not_known_is_not_asked_again() -> None:
    evidence = Evidence(Person(30), {"cough-dry": 1.0}, frozenset({"fever"}), frozenset({"sneezing"}))
    assert not {"cough", "cough-dry", "fever", "sneezing"} & set(asked(evidence))


def test_a_patient_is_not_asked_for_what_only_an_examiner_knows() -> None:
    assert "crackles" not in asked(Evidence(Person(70), {"cough": 1.0, "fever": 1.0}))


def test_danger_is_screened() -> None:
    evidence = Evidence(Person(30, "F"), {"belly-pain": 1.0})
    questions = next_questions(evidence, rank(evidence, TABLE), TABLE)
    assert "ectopic" in {one.screens for one in questions}


def test_asking_ends() -> None:
    evidence = Evidence(Person(30), {"cough": 1.0})
    ranking = rank(evidence, TABLE)
    questions = next_questions(evidence, ranking, TABLE)
    assert stop(questions, ranking, 0) is None
    found = stop(questions, ranking, MOST_QUESTIONS)
    assert found is not None
    assert found.why == "enough_questions"
    nothing = stop((), ranking, 3)
    assert nothing is not None
    assert nothing.why == "nothing_to_gain"


def test_departments_by_probability_age_and_organ() -> None:
    adult = Evidence(Person(40), {"sneezing": 1.0, "itch-nose": 1.0})
    assert departments(rank(adult, TABLE), adult.person, TABLE)[0][0] == "11"
    child = Evidence(Person(5), {"cough": 1.0, "fever": 1.0})
    assert departments(rank(child, TABLE), child.person, TABLE)[0][0] == "07"
    newborn = Evidence(Person(0.02), {"cough": 1.0})
    assert departments(rank(newborn, TABLE), newborn.person, TABLE)[0][0] == "07.01"
