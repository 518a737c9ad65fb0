"""Words that say something only beside others are left out where nothing they belong to was told."""

import pytest

from xinglin.clinical.assessment.case import read_case
from xinglin.clinical.assessment.gathering import gather
from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.clinical.language.company import in_company
from xinglin.clinical.language.tables import rows


def _present(text: str, **fields: object) -> set[str]:
    knowledge = load_conditions()
    gathered = gather(read_case({"text": text, "language": "en", **fields}, knowledge), knowledge)
    return set(gathered.evidence.present)


def test_every_row_names_a_finding() -> None:
    assert not [row["code"] for row in rows("company") if row["code"] not in load_conditions().findings]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The bulge in my groin goes back when I lie flat.", "heartburn-lying"),
        ("My eye is red and it gets worse in the evening.", "weakness-fatigable"),
        ("Woke at 3 with my knee swollen.", "early-waking"),
    ],
)
def test_words_without_company_say_nothing(text: str, code: str) -> None:
    assert code not in _present(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Burning behind the breastbone with heartburn, worse when lying down.", "heartburn-lying"),
        ("Double vision and drooping eyelids, worse in the evening.", "weakness-fatigable"),
        ("I feel sad all day and wake at 4 am.", "early-waking"),
    ],
)
def test_words_in_company_count(text: str, code: str) -> None:
    assert code in _present(text)


def test_a_told_finding_is_company() -> None:
    text = "It is worse with eating."
    assert "epigastric-pain-after-food" not in _present(text)
    assert "epigastric-pain-after-food" in _present(text, findings=[{"code": "epigastric-pain", "present": True}])


def test_nothing_in_nothing_out() -> None:
    assert in_company(()) == ()
