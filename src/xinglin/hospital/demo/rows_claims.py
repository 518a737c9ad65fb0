"""Money of the made city as rows: settled claims of the house, the ledger behind them, what others reported."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from xinglin.benefits.settle import Outcome
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import Dice, instant
from xinglin.hospital.demo.city.places import CITY_AREA
from xinglin.hospital.demo.rows_care import OnlineCare, line_id, settlement_id
from xinglin.hospital.insurance.selectors import account_code
from xinglin.hospital.interop.bulk import PastEntry
from xinglin.hospital.ledger.bulk import PastTransfer
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted
from xinglin.hospital.settlement.bulk import (
    ClaimKind,
    PastClaim,
    ReportedClaimRow,
    ReportedLineRow,
    accounts_of,
    transfers_of,
)

CONTRIBUTIONS = "outside:contributions"
REFERENCE = "DEMO"


def own_claims(city: City, care: list[OnlineCare]) -> list[PastClaim]:
    """Claims of fees and prescriptions in the order of settlement, numbered for each person."""
    waiting = [(one, ClaimKind.VISIT_FEE, one.fee) for one in care]
    waiting += [(one, ClaimKind.PRESCRIPTION, one.medicine) for one in care if one.medicine]
    waiting.sort(key=lambda item: item[2][0].settled_at)
    numbers: dict[int, int] = {}
    found = []
    for one, kind, bills in waiting:
        person = one.encounter.person
        numbers[person] = numbers.get(person, 0) + 1
        found.append(_claim(city, one, kind, bills, numbers[person]))
    return found


def _claim(city: City, care: OnlineCare, kind: ClaimKind, bills: list[Bill], number: int) -> PastClaim:
    encounter, first = care.encounter, bills[0]
    person, visit_id = city.residents[encounter.person], UUID(encounter.id)
    is_fee = kind is ClaimKind.VISIT_FEE
    subject = visit_id if is_fee else care.prescription_id
    return PastClaim(
        id=UUID(first.claim_id),
        settlement_id=settlement_id(first),
        key=f"visit-fee:{visit_id}" if is_fee else f"demo:{first.claim_id}",
        kind=kind,
        subject_id=subject,
        visit_id=visit_id,
        patient_id=UUID(person.id),
        physician_id=UUID(city.staff.practitioners[encounter.practitioner].id),
        institution_id=UUID(city.places.places[encounter.place].id),
        number=number,
        on=first.settled_at.date(),
        area=CITY_AREA,
        insurance_type=person.insutype,
        person_type=person.psn_type,
        level=3,
        diagnoses=encounter.codes,
        outcomes=[_named(bill.outcome, care, is_fee) for bill in bills if bill.outcome is not None],
        at=first.settled_at,
        held_at=first.started_at - timedelta(seconds=200),
    )


def _named(outcome: Outcome, care: OnlineCare, is_fee: bool) -> Outcome:
    """The outcome with its lines named after their source: the visit, or the lines of the prescription."""
    lines = []
    for split in outcome.lines:
        source = care.encounter.id if is_fee else str(line_id(care, split.line.code))
        lines.append(replace(split, line=replace(split.line, id=source)))
    return replace(outcome, lines=tuple(lines))


def insurer_entries(claims: list[PastClaim]) -> Iterator[PastEntry]:
    """The insurer's copy of the house's claims, under the numbers that the settlements carry."""
    for number, claim in enumerate(claims, 1):
        sums = claim.figures()
        yield PastEntry(
            claim_id=claim.id,
            person_id=claim.patient_id,
            institution_id=claim.institution_id,
            on=claim.on,
            reference=f"{REFERENCE}{number:08d}",
            total_fen=sums.total_fen,
            fund_fen=sums.fund_fen,
            account_fen=sums.account_fen,
            cash_fen=sums.cash_fen,
            at=claim.at,
        )


# THE LEDGER


def ledger_accounts(city: City, claims: list[PastClaim]) -> Iterator[AccountWanted]:
    """A personal account for everybody insured, and what the house's claims touch."""
    yield AccountWanted(CONTRIBUTIONS, "outside")
    for person in city.residents:
        if person.insutype:
            owner = UUID(person.id)
            yield AccountWanted(account_code(owner), "person", owner_id=owner, floor_fen=0)
    for claim in claims[:1]:
        yield from accounts_of(claim)


def ledger_transfers(city: City, claims: list[PastClaim]) -> Iterator[PastTransfer]:
    """First what everybody brings into the year for use here, then what paid the house's claims.

    What the accounts paid elsewhere is not in this ledger: the first transfer brings in what was left after it.
    """
    spent: dict[str, int] = {}
    for claim in claims:
        spent[str(claim.patient_id)] = spent.get(str(claim.patient_id), 0) + claim.figures().account_fen
    opening, dice = instant(city.city_date - timedelta(days=366), 0), Dice(city.seed, "ledger")
    for person in city.residents:
        amount = city.account_left[person.index] + spent.get(person.id, 0)
        if amount and person.insutype:
            transfer_id = UUID(dice.id_at(opening))
            code = account_code(UUID(person.id))
            wanted = TransferWanted(transfer_id, CONTRIBUTIONS, code, amount, "account_contribution")
            yield PastTransfer(wanted, transfer_id, opening)
    for claim in claims:
        for wanted in transfers_of(claim):
            yield PastTransfer(wanted, claim.id, claim.at)


# WHAT OTHERS REPORTED


def reported(city: City) -> tuple[list[ReportedClaimRow], list[ReportedLineRow]]:
    """Claims and lines of every other institution of the city."""
    claims: list[ReportedClaimRow] = []
    lines: list[ReportedLineRow] = []
    people = [UUID(person.id) for person in city.residents]
    places = [UUID(place.id) for place in city.places.places]
    staff = [UUID(one.id) for one in city.staff.practitioners]
    medicines = city.prices.medicines
    for bill in city.bills:
        encounter, outcome = bill.encounter, bill.outcome
        if encounter.kind == "online" or outcome is None:
            continue
        person = city.residents[encounter.person]
        row_id = uuid5(UUID(bill.claim_id), str(bill.part))
        claims.append(
            ReportedClaimRow(
                row_id, UUID(bill.claim_id), bill.part, UUID(encounter.id), encounter.kind, people[encounter.person],
                places[encounter.place], staff[encounter.practitioner], encounter.department, list(encounter.codes),
                bill.started_at, bill.ended_at, bill.settled_at, person.insutype, person.psn_type, bill.care_type,
                bill.disease, outcome.policy.id, outcome.deductible_fen, outcome.amount_fen, outcome.full_selfpay_fen,
                outcome.over_limit_fen, outcome.selfpay_first_fen, outcome.in_scope_fen, outcome.funds.basic_fen,
                outcome.fund_fen, outcome.hospital_fen, outcome.account_fen, outcome.cash_fen,
            )
        )  # fmt: skip
        for position, (split, share, codes) in enumerate(zip(outcome.lines, outcome.shares, bill.traces, strict=True)):
            line = split.line
            medicine = medicines.get(line.code)
            lines.append(
                ReportedLineRow(
                    row_id, position, line.code, line.quantity, medicine.days_of(line.quantity) if medicine else None,
                    line.amount_fen, split.full_selfpay_fen, split.over_limit_fen, split.selfpay_first_fen,
                    split.in_scope_fen, share.fund_fen, list(codes),
                )
            )  # fmt: skip
    return claims, lines
