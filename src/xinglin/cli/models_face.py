"""The face mesh of the `@vladmandic/human` package (Google MediaPipe's), rewritten as ONNX once, at set-up.

The package holds it as a TensorFlow.js graph: a JSON of nodes and a file of half-precision weights. Only the dozen
operations that this graph uses are known here; any other refuses the whole file. TensorFlow keeps the channels last,
ONNX first, so every convolution stands between two transpositions, which onnxruntime takes out again.
"""

from __future__ import annotations

import base64
import io
import json
import math
import tarfile
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xinglin.biometrics.errors import BadManifest

if TYPE_CHECKING:
    import onnx
    from numpy.typing import NDArray

GRAPH, WEIGHTS = "package/models/facemesh.json", "package/models/facemesh.bin"
TO_FIRST, TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
OPSET, IR_VERSION = 17, 9
STORED = {"float16": "<f2", "float32": "<f4", "int32": "<i4"}


def convert(archive: bytes) -> bytes:
    """The ONNX file made from the package's archive; BadManifest when it holds no graph that is understood."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        graph, weights = (_member(packed, name) for name in (GRAPH, WEIGHTS))
    try:
        described = json.loads(graph)
        nodes = described["modelTopology"]["node"]
        return _Graph(_tensors(described, weights)).build(nodes)
    except (KeyError, ValueError, IndexError, TypeError) as fault:
        raise BadManifest(f"the face mesh cannot be converted ({type(fault).__name__}: {fault})") from fault


def _member(packed: tarfile.TarFile, name: str) -> bytes:
    try:
        stream = packed.extractfile(name)
    except KeyError as fault:
        raise BadManifest(f"the package holds no {name}") from fault
    if stream is None:
        raise BadManifest(f"{name} is no file")
    return stream.read()


def _tensors(described: Mapping[str, Any], raw: bytes) -> dict[str, NDArray[Any]]:
    """The named weights, halves widened to singles and whole numbers to the width that ONNX wants for shapes."""
    import numpy as np

    found: dict[str, NDArray[Any]] = {}
    offset = 0
    for group in described["weightsManifest"]:
        for row in group["weights"]:
            stored = np.dtype(STORED[row.get("quantization", row)["dtype"]])
            count = math.prod(row["shape"])
            values = np.frombuffer(raw, stored, count, offset).reshape(row["shape"])
            found[row["name"]] = values.astype(np.float32 if stored.kind == "f" else np.int64)
            offset += count * stored.itemsize
    if offset != len(raw):
        raise ValueError("the weights are not as long as they are said to be")
    return found


class _Graph:
    """Nodes are appended in the order of the original; names of the original stay the names of its outputs."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.inputs: list[onnx.ValueInfoProto] = []

    def build(self, nodes: Sequence[Mapping[str, Any]]) -> bytes:
        from onnx import TensorProto, helper

        known: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "Placeholder": self._input,
            "Const": self._constant_node,
            "_FusedConv2D": self._convolution,
            "DepthwiseConv2dNative": self._depthwise,
            "MaxPool": self._pool,
            "Pad": self._pad,
            "Prelu": self._prelu,
            "Reshape": self._reshape,
            "AddV2": lambda node: self._add("Add", _inputs(node), node["name"]),
            "Sigmoid": lambda node: self._add("Sigmoid", _inputs(node), node["name"]),
            "Identity": lambda node: self._add("Identity", _inputs(node), node["name"]),
        }
        for node in nodes:
            known[node["op"]](node)
        read = {name for node in nodes for name in _inputs(node)}
        ends = [node["name"] for node in nodes if node["name"] not in read and node["op"] not in {"Const"}]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ends]
        used = {name for node in self.nodes for name in node.input}
        constants = [tensor for name, tensor in self.constants.items() if name in used]
        graph = helper.make_graph(self.nodes, "face-mesh", self.inputs, outputs, constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        return bytes(made.SerializeToString(deterministic=True))

    def _add(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        import numpy as np
        from onnx import numpy_helper

        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _input(self, node: Mapping[str, Any]) -> None:
        from onnx import TensorProto, helper

        sizes = [int(one["size"]) for one in node["attr"]["shape"]["shape"]["dim"]]
        shape: list[str | int | None] = ["N", *sizes[1:]]
        self.inputs.append(helper.make_tensor_value_info(node["name"], TensorProto.FLOAT, shape))

    def _constant_node(self, node: Mapping[str, Any]) -> None:
        self._constant(node["name"], self.tensors[node["name"]])

    def _convolution(self, node: Mapping[str, Any]) -> None:
        kernel = self.tensors[_inputs(node)[1]]
        self._convolve(node, kernel.transpose(3, 2, 0, 1), groups=1)

    def _depthwise(self, node: Mapping[str, Any]) -> None:
        kernel = self.tensors[_inputs(node)[1]]
        high, wide, channels, times = kernel.shape
        self._convolve(node, kernel.transpose(2, 3, 0, 1).reshape(channels * times, 1, high, wide), groups=channels)

    def _convolve(self, node: Mapping[str, Any], kernel: NDArray[Any], *, groups: int) -> None:
        """A convolution with what TensorFlow.js folded into it: first the bias, then perhaps a PReLU."""
        given, _, *rest = _inputs(node)
        folded = _words(node, "fused_ops")
        if folded not in ([], ["BiasAdd"], ["BiasAdd", "Prelu"]):
            raise ValueError(f"a convolution with {folded}")
        name = node["name"]
        inputs = [self._add("Transpose", [given], perm=TO_FIRST), self._constant(f"{name}.kernel", kernel)]
        if folded:
            inputs.append(self._constant(f"{name}.bias", self.tensors[rest[0]].reshape(-1)))
        made = self._add(
            "Conv",
            inputs,
            strides=_numbers(node, "strides")[1:3],
            dilations=_numbers(node, "dilations")[1:3],
            group=groups,
            kernel_shape=list(kernel.shape[2:]),
            auto_pad=_padding(node),
        )
        if "Prelu" in folded:
            made = self._add("PRelu", [made, self._slope(f"{name}.slope", rest[1])])
        self._add("Transpose", [made], name, perm=TO_LAST)

    def _slope(self, name: str, tensor: str) -> str:
        """PReLU's slopes, one a channel, beside channels that come first."""
        return self._constant(name, self.tensors[tensor].reshape(-1, 1, 1))

    def _prelu(self, node: Mapping[str, Any]) -> None:
        given, slopes = _inputs(node)
        first = self._add("Transpose", [given], perm=TO_FIRST)
        made = self._add("PRelu", [first, self._slope(f"{node['name']}.slope", slopes)])
        self._add("Transpose", [made], node["name"], perm=TO_LAST)

    def _pool(self, node: Mapping[str, Any]) -> None:
        first = self._add("Transpose", _inputs(node), perm=TO_FIRST)
        made = self._add(
            "MaxPool",
            [first],
            kernel_shape=_numbers(node, "ksize")[1:3],
            strides=_numbers(node, "strides")[1:3],
            auto_pad=_padding(node),
        )
        self._add("Transpose", [made], node["name"], perm=TO_LAST)

    def _pad(self, node: Mapping[str, Any]) -> None:
        given, sizes = _inputs(node)
        around = self.tensors[sizes].reshape(-1, 2).T.reshape(-1)  # All beginnings, then all ends.
        self._add("Pad", [given, self._constant(f"{node['name']}.pads", around)], node["name"])

    def _reshape(self, node: Mapping[str, Any]) -> None:
        given, shape = _inputs(node)
        sizes = self.tensors[shape].reshape(-1).copy()
        if -1 not in sizes:
            sizes[0] = -1  # The number of pictures is not fixed.
        self._add("Reshape", [given, self._constant(f"{node['name']}.shape", sizes)], node["name"])


def _inputs(node: Mapping[str, Any]) -> list[str]:
    return [name.split(":")[0].lstrip("^") for name in node.get("input", [])]


def _words(node: Mapping[str, Any], name: str) -> list[str]:
    listed = node["attr"].get(name, {}).get("list", {})
    return [base64.b64decode(word).decode() for word in listed.get("s", [])]


def _numbers(node: Mapping[str, Any], name: str) -> list[int]:
    return [int(number) for number in node["attr"][name]["list"]["i"]]


def _padding(node: Mapping[str, Any]) -> str:
    word = base64.b64decode(node["attr"]["padding"]["s"]).decode()
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[word]
