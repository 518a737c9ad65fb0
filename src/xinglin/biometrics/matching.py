"""Comparing two likenesses: the cosine, the decision, and the template that is kept.

A template belongs to the engine and version that made it; nothing else may be compared with it, because the numbers
of two engines have nothing to do with each other. It is personal data of the most sensitive sort: this module only
turns it to bytes and back, whoever stores it seals it.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.errors import BadTemplate

Vector = NDArray[np.float32]
"""An embedding: one dimension, length one."""

MAGIC = b"XLT1"
HEAD = struct.Struct("<4sBBH")
UNIT_TOLERANCE = 1e-3
LONGEST = 4096


class Decision(StrEnum):
    """What a similarity says."""

    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"


def unit(vector: Vector) -> Vector:
    """The vector at length one; ValueError for one without direction."""
    length = float(np.linalg.norm(vector))
    if not math.isfinite(length) or length < 1e-6:
        raise ValueError("a likeness needs a vector with a length")
    return np.asarray(vector / length, dtype=np.float32)


def cosine(one: Vector, other: Vector) -> float:
    """The similarity of two unit vectors, −1 to 1; ValueError when their lengths differ."""
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"vectors of {one.shape} and {other.shape} cannot be compared")
    return float(np.clip(np.dot(one, other), -1.0, 1.0))


def decide(similarity: float, thresholds: Mapping[str, float], *, strict: bool = False) -> Decision:
    """Same, other or unsure by the engine's thresholds `match_strict`, `match_accept` and `match_refuse`.

    Not a number is never the same person.
    """
    if similarity >= thresholds["match_strict" if strict else "match_accept"]:
        return Decision.SAME
    if similarity >= thresholds["match_refuse"]:
        return Decision.UNSURE
    return Decision.OTHER


def averaged(vectors: list[Vector]) -> Vector:
    """One likeness from several of the same person."""
    if not vectors:
        raise ValueError("nothing to average")
    return unit(np.mean(np.stack(vectors), axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What is kept of a face or a voice: the engine's id and version, and a unit vector."""

    engine: str
    version: str
    vector: Vector = field(repr=False)

    def to_bytes(self) -> bytes:
        """The template in its stored form."""
        engine, version = self.engine.encode(), self.version.encode()
        numbers = np.ascontiguousarray(self.vector, dtype="<f4")
        return HEAD.pack(MAGIC, len(engine), len(version), numbers.size) + engine + version + numbers.tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Template":
        """The template that `to_bytes` wrote; BadTemplate (unreadable) for anything else."""
        if len(raw) < HEAD.size:
            raise BadTemplate("unreadable")
        magic, engine, version, size = HEAD.unpack_from(raw)
        start = HEAD.size + engine + version
        if magic != MAGIC or not 0 < size <= LONGEST or len(raw) != start + 4 * size:
            raise BadTemplate("unreadable")
        vector = np.frombuffer(raw, dtype="<f4", offset=start).astype(np.float32)
        if not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector)) - 1) > UNIT_TOLERANCE:
            raise BadTemplate("unreadable")
        try:
            names = raw[HEAD.size : HEAD.size + engine].decode(), raw[HEAD.size + engine : start].decode()
        except UnicodeDecodeError as fault:
            raise BadTemplate("unreadable") from fault
        return cls(*names, vector)

    def similarity(self, other: "Template") -> float:
        """The cosine to another template; BadTemplate (foreign) when another engine or version made it."""
        if (self.engine, self.version, self.vector.size) != (other.engine, other.version, other.vector.size):
            raise BadTemplate("foreign")
        return cosine(self.vector, other.vector)

    def similarity_to(self, vector: Vector, *, engine: str, version: str) -> float:
        """The cosine to a fresh vector of that engine; BadTemplate (foreign) when the template is another's."""
        return self.similarity(Template(engine, version, vector))
