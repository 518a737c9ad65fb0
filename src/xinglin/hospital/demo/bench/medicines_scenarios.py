"""The scenarios of medicines: what a good pharmacist would ring about, and what tempts a checker but must stay silent.

A scenario is one line of JSON: `id`, `category`, `why_zh`, `why_en`, the `case` of the contract (see
docs/reference/check.md) and `expect`: `at_least` (each entry asks for one finding with all of `drugs`, one of the kinds
in `kind`, the `problem` where one is named, and a tier of `tier_at_least` or graver), `silent` (no finding of tier X or
D, whether its row was read a second time or not), `unchecked` (facts that the answer must name as not checked) and
`amounts_checked` (every amount was read and compared with a limit). A name that was not understood fails every scenario
that does not expect it: silence about a medicine that was not read is no silence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines.checking import check

FOLDER: Final = Path(__file__).resolve().parents[5] / "tests" / "scenarios" / "medicines"
ADVANCED: Final = "advanced"
GOAL: Final = 0.95
GOAL_ADVANCED: Final = 0.90
GRAVENESS: Final[Mapping[str, int]] = {"B": 1, "C": 2, "D": 3, "X": 4}
LOUD: Final = frozenset({"X", "D"})


@dataclass(frozen=True, slots=True)
class Failed:
    """A scenario whose answer is not the expected one: what is missing, or what should have been silent."""

    scenario: str
    category: str
    why: str
    rows: tuple[str, ...]
    """The rows that were loud."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many scenarios of a category are answered as expected."""

    category: str
    right: int
    of: int

    @property
    def goal(self) -> float:
        """The share that must be right."""
        return GOAL_ADVANCED if self.category == ADVANCED else GOAL

    @property
    def reached(self) -> bool:
        """Whether the share is at its goal."""
        return self.right >= self.goal * self.of


def scenarios(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """All scenarios, in the order of files and lines."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def judge(scenario: Mapping[str, Any], knowledge: Knowledge) -> Failed | None:
    """None where the answer is the expected one."""
    told = check(scenario["case"], knowledge)
    expect, wrong = scenario["expect"], []
    wrong += [f"missing: {_words(wish)}" for wish in expect["at_least"] if not _met(wish, told["findings"])]
    loud = [found for found in told["findings"] if found["tier"] in LOUD]
    if expect["silent"] and loud:
        wrong += [f"should be silent: {found['tier']} {found['text']['en']}" for found in loud]
    facts = {one["fact"] for one in told["unchecked"]}
    wrong += [f"not told as unchecked: {fact}" for fact in expect["unchecked"] if fact not in facts]
    facts -= set(expect["unchecked"])
    wrong += [f"not read: {fact}" for fact in sorted(facts) if fact == "drug" or _amount(fact, expect)]
    if not wrong:
        return None
    rows = tuple(found["row"] for found in loud)
    return Failed(scenario["id"], scenario["category"], "; ".join(wrong), rows)


def _met(wish: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> bool:
    return any(
        GRAVENESS[found["tier"]] >= GRAVENESS[wish["tier_at_least"]]
        and set(wish.get("drugs", ())) <= {drug["code"] for drug in found["drugs"]}
        and ("kind" not in wish or found["kind"] in wish["kind"])
        and ("problem" not in wish or found["problem"] == wish["problem"])
        for found in findings
    )


def _amount(fact: str, expect: Mapping[str, Any]) -> bool:
    wanted = bool(expect.get("amounts_checked"))
    return wanted and (fact in {"dose_limit", "unit", "sig", "frequency", "strength"} or fact.startswith("orders["))


def _words(wish: Mapping[str, Any]) -> str:
    kinds = "/".join(wish.get("kind", ())) or wish.get("problem", "any kind")
    return f"{kinds} of {' + '.join(wish.get('drugs', ()))} at {wish['tier_at_least']} or above"


def measure(knowledge: Knowledge, folder: Path = FOLDER) -> tuple[list[Accuracy], list[Failed]]:
    """All scenarios: how many are right in each category, and those that are not."""
    right: dict[str, int] = defaultdict(int)
    of: dict[str, int] = defaultdict(int)
    failures = []
    for scenario in scenarios(folder):
        failed = judge(scenario, knowledge)
        of[scenario["category"]] += 1
        right[scenario["category"]] += failed is None
        if failed is not None:
            failures.append(failed)
    return [Accuracy(category, right[category], of[category]) for category in sorted(of)], failures
