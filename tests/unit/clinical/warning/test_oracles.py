"""Golden rows of fourteen scores, on which two independent packages agree, where they lie on this machine."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xinglin.clinical.warning.scores import acute, belly_throat, chest, mind
from xinglin.clinical.warning.scores.result import Answer, Score

FOLDER = Path(os.environ.get("XINGLIN_DATA", "")) / "diagnosis" / "oracles"
pytestmark = pytest.mark.skipif(
    not os.environ.get("XINGLIN_DATA") or not FOLDER.is_dir(),
    reason="XINGLIN_DATA does not name a folder with diagnosis/oracles/: the golden rows of scores are NOT tested",
)
Row = dict[str, Any]

BLATCHFORD = {"systolic_bp_mm_hg": "systolic_bp", "heart_rate_bpm": "heart_rate"}
PERC = {
    "age_years": "age",
    "heart_rate_bpm": "heart_rate",
    "room_air_oxygen_saturation_percent": "spo2_on_air",
    "recent_surgery_or_trauma_requiring_hospitalisation": "recent_surgery_or_trauma",
    "exogenous_oestrogen_use": "oestrogen_use",
    "low_pretest_probability_confirmed": "low_pretest_likelihood",
}
BLATCHFORD_LEFT_OUT = {
    "age_16_or_over",
    "acute_upper_gi_bleeding_at_first_assessment",
    "emergency_department_overt_ugib",
}


def renamed(row: Row, names: dict[str, str], without: frozenset[str] | set[str] = frozenset()) -> Row:
    return {names.get(key, key): value for key, value in row.items() if key not in without}


ASKED: dict[str, Callable[[Row], Answer]] = {
    "news2": lambda row: acute.news2(acute.News2Input(**row)),
    "qsofa": lambda row: acute.qsofa(acute.QsofaInput(**row)),
    "curb65": lambda row: chest.curb65(chest.Curb65Input(**row)),
    "heart": lambda row: chest.heart(chest.HeartInput(**row)),
    "wells_pe": lambda row: chest.wells_pe(chest.WellsPeInput(**row)),
    "wells_dvt": lambda row: chest.wells_dvt(chest.WellsDvtInput(**row)),
    "perc": lambda row: chest.perc(chest.PercInput(**renamed(row, PERC))),
    "abcd2": lambda row: chest.abcd2(chest.Abcd2Input(**row)),
    "glasgow_blatchford": lambda row: belly_throat.glasgow_blatchford(
        belly_throat.BlatchfordInput(**renamed(row, BLATCHFORD, BLATCHFORD_LEFT_OUT))
    ),
    "alvarado": lambda row: belly_throat.alvarado(belly_throat.AlvaradoInput(**row)),
    "centor": lambda row: belly_throat.mcisaac(belly_throat.McIsaacInput(**row)),
    "feverpain": lambda row: belly_throat.feverpain(belly_throat.FeverPainInput(**row)),
    "phq9": lambda row: mind.phq9(mind.Responses(row["responses"])),
    "gad7": lambda row: mind.gad7(mind.Responses(row["responses"])),
}
ROWS = {
    "news2": 1744, "curb65": 486, "heart": 324, "wells_pe": 128, "wells_dvt": 600, "qsofa": 18, "perc": 256,
    "abcd2": 144, "centor": 96, "feverpain": 32, "alvarado": 256, "glasgow_blatchford": 800, "phq9": 200, "gad7": 200,
}  # fmt: skip


def golden(name: str) -> Iterator[Row]:
    for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_every_golden_row(name: str) -> None:
    wrong = []
    count = 0
    for row in golden(name):
        count += 1
        answer = ASKED[name](row["input"])
        assert isinstance(answer, Score)
        got = f"perc-{answer.bands[0].id}" if name == "perc" else answer.points
        if got != row["clincalc"] or answer.missing:
            wrong.append((row["input"], row["clincalc"], got))
    assert wrong == []
    assert count == ROWS[name]


def test_bands_of_news2_are_worded_as_the_royal_college_does() -> None:
    wrong = []
    for row in golden("news2"):
        answer = ASKED["news2"](row["input"])
        assert isinstance(answer, Score)
        assert answer.band is not None
        said = row["interpretation"]
        if answer.band.id != "zero" and f"({answer.band.id})" not in said:
            wrong.append((row["input"], said, answer.band.id))
    assert wrong == []


def test_item_nine_speaks_where_the_oracle_does() -> None:
    for row in golden("phq9"):
        answer = ASKED["phq9"](row["input"])
        assert isinstance(answer, Score)
        assert bool(answer.provisos) is ("Item 9" in row["interpretation"])
