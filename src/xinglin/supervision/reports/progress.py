"""What a run has done so far, on disk: a run that was killed goes on where it stopped, or begins anew.

A step is done once its output has its name and the step stands in the file. The file names what the run is about
(input, arguments, rules, knowledge); when any of it is another, what was done is thrown away.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from xinglin.supervision.intake.source import BadInput
from xinglin.supervision.intake.store import whole

FILE: Final = "progress.json"
END: Final = "end"
"""The last step."""
RESULTS: Final = ("findings.parquet", "findings.csv", "manifest.json", "report.html")
OURS: Final = ("work", "lake", "quarantine", *RESULTS, FILE)
"""Everything that a run writes, and all that it ever takes away."""


class Teller(Protocol):
    """Who tells a person how far a run is."""

    def begin(self, steps: int) -> None:
        """So many steps are ahead."""

    def step(self, name: str, *, again: bool) -> None:
        """A step begins; `again` when an earlier run had done it already."""


class Silent:
    """Tells nobody."""

    def begin(self, steps: int) -> None:
        """Nothing."""

    def step(self, name: str, *, again: bool) -> None:
        """Nothing."""


class Progress:
    """The steps of a run."""

    def __init__(self, out: Path, about: str, teller: Teller) -> None:
        self._path = out / FILE
        self._teller = teller
        self._about = about
        self._done: dict[str, Any] = {}
        stored = _stored(self._path)
        if stored is not None and stored.get("about") == about and not _lost(out, stored["done"]):
            self._done = dict(stored["done"])
        else:
            clear(out, known=stored is not None)
        self.resumed = bool(self._done)

    def done(self, name: str) -> bool:
        """Whether a step was done."""
        return name in self._done

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """The result of a step: of the earlier run where it was done then, else of doing it now."""
        again = name in self._done
        self._teller.step(name, again=again)
        if not again:
            self.keep(name, work())
        return self._done[name]

    def keep(self, name: str, result: Any) -> None:
        """Write down that a step is done, with its result as JSON."""
        self._done[name] = json.loads(json.dumps(result))
        with whole(self._path) as part:
            part.write_text(json.dumps({"about": self._about, "done": self._done}, ensure_ascii=False), "utf-8")


def _lost(out: Path, done: dict[str, Any]) -> bool:
    """Whether a run that had ended lacks something that it wrote."""
    return END in done and not all((out / name).exists() for name in RESULTS)


def _stored(path: Path) -> dict[str, Any] | None:
    """What the file says; nothing for a file that is not ours or torn."""
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) and isinstance(read.get("done"), dict) else None


def clear(out: Path, *, known: bool) -> None:
    """Take away what an earlier run left. Raises BadInput for a folder that holds something else of these names."""
    left = [out / name for name in OURS if (out / name).exists()]
    if left and not known and not all(path.name in {FILE, "work"} for path in left):
        raise BadInput(f"{out} already holds {left[0].name}, and it is not from an audit; choose an empty folder")
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
