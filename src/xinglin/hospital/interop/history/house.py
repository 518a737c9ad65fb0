"""Everything that this house knows around a case: its own visits, prescriptions, boxes and fees, and what was reported.

Each question is asked once, and only when a measure of the rules at hand looks at its rows.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.oversight.ports import Around
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.settlement import selectors as settlement
from xinglin.supervision.facts.lake import Facts

SUPPLY_DAYS = 366
"""How far back supplies are looked at: measures count ninety days in hand, and whether something was ever given."""
VISIT_DAYS = 31
FACE_DAYS = 365
Row = tuple[str, Facts]


class HouseHistory:
    """The history of this installation, read when it is asked."""

    def rows(self, around: Around) -> Iterator[Row]:
        """Rows of the lake's tables, each with its table."""
        if around.person_id is not None:
            yield from self._of_person(around, around.person_id)
        if around.physician_id is not None and around.wants("encounters", "physician.id"):
            yield from self._of_physician(around, around.physician_id)
        if around.encounter_id is not None and around.wants("encounters", "encounter.patient_face_key"):
            same = consultation.visits_by_face(visit_id=around.encounter_id, at=around.at, days=FACE_DAYS)
            yield from (("encounters", row) for row in same)
        if around.trace_codes and around.wants("packs", "pack.trace_code"):
            codes, at = around.trace_codes, around.at
            yield from (("packs", row) for row in pharmacy.sales(trace_codes=codes, at=at))
            yield from (("packs", row) for row in settlement.reported_sales(trace_codes=codes, at=at))

    def _of_person(self, around: Around, person_id: UUID) -> Iterator[Row]:
        at = around.at
        if around.wants("encounters"):
            since = at - timedelta(days=VISIT_DAYS)
            yield from (
                ("encounters", row) for row in settlement.reported_visits(person_id=person_id, since=since, at=at)
            )
        if around.wants("encounters") or around.fees:
            # The fees of other visits of the day are found by the departments of those visits.
            visits = consultation.visits_around(person_id=person_id, at=at, days=VISIT_DAYS)
            yield from (("encounters", row) for row in visits)
        if around.wants("encounters"):
            other = consultation.visits_with_another_face(person_id=person_id, at=at, days=FACE_DAYS)
            yield from (("encounters", row) for row in other)
        if around.wants("stays"):
            stays = settlement.reported_stays(person_id=person_id, on=around.on, at=at)
            yield from (("stays", row) for row in stays)
        whole = any(table in {"prescriptions", "lines"} for table, _ in around.wanted)
        if whole or around.wants("items"):
            without, days = around.prescription_id, SUPPLY_DAYS
            yield from pharmacy.prescribed(person_id=person_id, without=without, at=at, days=days, whole=whole)
        if around.wants("items"):
            yield from (("items", row) for row in self._charged(around, person_id))
        if around.wants("conditions", "condition.person_id"):
            yield from (("conditions", row) for row in consultation.problems(person_id=person_id, at=at))
        if around.wants("allergies", "allergy.person_id"):
            yield from (("allergies", row) for row in consultation.allergies(person_id=person_id))

    def _charged(self, around: Around, person_id: UUID) -> Iterator[Facts]:
        at, days = around.at, SUPPLY_DAYS
        yield from settlement.reported_supplies(person_id=person_id, at=at, days=days, codes=around.codes)
        if around.fees:
            yield from settlement.charged_fees(person_id=person_id, at=at, days=days)

    def _of_physician(self, around: Around, physician_id: UUID) -> Iterator[Row]:
        own = consultation.visits_of_day(physician_id=physician_id, on=around.on, at=around.at)
        since = around.at - timedelta(days=1)
        elsewhere = settlement.reported_of_physician(physician_id=physician_id, since=since, at=around.at)
        yield from (("encounters", row) for row in (*own, *elsewhere))
