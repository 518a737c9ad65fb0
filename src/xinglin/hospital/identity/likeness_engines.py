"""The engines that identity asks, or None with the reason where they are not installed on this server."""

from collections.abc import Callable
from dataclasses import dataclass

from xinglin.biometrics import engine
from xinglin.biometrics.errors import BadManifest, NotInstalled
from xinglin.biometrics.faces import Faces
from xinglin.biometrics.voices import Voices
from xinglin.hospital.identity.errors import LikenessUnavailable
from xinglin.hospital.kernel.texts import T

WHAT = {
    "face": T(zh="人脸核验模型", en="face models"),
    "voice": T(zh="声音核验模型", en="voice models"),
    "card": T(zh="证件识别模型", en="reader of identity cards"),
}


@dataclass(frozen=True, slots=True)
class Installed:
    """The engines that answer on this server, by name and version; empty where one is absent."""

    face: str
    voice: str


def faces() -> Faces:
    """The face engine. Raises LikenessUnavailable."""
    try:
        return engine.faces()
    except (NotInstalled, BadManifest) as absent:
        raise LikenessUnavailable(what=WHAT["face"]) from absent


def voices() -> Voices:
    """The voice engine. Raises LikenessUnavailable."""
    try:
        found: Voices = engine.voices()
    except (NotInstalled, BadManifest) as absent:
        raise LikenessUnavailable(what=WHAT["voice"]) from absent
    return found


def installed() -> Installed:
    """What is installed now."""
    return Installed(face_engine(), _name(voices))


def face_engine() -> str:
    """The name of the face engine; empty when this server cannot verify faces."""
    return _name(faces)


def _name(ask: Callable[[], Faces | Voices]) -> str:
    try:
        return str(ask().engine.name)
    except LikenessUnavailable:
        return ""
