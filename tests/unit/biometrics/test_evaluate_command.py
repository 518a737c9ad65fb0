"""`xinglin biometrics`: the commands as a person runs them, with an engine that needs no model swapped in."""

import csv
import json
import os
import subprocess
import sys
import xml.dom.minidom
from pathlib import Path

import pytest
from PIL import Image

ENGINE = "tests.unit.biometrics.scripted:ColouredFaces"


def xinglin(*arguments: str, models: Path | None = None, engine: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XINGLIN_FACE_ENGINE": engine, "COLUMNS": "200"}
    if models is not None:
        environment["XINGLIN_MODELS"] = str(models)
    command = [sys.executable, "-m", "xinglin", "biometrics", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Pictures of people told by their grey, a black one without a face, and a table with good and bad rows."""
    for name, level in (("a1", 55), ("a2", 56), ("b1", 75), ("c1", 95), ("none", 2)):
        Image.new("L", (80, 80), level).save(tmp_path / f"{name}.png")
    (tmp_path / "text.png").write_text("no picture")
    rows = [
        "path_a,path_b,same,group",
        "a1.png,a2.png,1,north",
        "a1.png,b1.png,0,north",
        "b1.png,c1.png,0,south",
        "a1.png,none.png,1,south",
        "a1.png,text.png,1,",
        "a1.png,absent.png,1,",
        "a1.png,b1.png,perhaps,",
    ]
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    return file


def test_evaluate_writes_everything_and_counts_what_failed(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = xinglin("evaluate", str(table), "--out", str(out), "--json", engine=ENGINE)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((out / "summary.json").read_text("utf-8"))
    assert told["engine"] == "scripted@1"
    summary = told["summary"]
    assert (summary["pairs"], summary["compared"], summary["failures"]) == (4, 3, {"no_face": 1})
    assert told["quarantined"] == 3
    assert summary["equal_error"]["value"] == 0
    assert set(told["groups"]) == {"north", "south"}
    with (out / "pairs.csv").open(encoding="utf-8") as stream:
        pairs = list(csv.DictReader(stream))
    assert [(one["row"], one["decision"], one["reasons"]) for one in pairs] == [
        ("2", "same", ""), ("3", "other", ""), ("4", "other", ""), ("5", "", "no_face"),
    ]  # fmt: skip
    with (out / "quarantine.csv").open(encoding="utf-8") as stream:
        aside = {row["row"]: row["reason"] for row in csv.DictReader(stream)}
    assert set(aside) == {"6", "7", "8"}
    assert "image.not_an_image" in aside["6"]
    assert "No such file" in aside["7"]
    with (out / "roc.csv").open(encoding="utf-8") as stream:
        assert [row["far"] for row in csv.DictReader(stream)] == ["1.0", "0.0", "0.0"]
    assert xml.dom.minidom.parse(str(out / "roc.svg")).getElementsByTagName("polyline")


def test_evaluate_tells_a_person(table: Path, tmp_path: Path) -> None:
    done = xinglin("evaluate", str(table), "--out", str(tmp_path / "out"), "--no-gates", engine=ENGINE)
    assert done.returncode == 0, done.stderr
    assert "4 pairs, 3 compared" in done.stdout
    assert "no_face: 1" in done.stdout
    assert "match_accept 0.46" in done.stdout
    assert "too few pairs" in done.stdout
    assert "embed" in done.stdout
    assert "ms" in done.stdout


def test_aligned_faces_are_embedded_as_they_are(tmp_path: Path) -> None:
    for name, side in (("a", 112), ("b", 112), ("c", 120)):
        Image.new("L", (side, side), 55).save(tmp_path / f"{name}.png")
    table = tmp_path / "pairs.csv"
    table.write_text("path_a,path_b,same\na.png,b.png,1\na.png,c.png,1\n", "utf-8")
    done = xinglin("evaluate", str(table), "--out", str(tmp_path / "out"), "--aligned", "--json", engine=ENGINE)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["summary"]["compared"], told["quarantined"]) == (1, 1)
    assert "embed" in told["milliseconds"]
    assert "detect" not in told["milliseconds"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "lacks the columns"),
        (b"a,b\n1,2\n", "lacks the columns path_a, path_b, same"),
        (b"path_a,path_b,same\n", "it has none"),
        (b"path_a,path_b,same\nx.png,y.png,1\n", "row 2"),
        (b"\xff\xfe\x00\x01", "cannot be read"),
    ],
)
def test_what_cannot_be_evaluated_is_exit_code_two(content: bytes | None, says: str, tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    if content is not None:
        table.write_bytes(content)
    done = xinglin("evaluate", str(table), "--out", str(tmp_path / "out"), engine=ENGINE)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_without_models_it_says_so(table: Path, tmp_path: Path) -> None:
    done = xinglin("evaluate", str(table), "--out", str(tmp_path / "out"), models=tmp_path / "nothing")
    assert done.returncode == 1
    assert "not installed" in done.stderr
    assert "xinglin biometrics fetch" in done.stderr
    assert not (tmp_path / "out").exists()


def test_status_names_what_is_missing_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "fr_detect.onnx").write_bytes(b"another")
    done = xinglin("status", "--json", models=tmp_path)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    states = {row["id"]: row["state"] for row in told["models"]}
    assert states["face-detect"] == "wrong checksum"
    assert states["face-feature"] == "missing"
    assert all(row["licence"] and row["licence_of_weights"] for row in told["models"])
    assert any(one["name"] == "onnx-faces@1" and one["measured"] for one in told["engines"])
