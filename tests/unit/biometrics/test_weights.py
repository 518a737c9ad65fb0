"""The table of models, the files on this machine, and the engine that is asked for."""

import hashlib
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.biometrics.scripted import ScriptedFaces

from xinglin.biometrics import engine, weights
from xinglin.biometrics.errors import BadManifest, NotInstalled, WrongModel
from xinglin.biometrics.manifest import engine as engine_row
from xinglin.biometrics.manifest import manifest, model, read

ROW = """
[[model]]
id = "one"
file = "one.onnx"
sha256 = "{sha}"
licence = "MIT"
licence_of_weights = "MIT"
registry = "npm"
package = "p"
version = "1"
sources = {{ "a" = "{sha}" }}
converter = ""
task = "t"
input = "i"
""".format(sha="0" * 64)
ENGINE = """
[[engine]]
id = "e"
version = "1"
task = "t"
models = ["one"]
thresholds = { match_accept = 0.5 }
"""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each test begins without a loaded engine and leaves none behind."""
    for name in engine.DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    engine.forget()
    yield
    engine.forget()


# THE TABLE


def test_every_row_tells_origin_licence_and_checksum() -> None:
    for row in manifest().models.values():
        assert row.licence
        assert row.licence_of_weights
        assert row.package
        assert re.fullmatch(r"\d+(\.\d+)+", row.version)
        assert row.sources
        assert row.task
        assert row.input
    assert {one.task for one in manifest().engines.values()} >= {"faces", "voices"}


def test_every_measurement_says_on_what_and_what_it_does_not_say() -> None:
    measured = [one for row in manifest().engines.values() for one in row.measured]
    assert len(measured) >= 8
    for one in measured:
        assert one.n > 0
        assert one.where
        assert one.limits
        assert one.unit


def test_the_thresholds_of_faces_are_in_order() -> None:
    level = engine_row("onnx-faces").limit
    assert level("same_person") < level("match_refuse") < level("match_accept") < level("match_strict")
    assert (level("yaw_max"), level("face_px_min")) == (25, 70)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[model]", "wrong"),
        (ROW + ROW, "stands twice"),
        (ROW.replace("0" * 64, "abc"), "hexadecimal"),
        (ROW.replace('"one.onnx"', '"../one.onnx"'), "plain name"),
        (ROW.replace('licence = "MIT"', 'licence = ""'), "licence"),
        (ROW.replace('task = "t"\n', ""), "task"),
        (ROW.replace("npm", "elsewhere"), "registry"),
        (ROW.replace('{ "a" = "' + "0" * 64 + '" }', "{}"), "sources"),
        (ROW + ENGINE.replace('["one"]', '["two"]'), "two"),
        (ROW + ENGINE.replace("0.5", '"high"'), "the engine e"),
        (ROW + ENGINE + ENGINE, "stands twice"),
        (ROW + ENGINE + "\n[[engine.measured]]\nwhat = 'w'\n", "measurement"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadManifest, match=re.escape(says)):
        read(text)


def test_a_good_table_and_what_it_does_not_hold() -> None:
    found = read(ROW + ENGINE)
    assert found.engines["e"].name == "e@1"
    assert found.engines["e"].limit("match_accept") == 0.5
    for wrong in (lambda: found.engines["e"].limit("other"), lambda: model("other"), lambda: engine_row("other")):
        with pytest.raises(BadManifest):
            wrong()


# THE FILES


@pytest.fixture
def one_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of models, with a table that names a single file whose content is `right`."""
    text = (ROW + ENGINE).replace("0" * 64, hashlib.sha256(b"right").hexdigest())
    monkeypatch.setenv("XINGLIN_MODELS", str(tmp_path))
    for place in ("model", "engine"):
        monkeypatch.setattr(weights, place, lambda name, place=place: getattr(read(text), place + "s")[name])
    return tmp_path / "one.onnx"


def test_an_absent_model_is_not_installed(one_model: Path) -> None:
    with pytest.raises(NotInstalled) as caught:
        weights.path("one")
    assert (caught.value.model, caught.value.dotted) == ("one", "model.not_installed")
    assert "xinglin biometrics fetch" in caught.value.sentence.zh
    assert not weights.present("one")
    assert [row.id for row in weights.missing("e")] == ["one"]


def test_a_right_model_is_found_and_a_replaced_one_is_seen(one_model: Path) -> None:
    one_model.write_bytes(b"right")
    assert weights.path("one") == one_model
    assert weights.missing("e") == []
    one_model.write_bytes(b"wrong")
    os.utime(one_model, ns=(1, 1))
    with pytest.raises(WrongModel) as caught:
        weights.path("one")
    assert caught.value.dotted == "model.wrong_checksum"
    assert isinstance(caught.value, NotInstalled)
    assert [row.id for row in weights.missing("e")] == ["one"]


def test_a_folder_in_its_place_is_not_a_model(one_model: Path) -> None:
    one_model.mkdir()
    assert not weights.present("one")


def test_where_the_models_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINGLIN_MODELS", "~/models")
    assert weights.folder() == Path.home() / "models"
    monkeypatch.delenv("XINGLIN_MODELS")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert weights.folder() == Path("/var/cache/me/xinglin/models")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert weights.folder() == Path.home() / ".cache/xinglin/models"


# THE ENGINE


def test_without_models_the_engine_says_which_and_can_be_had_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XINGLIN_MODELS", str(tmp_path))
    for _ in range(2):
        with pytest.raises(NotInstalled, match="face-detect"):
            engine.faces()
    (tmp_path / "fr_detect.onnx").write_bytes(b"another")
    with pytest.raises(WrongModel):
        engine.faces()


@pytest.mark.parametrize("mark", [".", ":"])
def test_a_hospital_can_swap_in_its_own_engine(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", f"tests.unit.biometrics.scripted{mark}ScriptedFaces")
    assert type(engine.faces()).__name__ == ScriptedFaces.__name__
    assert engine.faces() is engine.faces()
    assert engine.faces().engine.name == "scripted@1"


@pytest.mark.parametrize("named", ["no.such.module.Engine", "xinglin.biometrics.faces.NoSuch", "nothing", "."])
def test_an_engine_that_is_not_there_is_not_installed(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", named)
    with pytest.raises(NotInstalled):
        engine.faces()


def test_threads_that_ask_at_once_get_the_same_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.biometrics.scripted.ScriptedFaces")
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(id(engine.faces()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
