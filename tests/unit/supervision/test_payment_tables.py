"""The tables of what the fund pays use only the words that the rules and measures understand."""

import pytest

from xinglin.supervision.tables import load_knowledge

MODES = {
    "outpatient",
    "emergency",
    "inpatient",
    "outpatient emergency",
    "outpatient inpatient",
    "emergency inpatient",
    "outpatient emergency inpatient",
}
WORDS = {
    ("drug_care_mode", "modes"): MODES,
    ("drug_care_mode_substance", "modes"): MODES,
    ("service_care_mode", "modes"): MODES,
    ("item_scheme", "scheme"): {"work_injury", "maternity"},
    ("item_scheme_substance", "scheme"): {"work_injury", "maternity"},
    ("item_sex", "sex"): {"male", "female"},
    ("duplicate_pair", "window"): {"day", "encounter", "hours6", "hour"},
    ("service_frequency", "unit"): {"day", "hour"},
}
WHOLE_ROWS = {
    "price_cap": {"fen", "level_2_fen", "level_1_fen"},
    "service_age": {"from_years", "until_years", "newborn"},
    "drug_course": {"days", "per_stay"},
    "drug_course_substance": {"days", "per_stay"},
    "drug_level": {"level", "first_only"},
    "drug_level_substance": {"level", "first_only"},
}


@pytest.mark.parametrize(("table", "column"), WORDS, ids=[f"{table}.{column}" for table, column in WORDS])
def test_a_column_holds_known_words_only(table: str, column: str) -> None:
    found = {row.values[column] for row in load_knowledge().tables[table].rows}
    assert found <= WORDS[table, column]


@pytest.mark.parametrize("table", WHOLE_ROWS)
def test_rows_leave_nothing_out_that_a_rule_needs(table: str) -> None:
    for row in load_knowledge().tables[table].rows:
        assert row.values.keys() >= WHOLE_ROWS[table], row


def test_every_limited_substance_names_its_diseases() -> None:
    tables = load_knowledge().tables
    limited = {row.key[0] for row in tables["indication_limited_substance"].rows}
    assert limited == {row.key[0] for row in tables["drug_indication_substance"].rows}


def test_a_price_cap_falls_with_the_level() -> None:
    for row in load_knowledge().tables["price_cap"].rows:
        first, second, third = (int(row.values[name]) for name in ("level_1_fen", "level_2_fen", "fen"))
        assert 0 < first <= second <= third, row


def test_invented_rows_hold_in_the_demonstration_city_alone() -> None:
    for table in load_knowledge().tables.values():
        for row in table.rows:
            if (row.key and row.key[0].startswith("9901")) or "示范城市" in row.basis.law.zh:
                assert row.territory == "3799", (table.name, row)
                assert "虚构" in row.basis.law.zh
