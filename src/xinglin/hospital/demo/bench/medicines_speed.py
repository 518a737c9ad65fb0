"""How fast a prescription is checked, whether it is judged the same again, and what a long stream holds in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines.checking import canonical, check

NEW: Final = (
    "克拉霉素片,0.5g,bid;左氧氟沙星片,0.5g,qd;布洛芬缓释胶囊,0.3g,bid;奥美拉唑肠溶胶囊,20mg,bid;地高辛片,0.125mg,qd;"
    "螺内酯片,20mg,qd;艾司唑仑片,1mg,qn;甲硝唑片,0.4g,tid"
)
ACTIVE: Final = (
    "华法林钠片,3mg,qd;阿托伐他汀钙片,20mg,qn;氨氯地平片,5mg,qd;二甲双胍片,0.5g,bid;阿司匹林肠溶片,100mg,qd;培哚普利片,4mg,qd;"
    "呋塞米片,20mg,qd;富马酸比索洛尔片,5mg,qd;左甲状腺素钠片,50ug,qd;别嘌醇片,100mg,qd;格列美脲片,2mg,qd;茶碱缓释片,0.1g,bid;"
    "泼尼松片,10mg,qd;碳酸钙片,0.5g,bid;艾司西酞普兰片,10mg,qd;多奈哌齐片,5mg,qn;坦索罗辛缓释胶囊,0.2mg,qn;加巴喷丁胶囊,0.3g,tid;"
    "多潘立酮片,10mg,tid;秋水仙碱片,0.5mg,bid"
)
PATIENT: Final[Mapping[str, Any]] = {
    "age_years": 78,
    "sex": "M",
    "weight_kg": 62,
    "egfr": 41,
    "crcl": 38,
    "allergies": ["青霉素"],
    "labs": [
        {"code": code, "value": value, "unit": unit, "on": "2026-11-18"}
        for code, value, unit in (("K", 4.9, "mmol/L"), ("INR", 2.8, "1"), ("QTC", 455, "ms"), ("HR", 58, "/min"))
    ],
    "diagnoses": ["I48.9", "I50.9", "I10", "E11.9", "M10.9", "N18.3", "J44.9", "F32.9", "N40", "E03.9"],
}
TIMES: Final = 200
SIZES: Final = (10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Speed:
    """Times of the large case, in milliseconds; `processor` is what the processor spent, whoever else was at work."""

    p50_ms: float
    p95_ms: float
    processor_p95_ms: float
    findings: int


@dataclass(frozen=True, slots=True)
class Stream:
    """One run of `xinglin check --jsonl`: most memory held, time, processor time."""

    cases: int
    peak_mib: float
    seconds: float
    processor_seconds: float


def large_case() -> dict[str, Any]:
    """Eight new medicines beside twenty in use."""

    def lines(many: str) -> list[dict[str, str]]:
        return [dict(zip(("drug", "dose", "frequency"), one.split(","), strict=True)) for one in many.split(";")]

    return {"id": "large", "on": "2026-11-22", "patient": PATIENT, "current": lines(ACTIVE), "orders": lines(NEW)}


def speed(knowledge: Knowledge) -> Speed:
    """The large case, judged again and again; the first times are not counted."""
    case = large_case()
    for _ in range(10):
        told = check(case, knowledge)
    walls, spent = [], []
    for _ in range(TIMES):
        wall, work = time.perf_counter(), time.process_time()
        check(case, knowledge)
        walls.append((time.perf_counter() - wall) * 1000)
        spent.append((time.process_time() - work) * 1000)
    cuts, work_cuts = quantiles(walls, n=20), quantiles(spent, n=20)
    return Speed(cuts[9], cuts[18], work_cuts[18], len(told["findings"]))


class TablesChanged(RuntimeError):
    """The tables were edited while the answers were given again: nothing can be said of them."""


def replay(cases: Sequence[Mapping[str, Any]], knowledge: Knowledge) -> tuple[int, int]:
    """How many answers another process gives again byte for byte, and of how many. Its hashes have another seed.

    Raises TablesChanged where that process read other tables.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "judged.jsonl", Path(folder) / "same.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for case in cases:
                file.write(canonical({"case": case, "answer": check(case, knowledge)}) + "\n")
        _check("--jsonl", str(path), "--replay", "--out", str(out))
        told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    if any(one["knowledge"] != knowledge.digest for one in told):
        raise TablesChanged("the tables of medicines were edited during the measurement: measure again")
    return sum(one["same"] for one in told), len(cases)


def streams(cases: Sequence[Mapping[str, Any]], sizes: Sequence[int] = SIZES) -> Iterator[Stream]:
    """The command on files of some sizes, each in a process of its own."""
    lines = [json.dumps(case, ensure_ascii=False) + "\n" for case in cases]
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.jsonl"
            with path.open("w", encoding="utf-8") as file:
                file.writelines(islice(cycle(lines), size))
            began = time.perf_counter()
            usage = _check("--jsonl", str(path), "--out", os.devnull)
            took = time.perf_counter() - began
        yield Stream(size, usage.ru_maxrss / 1024, took, usage.ru_utime + usage.ru_stime)


def _check(*words: str) -> Any:
    """`xinglin check` in a process of its own; what it used. Raises RuntimeError where it does not end by itself."""
    command = [sys.executable, "-c", "from xinglin.cli import main; main()", "check", *words]
    child = subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": "77"})
    _number, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in {0, 1, 2}:  # 2: a line was bad, or an answer is not the same
        raise RuntimeError(f"xinglin check ended with {child.returncode}")
    return usage
