"""The loader of the tables of diagnosis: what it refuses, and what the shipped tables hold."""

from __future__ import annotations

import pytest
from tests.unit.clinical.diagnosis import small

from xinglin.clinical.knowledge.condition_rows import LEVELS
from xinglin.clinical.knowledge.conditions import load_conditions, read_conditions


def said(**changed: str) -> str:
    return "\n".join(str(one) for one in read_conditions(small.documents(**changed))[1])


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("4 fever crackles*", "4 feverr crackles*", "feverr is no finding"),
        ("4 fever crackles*", "6 fever crackles*", "begins with '6'"),
        ('icd10 = "J18.9"', 'icd10 = "18.9"', "not an ICD-10 code"),
        ('urgency = "urgent"', 'urgency = "soon"', "'soon' is not one of"),
        ('department = "03.01"', 'department = "3.1"', "not in departments.csv"),
        ("per_100k = 700", "per_100k = 0", "not a number above 0"),
        ("per_100k = 700", "per_100k = 700\nprevalence = 3", "prevalence"),
        ('age = "65-:3"', 'age = "old:3"', "'old' is not a number"),
        ('onset = "acute"', 'onset = "quick"', "quick"),
        ("risk known-asthma:1 family-asthma:1", "risk known-asthma family-asthma:1", "needs its level"),
        ("2 cough-dry\n1 haemoptysis belly-pain", "5 cough-dry\n1 haemoptysis belly-pain", ""),
        ("3 tired\n2 cough-dry", "3 tired fever\n2 cough-dry", "fever stands 2 times"),
        ("5 cough\n4 fever", "1 cough\n4 fever", "is rarer than its kind cough-dry"),
        ("risk known-asthma:1 family-asthma:1", "", "a condition needs at least 10"),
    ],
)
def test_a_fault_is_named(old: str, new: str, word: str) -> None:
    assert old in small.CONDITIONS
    told = said(conditions__all_toml=small.CONDITIONS.replace(old, new, 1))
    assert word in told
    assert bool(told) is bool(word)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("cough,symptom", "Cough,symptom", "lower case words"),
        ("cough,symptom", "cough,feeling", "'feeling' is not one of"),
        (",cough,,3,3,0.03", ",coughs,,3,3,0.03", "coughs is no finding"),
        (",,,3,3,0.08,咳嗽吗", ",cough-dry,,3,3,0.08,咳嗽吗", "its own ancestor"),
        ("0.002", "1.2", "not a probability"),
        ("5,3,0.002,咳血吗？", "5,3,0.002,", "empty though the patient can be asked"),
        ("tired,symptom", "cough,symptom", "stands in findings/all.csv too"),
    ],
)
def test_a_fault_of_a_finding_is_named(old: str, new: str, word: str) -> None:
    assert old in small.FINDINGS
    assert word in said(findings__all_csv=small.FINDINGS.replace(old, new, 1))


def test_words_of_another_file_are_joined() -> None:
    documents = small.documents(findings__words_more_csv="code,words_zh,words_en\ncough,呛咳,barking\n")
    found, faults = read_conditions(documents)
    assert not faults
    assert found.findings["cough"].words_zh == ("咳嗽", "咳", "呛咳")
    assert found.findings["cough"].words_en == ("cough", "coughing", "barking")


def test_the_digest_changes_with_any_byte() -> None:
    one = read_conditions(small.documents())[0].digest
    other = read_conditions(small.documents(bands_csv=small.BANDS + "\n"))[0].digest
    assert one != other


class TestShipped:
    """What the package carries."""

    def test_size(self) -> None:
        found = load_conditions()
        links = sum(len(one.links) for one in found.conditions.values())
        assert len(found.conditions) >= 800
        assert len(found.findings) >= 1100
        assert links >= 20_000

    def test_every_condition_has_a_source_and_says_whether_it_was_read(self) -> None:
        for one in load_conditions().conditions.values():
            assert one.source.strip(), one.id
            assert one.read in {"memory", "yes"}

    def test_dangerous_conditions_are_urgent(self) -> None:
        wrong = [
            one.id for one in load_conditions().conditions.values() if one.must_not_miss and one.urgency == "self_care"
        ]
        assert not wrong

    def test_both_languages(self) -> None:
        for one in load_conditions().findings.values():
            assert one.words_zh or one.name_zh
            assert any("\u4e00" <= sign <= "\u9fff" for sign in one.name_zh), one.code

    def test_every_level_is_used(self) -> None:
        used = {link.level for one in load_conditions().conditions.values() for link in one.links}
        assert used == set(LEVELS)
