"""What must hold of the shipped catalogues before they are loaded. Pure."""

import re
from collections.abc import Mapping

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import shipped
from xinglin.hospital.terminology.errors import WrongReferenceRow
from xinglin.hospital.terminology.lists import frequency_list, route_list, split
from xinglin.hospital.terminology.supply import PIECES

ATC = re.compile(r"([A-Z]\d{2}[A-Z]{2}\d{2})?")
ATC_GROUP = re.compile(r"([A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?)?")
YES_NO = re.compile("yes|no")
SPECIAL = re.compile("none|narcotic|psychotropic_1|psychotropic_2|toxic|radioactive|precursor|high_risk")
GRADE = re.compile("none|unrestricted|restricted|special")
PARTS = re.compile(r"[a-z0-9-]+:[1-9]\d*:(ug|ng|IU|milli)(;[a-z0-9-]+:[1-9]\d*:(ug|ng|IU|milli))*")
CLASS = re.compile("[ABC]")


def check_shipped() -> None:
    """Raise WrongReferenceRow at the first wrong row of the shipped catalogues."""
    shipped.check(
        shipped.ingredient_rows(),
        "ingredients.csv",
        (),
        {"code": re.compile("[a-z0-9-]+"), "atc": ATC, "special_class": SPECIAL, "antimicrobial_grade": GRADE},
    )
    products = shipped.product_rows()
    patterns = dict.fromkeys(shipped.YES_NO, YES_NO) | {
        "code": re.compile(r"XL-[A-Z0-9]+-\d{3}"),
        "atc": ATC_GROUP,
        "ingredients": PARTS,
        "special_class": SPECIAL,
        "antimicrobial_grade": GRADE,
        "catalogue_class": CLASS,
        "dose_unit": re.compile("|".join(shipped.DOSE_UNITS)),
        "splittable": re.compile("|".join([*PIECES, "free"])),
    }
    shipped.check(products, "products.csv", (*shipped.NUMBERS, "default_dose", "price_limit_fen"), patterns)
    for line, row in enumerate(products, start=2):
        _check_references(row, line)
    shipped.check(
        shipped.service_rows(),
        "services.csv",
        ("price_fen", "selfpay_share_permille", "price_limit_fen"),
        {"code": re.compile(r"99\d{13}"), "catalogue_class": CLASS, "online": YES_NO},
    )
    shipped.check(
        shipped.diagnosis_rows(),
        "icd10",
        ("age_min_days", "age_max_days"),
        {"code": shipped.ICD, "sex": re.compile("[MF]?"), "acute_danger": YES_NO},
    )


def _check_references(row: Mapping[str, str], line: int) -> None:
    known = shipped.ingredients()
    wrong = [part for part in split(row["ingredients"]) if part.split(":")[0] not in known]
    unknown = [route for route in split(row["routes"]) if route not in route_list()]
    checks = (
        ("ingredients", not wrong),
        ("routes", not unknown),
        ("default_frequency", row["default_frequency"] in frequency_list()),
        ("unit_content", int(row["unit_content"]) > 0 and int(row["units_per_pack"]) > 0),
        ("selfpay_share_permille", int(row["selfpay_share_permille"]) <= 1000),
    )
    for column, holds in checks:
        if not holds:
            reason = T(zh="所引用的值不存在或为零", en="it names something unknown, or is zero")
            raise WrongReferenceRow(file="products.csv", line=line, column=column, reason=reason)
