"""Read the environment once, through one typed helper that names what is missing or wrong."""

import os
from contextlib import suppress
from pathlib import Path

from xinglin.hospital.config.paths import make_folder


def text(name: str, default: str | None = None) -> str:
    """A value; raises SystemExit naming the variable when it has no default and is not set."""
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"Set {name} in the environment.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """1/true/yes/on or 0/false/no/off."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise SystemExit(f"{name} must be 1 or 0, not {value!r}.")
    return default


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, str(default))
    if not value.isdigit():
        raise SystemExit(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def secret(home: Path, name: str, length: int = 32) -> bytes:
    """A secret of this installation: XINGLIN_<NAME> (hexadecimal), else a file in the state folder made at once."""
    given = os.environ.get(f"XINGLIN_{name.upper()}")
    if given:
        return bytes.fromhex(given)
    path = home / "keys" / name
    if not path.exists():
        make_folder(home)
        make_folder(path.parent, 0o700)
        # Written apart and linked into place: several processes may start at once, and none may read half a key.
        part = path.with_name(f".{name}-{os.getpid()}")
        part.touch(0o600)
        part.write_bytes(os.urandom(length))
        with suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_bytes()
