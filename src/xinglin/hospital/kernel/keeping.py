"""How sensitive a table is and how long its rows are kept: every model says so, or the hospital does not start."""

from dataclasses import dataclass
from enum import StrEnum


class Sensitivity(StrEnum):
    """Classes after the Personal Information Protection Law (2021), articles 4 and 28; from memory."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"  # health, identity documents, finances, children under 14
    SECRET = "secret"  # keys and credentials


@dataclass(frozen=True, slots=True)
class Keeping:
    """Sensitivity, least years of retention (None: as long as the hospital exists) and the basis in words."""

    sensitivity: Sensitivity
    years: int | None
    basis: str
