"""The diagnosis table: shape, uniqueness, both languages, and anchors that everybody knows."""

import csv
import re
from pathlib import Path

import pytest

import xinglin

FOLDER = Path(xinglin.__file__).parent / "hospital" / "terminology" / "data"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = [(path.stem, row) for path in sorted((FOLDER / "icd10").glob("*.csv")) for row in table(path)]
BY_CODE = {row["code"]: row for _, row in ROWS}


def test_there_are_enough_and_each_once() -> None:
    assert len(ROWS) >= 1_500
    assert len(BY_CODE) == len(ROWS)


def test_every_row_is_well_formed() -> None:
    groups = {row["code"] for row in table(FOLDER / "chronic_groups.csv")}
    for file, row in ROWS:
        where = f"{file}: {row['code']}"
        assert re.fullmatch(r"[A-TV-Z]\d\d(\.\d)?", row["code"]), where
        assert re.search(r"[一-鿿]", row["name_zh"]), where
        assert re.match(r"[A-Za-zαβ]", row["name_en"]), where
        assert not re.search(r"[一-鿿]", row["name_en"] + row["aliases_en"]), where
        assert row["chapter"] == row["code"][0], where
        assert row["chronic_group"] in groups | {""}, where
        assert row["acute_danger"] in {"yes", "no"}, where
        assert row["sex"] in {"", "F", "M"}, where
        assert int(row["age_min_days"] or 0) <= int(row["age_max_days"] or 99999), where


def test_a_category_is_either_subdivided_or_not() -> None:
    whole = {code for code in BY_CODE if "." not in code}
    parts = {code.split(".")[0] for code in BY_CODE if "." in code}
    assert not whole & parts


ANCHORS = """
I10 高血压
E11.9 2型糖尿病
E10.9 1型糖尿病
J06.9 上呼吸道
J45.9 哮喘
J44.9 慢性阻塞性肺
I25.1 冠状动脉
I48.9 心房颤动
I50.9 心力衰竭
I63.9 脑梗死
I69.3 脑梗死后遗症
K29.5 慢性胃炎
K21.9 反流
K59.0 便秘
K74.6 肝硬化
B18.1 乙型肝炎
N18.5 慢性肾脏病5期
N40 前列腺增生
M10.9 痛风
M06.9 类风湿
M32.9 红斑狼疮
M81.9 骨质疏松
M17.9 膝
G20 帕金森
G40.9 癫痫
G30.9 阿尔茨海默
G47.0 失眠
F32.9 抑郁
F20.9 精神分裂症
F41.1 焦虑
E03.9 甲状腺功能减退
E05.9 甲状腺功能亢进
E78.5 高脂血症
E79.0 高尿酸
E66.9 肥胖
L20.9 特应性皮炎
L40.0 银屑病
L50.9 荨麻疹
L70.0 痤疮
H40.1 青光眼
H81.1 眩晕
D50.9 缺铁性贫血
R51 头痛
R05 咳嗽
R50.9 发热
C50.9 乳腺
C34.9 肺
C73 甲状腺
A15.0 结核
B02.9 带状疱疹
N39.0 尿路感染
N76.0 阴道炎
N95.1 更年期
O24.4 妊娠期糖尿病
Z94.0 肾移植
Z95.5 支架
T78.2 过敏性休克
I21.9 心肌梗死
B08.4 手足口
E28.2 多囊卵巢
"""


@pytest.mark.parametrize("anchor", ANCHORS.strip().splitlines())
def test_anchors(anchor: str) -> None:
    code, zh = anchor.split()
    assert zh in BY_CODE[code]["name_zh"]


@pytest.mark.parametrize("code", ["I21.9", "I63.9", "O15.0", "K35.8", "T78.2", "E11.1", "N44"])
def test_dangers_are_marked(code: str) -> None:
    assert BY_CODE[code]["acute_danger"] == "yes"


@pytest.mark.parametrize("code", ["I10", "E11.9", "I25.1", "I69.3", "J45.9", "N18.3", "M10.9"])
def test_chronic_follow_up_is_not_danger(code: str) -> None:
    assert BY_CODE[code]["acute_danger"] == "no"
    assert BY_CODE[code]["chronic_group"]
