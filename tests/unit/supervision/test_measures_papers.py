"""What is measured of a prescription, of a pack handed over, and of a stay."""

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
from xinglin.supervision.facts.words import Benefit, Scheme
from xinglin.supervision.verdicts import Scope

SIGNED: Final = ago(seconds=60)
PRESCRIPTION: Final[Facts] = {
    "prescription.id": "r", "prescription.on": DAY, "prescription.signed_at": SIGNED, "prescription.ended": False,
    "patient.id": "p", "physician.id": "d", "institution.id": "h", "institution.territory_code": "370902",
    "coverage.scheme": Scheme.EMPLOYEE, "coverage.benefit": Benefit.OUTPATIENT, "record.asked_at": ASKED,
}  # fmt: skip


def a_prescription(id: str, seconds: int = 0, **changes: Any) -> Facts:
    """Another prescription, signed some seconds before this one."""
    at = ago(seconds=60 + seconds)
    made: Facts = {**PRESCRIPTION, "prescription.id": id, "prescription.signed_at": at, "prescription.on": at.date()}
    made["record.known_at"] = at
    return made | {(name if "." in name else f"prescription.{name}"): value for name, value in changes.items()}


def a_line(id: str, above: Facts = PRESCRIPTION, **changes: Any) -> Facts:
    """A line of a prescription: 7 days in one pack."""
    made: Facts = {
        **above, "line.id": id, "line.prescription_id": above["prescription.id"], "line.drug_code": f"drug-{id}",
        "line.decoction": False, "line.solvent": False, "line.western": True, "line.days": 7, "line.quantity": 1,
    }  # fmt: skip
    return made | {f"line.{name}": value for name, value in changes.items()}


def of(measure: str, *shown: tuple[Any, ...]) -> list[Example]:
    """Examples of a measure: what each shows, the answer, the events, and what is otherwise about the subject."""
    return [Example(measure, *one) for one in shown]


DAY_BEFORE: Final = a_prescription("q", 86_400)
EARLIER: Final = a_prescription("q", 3600)
ONE: Final = a_line("1")


def beside(measure: str, own: Facts, other: dict[str, Any], without: int, with_it: int) -> list[Example]:
    """Which prescriptions stand beside this one, whatever is then made of their lines."""

    def shown(what: str, above: Facts, answer: int | None, subject: Facts | None = None) -> Example:
        return Example(measure, what, answer, (own, a_line("2", above, **other)), subject or {})

    draft: Facts = {"prescription.signed_at": None}
    return [
        Example(measure, "value: this one alone", without, (own,)),
        shown("value: one beside it", EARLIER, with_it),
        shown("edge: 24 hours before", DAY_BEFORE, with_it),
        shown("edge: a second more", a_prescription("q", 86_401), without),
        shown("edge: signed after it", a_prescription("q", -1), without),
        shown("value: ended", EARLIER | {"prescription.ended": True}, without),
        shown("value: another house and physician", EARLIER | {"physician.id": "e", "institution.id": "i"}, without),
        shown("value: the same physician elsewhere", EARLIER | {"institution.id": "i"}, with_it),
        shown("value: another scheme", EARLIER | {"coverage.scheme": Scheme.RESIDENT}, without),
        shown("value: a draft looks back from the moment of asking", EARLIER, with_it, draft),
        shown("edge: a draft, more than 24 hours before", a_prescription("q", 86_401), without, draft),
        Example(measure, "unknown: whether a piece", None, (own, a_line("2", EARLIER) | {"line.decoction": None}))
        if measure != "union_prescriptions"
        else shown("unknown: which", EARLIER | {"prescription.id": None}, None),
    ]  # fmt: skip


OWN: Final = [
    *of(
        "distinct_drugs",
        ("empty: no line", 0),
        ("value: different medicines", 2, (ONE, a_line("2"), a_line("3", drug_code="drug-1"))),
        ("value: no pieces, no solvents", 0, (a_line("2", decoction=True), a_line("3", solvent=True))),
        ("value: another prescription's", 0, (a_line("2", prescription_id="q"),)),
        ("unknown: which medicine", None, (a_line("2", drug_code=None),)),
    ),
    *of(
        "decoction_lines",
        ("empty: none", 0, (ONE,)),
        ("value: pieces", 1, (ONE, a_line("2", decoction=True))),
        ("unknown: whether a piece", None, (a_line("2", decoction=None),)),
    ),
    *of(
        "western_lines",
        ("empty: none", 0, (a_line("1", western=False),)),
        ("value: medicines", 1, (ONE, a_line("2", western=False))),
        ("unknown: whether", None, (a_line("2", western=None),)),
    ),
    *of(
        "prescription_lines",
        ("empty: none", 0),
        ("value: all", 2, (ONE, a_line("2", decoction=True))),
        ("unknown: not which line", None, (a_line("1") | {"line.id": None},)),
    ),
    *of(
        "drugs_today",
        ("empty: none", 0),
        ("value: all of the day", 2, (ONE, a_line("2", EARLIER))),
        ("value: by whomever", 2, (ONE, a_line("2", EARLIER | {"physician.id": "e", "institution.id": "i"}))),
        ("edge: the day before", 1, (ONE, a_line("2", EARLIER | {"prescription.on": days_ago(1)}))),
        ("value: ended", 1, (ONE, a_line("2", EARLIER | {"prescription.ended": True}))),
        ("unknown: on which day", None, (ONE, a_line("2", EARLIER | {"prescription.on": None}))),
    ),
]
TOGETHER: Final = [
    *beside("union_drugs", ONE, {}, 1, 2),
    *of("union_drugs", ("empty: no line", 0)),
    *beside("union_days", ONE, {"drug_code": "drug-1"}, 7, 14),
    *of(
        "union_days",
        ("empty: no line", 0),
        ("value: two medicines are not added up", 7, (ONE, a_line("2", EARLIER))),
        ("edge: a pack of 31 days", 31, (a_line("1", days=31),)),
        ("edge: a pack of 32 days is no splitting", 0, (a_line("1", days=32),)),
        ("edge: no days follow", 0, (a_line("1", days=None),)),
    ),
    *beside("union_pack_days", ONE, {"days": 20}, 7, 20),
    *of("union_pack_days", ("empty: no line", 0), ("value: rounded up", 3, (a_line("1", quantity=3),))),
    *beside("single_days", ONE, {"days": 20}, 7, 20),
    *of("single_days", ("empty: no line", 0)),
    *of(
        "single_drugs",
        ("empty: no line", 0),
        ("value: the fuller of two", 2, (ONE, a_line("2", EARLIER), a_line("3", EARLIER))),
        ("unknown: of which", None, (a_line("2", EARLIER | {"prescription.id": None}),)),
    ),
]
PACK: Final[Facts] = {
    "pack.id": "s", "pack.on": DAY, "pack.sold_at": ASKED, "pack.trace_code": "t", "pack.split": False,
    "pack.share_permille": 1000, "institution.id": "h", "record.asked_at": ASKED,
}  # fmt: skip


def a_sale(days: int = 1, **changes: Any) -> Facts:
    """An earlier sale under the same code."""
    at = ago(days=days)
    made: Facts = {**PACK, "pack.id": f"k{days}", "pack.on": at.date(), "pack.sold_at": at, "record.known_at": at}
    return made | {(name if "." in name else f"pack.{name}"): value for name, value in changes.items()}


RETURNED: Final[dict[str, Any]] = {"returned_at": ago(seconds=9), "returned_here": True}
ELSEWHERE: Final[dict[str, Any]] = {"institution.id": "i"}
SALES: Final = [
    *of(
        "code_sales_open",
        ("empty: itself", 0),
        ("value: one before, none after", 1, (a_sale(), a_sale(-1))),
        ("value: returned before", 0, (a_sale(**RETURNED),)),
        ("edge: returned at the very instant", 0, (a_sale(returned_at=ASKED),)),
        ("edge: returned after", 1, (a_sale(returned_at=ago(seconds=-1)),)),
        ("value: no code, no sale of it", 0, (a_sale(trace_code=""),), {"pack.trace_code": ""}),
        ("value: by day where no instant is known", 1, (a_sale(sold_at=None),)),
        ("unknown: when", None, (a_sale(sold_at=None, on=None),)),
    ),
    *of(
        "code_open_unfit",
        ("empty: none", 0),
        ("value: a whole pack", 1, (a_sale(),)),
        ("value: a part of one, here", 0, (a_sale(split=True),)),
        ("value: a part of one, elsewhere", 1, (a_sale(split=True, **ELSEWHERE),)),
        ("unknown: whether a part", None, (a_sale(split=None),)),
    ),
    *of(
        "code_returned_here",
        ("empty: none", 0, (a_sale(),)),
        ("value: returned to us", 1, (a_sale(**RETURNED),)),
        ("value: returned to another", 0, (a_sale(**RETURNED, **ELSEWHERE),)),
        ("unknown: to whom", None, (a_sale(returned_at=ago(seconds=9)),)),
    ),
    *of(
        "code_returned_elsewhere",
        ("empty: none", 0, (a_sale(),)),
        ("value: returned to another", 1, (a_sale(**RETURNED, **ELSEWHERE),)),
        ("value: returned to us", 0, (a_sale(**RETURNED),)),
        ("unknown: to whom", None, (a_sale(returned_at=ago(seconds=9)),)),
    ),
    *of(
        "code_sold_permille",
        ("empty: this alone", 400, (), {"pack.share_permille": 400}),
        ("value: with what was sold before", 900, (a_sale(share_permille=500),), {"pack.share_permille": 400}),
        ("value: without what was returned", 400, (a_sale(**RETURNED),), {"pack.share_permille": 400}),
        ("unknown: how much", None, (a_sale(share_permille=None),)),
    ),
]
STAY: Final[Facts] = {
    "stay.id": "s", "stay.on": DAY, "stay.diagnosis_code": "J18.9", "patient.id": "p", "institution.id": "h",
    "record.asked_at": ASKED,
}  # fmt: skip


def a_stay(days: int, **changes: Any) -> Facts:
    """An earlier stay, discharged some days before this admission."""
    made: Facts = {**STAY, "stay.id": f"e{days}", "stay.on": days_ago(days + 5), "stay.discharged_on": days_ago(days)}
    return made | {(name if "." in name else f"stay.{name}"): value for name, value in changes.items()}


STAYS: Final = [
    *of(
        "days_since_discharge",
        ("empty: none before", 9999),
        ("value: the last", 3, (a_stay(3), a_stay(40))),
        ("edge: discharged today", 0, (a_stay(0),)),
        ("value: elsewhere", 9999, (a_stay(3, **ELSEWHERE),)),
        ("unknown: when it ended", None, (a_stay(3, discharged_on=None),)),
    ),
    *of(
        "same_disease_before",
        ("empty: none before", 0),
        ("value: the same category", 1, (a_stay(3, diagnosis_code="J18.0"),)),
        ("value: another", 0, (a_stay(3, diagnosis_code="I21.0"),)),
        ("edge: 30 days", 1, (a_stay(30),)),
        ("edge: 31 days", 0, (a_stay(31),)),
        ("unknown: which disease", None, (a_stay(3, diagnosis_code=None),)),
    ),
]


@parametrize([*OWN, *TOGETHER])
def test_measured_of_a_prescription(example: Example) -> None:
    events = [("lines", event) for event in example.events]
    assert_measured(example, Scope.PRESCRIPTION, {**PRESCRIPTION, **example.subject}, events)


UNION: Final = [
    *beside("union_prescriptions", ONE, {}, 1, 2),
    *of("union_prescriptions", ("empty: this one", 1)),
]


@parametrize(UNION)
def test_prescriptions_beside(example: Example) -> None:
    events = [("prescriptions", event) for event in example.events if event["prescription.id"] != "r"]
    assert_measured(example, Scope.PRESCRIPTION, {**PRESCRIPTION, **example.subject}, events)


@parametrize(SALES)
def test_measured_of_a_pack(example: Example) -> None:
    events = [("packs", event) for event in example.events]
    assert_measured(example, Scope.PACK, {**PACK, **example.subject}, events)


@parametrize(STAYS)
def test_measured_of_a_stay(example: Example) -> None:
    events = [("stays", event) for event in example.events]
    assert_measured(example, Scope.STAY, {**STAY, **example.subject}, events)


def test_every_measure_of_them_is_shown() -> None:
    assert_complete([*OWN, *TOGETHER, *UNION], Scope.PRESCRIPTION, frozenset())
    assert_complete(SALES, Scope.PACK, frozenset())
    assert_complete(STAYS, Scope.STAY, frozenset())
