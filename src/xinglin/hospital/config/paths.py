"""Where this installation keeps its state: database cluster, keys, caches. One folder a checkout, made by us alone."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]


def state_home() -> Path:
    """XINGLIN_HOME if set; as root a folder under /var/lib/xinglin; else one in the user's data folder.

    The last part is a hash of the checkout's path, so that two checkouts never share a database by accident.
    """
    given = os.environ.get("XINGLIN_HOME")
    if given:
        return Path(given).expanduser().resolve()
    mark = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]
    if os.geteuid() == 0:
        return Path("/var/lib/xinglin") / mark
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(data) / "xinglin" / mark


def knowledge_home() -> Path:
    """Where imported official knowledge lies."""
    return state_home() / "knowledge"


def lake_home() -> Path:
    """Where the tables lie on which rules are tried and audits run."""
    return state_home() / "lake" / "current"


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """Make a folder and its missing parents with exact modes, whatever the umask. One that is there stays as it is."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        with suppress(FileExistsError):
            path.mkdir(0o700)
            path.chmod(mode if path == folder else 0o755)
