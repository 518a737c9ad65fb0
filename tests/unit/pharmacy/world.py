"""What the tests of the pharmacy stand on: medicines, people, and the steps to each state. No one made here exists."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from tests import builders as make
from tests.unit.consultation.world import World as Visits

from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.pharmacy import law, services
from xinglin.hospital.pharmacy.errors import MedicineCardsOpen, PrescriptionNeedsAnswer
from xinglin.hospital.pharmacy.models import PackIdentification, Prescription
from xinglin.hospital.pharmacy.services import Answer, Draft, DraftLine
from xinglin.hospital.terminology import shipped, snapshot
from xinglin.hospital.terminology.models import Ingredient, Product

NOW = make.NOW
AMLODIPINE = "XL-C08CA01-002"  # 5 mg x 7
METFORMIN = "XL-A10BA02-003"  # 500 mg x 48
VALSARTAN = "XL-C09CA03-003"  # 80 mg x 28
ATORVASTATIN = "XL-C10AA05-003"  # 20 mg x 28
METHOTREXATE = "XL-L04AX03-001"  # 2.5 mg x 16, weekly
PARACETAMOL = "XL-N02BE01-001"  # as needed
CREAM = "XL-D07AB02-001"
ZOLPIDEM = "XL-N05CF02-001"  # psychotropic II
PRODUCTS = (AMLODIPINE, METFORMIN, VALSARTAN, ATORVASTATIN, METHOTREXATE, PARACETAMOL, CREAM, ZOLPIDEM)
PREFIXES = {code: f"81{n:05d}" for n, code in enumerate(PRODUCTS, start=1)}
BESIDE_ANOTHER = {"I04", "D05"}
"""What the rules ask when a test prescribes the same medicine again on the same day."""
_serials = count(1)


@cache
def _shipped(products: tuple[str, ...]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Some medicines as they ship, and their active substances: read once."""
    rows = [row for row in shipped.product_rows() if row["code"] in products]
    wanted = {part.split(":")[0] for row in rows for part in row["ingredients"].split(";")}
    return rows, [row for row in shipped.ingredient_rows() if row["code"] in wanted]


def medicines() -> None:
    """The rows of the shipped catalogue that these tests need."""
    rows, ingredients = _shipped(PRODUCTS)
    # Another file of the same run may have committed the whole catalogue.
    Ingredient.objects.filter(code__in=[row["code"] for row in ingredients]).delete()
    Product.objects.filter(code__in=PRODUCTS).delete()
    PackIdentification.objects.filter(prefix__in=PREFIXES.values()).delete()
    Ingredient.objects.bulk_create(Ingredient(**_named(row)) for row in ingredients)
    Product.objects.bulk_create(Product(**_named(row), atc=row["atc"], price_fen=int(row["price_fen"])) for row in rows)
    PackIdentification.objects.bulk_create(
        PackIdentification(prefix=prefix, product_code=code) for code, prefix in PREFIXES.items()
    )
    snapshot.forget()


def _named(row: dict[str, str]) -> dict[str, Any]:
    """What every row of a catalogue holds."""
    return {
        "id": new_id(),
        "code": row["code"],
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
        "sort_key": row["code"],
        "content": dict(row),
        "pinyin": "",
        "initials": "",
        "row_hash": "",
        "valid_from_on": date(2020, 1, 1),
    }


def a_line(product_code: str = AMLODIPINE, **changes: Any) -> DraftLine:
    """Amlodipine 5 mg once a day for 7 days: one box of seven."""
    values: dict[str, Any] = {
        "id": new_id(),
        "product_code": product_code,
        "dose_units": 5000,
        "frequency": "qd",
        "route": "po",
        "days": 7,
    }
    return DraftLine(**(values | changes))


def a_code(product_code: str = AMLODIPINE) -> str:
    """A trace code that no test has used."""
    return f"{PREFIXES[product_code]}{next(_serials):013d}"


class World(Visits):
    """A visit with a signed record, a pharmacist, and the steps of a prescription."""

    def __init__(self) -> None:
        super().__init__()
        medicines()
        self.pharmacist = make.a_pharmacist()
        self.visit: Visit | None = None
        self.ready: Visit | None = None
        self.issued = 0

    def sign_ahead(self) -> None:
        """Bring one visit to its signed record now: the next test that asks for such a visit gets this one."""
        self.ready = super().signed()

    def signed(self) -> Visit:
        """A visit in consultation whose record is signed."""
        ready, self.ready = self.ready, None
        return ready or super().signed()

    def draft(self, visit: Visit | None = None, lines: Sequence[DraftLine] = (), **changes: Any) -> Draft:
        """A draft of one clean line unless told otherwise, in the one visit of this world."""
        self.visit = visit or self.visit or self.signed()
        visit = self.visit
        return Draft(id=new_id(), visit_id=visit.id, lines=tuple(lines) or (a_line(),), **changes)

    def issue(self, draft: Draft | None = None, answers: Sequence[Answer] = (), at: int = 3) -> Prescription:
        """A signed prescription, `at` minutes after NOW. That it is one of several of the day is answered for."""
        now = NOW + timedelta(minutes=at, milliseconds=self.issued)  # no two are signed at one instant
        self.issued += 1
        draft = draft or self.draft()
        actor = self.doctor.at(now)
        try:
            return services.issue_prescription(actor=actor, draft=draft, answers=answers, now=now)
        except PrescriptionNeedsAnswer as wanted:
            if not answers and self.accept_asked(draft, wanted, now):
                return services.issue_prescription(actor=actor, draft=draft, answers=answers, now=now)
            if answers or {ask.rule_id for ask in wanted.asks} - BESIDE_ANOTHER:
                raise
            given = [Answer(law.key_of(ask), "dose-adjusted") for ask in wanted.asks]
            return services.issue_prescription(actor=actor, draft=draft, answers=given, now=now)
        except MedicineCardsOpen as opened:
            self.accept(draft, opened, now)
            return services.issue_prescription(actor=actor, draft=draft, answers=answers, now=now)

    def accept_asked(self, draft: Draft, wanted: PrescriptionNeedsAnswer, now: datetime) -> bool:
        """Accept the findings of the check for which reminders of the law stand; False where there are none."""
        advised = services.preview(actor=self.doctor.at(now), draft=draft, now=now).advised
        asked = {law.key_of(ask) for ask in wanted.asks}
        assert advised is not None
        found = [one for card in advised.cards for one in card.statements if asked & {law.key_of(a) for a in one.asks}]
        for one in found:
            services.accept_finding(
                actor=self.doctor.at(now), draft=draft, ticket=one.ticket, reason_code="dose-adjusted", now=now
            )
        return bool(found)

    def accept(self, draft: Draft, opened: MedicineCardsOpen, now: datetime) -> None:
        """The physician accepts what the medicine check says of a draft: these tests are about other things."""
        for card in opened.cards:
            for one in card.statements:
                services.accept_finding(
                    actor=self.doctor.at(now), draft=draft, ticket=one.ticket, reason_code="dose-adjusted", now=now
                )

    def review(self, row: Prescription, outcome: str = "approve", at: int = 4, **changes: Any) -> Prescription:
        """The pharmacist's review, with a fresh proof of identity."""
        now = NOW + timedelta(minutes=at)
        make.a_proof(self.pharmacist.account, at=now)
        values: dict[str, Any] = {"codes": (), "text": "", "outcome": outcome}
        services.review_prescription(
            actor=self.pharmacist.at(now), prescription_id=row.id, now=now, **(values | changes)
        )
        row.refresh_from_db()
        return row

    def approved(self, draft: Draft | None = None, answers: Sequence[Answer] = ()) -> Prescription:
        """A prescription that the pharmacist approved."""
        return self.review(self.issue(draft, answers))

    def codes(self, row: Prescription) -> dict[UUID, list[str]]:
        """Fresh trace codes for every box of a prescription."""
        return {line.id: [a_code(line.product_code) for _ in range(line.packs)] for line in row.lines.all()}

    def pick(self, row: Prescription, codes: dict[UUID, list[str]] | None = None, at: int = 5) -> Prescription:
        """Picked under trace codes."""
        now = NOW + timedelta(minutes=at)
        services.pick(
            actor=self.pharmacist.at(now), prescription_id=row.id, trace_codes=codes or self.codes(row), now=now
        )
        row.refresh_from_db()
        return row

    def picked(self, draft: Draft | None = None) -> Prescription:
        """A prescription that waits for payment."""
        return self.pick(self.approved(draft))

    def release(self, row: Prescription, settlement_id: UUID | None = None, at: int = 6) -> Prescription:
        """What settlement does when it has been paid."""
        now = NOW + timedelta(minutes=at)
        services.release(
            actor=self.patient.at(now), prescription_id=row.id, settlement_id=settlement_id or new_id(), now=now
        )
        row.refresh_from_db()
        return row

    def settled(self, draft: Draft | None = None, address: str = "") -> Prescription:
        """A paid prescription; with an address, to be sent there."""
        row = self.picked(draft)
        if address:
            self.choose(row, address)
        return self.release(row)

    def choose(self, row: Prescription, address: str = "测试市测试路 1 号 2 单元 301") -> None:
        """The patient asks for delivery."""
        services.choose_delivery(
            actor=self.patient.actor,
            prescription_id=row.id,
            way="courier",
            name="测试收件人",
            phone="13900000001",
            address=address,
            now=NOW + timedelta(minutes=5),
        )

    def hand_over(self, row: Prescription, to: str = "patient", at: int = 7, **changes: Any) -> Prescription:
        """Handed over to the patient at the counter, or to the courier."""
        now = NOW + timedelta(minutes=at)
        values: dict[str, Any] = {"hand_over_id": new_id(), "recipient": "测试取药人"}
        services.hand_over(actor=self.pharmacist.at(now), prescription_id=row.id, to=to, now=now, **(values | changes))
        row.refresh_from_db()
        return row

    def sent(self, address: str = "测试市测试路 1 号 2 单元 301") -> Prescription:
        """On its way with the courier."""
        return self.hand_over(self.settled(address=address), to="courier")

    def later(self, minutes: int) -> datetime:
        """An instant after NOW."""
        return NOW + timedelta(minutes=minutes)
