"""The coded reasons for which a prescription is cancelled or medicine taken back: a small table with its sources."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `allowed`: medicine may be taken back for it, and is then paid back; cancelling is always allowed."""

    code: str
    kind: str
    label: T
    allowed: bool
    source: str


@cache
def reasons(kind: str) -> dict[str, Reason]:
    """All reasons of a kind ('cancel' or 'return') by code, in the order of the table."""
    text = resources.files("xinglin.hospital.pharmacy").joinpath("data/reasons.csv").read_text("utf-8")
    return {
        row["code"]: Reason(
            row["code"], row["kind"], T(zh=row["name_zh"], en=row["name_en"]), row["refund"] != "no", row["source"]
        )
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == kind
    }


def reason(kind: str, code: str) -> Reason:
    """One reason. Raises InvalidInput at the field `reason`."""
    found = reasons(kind).get(code)
    if found is None:
        raise InvalidInput(field="reason", reason=T(zh="请从列表中选择原因。", en="Choose a reason from the list."))
    return found
