"""Where the models lie on this machine, and whether each is what the manifest says.

The folder is named by XINGLIN_MODELS, else it is `xinglin/models` in the user's cache. A file is hashed once a process
and again when its size or time of change differ. Nothing is fetched here: that is `xinglin biometrics fetch`.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from xinglin.biometrics.errors import NotInstalled, WrongModel
from xinglin.biometrics.manifest import Model, engine, manifest, model

VARIABLE = "XINGLIN_MODELS"
BLOCK_BYTES = 1 << 20


def folder() -> Path:
    """The folder of models; it need not exist."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME", "").strip() or "~/.cache"
    return Path(cache).expanduser() / "xinglin" / "models"


def path(id: str) -> Path:
    """The verified file of a model.

    Raises NotInstalled when it is absent, WrongModel (a NotInstalled too) when its content has another checksum.
    """
    row = model(id)
    file = folder() / row.file
    try:
        about = file.stat()
        found = _sha256(str(file), about.st_size, about.st_mtime_ns)
    except OSError as fault:
        raise NotInstalled(id) from fault
    if found != row.sha256:
        raise WrongModel(id)
    return file


def present(id: str) -> bool:
    """Whether the model is here and is what the manifest says."""
    try:
        path(id)
    except NotInstalled:
        return False
    return True


def missing(engine_id: str | None = None) -> list[Model]:
    """The models that are absent or wrong: of one engine, or of all."""
    ids = manifest().models if engine_id is None else engine(engine_id).models
    return [model(one) for one in ids if not present(one)]


@lru_cache(maxsize=64)
def _sha256(file: str, size: int, changed_ns: int) -> str:
    """`size` and `changed_ns` only make the cache forget a file that was replaced."""
    digest = hashlib.sha256()
    with Path(file).open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
