"""One verdict of an audit, as it is handed in to be stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Audited:
    """One verdict of an audit: what it said of whom, where, and on which facts.

    `core` is the hashed core as JSON and `core_hash` its hash. `subject_id` names the deed that was judged where one of
    the hospital is known; `facts` are groups of facts (group, payload) that the core itself does not hold, such as who
    the physician was. `fund_loss_fen` is what settling again without the breach gave.
    """

    institution_id: UUID
    encounter_id: str
    subject_type: str
    subject_id: UUID
    core: dict[str, Any]
    core_hash: str
    sentence: T
    hint: T
    happened_at: datetime
    facts: tuple[tuple[str, dict[str, Any]], ...] = ()
    fund_loss_fen: int | None = None
