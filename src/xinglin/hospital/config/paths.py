"""Where this installation keeps its state: database cluster, keys, caches. One folder a checkout, made by us alone."""

import hashlib
import os
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
