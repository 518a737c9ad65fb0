"""What is prescribed and tested for what, in this city: ordinary first choices after Chinese outpatient practice.

From memory and for demonstration only; no clinician has reviewed it and nobody may treat a person by it. Medicines are
named by product code, tests by service code; both must exist in terminology, which a test holds.
"""

from dataclasses import dataclass
from typing import Final

Options = tuple[tuple[int, tuple[str, ...]], ...]
"""Weighted alternatives, each a set of product codes that are taken together."""


def _drug(short: str) -> str:
    atc, number = short.split("-")
    return f"XL-{atc}-{number.zfill(3)}"


def _options(text: str) -> Options:
    """`8 C08CA01-3 C09CA01-2; 3 …`: weight, then short product codes; alternatives are parted by semicolons."""
    found = []
    for part in text.split(";"):
        weight, *drugs = part.split()
        found.append((int(weight), tuple(_drug(drug) for drug in drugs)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Care:
    """How one chronic condition is looked after: regimens, tests with how often they are ordered, department."""

    regimens: Options
    tests: tuple[tuple[str, float], ...]
    department: str
    days: int = 28


def _care(regimens: str, tests: str, department: str, days: int = 28) -> Care:
    pairs = [part.split(":") for part in tests.split()]
    return Care(_options(regimens), tuple((TESTS[name], float(share)) for name, share in pairs), department, days)


TESTS: Final = {
    "blood": "990300017000000",
    "urine": "990300018000000",
    "glucose": "990300020000000",
    "hba1c": "990300021000000",
    "lipids": "990300022000000",
    "liver": "990300023000000",
    "kidney": "990300024000000",
    "electrolytes": "990300025000000",
    "urate": "990300026000000",
    "acr": "990300027000000",
    "thyroid": "990300028000000",
    "inr": "990300031000000",
    "crp": "990300032000000",
    "esr": "990300034000000",
    "hbv": "990300037000000",
    "hp": "990300039000000",
    "psa": "990300040000000",
    "bnp": "990300041000000",
    "troponin": "990300042000000",
    "valproate": "990300046000000",
    "ecg": "990400047000000",
    "holter": "990400048000000",
    "abpm": "990400049000000",
    "xray": "990400050000000",
    "chest_ct": "990400051000000",
    "head_ct": "990400052000000",
    "ultrasound": "990400054000000",
    "echo": "990400055000000",
    "carotid": "990400056000000",
    "spirometry": "990400058000000",
    "density": "990400059000000",
    "fundus": "990400060000000",
    "gastroscopy": "990400061000000",
    "acupuncture": "990500070000000",
    "tuina": "990500071000000",
    "nebuliser": "990500067000000",
    "follow_up": "990200013000000",
}
DIALYSIS: Final = "990500073000000"
BED: Final = "990500075000000"
NURSING: Final = "990500076000000"
INFUSION: Final = "990500063000000"
DELIVERY: Final = "990200015000000"
VISIT_FEES: Final = {
    "resident": "990100005000000",
    "attending": "990100006000000",
    "associate_chief": "990100007000000",
    "chief": "990100008000000",
}
ONLINE_FEES: Final = {
    "resident": "990100001000000",
    "attending": "990100002000000",
    "associate_chief": "990100003000000",
    "chief": "990100004000000",
}
EMERGENCY_FEE: Final = "990100010000000"

CHRONIC: Final = {
    "hypertension": _care(
        "24 C08CA01-4; 10 C08CA05-4; 10 C09CA03-3; 8 C09CA01-2; 6 C09AA02-3; 4 C07AB07-3; 5 C03BA11-3; "
        "10 C08CA01-4 C09CA03-3; 6 C08CA01-4 C09CA01-2; 4 C09CA08-2 C03BA11-3; 3 C08CA05-2 C07AB02-1 C03AA03-2",
        "follow_up:0.5 electrolytes:0.06 kidney:0.08 lipids:0.06 ecg:0.08 abpm:0.01",
        "03.04",
    ),
    "diabetes": _care(
        "26 A10BA02-5; 10 A10BA02-3 A10BB12-2; 10 A10BA02-6 A10BF01-1; 8 A10BA02-5 A10BK01-3; 6 A10BH01-3; "
        "6 A10BA02-3 A10BH01-3; 6 A10BB09-1; 5 A10AE04-1 A10BA02-5; 3 A10AD05-1",
        "glucose:0.5 hba1c:0.22 follow_up:0.4 acr:0.06 kidney:0.06 lipids:0.08 fundus:0.04",
        "03.07",
    ),
    "hyperlipidaemia": _care(
        "20 C10AA05-3; 14 C10AA07-3; 4 C10AB05-1; 4 C10AA05-3 C10AX09-2", "lipids:0.5 liver:0.35", "03.04"
    ),
    "coronary": _care(
        "14 B01AC06-2 C10AA05-3; 12 B01AC06-2 C10AA07-3 C07AB02-3; 8 B01AC04-3 C10AA05-3; "
        "8 B01AC06-2 C01DA14-2 C10AA05-3; 5 B01AC06-2 B01AC04-3 C10AA07-3 C07AB07-3",
        "ecg:0.3 lipids:0.2 liver:0.1 echo:0.05 troponin:0.02",
        "03.04",
    ),
    "heart-failure": _care(
        "8 C09DX04-1 C03DA01-1 C07AB02-3; 6 C09AA02-3 C03CA01-1 C07AB07-3; 5 C09CA03-3 C03DA01-1 C03CA01-1; "
        "4 A10BK01-3 C09DX04-1",
        "electrolytes:0.3 kidney:0.25 bnp:0.15 echo:0.08 ecg:0.2",
        "03.04",
    ),
    "atrial-fibrillation": _care(
        "8 B01AF01-3 C07AB02-3; 6 B01AF01-2; 5 B01AA03-1 C07AB07-3", "ecg:0.35 inr:0.25 holter:0.05", "03.04"
    ),
    "stroke": _care(
        "14 B01AC06-2 C10AA05-3; 10 B01AC04-3 C10AA07-3; 6 B01AC06-2 C10AA05-3 N07CA01-2; 5 B01AC04-3",
        "lipids:0.2 liver:0.1 carotid:0.05 head_ct:0.02 glucose:0.1",
        "03.03",
    ),
    "copd": _care(
        "8 R03BB04-2; 8 R03AK06-1; 6 R03AK07-1 R05CB01-2; 5 R03DA04-1 R05CB06-2; 4 R03BB04-2 R03AK06-1",
        "spirometry:0.08 xray:0.06 blood:0.1",
        "03.01",
    ),
    "asthma": _care(
        "10 R03AK07-1; 6 R03AK07-1 R03DC03-2; 4 R03BA02-1 R03AC02-1; 4 R03DC03-2", "spirometry:0.1 blood:0.05", "03.01"
    ),
    "chronic-kidney": _care(
        "8 C09CA01-2; 5 C09CA03-3 A12AX-2; 5 A10BK01-3 C09CA01-2; 3 B03XA05-2 A11CC04-1",
        "kidney:0.6 electrolytes:0.4 urine:0.5 acr:0.2 blood:0.3",
        "03.06",
    ),
    "gout": _care("12 M04AA03-3; 4 M04AA01-1; 4 M04AA03-3 M04AC01-1", "urate:0.6 kidney:0.25 liver:0.15", "03.08"),
    "hypothyroidism": _care("10 H03AA01-1; 2 H03AA01-2", "thyroid:0.55", "03.07"),
    "osteoporosis": _care(
        "8 M05BA04-3 A12AX-1; 5 A12AX-1 A11CC03-2; 3 G03XC01-1 A12AX-1", "density:0.06 electrolytes:0.1", "04.03"
    ),
    "osteoarthritis": _care(
        "8 M01AX05-1; 6 M01AH01-3; 4 M01AC06-1; 4 M01AB05-2 M01AX05-1",
        "xray:0.08 tuina:0.12 acupuncture:0.1",
        "04.03",
        14,
    ),
    "rheumatoid": _care(
        "8 L04AX03-1 B03BB01-2; 5 P01BA02-2 L04AX03-1; 4 H02AB07-1 L04AX03-1; 2 M01AH01-3 P01BA02-2",
        "blood:0.5 liver:0.5 esr:0.4 crp:0.4",
        "03.08",
    ),
    "depression": _care("8 N06AB10-3; 6 N06AB06-2; 3 N06AX16-1", "follow_up:0.2", "15.02"),
    "insomnia": _care("5 N07CA03-1; 3 N07CA01-2", "", "03.03", 14),
    "gastritis-ulcer": _care(
        "10 A02BC01-4 A02BX05-1; 8 A02BC05-2; 5 A02BC01-3 A03FA09-1; 4 A02BC03-1 A02BX14-1",
        "hp:0.1 gastroscopy:0.05 blood:0.08",
        "03.02",
        14,
    ),
    "reflux": _care("10 A02BC05-2; 6 A02BC01-3; 4 A02BC03-2 A03FA09-1", "gastroscopy:0.05", "03.02", 14),
    "hepatitis-b": _care("14 J05AF10-2; 6 J05AF07-1", "liver:0.6 hbv:0.3 ultrasound:0.2", "16.03"),
    "prostate": _care("10 G04CA02-2; 7 G04CA02-2 G04CB01-2; 4 G04CB01-2", "psa:0.1 ultrasound:0.1 urine:0.15", "04.04"),
    "allergic-rhinitis": _care(
        "8 R01AD09-1; 6 R06AX13-2 R01AD05-1; 4 R06AE07-2; 3 R03DC03-2 R01AD08-1", "blood:0.05", "11", 14
    ),
    "epilepsy": _care("8 N03AG01-2; 6 N03AX14-1; 4 N03AF01-1", "liver:0.3 blood:0.3 valproate:0.15", "03.03"),
}


@dataclass(frozen=True, slots=True)
class Acute:
    """A passing illness: codes, yearly episodes per thousand by life stage, what is given, what is tested."""

    key: str
    codes: tuple[str, ...]
    child: int
    adult: int
    old: int
    medicines: Options
    child_medicines: Options
    tests: tuple[tuple[str, float], ...]
    department: str
    days: int
    sex: str = ""


def _acute(
    key: str, codes: str, rates: str, medicines: str, child: str, tests: str, department: str, days: int, sex: str = ""
) -> Acute:
    kid, adult, old = (int(rate) for rate in rates.split())
    pairs = [part.split(":") for part in tests.split()]
    ordered = tuple((TESTS[name], float(share)) for name, share in pairs)
    return Acute(
        key, tuple(codes.split()), kid, adult, old, _options(medicines), _options(child), ordered, department, days, sex
    )


_COLD_CHILD = "6 N02BE01-3 Z-014; 5 Z-015; 4 M01AE01-3 Z-014; 3 R06AX13-3"
ACUTE: Final = (
    _acute(
        "cold",
        "J06.9 J00 J02.9",
        "1500 640 560",
        "8 Z-002 R05CB06-1; 7 Z-011; 5 Z-016 Z-014; 3 R06AX13-2 N02BE01-1",
        _COLD_CHILD,
        "blood:0.35 crp:0.12",
        "02",
        3,
    ),
    _acute(
        "throat",
        "J03.9 J20.9",
        "520 210 230",
        "8 J01CA04-2 Z-018; 6 J01DC02-2 R05CB06-1; 5 J01FA10-1 R05CB06-1",
        "6 J01CA04-3; 5 J01DC04-2 Z-014; 3 J01FA10-3",
        "blood:0.6 crp:0.3 xray:0.08",
        "02",
        5,
    ),
    _acute(
        "gut",
        "A09.9 K52.9",
        "240 120 110",
        "8 A07BC05-1 A07FA51-1; 4 Z-022 A07BC05-1",
        "7 A07BC05-1 A07XA04-1; 4 A07FA02-1",
        "blood:0.3",
        "02",
        3,
    ),
    _acute(
        "stomach",
        "K30 R10.4",
        "40 130 160",
        "7 A02BC01-2 A03FA03-1; 6 Z-025; 4 Z-027",
        "4 A07FA02-1",
        "ultrasound:0.06",
        "03.02",
        7,
    ),
    _acute(
        "back",
        "M54.5 M54.2",
        "4 210 330",
        "7 M01AE01-1; 6 M01AB05-1; 4 M01AH01-2",
        "4 M01AE01-3",
        "xray:0.12 tuina:0.22 acupuncture:0.2",
        "04.03",
        7,
    ),
    _acute(
        "skin",
        "L30.9 L23.9 L50.9",
        "150 110 110",
        "7 D07AC13-1 R06AX13-1; 6 R06AE07-1; 4 D07AB02-1",
        "6 D07AB08-1; 4 R06AX13-3",
        "blood:0.05",
        "13.01",
        7,
    ),
    _acute("eye", "H10.9 H04.1", "60 50 90", "7 S01AE05-1; 5 S01KA01-1; 4 S01AA12-1", "6 S01AA12-1", "", "10", 7),
    _acute(
        "dizzy",
        "R42 H81.9",
        "4 60 190",
        "7 N07CA01-2; 4 N07CA03-1",
        "1 A11HA02-1",
        "head_ct:0.06 ecg:0.2 blood:0.2",
        "03.03",
        7,
    ),
    _acute("urine", "N39.0 N30.0", "12 60 80", "7 J01MA12-2; 5 J01DC02-2", "4 J01DC04-2", "urine:0.9", "03.06", 5, "F"),
    _acute(
        "menses",
        "N94.6 N92.6",
        "0 70 4",
        "6 Z-032; 5 G03DA04-1; 4 Z-031",
        "1 Z-032",
        "ultrasound:0.3 blood:0.2",
        "05.01",
        7,
        "F",
    ),
    _acute("injury", "S93.4 S61.0", "80 70 80", "6 M01AB05-1; 4 J01CA04-1", "4 M01AE01-3", "xray:0.5", "04.01", 5),
    _acute(
        "tired",
        "R53 G47.0",
        "0 90 120",
        "6 Z-033; 5 Z-038; 4 Z-039",
        "1 A11GA01-1",
        "blood:0.5 liver:0.3 glucose:0.3 thyroid:0.1 ecg:0.2",
        "50.01",
        10,
    ),
)

RESALE: Final = tuple(
    _drug(short) for short in ("B01AC04-3", "C10AA05-3", "A10BK01-3", "C10AA07-3", "B01AF01-3", "A10BH01-3")
)
"""Small, dear, long-lasting: what those who resell medicine ask for."""

PLANTED: Final = tuple(_drug(short) for short in ("B03BB01-1", "G04CA02-2", "M01AE01-3", "Z-033", "Z-038", "Z-002"))
"""Medicines that only planted encounters name."""
DIALYSIS_MEDICINES: Final = tuple(_drug(short) for short in ("B03XA05-2", "A11CC04-1", "A12AX-2"))


def every_code() -> tuple[frozenset[str], frozenset[str]]:
    """All medicine codes and all service codes that the city uses."""
    sets = [care.regimens for care in CHRONIC.values()]
    sets += [options for illness in ACUTE for options in (illness.medicines, illness.child_medicines)]
    drugs = {code for options in sets for _, codes in options for code in codes}
    services = {*TESTS.values(), *VISIT_FEES.values(), *ONLINE_FEES.values()}
    services |= {DIALYSIS, BED, NURSING, INFUSION, DELIVERY, EMERGENCY_FEE}
    return frozenset(drugs | {*RESALE, *DIALYSIS_MEDICINES, *PLANTED}), frozenset(services)
