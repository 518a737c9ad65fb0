"""Prints how the vignettes fare: `python -m tests.scenarios.diagnosis.run [FILE …] [--why] [--held]`.

`--why` lists what missed the first place, was triaged too low or sent to a wrong department, of the part that is not
held; with `--held` also of the held part (only to be looked at once).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.scenarios.diagnosis.suite import Outcome, answered, measured, vignettes


def main(arguments: Sequence[str] | None = None) -> None:
    """Figures of all vignettes, of the open and of the held part, by language; then the misses when asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--why", action="store_true")
    parser.add_argument("--held", action="store_true")
    asked = parser.parse_args(arguments)
    outcomes = [answered(one) for one in vignettes(asked.files or None)]
    for language in sorted({one.vignette.language for one in outcomes}):
        mine = [one for one in outcomes if one.vignette.language == language]
        for name, held in (("open", False), ("held", True)):
            part = [one for one in mine if one.vignette.held is held]
            if part:
                _tell(f"{language} {name}", *(f"  {line}" for line in measured(part).lines()))
    if asked.why:
        for one in outcomes:
            if asked.held or not one.vignette.held:
                _why(one)


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _why(one: Outcome) -> None:
    if one.rank == 1 and one.triage == 0 and one.department:
        return
    vignette, answer = one.vignette, one.answer
    department = (answer["department"] or {}).get("code")
    _tell("", f"{vignette.id} {vignette.age_years} {vignette.sex} {vignette.text}")
    _tell(f"  wanted {vignette.right} rank {one.rank} ({one.failure})")
    if one.triage:
        _tell(f"  triage {answer['triage']} for {vignette.triage} by {answer['triage_by']}")
    if not one.department:
        _tell(f"  department {department} for {vignette.department}")
    signs = {"present": "+", "absent": "-", "unsure": "?"}
    _tell("  read " + " ".join(signs[found["polarity"]] + found["code"] for found in answer["findings"]))
    for place, condition in enumerate(answer["differential"][:5], start=1):
        _tell(f"  {place} {condition['id']} {condition['icd10']} {condition['probability']}")


if __name__ == "__main__":
    main()
