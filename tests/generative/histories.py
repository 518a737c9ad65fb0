"""Small histories in which a number is measured that single rows do not reach: two medicines at once, a journey.

Each is a list of rows; what is not said has the value that specifications use most.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tests.generative.pools import FOUND, usual

from xinglin.supervision.facts.lake import TABLES, Facts, table_columns
from xinglin.supervision.facts.words import CareMode, Channel, EvidenceKind, ItemKind, Judgement, Scheme, Service

TODAY: Final = date(2026, 5, 20)
NOON: Final = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
ASKED: Final = {"encounter.care_mode": CareMode.OUTPATIENT, "encounter.fund_asked": True, "encounter.on": TODAY}
Story = list[tuple[str, dict[str, Any]]]

MEDICINE: Final = {"item.kind": ItemKind.MEDICINE, "item.quantity_milli": 1000, "item.supply_days": 30}
SUPPLIED: Final = {**MEDICINE, "item.on": TODAY - timedelta(days=10), "item.line_id": "L9"}
LINE: Final = {"line.decoction": False, "line.solvent": False, "line.days": 28, "line.atc_code": "C10AA05"}
PIECE: Final = {"item.kind": ItemKind.DECOCTION, "item.quantity_milli": 10000, "item.prescription_id": "R1"}
OPERATION: Final = {
    "item.kind": ItemKind.OPERATION,
    "item.quantity_milli": 1000,
    "item.session_key": "S",
    "item.incision_key": "I",
    "item.add_on": False,
    "item.exception_reason": False,
}
NEAR: Final = {"institution.east_metres": 0, "institution.north_metres": 0, "institution.id": "H0"}
FAR: Final = {"institution.east_metres": 600_000, "institution.north_metres": -200_000, "institution.id": "H1"}
AT_A_DESK: Final = {"encounter.channel": Channel.IN_PERSON, "encounter.care_mode": CareMode.OUTPATIENT}

SEEN_AGAIN: Final = {
    "encounter.channel": Channel.ONLINE,
    "encounter.service": Service.FOLLOW_UP,
    "evidence.kind": EvidenceKind.OUTPATIENT_RECORD,
    "evidence.physical": True,
    "evidence.judgement": Judgement.ACCEPTED,
    "evidence.diagnosis_code": "I10",
    "institution.name_zh": "示例医院",
    "physician.specialty_code": "03.04",
}


def _visit(at: datetime, **more: Any) -> dict[str, Any]:
    times = {"encounter.started_at": at, "encounter.ended_at": at + timedelta(minutes=20), "encounter.on": at.date()}
    return {**AT_A_DESK, **times, **more}


def _medicine_beside(ingredient: str, atc: str, own: str, own_atc: str) -> Story:
    return [
        ("items", {**SUPPLIED, "item.ingredients": ingredient, "item.atc_code": atc, "item.code": "XA"}),
        ("lines", {**LINE, "line.ingredients": own, "line.atc_code": own_atc}),
    ]


def _told(kind: str) -> Story:
    """Lines about which the check of medicines found something of a kind: of each tier, or nobody knows of which."""
    tiers = ("X", "D", "C", "B", None)
    lines: Story = [("lines", {**LINE, "line.findings": 1}) for _ in tiers]
    return [
        *lines,
        *(
            ("detected", {"detected.kind": kind, "detected.tier": tier, "detected.line_id": f"li{number}"})
            for number, tier in enumerate(tiers)
        ),
        ("detected", {"detected.kind": kind, "detected.tier": "D", "detected.over_permille": 250}),
    ]


STORIES: Final[dict[str, Story]] = {
    "the same ingredient twice": _medicine_beside("metformin", "A10BA02", "x|metformin", "A10BA02"),
    "the same ingredient in two supplies": [
        *_medicine_beside("metformin", "A10BA02", "metformin", "A10BA02"),
        ("items", {**SUPPLIED, "item.ingredients": "metformin", "item.supply_days": 15, "item.code": "XB"}),
    ],
    "a group of five letters": _medicine_beside("x-statin", "C10AA17", "atorvastatin", "C10AA05"),
    "an allergy to the like": [
        ("lines", {**LINE, "line.ingredients": "aceclofenac", "line.atc_code": "M01AB16"}),
        ("allergies", {"allergy.substance_code": "aspirin", "allergy.intolerance": False}),
    ],
    "a second problem that forbids it": [
        ("encounters", {**ASKED, "encounter.diagnosis_2_code": "R33"}),
        ("lines", {**LINE, "line.atc_code": "A03BA01", "line.ingredients": "atropine"}),
    ],
    "meant for the second problem": [
        ("encounters", {**ASKED, "encounter.diagnosis_2_code": "I50.9", "encounter.diagnosis_3_code": "I50.9"}),
        ("items", {**MEDICINE, "item.code": "XLIST", "item.fund_asked": True}),
        ("encounters", {**ASKED, "encounter.diagnosis_2_code": "I50.9"}),
        ("encounters", {**ASKED, "encounter.diagnosis_3_code": "I50.9"}),
        *(
            ("items", {**MEDICINE, "item.atc_code": "C09DX04", "item.fund_asked": True, "item.encounter_id": visit})
            for visit in ("en1", "en2")
        ),
    ],
    "meant for the first problem": [
        ("encounters", {**ASKED, "encounter.diagnosis_code": "I50.9"}),
        ("items", {**MEDICINE, "item.code": "XLIST", "item.atc_code": "C09DX04", "item.fund_asked": True}),
    ],
    "a sound use for the other sex": [
        ("encounters", {**ASKED, "encounter.diagnosis_2_code": "I27.0"}),
        ("lines", {**LINE, "line.atc_code": "G04BE03", "line.ingredients": "sildenafil"}),
    ],
    "a sound use by the third diagnosis": [
        ("encounters", {**ASKED, "encounter.diagnosis_3_code": "I27.0"}),
        ("lines", {**LINE, "line.atc_code": "G04BE03", "line.ingredients": "sildenafil"}),
    ],
    "a vessel beside an operation": [
        ("items", {**OPERATION, "item.code": code, "item.fund_asked": True}) for code in ("33LIST", "33VESSEL")
    ],
    "a birth claimed elsewhere": [
        ("encounters", {**ASKED, "coverage.scheme": Scheme.EMPLOYEE}),
        ("items", {**MEDICINE, "item.code": "XMAT", "item.fund_asked": True}),
    ],
    "more work than a day": [
        (
            "encounters",
            _visit(NOON + timedelta(minutes=40 * n), **{"encounter.active_seconds": 9000, "patient.id": f"P{n}"}),
        )
        for n in range(8)
    ],
    "a fee that is not charged online": [
        ("encounters", {**ASKED, "institution.territory_code": "999900", "encounter.channel": Channel.ONLINE}),
        ("items", {"item.kind": ItemKind.VISIT_FEE, "item.code": "11DESK", "item.fund_asked": True}),
    ],
    "a fee that is charged online once": [
        (
            "encounters",
            {
                **ASKED,
                "institution.territory_code": "999900",
                "encounter.channel": Channel.ONLINE,
                "encounter.ended_at": NOON,
                "encounter.department_code": "03",
                "encounter.physician_replied": True,
                "encounter.refund_due": False,
            },
        ),
        (
            "items",
            {
                "item.kind": ItemKind.VISIT_FEE,
                "item.code": "11ONLINE",
                "item.fund_asked": True,
                "item.on": TODAY,
                "item.quantity_milli": 1000,
                "item.in_scope_fen": 2000,
                "item.amount_fen": 3000,
                "item.refunded_milli": 0,
                "item.withdrawn": False,
            },
        ),
    ],
    "a medicine from an age on": [("items", {**MEDICINE, "item.atc_code": "N05ZZ01", "item.fund_asked": True})],
    "a department of no list": [
        ("encounters", {**ASKED, "encounter.department_code": "none", "encounter.diagnosis_code": "R42"}),
        ("items", {**MEDICINE, "item.department_code": "none", "item.atc_code": "N02BE01"}),
    ],
    "two of one group": _medicine_beside("simvastatin", "C10AA01", "atorvastatin", "C10AA05"),
    **{f"the check found: {kind}": _told(kind) for kind in FOUND["detected.kind"]},
    "a problem that forbids it": [
        ("lines", {**LINE, "line.atc_code": "A03BA01", "line.ingredients": "atropine"}),
        ("conditions", {"condition.code": "H40.2", "condition.from_on": date(2020, 1, 1)}),
    ],
    "an allergy": [
        ("lines", {**LINE, "line.ingredients": "amoxicillin", "line.atc_code": "J01CA04"}),
        ("allergies", {"allergy.substance_code": "amoxicillin", "allergy.intolerance": False}),
        ("allergies", {"allergy.substance_code": "amoxicillin", "allergy.intolerance": True, "allergy.id": "al9"}),
    ],
    "a journey": [
        ("encounters", _visit(NOON - timedelta(hours=1), **FAR)),
        ("encounters", _visit(NOON, **NEAR)),
    ],
    "visits every day": [
        ("encounters", _visit(NOON - timedelta(days=n), **{"encounter.fund_asked": True})) for n in range(28)
    ],
    "operations of one incision": [
        ("items", {**OPERATION, "item.code": "33LIST", "item.full_price_fen": price}) for price in (90000, 10000, 10000)
    ],
    "pieces that are not payable alone": [("items", {**PIECE, "item.code": "T0001"})],
    "pieces with others": [("items", {**PIECE, "item.code": code}) for code in ("T0001", "T0002")],
    "pieces that must not meet": [
        ("lines", {**LINE, "line.decoction": True, "line.ingredients": code}) for code in ("herb-baiji", "herb-caowu")
    ],
    "six households on one device": [
        (
            "encounters",
            {
                "patient.id": f"P{n}",
                "patient.household_key": f"K{n}",
                "encounter.patient_device_key": "d1",
                "encounter.patient_device_shared": False,
                "encounter.care_mode": CareMode.ONLINE,
                "encounter.started_at": NOON + timedelta(minutes=n),
            },
        )
        for n in range(7)
    ],
    "one face for four insured persons": [
        (
            "encounters",
            {
                "patient.id": f"P{n}",
                "encounter.patient_face_key": "f1",
                "encounter.patient_device_shared": True,
                "encounter.care_mode": CareMode.ONLINE,
                "encounter.started_at": NOON + timedelta(minutes=n),
            },
        )
        for n in range(4)
    ],
    "another face on two days": [
        (
            "encounters",
            _visit(
                NOON - timedelta(days=n),
                **{
                    "encounter.patient_face_matched": False,
                    "encounter.guardian_present": False,
                    "encounter.fund_asked": True,
                    "encounter.care_mode": CareMode.ONLINE,
                },
            ),
        )
        for n in range(2)
    ],
    "live in the second half of two visits": [
        (
            "encounters",
            _visit(
                NOON + timedelta(minutes=5 * n),
                **{
                    "encounter.channel": Channel.ONLINE,
                    "encounter.care_mode": CareMode.ONLINE,
                    "encounter.live_from_at": NOON + timedelta(minutes=10),
                    "encounter.live_seconds": 300 + n,
                },
            ),
        )
        for n in range(2)
    ],
    "supplies from everywhere": [
        (
            table,
            {**ASKED, "encounter.id": f"en{n}", "institution.id": f"H{n}"}
            if table == "encounters"
            else {
                **MEDICINE,
                "item.id": f"it{n}",
                "item.encounter_id": f"en{n}",
                "item.on": TODAY - timedelta(days=n),
                "item.fund_asked": True,
                "item.ingredients": "metformin",
                "item.supply_days": 28,
            },
        )
        for n in range(12)
        for table in ("encounters", "items")
    ],
    "a bag of medicines": [
        ("lines", {**LINE, "line.drug_code": f"P-{n}", "line.ingredients": f"substance-{n}"}) for n in range(12)
    ],
    "lying elsewhere": [
        (
            "encounters",
            {**ASKED, "institution.id": "H1", "encounter.id": "en9", "encounter.care_mode": CareMode.INPATIENT},
        ),
        ("stays", {"stay.encounter_id": "en9", "stay.on": date(2026, 5, 10), "stay.discharged_on": None}),
        ("encounters", {**ASKED, "encounter.id": "en0", "encounter.transfer_note": False}),
    ],
    "papers of the last day of a month": [
        ("encounters", {**SEEN_AGAIN, "evidence.issued_on": issued, "encounter.on": on})
        for issued, on in (
            (date(2025, 5, 31), date(2026, 5, 31)),
            (date(2024, 2, 29), date(2025, 2, 28)),
            (date(2024, 2, 29), date(2025, 3, 1)),
        )
    ],
    "two stays": [
        ("encounters", {"encounter.care_mode": CareMode.INPATIENT, "encounter.on": date(2026, 5, 1)}),
        ("encounters", {"encounter.care_mode": CareMode.INPATIENT, "encounter.on": date(2026, 5, 20)}),
        ("stays", {"stay.encounter_id": "en0", "stay.on": date(2026, 5, 1), "stay.discharged_on": date(2026, 5, 8)}),
        ("stays", {"stay.encounter_id": "en1", "stay.on": date(2026, 5, 20)}),
    ],
    "two places at once": [
        ("encounters", _visit(NOON, **NEAR)),
        ("encounters", {**_visit(NOON, **FAR), "patient.id": "P1"}),
    ],
    "a birth": [
        ("encounters", {**ASKED, "coverage.scheme": Scheme.MATERNITY}),
        ("items", {**MEDICINE, "item.code": "XMAT", "item.fund_asked": True}),
    ],
    "a part beside its whole": [
        ("items", {"item.code": code, "item.kind": ItemKind.SERVICE, "item.quantity_milli": 1000, "item.done_at": NOON})
        for code in ("33WHOLE", "33PART")
    ],
    "a pack without its code": [
        ("packs", {"pack.trace_code": "", "pack.trace_required": True, "pack.outage": False, "pack.split": False})
    ],
}


def rows_of(name: str) -> dict[str, list[Facts]]:
    """The rows of a history: one person, physician, visit and prescription unless it says otherwise."""
    made: dict[str, list[Facts]] = {table: [] for table in TABLES}
    told = list(STORIES[name])
    tables = {table for table, _ in told}
    if tables & {"lines", "items", "packs", "prescriptions"} and "encounters" not in tables:
        told.insert(0, ("encounters", {}))
    if tables & {"lines", "packs"} and "prescriptions" not in tables:
        told.insert(1, ("prescriptions", {}))
    for table, facts in told:
        made[table].append(_row(table, facts, len(made[table])))
    return made


FIXED: Final = {
    "patient.id": "P0",
    "physician.id": "D0",
    "institution.id": "H0",
    "condition.person_id": "P0",
    "allergy.person_id": "P0",
    "detected.line_id": "li0",
    "institution.territory_code": "370902",
}


def _row(table: str, facts: dict[str, Any], number: int) -> Facts:
    row: Facts = {column.path: usual().get(column.path) for column in table_columns(table)}
    row |= {path: value for path, value in FIXED.items() if path in row}
    for parent in TABLES[table].parents:
        if parent.by in row and parent.table != "stays":
            row[parent.by] = f"{parent.table[:2]}0"
    return {**row, TABLES[table].key: f"{table[:2]}{number}", **facts}
