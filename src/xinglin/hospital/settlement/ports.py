"""What settlement needs from outside: the insurer's platform. Interop implements it, config/wiring binds it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from xinglin.benefits.totals import Effect, State
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class InsurerLine:
    """One line as it is uploaded."""

    code: str
    quantity: int
    amount_fen: int
    full_selfpay_fen: int
    over_limit_fen: int
    selfpay_first_fen: int
    in_scope_fen: int


@dataclass(frozen=True, slots=True)
class InsurerPart:
    """What one scheme is asked to pay, by our reckoning."""

    lines: tuple[InsurerLine, ...]
    effect: Effect
    fund_fen: int
    hospital_fen: int


@dataclass(frozen=True, slots=True)
class InsurerClaim:
    """A claim as the insurer receives it. `used_before` is what the person had used by our books."""

    message_id: UUID
    claim_id: UUID
    person_id: UUID
    institution_id: UUID
    area: str
    insurance_type: str
    person_type: str
    level: int
    filing: str
    on: date
    parts: tuple[InsurerPart, ...]
    used_before: State
    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int


@dataclass(frozen=True, slots=True)
class InsurerAnswer:
    """Accepted with the insurer's own reference, or declined with a reason."""

    accepted: bool
    reference: str = ""
    why: T | None = None


@dataclass(frozen=True, slots=True)
class DayLine:
    """One settlement of a day in the insurer's copy. A revoked one has its negative beside it."""

    claim_id: UUID
    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int


@dataclass(frozen=True, slots=True)
class RecoveryNote:
    """The fund's money that came back from a house (above zero), or went back to it. The id is the message's."""

    message_id: UUID
    claim_id: UUID
    institution_id: UUID
    fund_fen: int
    at: datetime


class InsurerDown(Exception):
    """The insurer could not be reached: the call never arrived."""


class InsurerSilent(Exception):
    """The call may have arrived, but no answer came back in time."""


class Insurer(Protocol):
    """The insurer's settlement platform. Every call raises InsurerDown or InsurerSilent when it does not answer."""

    def settle(self, claim: InsurerClaim, *, now: datetime) -> InsurerAnswer:
        """Settle a claim (2207). Never sent twice blindly."""
        ...

    def query(self, claim_id: UUID, *, now: datetime) -> InsurerAnswer | None:
        """What became of a claim (5203); None when it was never settled or was undone."""
        ...

    def undo(self, message_id: UUID, *, now: datetime) -> bool:
        """Undo the call with this message id (2601); safe, and true, when the call never arrived."""
        ...

    def revoke(self, claim: InsurerClaim, *, now: datetime) -> InsurerAnswer:
        """Take a settled claim back (2208)."""
        ...

    def recover(self, note: RecoveryNote, *, now: datetime) -> None:
        """Take note of money recovered or given back; the same message twice is known once."""
        ...

    def day(self, institution_id: UUID, on: date, *, now: datetime) -> list[DayLine]:
        """Every settlement and revocation of an institution's day (3201, 3202)."""
        ...
