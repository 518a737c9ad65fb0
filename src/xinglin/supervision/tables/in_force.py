"""A file of a folder that is in force: written whole or not at all, named by its content, found by a pointer.

Older files stay, so that an old verdict can be given again.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def name_of(name: str, body: bytes) -> str:
    """The file's name for a content."""
    return f"{name}-{hashlib.sha256(body).hexdigest()[:16]}.json"


def put(folder: Path, name: str, body: bytes) -> tuple[Path, bool]:
    """Write a content and make it the one in force. Returns its file and whether anything changed."""
    target = folder / name_of(name, body)
    folder.mkdir(parents=True, exist_ok=True)
    changed = current(folder, name) != target
    if not target.is_file() or target.read_bytes() != body:
        _write(target, body)
        changed = True
    if changed:
        _write(_pointer(folder, name), f"{target.name}\n".encode())
    return target, changed


def current(folder: Path, name: str) -> Path | None:
    """The file in force, None where there never was one. That it is there and whole is seen at reading."""
    try:
        found = _pointer(folder, name).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return folder / Path(found).name


def _pointer(folder: Path, name: str) -> Path:
    return folder / f"{name}.current"


def _write(target: Path, body: bytes) -> None:
    """Write beside the target and move: a reader sees the old file or the new one, never half of it."""
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
