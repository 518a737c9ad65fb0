"""What is measured of a charged item: supplies in hand, repetition, what includes it, what was taken back."""

from datetime import timedelta
from typing import Any, Final

from tests.unit.supervision.measured import ASKED, DAY, Example, ago, assert_complete, assert_measured, parametrize

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import CareMode, ItemKind
from xinglin.supervision.verdicts import Scope

ITEM: Final[Facts] = {
    "item.id": "s", "item.on": DAY, "item.done_at": ASKED, "item.kind": ItemKind.MEDICINE, "item.code": "c",
    "item.ingredients": "one", "item.atc_code": "C08CA01", "item.supply_days": 7, "item.quantity_milli": 1000,
    "item.full_price_fen": 100, "item.prescription_id": "r", "item.session_key": "S", "item.incision_key": "I",
    "item.add_on": False, "item.key": "k", "item.uploaded_at": ASKED, "item.withdrawn": False, "item.origin_id": "",
    "item.refunded_milli": 0, "patient.id": "p", "institution.id": "h", "institution.territory_code": "370902",
    "encounter.id": "v", "encounter.on": DAY, "encounter.care_mode": CareMode.OUTPATIENT,
    "encounter.department_code": "03", "encounter.diagnosis_code": "I10", "record.asked_at": ASKED,
}  # fmt: skip
BACK: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=1)}
BACK_LATER: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=-1)}
BACK_SOMEWHEN: Final[Facts] = {"item.refunded_milli": 1000}
BACK_IN_PART: Final[Facts] = {"item.refunded_milli": 999, "item.refunded_at": ago(seconds=1)}


def an(days: int = 0, seconds: int = 0, **changes: Any) -> Facts:
    """An item some time before the subject's; a name such as `quantity_milli` is a fact of the item."""
    at = ago(days=days, seconds=seconds)
    made: Facts = {**ITEM, "item.id": f"{days}.{seconds}", "item.on": at.date(), "item.done_at": at}
    made |= {"item.uploaded_at": at, "record.known_at": at}
    return made | {(name if "." in name else f"item.{name}"): value for name, value in changes.items()}


def back(event: Facts, how: Facts) -> Facts:
    """The same, taken back."""
    return event | how


def of(measure: str, *shown: tuple[Any, ...]) -> list[Example]:
    """Examples of a measure: what each shows, the answer, the events, and what is otherwise about the subject."""
    return [Example(measure, *one) for one in shown]


def refunds(measure: str, event: Facts, without: int, with_it: int, subject: Facts | None = None) -> list[Example]:
    """A charge that was wholly taken back, as far as that was known, is no event."""
    own = subject or {}
    return [
        Example(measure, "refund: known before", without, (back(event, BACK),), own),
        Example(measure, "refund: nobody says when", without, (back(event, BACK_SOMEWHEN),), own),
        Example(measure, "refund: not yet known then", with_it, (back(event, BACK_LATER),), own),
        Example(measure, "refund: in hindsight it is known", without, (back(event, BACK_LATER),), own, False),
        Example(measure, "refund: a part alone", with_it, (back(event, BACK_IN_PART),), own),
    ]


ELSEWHERE: Final[dict[str, Any]] = {"institution.id": "other"}
WARD: Final[dict[str, Any]] = {"encounter.care_mode": CareMode.INPATIENT}
VISIT: Final[dict[str, Any]] = {"encounter.id": "another"}
SUPPLIES: Final = [
    *of(
        "days_in_hand",
        ("empty: no active substance", 0, (), {"item.ingredients": ""}),
        ("value: this supply alone", 7),
        ("value: each begins when the one before has run out", 27, (an(10, supply_days=30),)),
        ("value: one that ran out leaves nothing", 7, (an(30, supply_days=20),)),
        ("value: what is given in a stay is not in hand", 7, (an(10, supply_days=30, **WARD),)),
        ("value: another substance", 7, (an(10, supply_days=30, ingredients="two"),)),
        ("value: the most of two substances", 27, (an(10, supply_days=30),), {"item.ingredients": "one|two"}),
        ("edge: 90 days", 17, (an(90, supply_days=100),)),
        ("edge: 91 days", 7, (an(91, supply_days=100),)),
        ("unknown: what the event is", None, (an(10, kind=None),)),
        ("unknown: whose substances", None, (), {"item.ingredients": None}),
    ),
    *refunds("days_in_hand", an(10, supply_days=30), 7, 27),
    *of(
        "supply_institutions",
        ("empty: no active substance", 0, (), {"item.ingredients": ""}),
        ("value: this one", 1),
        ("edge: 89 days", 2, (an(89, **ELSEWHERE),)),
        ("edge: 90 days", 1, (an(90, **ELSEWHERE),)),
        ("unknown: where", None, (an(5, **{"institution.id": None}),)),
    ),
    *refunds("supply_institutions", an(5, **ELSEWHERE), 1, 2),
    *of(
        "supply_institutions_30",
        ("empty: no active substance", 0, (), {"item.ingredients": ""}),
        ("value: this one", 1),
        ("edge: 29 days", 2, (an(29, **ELSEWHERE),)),
        ("edge: 30 days", 1, (an(30, **ELSEWHERE),)),
        ("unknown: how much", None, (an(5, quantity_milli=None),)),
    ),
    *refunds("supply_institutions_30", an(5, **ELSEWHERE), 1, 2),
    *of(
        "purchases_30",
        ("empty: no medicine", 0, (), {"item.kind": ItemKind.SERVICE}),
        ("value: two on one day are one", 2, (an(3), an(3, 60), an(0, 60))),
        ("value: no later one", 1, (an(-1), an(0, -60))),
        ("edge: 29 days", 2, (an(29),)),
        ("edge: 30 days", 1, (an(30),)),
        ("unknown: what it was", None, (an(3, kind=None),)),
    ),
    *refunds("purchases_30", an(3), 1, 2),
    *of(
        "code_days_30",
        ("empty: no days follow", 0, (), {"item.supply_days": None}),
        ("value: with this", 37, (an(29, supply_days=30),)),
        ("edge: 30 days", 7, (an(30, supply_days=30),)),
        ("value: what was taken back of it is no supply", 7, (an(1, quantity_milli=-1000),)),
        ("unknown: what it was", None, (an(3, kind=None),)),
    ),
    *refunds("code_days_30", an(3, supply_days=30), 7, 37),
]
REPETITION: Final = [
    *of(
        "earlier_same_code",
        ("empty: itself is not earlier", 0),
        ("value: two earlier, one later, one other", 2, (an(3), an(0, 1), an(0, -1), an(4, code="d"))),
        ("value: a refund is no charge", 0, (an(3, quantity_milli=-1000),)),
        ("unknown: when", None, (an(3, on=None),)),
    ),
    *refunds("earlier_same_code", an(3), 0, 1),
    *of(
        "days_since_same_code",
        ("empty: none before", 9999),
        ("value: the last", 3, (an(3), an(9))),
        ("edge: an instant earlier on the day", 0, (an(0, 1),)),
        ("edge: the same instant is not earlier", 9999, (an(0, 0),)),
        ("unknown: when", None, (an(3, on=None),)),
    ),
    *refunds("days_since_same_code", an(3), 9999, 3),
    *of(
        "day_quantity_milli",
        ("empty: this alone", 1000),
        ("value: with what came before and went back", 2500,
         (an(0, 9, quantity_milli=2000, refunded_milli=500), an(0, 5, quantity_milli=-500))),
        ("value: where charges do not tell their refunds", 2500,
         (an(0, 9, quantity_milli=2000, refunded_milli=None), an(0, 5, quantity_milli=-500)),
         {"item.refunded_milli": None}),
        ("value: its own refund is left to who asks", 1000, (), {"item.refunded_milli": 400}),
        ("refund: a part of what came before", 1001, (back(an(0, 9), BACK_IN_PART),)),
        ("edge: the day before", 1000, (an(1),)),
        ("edge: later on the day", 1000, (an(0, -1),)),
        ("value: elsewhere", 1000, (an(0, 9, **ELSEWHERE),)),
        ("unknown: how much", None, (an(0, 9, quantity_milli=None),)),
    ),
    *[one for one in refunds("day_quantity_milli", an(0, 9), 1000, 2000) if "part" not in one.shows],
    *of(
        "course_days",
        ("empty: this day alone", 1),
        ("edge: a gap of 7 days goes on, of 8 begins anew", 3, (an(1), an(8), an(16))),
        ("value: two on one day are one", 2, (an(1), an(1, 60))),
        ("unknown: how much", None, (an(1, quantity_milli=None),)),
    ),
    *refunds("course_days", an(3), 1, 2),
    *of(
        "encounter_days",
        ("empty: this day alone", 1),
        ("value: days of the same visit", 3, (an(1), an(2), an(2, 60), an(3, **VISIT))),
        ("unknown: of which visit", None, (an(1, **{"encounter.id": None}),)),
    ),
    *refunds("encounter_days", an(3), 1, 2),
    *of(
        "copies",
        ("empty: no other", 0),
        ("value: earlier under the key", 1, (an(1), an(-1), an(2, key="other"))),
        ("value: withdrawn", 0, (an(1, withdrawn=True),)),
        ("unknown: when", None, (an(1, uploaded_at=None),)),
    ),
    *refunds("copies", an(1), 0, 1),
    *of(
        "same_fee_today",
        ("empty: no fee", 0),
        ("value: with this", 2, (an(0, 9, kind=ItemKind.VISIT_FEE),), {"item.kind": ItemKind.VISIT_FEE}),
        ("value: another department", 1, (an(0, 9, kind=ItemKind.VISIT_FEE, **{"encounter.department_code": "04"}),),
         {"item.kind": ItemKind.VISIT_FEE}),
        ("unknown: which department", None,
         (an(0, 9, kind=ItemKind.VISIT_FEE, **{"encounter.department_code": None}),)),
    ),
    *refunds("same_fee_today", an(0, 9, kind=ItemKind.VISIT_FEE), 1, 2, {"item.kind": ItemKind.VISIT_FEE}),
]  # fmt: skip
PART: Final = an(-1, id="b", origin_id="s", quantity_milli=-400)
REFUND: Final[Facts] = {"item.origin_id": "o", "item.quantity_milli": -600}
PIECE: Final[Facts] = {"item.kind": ItemKind.DECOCTION, "item.code": "herb-listed"}
SUB: Final[Facts] = {"item.code": "sub"}
OPERATION: Final[Facts] = {"item.kind": ItemKind.OPERATION, "item.code": "op-1"}


def an_operation(seconds: int = 9, **changes: Any) -> Facts:
    """Another operation of the session, dearer unless told."""
    return an(0, seconds, **{"kind": ItemKind.OPERATION, "code": "op-2", "full_price_fen": 200, **changes})


BESIDE: Final = [
    *of(
        "left_milli",
        ("empty: nothing went back", 1000),
        ("value: then it was not known", 1000, (PART,)),
        ("value: in hindsight it is", 600, (PART,), {}, False),
        ("value: known in time", 600, (PART | {"record.known_at": ASKED},)),
        ("unknown: how much", None, (PART | {"record.known_at": ASKED, "item.quantity_milli": None},)),
    ),
    *of(
        "refund_leaves_milli",
        ("empty: no refund", 0),
        ("value: what is left", 400, (an(3, id="o"),), REFUND),
        ("value: twice is too much", -200, (an(3, id="o"), an(1, origin_id="o", quantity_milli=-600)), REFUND),
        ("unknown: of what", None, (an(3, id="o"),), {"item.origin_id": None}),
    ),
    *of(
        "herbs_total",
        ("empty: no pieces", 0),
        ("value: different pieces", 2, (an(0, 9, kind=ItemKind.DECOCTION, code="herb-free"),), PIECE),
        ("value: another prescription", 1, (an(0, 9, kind=ItemKind.DECOCTION, code="x", prescription_id="q"),), PIECE),
        ("value: on no prescription", 0, (), PIECE | {"item.prescription_id": ""}),
        ("unknown: what it is", None, (an(0, 9, kind=None),), PIECE),
    ),
    *of(
        "herbs_listed",
        ("empty: no pieces", 0),
        ("value: of two, one is listed", 1, (an(0, 9, kind=ItemKind.DECOCTION, code="herb-free"),), PIECE),
        ("unknown: how much", None, (), PIECE | {"item.quantity_milli": None}),
    ),
    *of(
        "duplicate_mains",
        ("empty: no main", 0, (), SUB),
        ("value: on the day", 1, (an(0, 9000, code="main-day"),), SUB),
        ("value: in the visit", 1, (an(5, code="main-encounter"),), SUB),
        ("value: another visit", 0, (an(5, code="main-encounter", **VISIT),), SUB),
        ("edge: 6 hours", 1, (an(0, 6 * 3600, code="main-hours"),), SUB),
        ("edge: a second more", 0, (an(0, 6 * 3600 + 1, code="main-hours"),), SUB),
        (
            "edge: less than an hour, after it too",
            1,
            (an(0, -3599, code="main-hour") | {"record.known_at": ASKED},),
            SUB,
        ),
        ("edge: an hour", 0, (an(0, 3600, code="main-hour"),), SUB),
        ("unknown: when", None, (an(0, 9, code="main-hour", done_at=None),), SUB),
    ),
    *refunds("duplicate_mains", an(0, 9, code="main-day"), 0, 1, SUB),
    *of(
        "surgery_rank",
        ("empty: alone", 1, (), OPERATION),
        ("value: one is dearer", 2, (an_operation(),), OPERATION),
        ("value: at one price the earlier", 2, (an_operation(full_price_fen=100),), OPERATION),
        ("value: at one price the later", 1, (an_operation(-9, full_price_fen=100),), OPERATION),
        ("value: another incision", 1, (an_operation(incision_key="J"),), OPERATION),
        ("value: another group", 1, (an_operation(code="op-3"),), OPERATION),
        ("value: an add-on", 1, (an_operation(add_on=True),), OPERATION),
        ("unknown: its price", None, (an_operation(full_price_fen=None),), OPERATION),
    ),
    *refunds("surgery_rank", an_operation(), 1, 2, OPERATION),
]
EXAMPLES: Final = [*SUPPLIES, *REPETITION, *BESIDE]
TAKEN_BACK: Final = frozenset(
    {
        "days_in_hand", "supply_institutions", "supply_institutions_30", "purchases_30", "code_days_30",
        "earlier_same_code", "days_since_same_code", "course_days", "encounter_days", "copies", "same_fee_today",
        "duplicate_mains", "surgery_rank",
    }
)  # fmt: skip


@parametrize(EXAMPLES)
def test_measured(example: Example) -> None:
    events = [("items", event) for event in example.events]
    assert_measured(example, Scope.ITEM, {**ITEM, **example.subject}, events)


def test_every_measure_of_an_item_is_shown() -> None:
    assert_complete(EXAMPLES, Scope.ITEM, TAKEN_BACK)


def test_what_came_later_is_seen_in_hindsight_alone() -> None:
    late = an(3) | {"record.known_at": ASKED + timedelta(seconds=1)}
    for then, answer in ((True, 0), (False, 1)):
        example = Example("earlier_same_code", "known later", answer, (late,), {}, then)
        assert_measured(example, Scope.ITEM, ITEM, [("items", late)])
