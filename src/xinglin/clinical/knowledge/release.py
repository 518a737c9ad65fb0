"""The tables as released: one hash a part, so that a figure can say on which tables it was measured.

`python -m xinglin.clinical.knowledge.release` compares the tables with the frozen hashes and ends with 1 where they
differ; `--freeze DAY` writes the hashes of the tables as they are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Mapping
from datetime import date
from importlib.resources import as_file, files
from typing import Final

from xinglin.clinical.knowledge.conditions import read_files

PARTS: Final = ("diagnosis", "language", "medicines", "warning")
FROZEN: Final = "release.csv"


def digests() -> dict[str, str]:
    """The hash of every table of each part, as they lie in the package."""
    found = {}
    for part in PARTS:
        digest = hashlib.sha256()
        for path, content in sorted(read_files(files("xinglin.clinical.knowledge") / part).items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        found[part] = digest.hexdigest()
    return found


def frozen() -> dict[str, str]:
    """The hashes of the release."""
    text = (files("xinglin.clinical.knowledge") / FROZEN).read_text("utf-8")
    return {row["part"]: row["sha256"] for row in csv.DictReader(io.StringIO(text))}


def changed(now: Mapping[str, str], then: Mapping[str, str]) -> list[str]:
    """The parts whose tables are not those of the release."""
    return [part for part in PARTS if now.get(part) != then.get(part)]


def freeze(day: date) -> None:
    """Write the hashes of the tables as they are."""
    rows = ["part,sha256,on", *(f"{part},{digest},{day.isoformat()}" for part, digest in digests().items())]
    with as_file(files("xinglin.clinical.knowledge") / FROZEN) as path:
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Compare, or freeze. Ends with 1 where tables differ from the release, 2 for arguments that cannot be read."""
    if arguments:
        if len(arguments) != 2 or arguments[0] != "--freeze":
            sys.stderr.write("usage: release [--freeze YYYY-MM-DD]\n")
            return 2
        freeze(date.fromisoformat(arguments[1]))
    different = changed(digests(), frozen())
    for part in different:
        sys.stdout.write(f"{part}: the tables are not those of the release\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
