"""The face engine that comes with Xinglin: seven small models on onnxruntime, prepared with OpenCV.

Every session runs on one thread, so that a media process can give each core its own work. Two models hold weights so
small that they are denormal numbers, with which some processors are seven times slower; they are set to zero when a
model is loaded. onnxruntime has a flag for that, but it changes the arithmetic of the whole thread that makes the
process's first session, and of no other.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
from numpy.typing import NDArray

from xinglin.biometrics import weights
from xinglin.biometrics.faces import Eyes, Face, Gate, Pixels, Points, Pose, Reading
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.matching import Vector, unit

Floats = NDArray[np.float32]

ENGINE: Final = "onnx-faces"
CHIP: Final = 112
"""Pixels a side of an aligned face."""
PLACES: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where ArcFace and its kin expect eyes, nose and corners of the mouth in the chip, the picture's left one first."""
FIVE: Final = ((37, 38, 40, 41), (43, 44, 46, 47), (30,), (48, 60), (54, 64))
EYE_POINTS: Final = ((36, 39, (37, 38, 40, 41)), (42, 45, (43, 44, 46, 47)))
MESH_EYES: Final = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
"""Corner, two above, corner, two below, of each eye in the mesh of 468 points."""
MESH_SIDE: Final = 192
MESH_POINTS: Final = 468
POSE_BINS: Final = np.arange(66, dtype=np.float32)
IMAGENET_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_SPREAD: Final = np.array([0.229, 0.224, 0.225], np.float32)
PASSIVE_SCALE: Final = 2.7
VANISHING: Final = np.float32(1e-30)
WIDEST: Final = 4 / 3


class OnnxFaces:
    """See `faces.Faces`. Raises NotInstalled when a model is absent, WrongModel when one has another checksum."""

    def __init__(self) -> None:
        self._engine = engine(ENGINE)
        self._sessions = {one: _session(one) for one in self._engine.models}

    @property
    def engine(self) -> Engine:
        """Id, version and thresholds."""
        return self._engine

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the biggest first."""
        canvas = _at_least_as_wide(pixels)
        height, width = canvas.shape[:2]
        fed = (cv2.resize(canvas, (320, 240)).astype(np.float32) - 127) / 128
        scores, boxes = self._run("face-detect", fed.transpose(2, 0, 1)[None])
        least = self._engine.limit("detect_score")
        likely = np.flatnonzero(scores[0, :, 1] > least)
        if not likely.size:
            return []
        found = scores[0, likely, 1]
        corners = boxes[0, likely] * np.array([width, height, width, height], np.float32)
        sides = [[x, y, right - x, bottom - y] for x, y, right, bottom in corners.tolist()]
        kept = cv2.dnn.NMSBoxes(sides, found.tolist(), least, self._engine.limit("detect_overlap"))
        faces = [Face(*map(float, (*corners[i], found[i]))) for i in np.asarray(kept, np.int64).reshape(-1)]
        return sorted(
            (face for face in faces if face.width >= 1 and face.height >= 1),
            key=lambda face: -face.width * face.height,
        )

    def landmarks(self, pixels: Pixels, face: Face) -> Points:
        """The 68 points of a face."""
        crop, (left, top, width, height) = _crop(pixels, face, 1.0, 64)
        grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 256
        points = self._run("face-landmarks", grey[None, None])[0].reshape(68, 2)
        return np.asarray(points * [width, height] + [left, top], np.float32)

    def align(self, pixels: Pixels, points: Points) -> Pixels:
        """The face upright at 112×112."""
        five = np.array([points[list(part)].mean(axis=0) for part in FIVE], np.float32)
        matrix, _ = cv2.estimateAffinePartial2D(five, PLACES, method=cv2.LMEDS)
        if matrix is None:  # All points in one place: nothing to align, and nothing that would match.
            return np.zeros((CHIP, CHIP, 3), np.uint8)
        return np.asarray(cv2.warpAffine(pixels, matrix, (CHIP, CHIP)), np.uint8)

    def embed(self, chip: Pixels, *, mirrored: bool = False) -> Vector:
        """The unit vector of an aligned face. Blue goes first: with red first the model errs half as often again."""
        fed = ((chip[..., ::-1].astype(np.float32) - 127) / 128).transpose(2, 0, 1)[None]
        vector: Floats = self._run("face-feature", fed)[0][0]
        if mirrored:
            vector = vector + self._run("face-feature", fed[..., ::-1])[0][0]
        return unit(vector)

    def pose(self, pixels: Pixels, face: Face) -> Pose:
        """Degrees, each the mean of 66 bins of three. The model's own yaw has the other sign."""
        height, width = pixels.shape[:2]
        across, down = face.width / 4, face.height / 4
        crop = pixels[
            max(int(face.top - down), 0) : max(min(int(face.bottom + down), height), 1),
            max(int(face.left - across), 0) : max(min(int(face.right + across), width), 1),
        ]
        if not crop.size:
            return Pose(math.nan, math.nan, math.nan)
        fed = (cv2.resize(crop, (224, 224)).astype(np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_SPREAD
        turns = self._run("face-pose", fed.transpose(2, 0, 1)[None])
        yaw, pitch, roll = (float((_softmax(one[0]) * POSE_BINS).sum() * 3 - 99) for one in turns[:3])
        return Pose(-yaw, pitch, roll)

    def passive(self, pixels: Pixels, face: Face) -> float:
        """The score of being alive, 0 to 1, from the face and what surrounds it."""
        crop, _ = _crop(pixels, face, PASSIVE_SCALE, 128)
        fed = crop[..., ::-1].astype(np.float32).transpose(2, 0, 1)[None]
        return float(_softmax(self._run("face-passive", fed)[0][0])[0])

    def eyes(self, pixels: Pixels, face: Face, points: Points) -> Eyes:
        """The probability that the eyes are open, and their height over their width in the mesh."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        opened = []
        for left, right, lids in EYE_POINTS:
            centre, reach = points[list(lids)].mean(axis=0), abs(points[right, 0] - points[left, 0]) * 1.6
            x, y = max(int(centre[0] - reach / 2), 0), max(int(centre[1] - reach / 2), 0)
            patch = grey[y : y + int(reach) + 1, x : x + int(reach) + 1]
            if patch.size < 16:
                continue
            fed = cv2.resize(patch, (24, 24)).astype(np.float32)[None, None] / 255
            opened.append(float(_softmax(self._run("face-eye", fed)[0][0])[1]))
        return Eyes(sum(opened) / len(opened) if opened else math.nan, self._aspect(pixels, face))

    def read(self, pixels: Pixels, *, mirrored: bool = False, eyes: bool = False) -> Reading:
        """Everything of one frame, with the gates applied."""
        faces = self.detect(pixels)
        if not faces:
            return Reading(self._engine.name, reasons=(Gate.NO_FACE,))
        face = faces[0]
        points = self.landmarks(pixels, face)
        chip = self.align(pixels, points)
        grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY)
        pose, luminance = self.pose(pixels, face), float(grey.mean())
        sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var())
        gates = _gates(self._engine, face, pixels.shape, pose, sharpness, luminance)
        several = (Gate.SECOND_FACE,) if self._second(faces) else ()
        return Reading(
            engine=self._engine.name,
            faces=tuple(faces),
            reasons=(*several, *gates),
            vector=None if gates else self.embed(chip, mirrored=mirrored),
            pose=pose,
            eyes=self.eyes(pixels, face, points) if eyes else None,
            live=self.passive(pixels, face),
            width_px=face.width,
            sharpness=sharpness,
            luminance=luminance,
        )

    def _second(self, faces: Sequence[Face]) -> bool:
        return len(faces) > 1 and faces[1].width > self._engine.limit("second_face_part") * faces[0].width

    def _aspect(self, pixels: Pixels, face: Face) -> float | None:
        side = max(face.width, face.height) * 1.5
        scale, half = MESH_SIDE / side, MESH_SIDE / 2
        x, y = (face.left + face.right) / 2, (face.top + face.bottom) / 2
        matrix = np.array([[scale, 0, half - x * scale], [0, scale, half - y * scale]], np.float32)
        fed = cv2.warpAffine(pixels, matrix, (MESH_SIDE, MESH_SIDE)).astype(np.float32)[None] / 255
        flat = [out for out in self._run("face-mesh", fed) if out.shape[-1] == 3 * MESH_POINTS]
        points = flat[0].reshape(MESH_POINTS, 3)[:, :2]
        aspects = [_openness(points[list(eye)]) for eye in MESH_EYES]
        return None if any(math.isnan(one) for one in aspects) else sum(aspects) / 2

    def _run(self, id: str, fed: NDArray[Any]) -> list[Floats]:
        session = self._sessions[id]
        name = session.get_inputs()[0].name
        outputs: list[Floats] = session.run(None, {name: np.ascontiguousarray(fed, np.float32)})
        return outputs


def _session(id: str) -> Any:
    """A session on one thread, of the verified file without its vanishing weights."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    content = without_vanishing(weights.path(id).read_bytes())
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def without_vanishing(content: bytes) -> bytes:
    """The same ONNX model with weights below 1e-30 set to zero; its answers stay the same to the last bit or nearly."""
    graph = onnx.load_model_from_string(content)
    changed = False
    for tensor in graph.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        values = onnx.numpy_helper.to_array(tensor)
        vanishing = (np.abs(values) < VANISHING) & (values != 0)
        if vanishing.any():
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.where(vanishing, 0, values), tensor.name))
            changed = True
    return bytes(graph.SerializeToString()) if changed else content


def _gates(
    engine: Engine, face: Face, shape: tuple[int, ...], pose: Pose, sharpness: float, luminance: float
) -> tuple[Gate, ...]:
    """The gates that a frame fails; an angle that is no number counts as turned."""
    height, width = shape[:2]
    over = max(-face.left, face.right - width) / face.width, max(-face.top, face.bottom - height) / face.height
    failed = {
        Gate.TOO_SMALL: face.width < engine.limit("face_px_min"),
        Gate.CUT_OFF: max(over) > engine.limit("cut_part_max"),
        Gate.TURNED: not (abs(pose.yaw) <= engine.limit("yaw_max") and abs(pose.pitch) <= engine.limit("pitch_max")),
        Gate.BLURRED: sharpness < engine.limit("sharpness_min"),
        Gate.TOO_DARK: luminance < engine.limit("luminance_min"),
        Gate.TOO_BRIGHT: luminance > engine.limit("luminance_max"),
    }
    return tuple(gate for gate, fails in failed.items() if fails)


def _at_least_as_wide(pixels: Pixels) -> Pixels:
    """A tall picture with grey beside it: the detector sees 4 to 3, and a face pressed flat is not found."""
    height, width = pixels.shape[:2]
    if width >= height:
        return pixels
    beside = round(height * WIDEST) - width
    return np.asarray(cv2.copyMakeBorder(pixels, 0, 0, 0, beside, cv2.BORDER_CONSTANT, value=(127, 127, 127)), np.uint8)


def _crop(pixels: Pixels, face: Face, scale: float, side: int) -> tuple[Pixels, tuple[float, float, float, float]]:
    """A part of the picture around the face, `scale` times its box and pushed inside the picture; with its place."""
    height, width = pixels.shape[:2]
    scale = min((height - 1) / face.height, (width - 1) / face.width, scale)
    across, down = face.width * scale, face.height * scale
    left = int(min(max((face.left + face.right - across) / 2, 0), width - 1 - across))
    top = int(min(max((face.top + face.bottom - down) / 2, 0), height - 1 - down))
    left, top = max(left, 0), max(top, 0)
    part = pixels[top : int(top + down) + 1, left : int(left + across) + 1]
    return np.asarray(cv2.resize(part, (side, side)), np.uint8), (left, top, across, down)


def _softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), np.float32)


def _openness(points: Floats) -> float:
    """Height over width of one eye from its six points."""
    across = float(np.linalg.norm(points[0] - points[3]))
    up = float(np.linalg.norm(points[1] - points[5]) + np.linalg.norm(points[2] - points[4]))
    return up / (2 * across) if across > 0 else math.nan
