"""What the tests of settlement stand on: an insured patient, bills, an insurer. No one made here exists."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, ATORVASTATIN, METFORMIN, NOW, VALSARTAN, a_line
from tests.unit.pharmacy.world import World as Pharmacy

from xinglin.benefits.totals import Effect, SchemeKey
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.identity.models import InstitutionAgreement
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.interop.insurer.demo import DemoInsurer
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger import selectors as books
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.settlement import services
from xinglin.hospital.settlement.models import Settlement

CITY = "379900"
DOSES: dict[str, dict[str, Any]] = {
    METFORMIN: {"dose_units": 500_000, "days": 7},
    VALSARTAN: {"dose_units": 80_000, "days": 7},
    ATORVASTATIN: {"dose_units": 20_000, "days": 7},
}
CASHIER = system_actor("cashier")


class World(Pharmacy):
    """A pharmacy whose patient is insured as an active employee with an empty personal account."""

    def __init__(self) -> None:
        super().__init__()
        self.insurer = DemoInsurer()
        self.visit: Visit | None = None
        InstitutionAgreement.objects.create(institution=make.the_hospital(), area=CITY, from_on=date(2020, 1, 1))

    @property
    def house(self) -> UUID:
        """The institution that settles."""
        return self.doctor.institution_id

    def insure(self, person_type: str = "11", insurance_type: str = "310", account: int = 0, **changes: Any) -> None:
        """Insure the patient; `account` is filled in fen."""
        values: dict[str, Any] = {
            "coverage_id": new_id(),
            "person_id": self.patient.person_id,
            "area": CITY,
            "insurance_type": insurance_type,
            "person_type": person_type,
            "from_on": date(2020, 1, 1),
            "now": NOW,
        }
        insurance.enrol(actor=CASHIER, **(values | changes))
        if account:
            self.fill(account)

    def fill(self, amount_fen: int) -> None:
        """Put money into the personal account."""
        insurance.fill_account(
            actor=CASHIER, transfer_id=new_id(), person_id=self.patient.person_id, amount_fen=amount_fen, now=NOW
        )

    def qualify(self, disease: str = "hypertension") -> None:
        """Give the patient a chronic-disease qualification."""
        insurance.qualify(
            actor=CASHIER,
            qualification_id=new_id(),
            person_id=self.patient.person_id,
            disease=disease,
            certified_by="test",
            from_on=date(2025, 1, 1),
            now=NOW,
        )

    def to_pay(self, *products: str) -> Prescription:
        """A picked prescription of these medicines (amlodipine unless told), all in one visit."""
        if self.visit is None:
            self.visit = self.signed()
        lines = [a_line(code, **DOSES.get(code, {})) for code in products or (AMLODIPINE,)]
        return self.picked(self.draft(self.visit, lines))

    def used(self, care_type: str = "11", disease: str = "", **sums: int) -> None:
        """What the patient has used this year before the test begins."""
        effect = Effect(SchemeKey(care_type, 2026, disease), **sums)
        insurance.reserve_usage(
            actor=CASHIER, person_id=self.patient.person_id, claim_id=new_id(), effects=[effect], now=NOW
        )

    def settle(self, row: Prescription, key: str | None = None, at: int = 6, **changes: Any) -> Settlement:
        """The patient pays."""
        now = NOW + timedelta(minutes=at)
        values: dict[str, Any] = {"actor": self.patient.at(now), "prescription_id": row.id, "now": now}
        return services.settle(key=key or str(new_id()), **(values | changes))

    def sweep(self, at: int = 30) -> dict[str, int]:
        """What the worker does."""
        return services.sweep_pending(actor=CASHIER, now=NOW + timedelta(minutes=at))

    def holds(self, code: str) -> tuple[int, int]:
        """Posted and available fen of an account."""
        balance = books.balances(actor=CASHIER, codes=[code])[code]
        return balance.posted_fen, balance.available_fen

    def income(self) -> int:
        """What the house has been paid."""
        return self.holds(f"hospital:{self.house}:income")[0]
