"""What the people of the demonstration told for the check of medicines: values that could be anybody's, invented.

Made so that the check has something to say when a visitor prescribes: somebody takes warfarin, somebody's kidneys allow
only half of the usual metformin, somebody must not get penicillin. The newcomer was never asked.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinglin.clinical.knowledge import load_knowledge
from xinglin.clinical.medicines.allergens import resolve_allergen
from xinglin.clinical.medicines.names import resolve
from xinglin.hospital.consultation.bulk import ToldRow, allergy_row, load_told, medicine_row, observation_row
from xinglin.hospital.demo.stage import Stage
from xinglin.hospital.kernel.clock import civil_day

SAID_MINUTES_AGO = 60
UNITS = {"WEIGHT": "kg", "HEIGHT": "cm", "SBP": "mmHg", "DBP": "mmHg", "K": "mmol/L", "CR": "umol/L", "INR": "1"} | {
    "EGFR": "ml/min/1.73m2",
    "HBA1C": "%",
}


@dataclass(frozen=True, slots=True)
class Story:
    """What one person told. Measurements: code, value, days ago. No allergy and no medicine is an answer too."""

    measured: tuple[tuple[str, str, int], ...] = ()
    allergy: tuple[str, str] | None = None
    medicine: tuple[str, str] | None = None


STORIES = {
    "patient_waiting": Story(
        (("WEIGHT", "62", 20), ("SBP", "146", 1), ("DBP", "88", 1), ("INR", "2.4", 8), ("K", "4.6", 8)),
        medicine=("华法林钠片", "每次3mg 每日1次"),
    ),
    "patient_diabetes": Story(
        (("WEIGHT", "71", 12), ("HEIGHT", "165", 12), ("EGFR", "38", 12), ("HBA1C", "7.9", 12)),
        allergy=("磺胺", "any"),
    ),
    "patient_hypertension": Story(
        (("WEIGHT", "68", 30), ("SBP", "142", 2), ("DBP", "86", 2), ("K", "5.1", 15), ("CR", "98", 15)),
        medicine=("螺内酯片", "每次20mg 每日1次"),
    ),
    "patient_paying": Story((("WEIGHT", "59", 40), ("SBP", "136", 3), ("DBP", "82", 3))),
    "patient_picking": Story((("WEIGHT", "74", 25), ("K", "4.4", 25), ("CR", "80", 25))),
    "patient_returned": Story((("WEIGHT", "66", 18),), allergy=("青霉素", "severe")),
}


def tell(stage: Stage) -> None:
    """Load what everybody told; a second start loads nothing twice."""
    load_told(rows=[row for key, story in STORIES.items() for row in _rows(stage, key, story)])


def _rows(stage: Stage, key: str, story: Story) -> list[ToldRow]:
    at = stage.at(SAID_MINUTES_AGO)
    who = stage.actor(key, at)

    def said(what: str) -> dict[str, Any]:
        values = {"id": stage.id(f"told/{key}/{what}"), "patient_id": UUID(stage.row(key)["person_id"]), "at": at}
        return values | {"side": "patient", "by_id": who.id, "by_label": who.label[:120]}

    substance, reaction = story.allergy or ("", "any")
    name, sig = story.medicine or ("", "")
    rows: list[ToldRow] = [
        observation_row(
            code=code,
            value=Decimal(value),
            unit=UNITS[code],
            on=civil_day(at) - timedelta(days=ago),
            **said(code),
        )
        for code, value, ago in story.measured
    ]
    known = sorted(resolve_allergen(substance, load_knowledge())) if substance else []
    rows.append(
        allergy_row(none_known=not substance, substance=substance, reaction=reaction, codes=known, **said("allergy"))
    )
    codes = list(resolve(name).codes) if name else []
    rows.append(medicine_row(none_taken=not name, name=name, sig=sig, codes=codes, **said("medicine")))
    return rows
