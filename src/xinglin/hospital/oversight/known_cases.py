"""Cases whose answers are known: some in which rules must find a breach, and one in which none may.

They are put to the engine at start and from time to time. An engine that lets a known bad case pass, or finds fault
with the clean one, must not be trusted with a real one.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.supervision.facts import (
    AntimicrobialGrade,
    AuthMethod,
    CareMode,
    Case,
    Channel,
    Claim,
    Dispensing,
    EarlierSale,
    Encounter,
    Evidence,
    EvidenceKind,
    IdentityBasis,
    IdentityState,
    Institution,
    Item,
    ItemKind,
    Judgement,
    Line,
    Measure,
    Pack,
    Patient,
    Physician,
    Prescription,
    PrescriptionKind,
    Registration,
    Review,
    ReviewResult,
    Service,
    SpecialControl,
    Stage,
)

DAY: Final = date(2026, 5, 20)


def _at(hour: int, minute: int) -> datetime:
    return datetime(2026, 5, 20, hour, minute, tzinfo=SHANGHAI)


def _line(number: int, **changes: object) -> Line:
    values: dict[str, object] = {
        "id": f"line-{number}",
        "drug_code": f"drug-{number}",
        "drug_zh": "自检药品",
        "drug_en": "test medicine",
        "atc_code": "C08CA01",
        "special_control": SpecialControl.NONE,
        "decoction": False,
        "solvent": False,
        "quantity": 1,
        "pack_content": 7,
        "dose": 1,
        "frequency_code": "qd",
        "dose_measured": True,
        "antimicrobial_grade": AntimicrobialGrade.NONE,
        "amount_fen": 1000,
    }
    return Line(**{**values, **changes})  # type: ignore[arg-type]


def clean_case() -> Case:
    """Everything is in order: every rule must say clear or not applicable."""
    return Case(
        encounter=Encounter(
            id="visit",
            on=DAY,
            started_at=_at(10, 0),
            channel=Channel.ONLINE,
            service=Service.FOLLOW_UP,
            emergency=False,
            guardian_present=True,
            diagnosis_code="I10",
            diagnosis_2_code="",
            diagnosis_3_code="",
            fund_asked=True,
            self_pay_notice=False,
            care_mode=CareMode.ONLINE,
            written_by_physician=True,
            face_matched=True,
            patient_device_key="device",
            patient_device_shared=False,
            typed_letters_per_minute=60,
            red_flag=False,
            observed_at=_at(12, 0),
        ),
        patient=Patient(
            id="patient",
            birth_on=date(2022, 1, 1),
            identity_state=IdentityState.VERIFIED,
            identity_basis=IdentityBasis.OWN,
            identity_verified_on=DAY,
            guardian_verified=True,
        ),
        physician=_physician(),
        institution=_institution(),
        evidence=Evidence(
            kind=EvidenceKind.OUTPATIENT_RECORD,
            issued_on=date(2026, 3, 1),
            physical=True,
            judgement=Judgement.ACCEPTED,
            diagnosis_code="I10",
        ),
        prescription=_prescription(),
        review=_review(),
        dispensing=Dispensing(left_at=_at(11, 0)),
        claim=_claim(),
        lines=(_line(1),),
        packs=(_pack(),),
        measures=_measured(),
    )


def _measured() -> tuple[Measure, ...]:
    """What the watched rules measure of the clean case: nothing is found."""
    return (
        _code(sales=0),
        Measure(
            scope="encounter",
            subject="visit",
            overlapping_sessions=0,
            contradicts_here=0,
            contradicting_days=0,
            other_face_days=0,
            face_persons=1,
            device_persons=1,
            device_is_physicians=0,
        ),
        Measure(scope="line", subject="line-1", child_findings=0),
    )


def _institution() -> Institution:
    return Institution(
        id="institution",
        name_zh="自检机构",
        territory_code="370902",
        licence_from_on=date(2020, 1, 1),
        renewal_pending=False,
        department_approved=True,
        online_approved=True,
        online_from_on=date(2020, 1, 1),
        agreement_exists=True,
        agreement_from_on=date(2020, 1, 1),
    )


def _review() -> Review:
    return Review(
        result=ReviewResult.APPROVED,
        passed_at=_at(10, 20),
        pharmacist_id="pharmacist",
        same_device=False,
        automatic=False,
        human_seconds=300,
    )


def _code(*, sales: int) -> Measure:
    """What is known elsewhere of the pack's trace code: so many sales that were not taken back."""
    return Measure(
        scope="pack",
        subject="pack",
        code_sales_open=sales,
        code_returned_here=0,
        code_returned_elsewhere=0,
        code_open_unfit=0,
    )


def _physician() -> Physician:
    return Physician(
        id="physician",
        specialty_code="07.03",
        registration=Registration.ACTIVE,
        registered_from_on=date(2010, 1, 1),
        here_from_on=date(2020, 1, 1),
        independent_from_on=date(2010, 1, 1),
        authenticated_at=_at(9, 55),
        authentication_method=AuthMethod.TOTP,
        authentication_uses=0,
        payment_suspended=False,
        first_visit_pilot_listed=False,
        face_practitioners=1,
    )


def _prescription() -> Prescription:
    return Prescription(
        id="prescription",
        on=DAY,
        kind=PrescriptionKind.ORDINARY,
        stage=Stage.DISPENSED,
        ended=False,
        reason_recorded=False,
        long_assessed=False,
        long_patient_signed=False,
        signed_at=_at(10, 10),
        settled_at=_at(10, 30),
        signature_present=True,
        signature_holds=True,
        signature_by_prescriber=True,
        signature_content_same=True,
        signature_key_valid=True,
    )


def _claim() -> Claim:
    return Claim(
        id="claim",
        on=DAY,
        total_fen=1000,
        lines_fen=1000,
        outside_fen=0,
        over_limit_fen=0,
        first_pay_fen=0,
        in_scope_fen=1000,
        fund_fen=600,
        funds_fen=600,
        person_fen=400,
        account_fen=0,
        family_account_fen=0,
        cash_fen=400,
        hospital_fen=0,
    )


def _pack() -> Pack:
    return Pack(
        id="pack",
        line_id="line-1",
        trace_code="80000000000000000001",
        on=DAY,
        amount_fen=1000,
        split=False,
        earlier_sale=EarlierSale.NONE,
        earlier_split=False,
        sold_permille=1000,
        resale_allowed=False,
    )


MUST_STOP = frozenset({"A01", "A06", "B01", "B06", "B07", "B08", "J01"})
"""Rules whose finding stops the deed at the reminder and at the control, whatever policy or switches say: no real name,
no licence, special control, the antimicrobials of the special grade, no review, no signature, a pack sold twice."""


def bad_cases() -> tuple[tuple[Case, frozenset[str]], ...]:
    """Each case with the rules that must find a breach in it: every rule of the first release, and of each family of
    rules that stop something at least one.
    """
    clean = clean_case()
    everything = replace(
        clean,
        patient=replace(clean.patient, identity_state=IdentityState.FAILED, guardian_verified=False),
        physician=replace(
            clean.physician,
            registration=Registration.REVOKED,
            independent_from_on=date(2025, 1, 1),
            authentication_method=AuthMethod.NONE,
            payment_suspended=True,
            payment_suspended_from_on=DAY,
        ),
        evidence=replace(clean.evidence, judgement=Judgement.REFUSED),
        encounter=replace(clean.encounter, diagnosis_code="J20.9"),
        prescription=replace(clean.prescription, signature_holds=False, signed_at=_at(9, 0)),
        review=Review(result=ReviewResult.NONE),
        claim=replace(_claim(), fund_fen=601),
        lines=tuple(_line(number, special_control=SpecialControl.NARCOTIC, quantity=9) for number in range(1, 7)),
        packs=(replace(_pack(), earlier_sale=EarlierSale.SOLD),),
        measures=(_code(sales=1),),
    )
    rules = "A01 A02 A03 A05 A06 A07 A09 A12 B01 B02 B03 B07 B08 G10 G12 J01"
    listed = replace(clean, lines=(_line(1, atc_code="N02AA01"),))
    return (
        (everything, frozenset(rules.split())),
        (listed, frozenset({"B01"})),
        (
            _of_later_families(),
            frozenset(["A10", "A11", "A13", "B06", "B10", "B11", "B12", "C14", "D01", "D11", "I03"]),
        ),
        (_of_other_faces(), frozenset({"A10", "H06", "J09"})),
    )


def _of_other_faces() -> Case:
    """Another face on either side of a live visit, the patient's twice within the year and under three names."""
    clean = clean_case()
    encounter = replace(
        clean.encounter,
        fund_asked=True,
        guardian_present=False,
        face_matched=False,
        patient_face_matched=False,
        patient_face_key="face-1",
        patient_device_key="",
    )
    measures = Measure(
        scope="encounter",
        subject=clean.encounter.id,
        contradicts_here=0,
        contradicting_days=0,
        other_face_days=2,
        face_persons=3,
        device_persons=0,
        device_is_physicians=0,
    )
    return replace(clean, encounter=encounter, measures=(measures,))


def _of_later_families() -> Case:
    """A machine writes for an unlicensed house, on two screens at once and past a red flag, and no eye reviews it.

    What it writes: a last-line antimicrobial, a medicine forbidden to children, pieces that must not meet, an opioid.
    """
    clean = clean_case()
    return replace(
        clean,
        encounter=replace(
            clean.encounter,
            written_by_physician=False,
            diagnosis_code="",
            red_flag=True,
            red_flag_at=_at(10, 1),
            ended_at=_at(10, 40),
        ),
        institution=replace(clean.institution, licence_from_on=date(2026, 6, 1)),
        review=replace(_review(), automatic=True),
        lines=(
            _line(1, antimicrobial_grade=AntimicrobialGrade.SPECIAL),
            _line(2, atc_code="D10BA01", amount_fen=0),
            _line(3, decoction=True, amount_fen=0),
        ),
        items=(
            Item(
                id="item",
                kind=ItemKind.MEDICINE,
                on=DAY,
                code="item",
                atc_code="N02AA01",
                quantity_milli=1000,
                amount_fen=1000,
                fund_asked=True,
                withdrawn=False,
            ),
        ),
        measures=(
            _code(sales=0),
            Measure(scope="encounter", subject="visit", overlapping_sessions=1),
            Measure(
                scope="prescription",
                subject="prescription",
                decoction_lines=1,
                western_lines=2,
                prescription_lines=3,
            ),
            Measure(scope="line", subject="line-3", herb_conflicts=1),
        ),
    )
