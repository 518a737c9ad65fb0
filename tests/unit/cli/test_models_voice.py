"""The conversion of the speaker network: only from the measured package, and no pickle runs anything."""

import io
import os
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest

from xinglin.cli import models_voice
from xinglin.cli.models_voice import BadSource


class Runs:
    """What a hostile pickle would do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch hostile",)


def saved(*values: object) -> bytes:
    return b"".join(pickle.dumps(value, 2) for value in values)


def test_another_wheel_is_refused_before_it_is_opened() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as wheel:
        wheel.writestr(models_voice.MEMBER, saved(1, 2, {}, Runs()))
    with pytest.raises(BadSource) as refused:
        models_voice.convert(made.getvalue())
    assert "sha256" in str(refused.value)


@pytest.mark.parametrize("place", range(5))
def test_a_pickle_that_would_run_something_is_refused_wherever_it_stands(
    place: int, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    values: list[object] = [1, 2, {}, {"model_state": {}}, []]
    values[place] = Runs()
    with pytest.raises(BadSource):
        models_voice.read_weights(saved(*values))
    assert not os.path.exists("hostile")


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"\x80\x02.", saved(1, 2, {}), saved(1, 2, {}, [1], []), b"\x00" * 99]
)
def test_what_is_no_such_file_is_refused(raw: bytes) -> None:
    with pytest.raises(BadSource):
        models_voice.read_weights(raw)


def drawn_weights() -> dict[str, Any]:
    random = np.random.default_rng(1)
    made = {}
    for layer in range(3):
        wide = 40 if layer == 0 else 256
        shapes = {"weight_ih": (1024, wide), "weight_hh": (1024, 256), "bias_ih": (1024,), "bias_hh": (1024,)}
        made |= {f"lstm.{name}_l{layer}": random.normal(0, 0.05, shape).astype("f4") for name, shape in shapes.items()}
    made["linear.weight"] = random.normal(0, 0.1, (256, 256)).astype("f4")
    made["linear.bias"] = random.normal(0, 0.1, 256).astype("f4")
    return made


def by_hand(weights: dict[str, Any], mel: Any) -> Any:
    """The network written out step by step, as its paper has it."""
    given = mel
    for layer in range(3):
        w, r, bw, br = (weights[f"lstm.{n}_l{layer}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        hidden = cell = np.zeros((len(mel), 256), "f4")
        out = []
        for step in range(given.shape[1]):
            gates = given[:, step] @ w.T + bw + hidden @ r.T + br
            i, f, g, o = np.split(gates, 4, axis=1)
            cell = cell / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
            hidden = np.tanh(cell) / (1 + np.exp(-o))
            out.append(hidden)
        given = np.stack(out, axis=1)
    positive = np.maximum(given[:, -1] @ weights["linear.weight"].T + weights["linear.bias"], 0)
    return positive / np.linalg.norm(positive, axis=1, keepdims=True)


def test_the_onnx_network_computes_what_the_weights_mean() -> None:
    import onnxruntime as ort

    weights = drawn_weights()
    made = models_voice.as_onnx(weights)
    assert made == models_voice.as_onnx(weights), "the same weights give the same bytes"
    session = ort.InferenceSession(made, providers=["CPUExecutionProvider"])
    mel = np.random.default_rng(2).random((2, 12, 40)).astype("f4")
    assert np.abs(session.run(None, {"mel": mel})[0] - by_hand(weights, mel)).max() < 1e-5


def test_the_digest_sees_names_shapes_and_values() -> None:
    one = {"a": np.ones((2, 3), "f4")}
    others = [{"b": np.ones((2, 3), "f4")}, {"a": np.ones((3, 2), "f4")}, {"a": np.zeros((2, 3), "f4")}]
    assert len({models_voice.digest(each) for each in (one, *others)}) == 4
