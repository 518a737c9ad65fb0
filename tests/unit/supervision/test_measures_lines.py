"""What is measured of a prescription line: medicines in force beside it, problems, allergies, other pieces."""

from typing import Any, Final

from tests.unit.supervision.measured import (
    ASKED,
    DAY,
    Example,
    ago,
    assert_complete,
    assert_measured,
    days_ago,
    parametrize,
)

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import CareMode, ItemKind
from xinglin.supervision.verdicts import Scope

LINE: Final[Facts] = {
    "line.id": "s", "line.prescription_id": "r", "line.ingredients": "one", "line.atc_code": "C08CA01", "line.days": 10,
    "line.decoction": False, "prescription.id": "r", "prescription.on": DAY, "patient.id": "p",
    "institution.territory_code": "370902", "record.asked_at": ASKED,
}  # fmt: skip
BACK: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=1)}
BACK_LATER: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=-1)}


def a_supply(days: int, **changes: Any) -> Facts:
    """A supply of 30 days some days before the line's."""
    made: Facts = {
        "item.id": f"i{days}", "item.on": days_ago(days), "item.kind": ItemKind.MEDICINE, "item.code": f"code-{days}",
        "item.ingredients": "one", "item.atc_code": "C08CA01", "item.supply_days": 30, "item.quantity_milli": 1000,
        "item.line_id": "", "item.refunded_milli": 0, "patient.id": "p", "encounter.care_mode": CareMode.OUTPATIENT,
    }  # fmt: skip
    return made | {(name if "." in name else f"item.{name}"): value for name, value in changes.items()}


def a_problem(code: str = "H40.2", **changes: Any) -> Facts:
    """An active problem."""
    made: Facts = {"condition.id": code, "condition.person_id": "p", "condition.code": code}
    return made | {"condition.from_on": days_ago(99)} | {f"condition.{name}": v for name, v in changes.items()}


def a_finding(kind: str, tier: str | None, id: str = "d", **changes: Any) -> Facts:
    """An entry of the check of medicines about the line."""
    made: Facts = {"detected.id": id, "detected.line_id": "s", "detected.kind": kind, "detected.tier": tier}
    return made | {"detected.row": "t/1"} | {f"detected.{name}": value for name, value in changes.items()}


def a_piece(id: str, code: str, **changes: Any) -> Facts:
    """Another piece on the prescription."""
    made: Facts = {"line.id": id, "line.prescription_id": "r", "line.decoction": True, "line.ingredients": code}
    return made | {f"line.{name}": value for name, value in changes.items()}


def of(measure: str, *shown: tuple[Any, ...]) -> list[Example]:
    """Examples of a measure: what each shows, the answer, the events, and what is otherwise about the subject."""
    return [Example(measure, *one) for one in shown]


def in_force(measure: str, answer: int, subject: Facts | None = None, **changes: Any) -> list[Example]:
    """When a supply counts as in force, whatever is then made of it."""
    event, own = a_supply(25, **changes), subject or {}
    return of(
        measure,
        ("value: in force", answer, (event,), own),
        ("empty: nothing was supplied", 0, (), own),
        ("empty: this line itself", 0, (event | {"item.line_id": "s"},), own),
        ("empty: given in a stay", 0, (event | {"encounter.care_mode": CareMode.INPATIENT},), own),
        ("empty: supplied later", 0, (a_supply(-1, **changes),), own),
        ("edge: the last day is over", 0, (a_supply(30, **changes),), own),
        ("edge: no days follow", 0, (event | {"item.supply_days": None},), own),
        ("unknown: what it is", None, (event | {"item.kind": None},), own),
        ("refund: known before", 0, (event | BACK,), own),
        ("refund: not yet known then", answer, (event | BACK_LATER,), own),
        ("refund: in hindsight it is known", 0, (event | BACK_LATER,), own, False),
    )


CHECKED: Final = (
    ("interactions_contra", "interaction", "X", "D"),
    ("interactions_serious", "interaction", "D", "C"),
    ("allergies", "allergy", "X", "D"),
    ("intolerances", "allergy", "D", "C"),
    ("child_findings", "child", "X", "D"),
    ("dose_findings", "dose", "X", "C"),
    ("duplicate_findings", "duplicate", "D", "C"),
    ("indication_findings", "indication", "C", "B"),
    ("disease_findings", "contraindication", "X", "C"),
    ("elderly_findings", "elderly", "C", "B"),
    ("pregnancy_x", "lactation", "X", "D"),
    ("pregnancy_d", "pregnancy", "D", "C"),
    ("organ_findings", "renal", "D", "C"),
)


def found(measure: str, kind: str, tier: str, milder: str) -> list[Example]:
    """What the check of medicines told of the line, by kind and tier."""
    one = a_finding(kind, tier)
    return of(
        measure,
        ("empty: nothing found", 0),
        ("value: found", 1, (one,)),
        ("value: found twice", 2, (one, a_finding(kind, tier, "e"))),
        ("value: another kind", 0, (a_finding("start", tier),)),
        ("value: a milder tier", 0, (a_finding(kind, milder),)),
        ("value: another line", 0, (one | {"detected.line_id": "z"},)),
        ("unknown: which tier", None, (a_finding(kind, None),)),
    )


PIECE: Final[Facts] = {"line.decoction": True, "line.ingredients": "herb-badou"}
PROBLEM: Final[Facts] = {"line.atc_code": "A03BA01"}
EXAMPLES: Final = [
    *in_force("overlap_days", 5),
    *of(
        "overlap_days",
        ("edge: no longer than the line lasts", 10, (a_supply(1),)),
        ("value: the longest", 5, (a_supply(25), a_supply(28))),
        ("value: another substance", 0, (a_supply(25, ingredients="two"),)),
        ("value: one of several substances", 5, (a_supply(25, ingredients="one|two"),)),
        ("unknown: how long the line lasts", None, (a_supply(25),), {"line.days": None}),
    ),
    *in_force("same_group_in_force", 1, atc_code="C08CA05"),
    *of(
        "same_group_in_force",
        ("value: the same substance", 0, (a_supply(25),)),
        ("value: another group", 0, (a_supply(25, atc_code="C09AA02"),)),
        ("value: a medicine without a code", 0, (a_supply(25, atc_code=""),), {"line.atc_code": ""}),
    ),
    *of(
        "contraindications",
        ("empty: no problem", 0, (), PROBLEM),
        ("value: a problem that forbids it", 1, (a_problem(),), PROBLEM),
        ("value: one that does not", 0, (a_problem("I10"),), PROBLEM),
        ("edge: over the day before", 0, (a_problem(until_on=days_ago(1)),), PROBLEM),
        ("edge: over today", 1, (a_problem(until_on=DAY),), PROBLEM),
        ("edge: from tomorrow", 0, (a_problem(from_on=days_ago(-1)),), PROBLEM),
        ("unknown: which problem", None, (a_problem(code=None),), PROBLEM),
        ("value: it came to be known later", 0, (a_problem() | {"record.known_at": ago(seconds=-1)},), PROBLEM),
    ),
    *(example for name, kind, tier, milder in CHECKED for example in found(name, kind, tier, milder)),
    *of(
        "dose_over_permille",
        ("empty: nothing found", 0),
        (
            "value: the largest",
            700,
            (a_finding("dose", "D", over_permille=300), a_finding("dose", "X", "e", over_permille=700)),
        ),
        ("value: not told by how much", 0, (a_finding("dose", "D"),)),
        ("value: a milder tier", 0, (a_finding("dose", "C", over_permille=300),)),
        ("unknown: which tier", None, (a_finding("dose", None, over_permille=300),)),
    ),
    *of(
        "herb_conflicts",
        ("empty: alone", 0, (), PIECE),
        ("value: a piece that it must not meet", 1, (a_piece("b", "herb-qianniuzi"),), PIECE),
        ("value: the list names it second", 1,
         (a_piece("b", "herb-badou"),), PIECE | {"line.ingredients": "herb-qianniuzi"}),
        ("value: a piece that it may meet", 0, (a_piece("b", "herb-gancao"),), PIECE),
        ("value: another prescription", 0, (a_piece("b", "herb-qianniuzi", prescription_id="q"),), PIECE),
        ("unknown: whether a piece", None, (a_piece("b", "herb-qianniuzi", decoction=None),), PIECE),
    ),
]  # fmt: skip
TABLE: Final = {"contraindications": "conditions", "dose_over_permille": "detected"} | {
    measure: "detected" for measure, *_ in CHECKED
}
TAKEN_BACK: Final = frozenset({"overlap_days", "same_group_in_force"})


@parametrize(EXAMPLES)
def test_measured(example: Example) -> None:
    table = "lines" if example.measure == "herb_conflicts" else TABLE.get(example.measure, "items")
    assert_measured(example, Scope.LINE, {**LINE, **example.subject}, [(table, event) for event in example.events])


def test_every_measure_of_a_line_is_shown() -> None:
    assert_complete(EXAMPLES, Scope.LINE, TAKEN_BACK)
