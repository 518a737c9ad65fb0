"""Names of medicines: the table of expected answers, look-alikes, spelling mistakes, every name of the tables."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.clinical.medicines.writing import amount

from xinglin.clinical.medicines.name_index import INGREDIENT, name_index
from xinglin.clinical.medicines.names import AMBIGUOUS, REASONS, REFUSED, RESOLVED, UNKNOWN, resolve

ROWS = list(csv.DictReader((Path(__file__).parent / "names.csv").read_text("utf-8").splitlines()))


def _text(written: str) -> str:
    return written.encode().decode("unicode_escape") if "\\u" in written else written


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_a_name_resolves_as_the_table_says(row: dict[str, str]) -> None:
    found = resolve(_text(row["text"]))
    parts = " + ".join(part.code + (f" {amount(part.amount)}" if part.amount else "") for part in found.parts)
    assert (found.state, parts, found.form, found.route, found.reason) == (
        row["state"],
        row["parts"],
        row["form"],
        row["route"],
        row["reason"],
    )


def test_the_table_of_names_is_large_enough() -> None:
    assert len(ROWS) >= 120


@pytest.mark.parametrize(
    "name",
    [
        "аspirin",
        "metfоrmin",
        "ｍetfоrmin",
        "αmoxicillin",
        "asp\u200birin",
        "warf\u0131rin",
        "𝗮spirin",
        "ⓐspirin",
        "阿司匹林\u202e",
        "met\u00adformin",
    ],
)
def test_a_look_alike_is_refused_and_says_why(name: str) -> None:
    found = resolve(name)
    assert found.state == REFUSED
    assert found.parts == ()
    assert found.characters
    assert all(REASONS[found.reason])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("metformim", "二甲双胍"), ("阿司匹淋", "阿司匹林"), ("warfarine sodum", "华法林"), ("阿莫西淋", "阿莫西林")],
)
def test_a_spelling_mistake_gives_suggestions_only(typed: str, meant: str) -> None:
    found = resolve(typed)
    assert found.state == UNKNOWN
    assert found.parts == ()
    assert meant in found.suggestions


def test_initials_are_suggested_never_taken() -> None:
    found = resolve("ejsg")
    assert found.state == UNKNOWN
    assert "二甲双胍" in found.suggestions


def test_full_pinyin_resolves() -> None:
    assert resolve("erjiashuanggua").codes == ("metformin",)


def test_hidden_western_substances_of_patent_medicines_are_told() -> None:
    assert "glibenclamide" in resolve("消渴丸").codes
    assert "lovastatin" in resolve("血脂康胶囊").codes
    assert {"paracetamol", "chlorphenamine"} <= set(resolve("感冒灵颗粒").codes)


def test_every_name_of_an_ingredient_resolves_to_it_or_is_said_to_have_two_meanings() -> None:
    wrong = []
    for key, entries in name_index().entries.items():
        for entry in entries:
            if entry.rank == INGREDIENT:
                found = resolve(key)
                if not (found.known and entry.codes[0] in found.codes) and found.state != AMBIGUOUS:
                    wrong.append((key, entry.codes, found.state))
    assert wrong == []


def test_every_product_resolves_to_its_ingredients_with_and_without_its_strength() -> None:
    path = Path(__file__).parents[4] / "src/xinglin/clinical/knowledge/medicines/products.csv"
    wrong = []
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        codes = {part.split(":")[0] for part in row["ingredients"].split(";")}
        for name in (row["name_zh"], f"{row['name_zh']} {row['strength_zh']}"):
            found = resolve(name)
            if not (found.known and codes <= set(found.codes)) and found.state != AMBIGUOUS:
                wrong.append((name, found.state, found.codes))
    assert len(wrong) <= 6, wrong


def test_the_order_of_a_text_never_gives_a_number_to_the_wrong_substance() -> None:
    for name in ("复方磺胺甲噁唑片 80mg/400mg", "复方磺胺甲噁唑片0.4g:80mg"):
        amounts = {part.code: part.amount.base().low for part in resolve(name).parts if part.amount}
        assert amounts == {"sulfamethoxazole": 400_000, "trimethoprim": 80_000}


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    found = resolve(text)
    assert found.state in (RESOLVED, UNKNOWN, AMBIGUOUS, REFUSED)
    assert bool(found.parts) <= (found.state == RESOLVED)


@given(
    st.sampled_from(["metformin", "warfarin", "digoxin", "阿司匹林", "氯吡格雷"]),
    st.integers(0, 8),
    st.characters(codec="utf-8"),
)
def test_one_letter_changed_is_never_the_same_medicine(name: str, place: int, letter: str) -> None:
    place %= len(name)
    changed = name[:place] + letter + name[place + 1 :]
    found = resolve(changed)
    if found.known and found.codes == resolve(name).codes:
        same = changed.casefold() == name.casefold() or not letter.isalnum() or "\uff01" <= letter <= "\uff5e"
        assert same, changed


def test_a_second_look_is_fast() -> None:
    names = [row["text"] for row in ROWS] * 20
    for name in names:
        resolve(name)
    start = time.perf_counter()
    for name in names:
        resolve(name)
    assert (time.perf_counter() - start) / len(names) < 50e-6
