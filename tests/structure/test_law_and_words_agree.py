"""Law and terminology keep their own tables, for the law must run alone; where both speak, they say the same."""

from datetime import date

from xinglin.hospital.terminology import bulk
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.tables import load_knowledge

DAY = date(2026, 6, 1)
STRICTER = {"gastritis-ulcer", "spondyloarthritis"}
"""Groups that the house looks up together and the law keeps apart: A03 then reminds, which costs one click."""
BY_PRODUCT = {"diphenoxylate", "buprenorphine", "codeine", "dextromethorphan", "tramadol", "oxycodone"}
"""Ingredients whose class depends on the product (alone or in a compound), which the drug table says."""
CONTROLLED = {"narcotic", "psychotropic_1", "psychotropic_2", "toxic", "precursor"}


def _law(table: str, code: str, column: str) -> object:
    row = load_knowledge().tables[table].row((code,), DAY, "")
    return row.values[column] if row else None


def test_chronic_groups_of_the_house_lie_within_those_of_the_law() -> None:
    groups = {
        group.code: {_law("chronic_group", category, "group") for category in group.icd_categories}
        for group in terminology.chronic_groups()
    }
    assert {code for code, found in groups.items() if len(found) > 1 or None in found} == STRICTER


def test_special_control_classes_are_the_same() -> None:
    apart = {
        row.name_en: (row.special_class, _law("special_control", row.atc, "control"))
        for row in bulk.shipped_ingredients().values()
        if row.atc and row.special_class in CONTROLLED and row.name_en not in BY_PRODUCT
    }
    assert {name: classes for name, classes in apart.items() if classes[0] != classes[1]} == {}
    assert len(apart) >= 40
