"""What is to be settled, read from the modules below, and who is insured for it. No decision is made here."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinglin.benefits.lines import FeeLine, LineClass
from xinglin.benefits.policy import CareType, Filing, NoPolicy, PolicyKey
from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.settlement.errors import NothingToSettle
from xinglin.hospital.settlement.words import ClaimKind
from xinglin.hospital.terminology import selectors as terminology

LEVELS = {
    3: ("01", "02", "03", "04", "12"),
    2: ("05", "06", "07", "13"),
}
"""Institution codes by level; whatever is not listed is paid as level 1."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines that one claim settles. The id of a fee line is the id of its source."""

    kind: ClaimKind
    subject_id: UUID
    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    diagnoses: tuple[str, ...]
    lines: tuple[FeeLine, ...]

    @property
    def total_fen(self) -> int:
        """The whole amount."""
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Cover:
    """Under which insurance a bill is settled. `self_pay` says why not; empty: insurance is used."""

    self_pay: str
    on: date
    level: int
    filing: Filing
    area: str = ""
    insurance_type: str = ""
    person_type: str = ""
    qualified: tuple[str, ...] = ()

    def policy_key(self, care_type: str, disease: str) -> PolicyKey:
        """The key of the policy that pays for a kind of care."""
        return PolicyKey(
            self.area, self.insurance_type, self.person_type[:2], care_type, self.level, self.on.year, disease
        )


def prescription_bill(*, actor: Actor, prescription_id: UUID) -> tuple[Bill, pharmacy.State]:
    """The bill of a prescription, and where the prescription stands. Raises NotFound, NothingToSettle."""
    row = pharmacy.prescription_for_claim(actor=actor, prescription_id=prescription_id)
    lines = []
    for line in row.lines:
        product = terminology.product(line.product_code)
        lines.append(
            FeeLine(
                id=str(line.line_id),
                code=line.product_code,
                name_zh=line.name_zh,
                name_en=line.name_en,
                quantity=line.packs,
                amount_fen=line.amount_fen,
                line_class=LineClass(product.catalogue_class),
                selfpay_first_permille=product.selfpay_share_permille,
                price_limit_fen=product.price_limit_fen,
                atc=product.atc,
            )
        )
    if not lines:
        raise NothingToSettle
    bill = Bill(
        kind=ClaimKind.PRESCRIPTION,
        subject_id=row.id,
        visit_id=row.visit_id,
        patient_id=row.patient_id,
        physician_id=row.prescriber_id,
        institution_id=row.institution_id,
        diagnoses=row.diagnosis_codes,
        lines=tuple(lines),
    )
    return bill, row.state


def visit_fee_bill(*, visit_id: UUID, at: datetime) -> Bill:
    """The bill of a visit's fee. Raises NotFound, NothingToSettle for a free visit."""
    visit = consultation.visit_facts(visit_id=visit_id, at=at)
    if not visit.fee_fen or not visit.fee_code:
        raise NothingToSettle
    item = terminology.service(visit.fee_code)
    line = FeeLine(
        id=str(visit_id),
        code=item.code,
        name_zh=item.name_zh,
        name_en=item.name_en,
        quantity=1,
        amount_fen=visit.fee_fen,
        line_class=LineClass(item.catalogue_class),
        selfpay_first_permille=item.selfpay_share_permille,
        price_limit_fen=item.price_limit_fen,
    )
    return Bill(
        kind=ClaimKind.VISIT_FEE,
        subject_id=visit_id,
        visit_id=visit_id,
        patient_id=visit.patient_id,
        physician_id=visit.physician_id,
        institution_id=visit.institution_id,
        diagnoses=visit.diagnoses,
        lines=(line,),
    )


def cover_of(bill: Bill, *, now: datetime, use_insurance: bool) -> Cover:
    """Under which insurance the bill is settled today: eligibility, suspension, agreement and policy must all be there.

    Without insurance a bill is paid by the patient in full; the receipt says why.
    """
    on = civil_day(now)
    house = identity.institution(institution_id=bill.institution_id, at=now)
    level = next((rank for rank, codes in LEVELS.items() if house.level in codes), 1)
    insured = insurance.coverage(person_id=bill.patient_id, on=on)

    def alone(why: str) -> Cover:
        return Cover(self_pay=why, on=on, level=level, filing=Filing.AT_HOME)

    if not use_insurance:
        return alone("chosen")
    if insured is None:
        return alone("not_insured")
    if insured.online_suspended:
        return alone("suspended")
    if insured.area not in identity.agreement_areas(institution_id=bill.institution_id, at=now):
        return alone("no_agreement")
    cover = Cover(
        self_pay="",
        on=on,
        level=level,
        filing=Filing.AT_HOME if house.area[:4] == insured.area[:4] else Filing.NOT_FILED,
        area=insured.area,
        insurance_type=insured.insurance_type,
        person_type=insured.person_type,
        qualified=insured.qualified,
    )
    try:
        insurance.policy_book().find(cover.policy_key(CareType.OUTPATIENT, ""))
    except NoPolicy:
        return alone("no_policy")
    return cover
