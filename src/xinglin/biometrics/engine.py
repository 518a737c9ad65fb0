"""The engines in use: one face, one voice and one card engine a process.

XINGLIN_FACE_ENGINE, XINGLIN_VOICE_ENGINE and XINGLIN_CARD_ENGINE name others by dotted path (`package.module.Name` or
`package.module:Name`, called without arguments), so that a hospital can swap in a certified one: see the Protocols in
faces, voices and cards. An engine that cannot be had raises NotInstalled, now and at every later asking until it can.
"""

import importlib
import os
import threading
from typing import TYPE_CHECKING, Any, Final, cast

from xinglin.biometrics.errors import NotInstalled

if TYPE_CHECKING:
    from xinglin.biometrics.cards import CardReader
    from xinglin.biometrics.faces import Faces
    from xinglin.biometrics.voices import Voices

DEFAULTS: Final = {
    "XINGLIN_FACE_ENGINE": "xinglin.biometrics.onnx_faces.OnnxFaces",
    "XINGLIN_VOICE_ENGINE": "xinglin.biometrics.voices.OnnxVoices",
    "XINGLIN_CARD_ENGINE": "xinglin.biometrics.cards.RapidCards",
}
_LOCK: Final = threading.Lock()
_LOADED: Final[dict[tuple[str, str], Any]] = {}


def faces() -> "Faces":
    """The face engine; NotInstalled when its models or libraries are not here."""
    return cast("Faces", _engine("XINGLIN_FACE_ENGINE"))


def voices() -> "Voices":
    """The voice engine; NotInstalled when its models or libraries are not here."""
    return cast("Voices", _engine("XINGLIN_VOICE_ENGINE"))


def cards() -> "CardReader":
    """The reader of identity cards; NotInstalled when its models or libraries are not here."""
    return cast("CardReader", _engine("XINGLIN_CARD_ENGINE"))


def forget() -> None:
    """Drop what is loaded: after the models were fetched again, and between tests."""
    with _LOCK:
        _LOADED.clear()


def _engine(variable: str) -> Any:
    named = os.environ.get(variable, "").strip() or DEFAULTS[variable]
    key = (variable, named)
    with _LOCK:  # Two threads that ask at once must not load 15 MB twice.
        if key not in _LOADED:
            _LOADED[key] = _made(named)
        return _LOADED[key]


def _made(named: str) -> Any:
    module, _, name = named.replace(":", ".").rpartition(".")
    try:
        maker = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as fault:
        raise NotInstalled(named, "requirements/run.txt") from fault
    return maker()
