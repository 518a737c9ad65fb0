"""What is measured of an encounter: other visits of the person, of the physician, on the device, and the body."""

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
from xinglin.supervision.facts.words import CareMode, Channel, ItemKind, Sex
from xinglin.supervision.verdicts import Scope

VISIT: Final[Facts] = {
    "encounter.id": "s", "encounter.on": DAY, "encounter.started_at": ago(seconds=1200),
    "encounter.ended_at": ago(seconds=600),
    "encounter.care_mode": CareMode.OUTPATIENT, "encounter.channel": Channel.IN_PERSON,
    "encounter.diagnosis_code": "J06.9",
    "encounter.department_code": "03", "encounter.patient_device_key": "dev", "encounter.active_seconds": 400,
    "encounter.live_seconds": 0, "patient.id": "p", "patient.sex": Sex.MALE, "patient.birth_on": days_ago(40 * 365),
    "patient.household_key": "", "physician.id": "d", "physician.device_key": "desk", "institution.id": "h",
    "institution.east_metres": 0, "institution.north_metres": 0, "institution.territory_code": "370902",
    "record.asked_at": ASKED,
}  # fmt: skip


def a_visit(days: int = 0, seconds: int = 0, **changes: Any) -> Facts:
    """Another visit, so much before this one; it lasts ten minutes."""
    started, ended = ago(days=days, seconds=1200 + seconds), ago(days=days, seconds=600 + seconds)
    made: Facts = {**VISIT, "encounter.id": f"{days}.{seconds}", "encounter.on": days_ago(days)}
    made |= {"encounter.started_at": started, "encounter.ended_at": ended, "record.known_at": ago(days=max(days, 0))}
    return made | {(name if "." in name else f"encounter.{name}"): value for name, value in changes.items()}


def of(measure: str, *shown: tuple[Any, ...]) -> list[Example]:
    """Examples of a measure: what each shows, the answer, the events, and what is otherwise about the subject."""
    return [Example(measure, *one) for one in shown]


ELSEWHERE: Final[dict[str, Any]] = {
    "institution.id": "i",
    "institution.east_metres": -3000,
    "institution.north_metres": 900,
}
ONLINE: Final[dict[str, Any]] = {"channel": Channel.ONLINE, "care_mode": CareMode.ONLINE}
STOCK: Final[dict[str, Any]] = {"care_mode": CareMode.PHARMACY}


def frequent(measure: str, last: int) -> list[Example]:
    """Days with a visit within so many days."""
    return of(
        measure,
        ("empty: a purchase is no visit", 0, (), {"encounter.care_mode": CareMode.PHARMACY}),
        ("value: this one", 1),
        ("value: two on one day are one", 2, (a_visit(3), a_visit(3, 60), a_visit(0, 60))),
        ("value: a course that asks for many", 1, (a_visit(3, diagnosis_code="Z49.1"),)),
        ("value: in a pharmacy", 1, (a_visit(3, **STOCK),)),
        ("value: later", 1, (a_visit(0, -60), a_visit(-1))),
        ("edge: the first day that counts", 2, (a_visit(last),)),
        ("edge: the day before it", 1, (a_visit(last + 1),)),
        ("unknown: what kind of visit", None, (a_visit(3, care_mode=None),)),
    )


PRESENCE: Final = [
    *frequent("visit_days_7", 6),
    *frequent("visit_days_30", 29),
    *of(
        "travel_metres",
        ("empty: no visit before", 0),
        ("value: the larger of east and north", 3000, (a_visit(1, **ELSEWHERE),)),
        ("value: from the last one", 0, (a_visit(2, **ELSEWHERE), a_visit(1))),
        ("value: a purchase may be made by another", 0, (a_visit(1, **ELSEWHERE, **STOCK),)),
        ("value: a visit online is nowhere", 0, (a_visit(1, **ELSEWHERE, **ONLINE),)),
        ("unknown: where", None, (a_visit(1, **{"institution.east_metres": None}),)),
    ),
    *of(
        "travel_seconds",
        ("empty: no visit before", 999_999_999),
        ("value: from its end to this start", 3000, (a_visit(0, 3600),)),
        ("edge: both overlap", -300, (a_visit(0, 300),)),
        ("value: an open end", 3600, (a_visit(0, 3600, ended_at=None),)),
        ("unknown: whether in person", None, (a_visit(1, channel=None),)),
    ),
    *of(
        "overlapping_sessions",
        ("empty: itself", 0),
        ("value: elsewhere at the time", 1, (a_visit(0, 60, **ELSEWHERE),)),
        ("value: in the same house, one after another", 0, (a_visit(0, 60),)),
        ("edge: sixty seconds together", 0, (a_visit(0, 540, **ELSEWHERE),)),
        ("edge: sixty-one", 1, (a_visit(0, 539, **ELSEWHERE),)),
        ("value: live at the time", 1, (a_visit(0, 60, live_seconds=600, **ONLINE),)),
        ("value: by text", 0, (a_visit(0, 60, **ONLINE),)),
        ("value: an open file is no presence", 0, (a_visit(0, 7200, ended_at=ago(seconds=60), **ELSEWHERE),)),
        (
            "value: live after this one, by text until then",
            0,
            (a_visit(0, 60, live_seconds=300, live_from_at=ago(seconds=540), **ONLINE),),
        ),
        (
            "edge: live from the last 61 seconds on",
            1,
            (a_visit(0, 900, live_seconds=300, live_from_at=ago(seconds=661), **ONLINE),),
        ),
        (
            "edge: from the last 60",
            0,
            (a_visit(0, 900, live_seconds=300, live_from_at=ago(seconds=660), **ONLINE),),
        ),
        ("unknown: how long live", None, (a_visit(0, 60, live_seconds=None, **ONLINE),)),
    ),
    *of(
        "minute_neighbours",
        ("empty: itself", 0),
        ("edge: ten minutes before or after", 2, (a_visit(0, 600), a_visit(0, -600))),
        ("edge: a second more", 0, (a_visit(0, 601), a_visit(0, -601))),
        ("value: elsewhere", 0, (a_visit(0, 60, **ELSEWHERE),)),
        ("unknown: when", None, (a_visit(0, 60, started_at=None),)),
    ),
    *of(
        "physician_active_seconds",
        ("empty: this one", 400),
        ("value: with a floor", 520, (a_visit(0, 60, active_seconds=5),)),
        ("value: live ones have a higher floor", 700, (a_visit(0, 60, active_seconds=5, live_seconds=1),)),
        ("value: purchases are not handled", 400, (a_visit(0, 60, **STOCK),)),
        ("edge: later on the day", 400, (a_visit(0, -60),)),
        ("unknown: what it was", None, (a_visit(0, 60, care_mode=None),)),
    ),
    *of(
        "physician_patients",
        ("empty: this one", 1, (a_visit(0, 60),)),
        ("value: another person", 2, (a_visit(0, 60, **{"patient.id": "q"}),)),
        ("edge: the day before", 1, (a_visit(1, **{"patient.id": "q"}),)),
        ("unknown: who", None, (a_visit(0, 60, **{"patient.id": None}),)),
    ),
]
HOME: Final[dict[str, Any]] = {"patient.id": "q", "patient.household_key": "home"}
DEVICES: Final = [
    *of(
        "device_persons",
        ("empty: no device", 0, (), {"encounter.patient_device_key": ""}),
        ("value: two of one household are one", 2, (a_visit(1, **HOME), a_visit(2, **HOME, **{"physician.id": "e"}))),
        ("edge: 29 days", 2, (a_visit(29, **HOME),)),
        ("edge: 30 days", 1, (a_visit(30, **HOME),)),
        ("unknown: when", None, (a_visit(1, on=None, **HOME),)),
    ),
    *of(
        "device_is_physicians",
        ("empty: nobody worked on it", 0, (a_visit(1),)),
        ("value: a physician did", 1, (a_visit(1, **{"physician.device_key": "dev"}),)),
        ("edge: 30 days", 0, (a_visit(30, **{"physician.device_key": "dev"}),)),
        ("unknown: when", None, (a_visit(1, on=None, **{"physician.device_key": "dev"}),)),
    ),
]
OTHER: Final[dict[str, Any]] = {**ONLINE, "patient_face_matched": False, "fund_asked": True}
MY_FACE: Final[Facts] = {"encounter.patient_face_key": "f1"}
THEIR_FACE: Final[dict[str, Any]] = {"patient.id": "q", "patient_face_key": "f1"}
FACES: Final = [
    *of(
        "other_face_days",
        ("empty: no face was checked", 0, (a_visit(3, **ONLINE),)),
        ("value: another face, two on one day are one", 1, (a_visit(3, **OTHER), a_visit(3, 60, **OTHER))),
        ("value: this visit counts", 2, (a_visit(3, **OTHER),), {f"encounter.{k}": v for k, v in OTHER.items()}),
        ("value: the face matched", 0, (a_visit(3, **OTHER | {"patient_face_matched": True}),)),
        ("value: a guardian beside a child", 0, (a_visit(3, **OTHER, guardian_present=True),)),
        ("value: at own cost", 0, (a_visit(3, **OTHER | {"fund_asked": False}),)),
        ("value: later", 0, (a_visit(-1, **OTHER),)),
        ("edge: 364 days", 1, (a_visit(364, **OTHER),)),
        ("edge: 365 days", 0, (a_visit(365, **OTHER),)),
        ("unknown: when", None, (a_visit(1, **OTHER, on=None),)),
    ),
    *of(
        "face_persons",
        ("empty: no face was checked", 0, (a_visit(1, **THEIR_FACE),), {"encounter.patient_face_key": ""}),
        ("value: one's own", 1, (a_visit(1, patient_face_key="f1"),), MY_FACE),
        ("value: another person with the same", 2, (a_visit(1, **THEIR_FACE), a_visit(2, **THEIR_FACE)), MY_FACE),
        ("value: another face", 1, (a_visit(1, **THEIR_FACE | {"patient_face_key": "f2"}),), MY_FACE),
        ("edge: 364 days", 2, (a_visit(364, **THEIR_FACE),), MY_FACE),
        ("edge: 365 days", 1, (a_visit(365, **THEIR_FACE),), MY_FACE),
        ("unknown: when", None, (a_visit(1, **THEIR_FACE, on=None),), MY_FACE),
    ),
]


def an_item(days: int = 0, **changes: Any) -> Facts:
    """A charge at a visit of the person: a medicine for women, so long as nothing else is said."""
    made: Facts = {
        **a_visit(days), "item.id": f"i{days}", "item.kind": ItemKind.MEDICINE, "item.code": "c",
        "item.atc_code": "G01AF02", "item.quantity_milli": 1000, "item.refunded_milli": 0,
    }  # fmt: skip
    return made | {(name if "." in name else f"item.{name}"): value for name, value in changes.items()}


BACK: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=1)}
BACK_LATER: Final[Facts] = {"item.refunded_milli": 1000, "item.refunded_at": ago(seconds=-1)}
HERE: Final[dict[str, Any]] = {"encounter.id": "s"}
CHILD: Final[dict[str, Any]] = {"atc_code": "A", "encounter.department_code": "07"}


def of_body(measure: str, **changes: Any) -> list[Example]:
    """When a charge contradicts the body, whatever is then made of it."""
    event = an_item(**HERE, **changes)
    return of(
        measure,
        ("empty: nothing charged", 0),
        ("empty: a purchase for another", 0, (event | {"encounter.care_mode": CareMode.PHARMACY},)),
        ("empty: a refund", 0, (event | {"item.quantity_milli": -1000},)),
        ("value: a contradiction", 1, (event,)),
        ("refund: known before", 0, (event | BACK,)),
        ("refund: not yet known then", 1, (event | BACK_LATER,)),
        ("refund: in hindsight it is known", 0, (event | BACK_LATER,), {}, False),
        ("unknown: how much", None, (event | {"item.quantity_milli": None},)),
    )


def in_a_year(measure: str, **changes: Any) -> list[Example]:
    """The same, at most a year back."""
    return of(
        measure,
        ("edge: 364 days", 1, (an_item(364, **changes),)),
        ("edge: 365 days", 0, (an_item(365, **changes),)),
        ("value: later", 0, (an_item(-1, **changes),)),
    )


WOMAN: Final[Facts] = {"patient.sex": Sex.FEMALE}
BODY: Final = [
    *of_body("contradicts_here"),
    *of_body("contradicting_days"),
    *of_body("sex_contradictions"),
    *of_body("age_contradictions", **CHILD),
    *of_body("contradiction_institutions"),
    *in_a_year("contradicting_days"),
    *in_a_year("sex_contradictions"),
    *in_a_year("age_contradictions", **CHILD),
    *in_a_year("contradiction_institutions"),
    *of(
        "contradicts_here",
        ("value: of this visit alone", 0, (an_item(3),)),
        ("value: by the diagnosis", 1, (an_item(atc_code="", **HERE, **{"encounter.diagnosis_code": "O21.0"}),)),
        ("value: what women have is none of a woman", 0, (an_item(**HERE),), WOMAN),
        ("value: a man's department of children", 1, (an_item(**HERE, **CHILD),)),
        ("value: sex not known", None, (an_item(**HERE),), {"patient.sex": None}),
    ),
    *of(
        "contradicting_days",
        ("value: two on one day are one", 2, (an_item(3), an_item(3, id="b"), an_item(**HERE))),
    ),
    *of("contradiction_institutions", ("value: two houses", 2, (an_item(3), an_item(9, **{"institution.id": "i"})))),
]  # fmt: skip
STAY: Final[Facts] = {
    "stay.id": "w", "stay.on": days_ago(3), "stay.discharged_on": days_ago(-3), "patient.id": "p",
    "institution.id": "i",
}  # fmt: skip
PACK: Final[Facts] = {
    "pack.id": "k", "pack.encounter_id": "s", "pack.trace_required": True, "pack.trace_code": "", "pack.item_id": "i",
}  # fmt: skip
PAPER: Final[Facts] = {"prescription.id": "r", "prescription.encounter_id": "s", "prescription.ended": False}
ROUND: Final = [
    *of(
        "stays_around",
        ("empty: none", 0),
        ("value: in another house", 1, (STAY,)),
        ("value: it goes on", 1, (STAY | {"stay.discharged_on": None},)),
        ("value: in this house", 0, (STAY | {"institution.id": "h"},)),
        ("edge: admitted today", 0, (STAY | {"stay.on": DAY},)),
        ("edge: discharged today", 0, (STAY | {"stay.discharged_on": DAY},)),
        ("unknown: since when", None, (STAY | {"stay.on": None},)),
        ("value: it came to be known later", 0, (STAY | {"record.known_at": ago(seconds=-1)},)),
    ),
    *of(
        "untraced_items",
        ("empty: no pack", 0),
        ("value: two packs of one item", 1, (PACK, PACK | {"pack.id": "l"})),
        ("value: packs that name no item", 2, (PACK | {"pack.item_id": None}, PACK | {"pack.id": "l"})),
        ("value: none is asked for", 0, (PACK | {"pack.trace_required": False},)),
        ("value: there is one", 0, (PACK | {"pack.trace_code": "t"},)),
        ("unknown: which code", None, (PACK | {"pack.trace_code": None},)),
    ),
    *of(
        "prescriptions_here",
        ("empty: none", 0),
        ("value: two", 2, (PAPER, PAPER | {"prescription.id": "q", "prescription.ended": None})),
        ("value: ended", 0, (PAPER | {"prescription.ended": True},)),
        ("unknown: not of which visit", 0, (PAPER | {"prescription.encounter_id": None},)),
    ),
]
EXAMPLES: Final = [*PRESENCE, *DEVICES, *FACES, *BODY, *ROUND]
TABLES: Final = {"stays_around": "stays", "untraced_items": "packs", "prescriptions_here": "prescriptions"}
OF_BODY: Final = frozenset(example.measure for example in BODY)


@parametrize(EXAMPLES)
def test_measured(example: Example) -> None:
    table = "items" if example.measure in OF_BODY else TABLES.get(example.measure, "encounters")
    events = [(table, event) for event in example.events]
    assert_measured(example, Scope.ENCOUNTER, {**VISIT, **example.subject}, events)


def test_every_measure_of_an_encounter_is_shown() -> None:
    assert_complete(EXAMPLES, Scope.ENCOUNTER, OF_BODY)
