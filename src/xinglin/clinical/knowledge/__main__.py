"""`python -m xinglin.clinical.knowledge`: every fault of the tables, or how much they hold. Ends with 2 for faults."""

from __future__ import annotations

import sys
from importlib.resources import files

from xinglin.clinical.knowledge.loading import read_folder, read_knowledge


def main() -> int:
    """Print the faults, or the number of rows of each table."""
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    knowledge, faults = read_knowledge(documents, digest)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    for name, found in knowledge.tables.items():
        sys.stdout.write(f"{name:>20} {len(found):>6} of {len(documents.get(name, []))}\n")
    sys.stdout.write(f"{len(faults)} faults, {len(knowledge.names.classes)} classes, digest {digest[:12]}\n")
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
