"""Published files made up for tests: the columns as published, every item and code invented."""

import csv
import json
from pathlib import Path
from typing import Any

from xinglin.supervision.tables.official.files import PAIR_COLUMNS, RECORD_COLUMNS

CLASSES = {
    1: "药品限工伤保险",
    3: "中药饮片单复方均不予支付",
    5: "药品限二线使用",
    7: "药品限儿童使用",
    8: "药品限适应症",
    10: "药品限支付疗程",
    12: "药品限医疗机构级别",
    13: "药品限就医方式",
    15: "手术项目未按规定折价收费",
    23: "医疗服务项目限支付疗程",
    25: "医疗服务项目重复收费",
    27: "医疗服务项目限定频次",
    31: "医疗服务项目周期超频次",
    67: "药品区分性别使用",
    74: "药品相互作用",
    80: "医疗服务项目儿童专用",
    81: "医疗服务项目区分性别使用",
}
A, B, C = (f"XZ99ZZT00{number}A001010199999" for number in (1, 2, 3))
MAIN, SUB, OTHER = (f"99000000000000{number}" for number in (1, 2, 3))


def record(seq: int, id: str, codes: str = A, **cells: str) -> dict[str, str]:
    """One record of a class, of batch 5 and without a day unless told otherwise."""
    given = {"kp_id": id, "rule_class": CLASSES[seq], "med_codes": codes, "item_name": f"示例{id}", "batch": "5"}
    return {**dict.fromkeys(RECORD_COLUMNS, ""), **given, **cells}


def pair(main: str = MAIN, sub: str = SUB, window: str = "单日", note: str = "含示例") -> dict[str, str]:
    """One pair of the list of duplicate charges."""
    cells = {"序号": "1", "频度": window, "主项名称": "甲", "主项编码": main, "从项名称": "乙", "从项编码": sub}
    return {**cells, "备注": note}


def write(folder: Path, *records: dict[str, str], pairs: tuple[dict[str, str], ...] = (), **classes: Any) -> Path:
    """Write a folder of published files."""
    rules = [
        {"seq": seq, "name": name, "tier1": "政策类", "tier2": "示例类", "gz_code_1_0": f"GZ{seq}"}
        for seq, name in CLASSES.items()
    ]
    (folder / "cat88.json").write_text(json.dumps({"rules": classes.get("rules", rules)}), "utf-8")
    more = {name: None for one in records for name in one}
    _csv(folder / "knowledge_points.csv", (*RECORD_COLUMNS, *(more.keys() - set(RECORD_COLUMNS))), records)
    _csv(folder / "duplicate_charge_pairs.csv", PAIR_COLUMNS, pairs)
    return folder


def _csv(path: Path, columns: tuple[str, ...], rows: tuple[dict[str, str], ...]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
