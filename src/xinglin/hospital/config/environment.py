"""Read the environment once, through one typed helper that names what is missing or wrong."""

import os
from pathlib import Path


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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(length))
    return path.read_bytes()
