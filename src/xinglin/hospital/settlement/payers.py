"""Which accounts pay: from the outcomes of a claim to transfers in the ledger. Pure but for the ids of accounts."""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from xinglin.benefits.settle import Outcome
from xinglin.hospital.insurance.selectors import account_code
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted

CASH = "outside:payments"
FUNDS = ("basic", "large_sum", "serious", "aid")


def income(institution_id: UUID) -> str:
    """The account into which a house's bills are paid."""
    return f"hospital:{institution_id}:income"


def borne(institution_id: UUID) -> str:
    """The account from which a house pays what it bears itself."""
    return f"hospital:{institution_id}:borne"


def fund(area: str, name: str) -> str:
    """One of the funds of a pooling area."""
    return f"fund:{area}:{name}"


def accounts_for(*, institution_id: UUID, area: str, person_id: UUID) -> list[AccountWanted]:
    """Every account that a claim can touch. The personal account is opened too: it may be empty."""
    wanted = [
        AccountWanted(CASH, "outside"),
        AccountWanted(income(institution_id), "hospital"),
        AccountWanted(borne(institution_id), "hospital"),
    ]
    if area:
        wanted += [AccountWanted(fund(area, name), "fund") for name in FUNDS]
        wanted.append(AccountWanted(account_code(person_id), "person", owner_id=person_id, floor_fen=0))
    return wanted


def transfers_for(
    *, claim_id: UUID, institution_id: UUID, area: str, person_id: UUID, outcomes: Sequence[Outcome]
) -> list[TransferWanted]:
    """The transfers that pay a claim. Their ids follow from the claim's, so that a retry makes the same ones."""
    found = []
    for part, outcome in enumerate(outcomes):
        for name, debit, amount in _payers(outcome, institution_id, area, person_id):
            if amount:
                transfer = uuid5(claim_id, f"{part}:{name}")
                found.append(TransferWanted(transfer, debit, income(institution_id), amount, name))
    return found


def _payers(outcome: Outcome, institution_id: UUID, area: str, person_id: UUID) -> Iterator[tuple[str, str, int]]:
    yield "basic", fund(area, "basic"), outcome.funds.basic_fen
    yield "large_sum", fund(area, "large_sum"), outcome.funds.large_sum_fen
    yield "serious", fund(area, "serious"), outcome.funds.serious_fen
    yield "aid", fund(area, "aid"), outcome.funds.aid_fen
    yield "account", account_code(person_id), outcome.account_fen
    yield "cash", CASH, outcome.cash_fen
    yield "borne", borne(institution_id), outcome.hospital_fen
