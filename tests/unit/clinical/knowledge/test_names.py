"""Names of the medicines part: substances are known by name and code, products by parts, herbs and pairs by code."""

import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest

Row = dict[str, str]
ATC = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")
GROUP = re.compile(r"[A-Z]\d{2}[A-Z]{1,2}(\d{2})?")
HAN = re.compile(r"[\u3400-\u9fff]")
GRADES = {"": "none", "N": "unrestricted", "R": "restricted", "S": "special"}
COMPOUNDS = {
    "valsartan and sacubitril": {"valsartan", "sacubitril"},
    "levonorgestrel and ethinylestradiol": {"levonorgestrel", "ethinylestradiol"},
    "drospirenone and ethinylestradiol": {"drospirenone", "ethinylestradiol"},
    "amoxicillin and beta-lactamase inhibitor": {"amoxicillin", "clavulanic-acid"},
    "piperacillin and beta-lactamase inhibitor": {"piperacillin", "tazobactam"},
    "cefoperazone and beta-lactamase inhibitor": {"cefoperazone", "sulbactam"},
    "sulfamethoxazole and trimethoprim": {"sulfamethoxazole", "trimethoprim"},
    "nirmatrelvir and ritonavir": {"nirmatrelvir", "ritonavir"},
    "sofosbuvir and velpatasvir": {"sofosbuvir", "velpatasvir"},
    "lopinavir and ritonavir": {"lopinavir", "ritonavir"},
    "levodopa and decarboxylase inhibitor": {"levodopa", "benserazide"},
    "formoterol and budesonide": {"formoterol", "budesonide"},
    "salmeterol and fluticasone": {"salmeterol", "fluticasone"},
    "indacaterol and glycopyrronium bromide": {"indacaterol", "glycopyrronium-bromide"},
    "formoterol, glycopyrronium bromide and budesonide": {"formoterol", "glycopyrronium-bromide", "budesonide"},
    "compound liquorice": {"opium", "herb-gancao"},
    "compound methoxyphenamine": {"methoxyphenamine", "noscapine", "aminophylline", "chlorphenamine"},
}


def table(name: str) -> list[Row]:
    """The rows of one shipped table."""
    path = files("xinglin.clinical") / "knowledge" / "medicines" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


INGREDIENTS = table("ingredients")
PRODUCTS = table("products")
BY_CODE = {row["code"]: row for row in INGREDIENTS}
CHEMICAL = [row for row in INGREDIENTS if not row["code"].startswith(("tcm-", "herb-"))]


def names(row: Row) -> Iterable[str]:
    """Every spelling of a substance, in lower case."""
    for cell in (row["name_zh"], row["aliases_zh"], row["name_en"], row["aliases_en"]):
        yield from (name.strip().lower() for name in cell.split(";") if name.strip())


# SUBSTANCES


def test_there_are_enough() -> None:
    assert len(CHEMICAL) >= 1000
    assert len(PRODUCTS) >= 1230


def test_no_name_points_to_two_substances() -> None:
    owners = defaultdict(set)
    for row in INGREDIENTS:
        for name in names(row):
            owners[name].add(row["code"])
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_codes_stand_once_and_have_one_shape() -> None:
    assert len(BY_CODE) == len(INGREDIENTS)
    assert [code for code in BY_CODE if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []


def test_atc_codes_have_their_shape_and_the_main_one_comes_first() -> None:
    for row in INGREDIENTS:
        every = [part for part in row["all_atc"].split("|") if part]
        assert all(GROUP.fullmatch(part) for part in every), row["code"]
        assert len(every) == len(set(every)), row["code"]
        if row["atc"]:
            assert ATC.fullmatch(row["atc"]), row["code"]
            assert every[0] == row["atc"], row["code"]


def test_one_atc_code_names_one_substance() -> None:
    main = Counter(row["atc"] for row in INGREDIENTS if row["atc"])
    assert {code for code, count in main.items() if count > 1} <= {"A12CC05"}


def test_pinyin_is_the_sound_of_the_name() -> None:
    for row in INGREDIENTS:
        sound = row["pinyin"]
        assert re.fullmatch(r"[a-z0-9]+", sound), (row["code"], sound)
        characters = len(HAN.findall(row["name_zh"]))
        assert characters <= len(sound), row["code"]


@pytest.mark.parametrize(
    ("code", "sound"),
    [
        ("mercaptopurine", "qiupiaoling"),
        ("bismuth-potassium-citrate", "juyuansuanbijia"),
        ("neostigmine", "xinsidiming"),
        ("furosemide", "fusaimi"),
        ("diltiazem", "dierliuzhuo"),
        ("somatostatin", "shengzhangyisu"),
        ("vincristine", "changchunxinjian"),
        ("herb-chuanxiong", "chuanxiong"),
        ("herb-xuanshen", "xuanshen"),
    ],
)
def test_characters_with_several_readings_are_read_as_pharmacists_do(code: str, sound: str) -> None:
    assert BY_CODE[code]["pinyin"] == sound


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("acetaminophen", "paracetamol"),
        ("扑热息痛", "paracetamol"),
        ("albuterol", "salbutamol"),
        ("双克", "hydrochlorothiazide"),
        ("glyburide", "glibenclamide"),
        ("倍他乐克", "metoprolol"),
        ("methimazole", "thiamazole"),
        ("rifampin", "rifampicin"),
        ("西地兰", "deslanoside"),
        ("st john's wort", "hypericum-extract"),
        ("圣约翰草", "hypericum-extract"),
    ],
)
def test_names_of_speech_are_found(name: str, code: str) -> None:
    assert [row["code"] for row in INGREDIENTS if name in names(row)] == [code]


# CONTROL AND ONLINE


def test_controlled_substances_are_never_prescribed_online() -> None:
    closed = {"narcotic", "psychotropic_1", "psychotropic_2", "toxic", "radioactive", "precursor"}
    for row in INGREDIENTS:
        if row["special_class"] in closed or row["antimicrobial_grade"] == "special":
            assert row["online_policy"] == "never", row["code"]


def test_what_is_not_simply_allowed_says_why_in_both_languages() -> None:
    for row in INGREDIENTS:
        assert row["online_policy"] in {"allowed", "conditional", "never"}, row["code"]
        said = bool(row["online_condition_zh"]), bool(row["online_condition_en"])
        assert said == ((row["online_policy"] != "allowed"),) * 2, row["code"]
        assert not HAN.search(row["online_condition_en"]), row["code"]


def test_flags_are_known_and_hold_the_ones_that_everybody_knows() -> None:
    known = {"cation", "narrow_index", "high_alert", "teratogen", "hla_test"}
    flags = {row["code"]: set(filter(None, row["flags"].split("|"))) for row in INGREDIENTS}
    assert set().union(*flags.values()) == known
    assert {"narrow_index", "high_alert", "teratogen"} <= flags["warfarin"]
    assert {"hla_test", "narrow_index"} <= flags["carbamazepine"]
    assert "teratogen" in flags["isotretinoin"]
    assert "cation" in flags["hydrotalcite"]
    assert "high_alert" in flags["insulin-glargine"]
    assert flags["amoxicillin"] == set()


# PRODUCTS


def test_parts_of_products_are_known_and_counted() -> None:
    for row in PRODUCTS:
        for part in row["ingredients"].split(";"):
            code, amount, unit = part.split(":")
            assert code in BY_CODE, (row["code"], code)
            assert int(amount) > 0, row["code"]
            assert unit in {"ug", "ng", "IU", "milli"}, row["code"]


FACTOR = {"g": 1_000_000_000, "mg": 1_000_000, "μg": 1_000}


def strength(text: str) -> int | None:
    """What a plain strength such as ``2ml:0.1g`` or ``500mg`` says, in ng; None for a compound or a count."""
    match = re.fullmatch(r"(?:[\d.]+(?:ml|g):)?([\d.]+)(g|mg|μg)", text)
    return int(Fraction(match[1]) * FACTOR[match[2]]) if match else None


def test_the_strength_says_what_the_product_holds() -> None:
    read = 0
    for row in PRODUCTS:
        parts = [part.split(":") for part in row["ingredients"].split(";")]
        said = strength(row["strength_zh"])
        if len(parts) != 1 or said is None or parts[0][2] not in {"ug", "ng"} or row["code"].startswith("XL-Z"):
            continue
        scale = 1 if parts[0][2] == "ng" else 1000
        assert int(parts[0][1]) * scale == said, (row["code"], row["strength_zh"], parts)
        read += 1
    assert read > 800


def test_millions_of_units_are_read() -> None:
    held = {(row["name_zh"], row["strength_zh"]): row["ingredients"] for row in PRODUCTS}
    assert held["注射用青霉素钠", "80万单位"] == "benzylpenicillin:800000:IU"
    assert held["注射用青霉素钠", "160万单位"] == "benzylpenicillin:1600000:IU"


def test_english_sides_hold_no_chinese() -> None:
    for row in [*PRODUCTS, *table("patent_medicines"), *table("herbs")]:
        assert [col for col, cell in row.items() if col.endswith("_en") and HAN.search(cell)] == [], row


# HERBS AND PATENT MEDICINES


def test_herbs_have_a_greatest_dose_unless_they_are_not_swallowed() -> None:
    herbs = table("herbs")
    assert len(herbs) >= 150
    without = {row["code"] for row in herbs if not row["max_grams"]}
    assert all(
        row["toxic"] in {"toxic", "very"} for row in herbs if row["code"] in without - {"herb-shanjia", "herb-xijiao"}
    )
    assert {row["code"] for row in herbs} <= set(BY_CODE)
    assert all(0 < float(row["max_grams"]) <= 60 for row in herbs if row["max_grams"])


def test_pairs_of_herbs_stand_once_and_both_ways_are_the_same() -> None:
    pairs = [(row["a"], row["b"]) for row in table("herb_pairs")]
    known = {row["code"] for row in table("herbs")}
    assert all(a < b and {a, b} <= known for a, b in pairs)
    assert len(set(pairs)) == len(pairs) >= 120
    assert ("herb-fuzi", "herb-zhebeimu") in pairs
    assert ("herb-haizao", "herb-zhigancao") in pairs
    assert ("herb-renshen", "herb-wulingzhi") in pairs
    assert ("herb-danshen", "herb-lilu") in pairs


def test_patent_medicines_name_known_things() -> None:
    rows = table("patent_medicines")
    herbs = {row["code"]: row for row in table("herbs")}
    assert len(rows) >= 120
    for row in rows:
        hidden = [part.split(":") for part in row["ingredients"].split("|") if part]
        assert all(code in BY_CODE and (not amount or unit == "ug") for code, amount, unit in hidden), row["id"]
        held = set(filter(None, row["herbs"].split("|")))
        toxic = set(filter(None, row["toxic_herbs"].split("|")))
        assert toxic <= held <= set(herbs), row["id"]
        assert {code for code in held if herbs[code]["toxic"] in {"toxic", "very"}} <= toxic | SOURCE_ONLY, row["id"]


SOURCE_ONLY = {"herb-chuanwu", "herb-caowu"}
"""Raw pieces from which a preparation starts; what it holds is named in its processed form."""


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        ("tcm-vc-yinqiao", {"paracetamol", "chlorphenamine", "ascorbic-acid"}),
        ("tcm-ganmaoling", {"paracetamol", "chlorphenamine", "caffeine"}),
        ("tcm-xiaoke", {"glibenclamide"}),
        ("tcm-xinhuang", {"indometacin"}),
        ("tcm-zhenju", {"clonidine", "hydrochlorothiazide", "rutoside"}),
        ("tcm-xuezhikang", {"lovastatin"}),
    ],
)
def test_hidden_western_substances(code: str, hidden: set[str]) -> None:
    row = next(row for row in table("patent_medicines") if row["id"] == code)
    assert {part.split(":")[0] for part in row["ingredients"].split("|")} == hidden


def test_products_and_patent_medicines_agree_on_what_is_hidden() -> None:
    patents = {
        row["id"]: {part.split(":")[0] for part in row["ingredients"].split("|") if part}
        for row in table("patent_medicines")
    }
    for row in PRODUCTS:
        codes = {part.split(":")[0] for part in row["ingredients"].split(";")}
        for code in codes & set(patents):
            western = {held for held in patents[code] if BY_CODE[held]["atc"]}
            assert western - {"ginkgo-leaf-extract"} <= codes, row["name_zh"]


# LOOK-ALIKES AND ANTIMICROBIALS


def test_look_alikes_are_two_known_substances() -> None:
    rows = table("lookalikes")
    assert len(rows) >= 60
    assert all(row["a"] in BY_CODE and row["b"] in BY_CODE and row["a"] != row["b"] for row in rows)
    assert len({frozenset((row["a"], row["b"])) for row in rows}) == len(rows)


def test_every_graded_substance_has_its_row() -> None:
    rows = {row["ingredient"]: row for row in table("antimicrobials")}
    graded = {row["code"]: row["antimicrobial_grade"] for row in INGREDIENTS if row["antimicrobial_grade"] != "none"}
    assert {code: row["grade"] for code, row in rows.items()} == graded
    assert all((row["outpatient_ok"] == "no") == (row["grade"] == "special") for row in rows.values())


# THE LIST OF WISHES (a folder of data beside the program, where there is one)


def wishes() -> list[list[str]]:
    """The rows of the outside list of substances: key, Chinese, ATC, tier, number, grade, control."""
    folder = os.environ.get("XINGLIN_DATA", "")
    path = Path(folder) / "medicines" / "ingredients_src.txt"
    if not folder or not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if "|" in line and not line.startswith("#")]


@pytest.mark.skipif(not wishes(), reason="XINGLIN_DATA names no folder with the list")
def test_every_wished_substance_resolves_by_name_inn_and_atc() -> None:
    found = defaultdict(set)
    for row in INGREDIENTS:
        for name in [*names(row), *row["all_atc"].split("|")]:
            found[name].add(row["code"])
    missing = []
    for key, chinese, atc, _tier, _number, grade, *_ in wishes():
        if key in COMPOUNDS:
            assert any(COMPOUNDS[key] <= parts(row) for row in PRODUCTS), key
            continue
        inn = found[key]
        bare = found[chinese.lower()] | found[re.sub(r"\(.*?\)", "", chinese).lower()]
        if not inn or not bare or (atc and not found[atc]):
            missing.append((key, chinese, atc))
        assert any(BY_CODE[code]["antimicrobial_grade"] == GRADES[grade] for code in inn | bare), key
    assert missing == []


def parts(row: Row) -> set[str]:
    """The substances of a product."""
    return {part.split(":")[0] for part in row["ingredients"].split(";")}
