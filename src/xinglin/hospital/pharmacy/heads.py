"""Who heads a pharmacy, and whose title lets them comment: asked of identity, decided by tables of titles."""

from datetime import datetime

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, Role
from xinglin.hospital.pharmacy.errors import OnlyTheHead, TitleBelowCommenter
from xinglin.hospital.terminology import selectors as terminology

COMMENTERS = frozenset({"intermediate", "senior"})
"""Grades whose holders may comment (医院处方点评管理规范（试行）, article 8; from memory)."""
HEADS = frozenset({"senior"})
"""The house's own choice: pharmacists of a senior title head its pharmacy. No law names the head by title."""


def _grade(actor: Actor, now: datetime) -> str:
    if not actor.has(Role.PHARMACIST):
        return ""
    title = identity.own_profile(actor=actor, at=now).title
    return next((one.grade for one in terminology.titles("pharmacist") if one.code == title), "")


def is_head(actor: Actor, now: datetime) -> bool:
    """Whether the actor sees the figures of the whole house: head of the pharmacy, or medical affairs."""
    return actor.has(Role.MEDICAL_AFFAIRS, Role.SYSTEM) or _grade(actor, now) in HEADS


def require_head(actor: Actor, now: datetime) -> None:
    """Raise OnlyTheHead for everybody else: medicines by physician are not to be had at a desk (rule B15)."""
    if not is_head(actor, now):
        raise OnlyTheHead


def may_comment(actor: Actor, now: datetime) -> bool:
    """Whether the actor's title lets them comment prescriptions."""
    return _grade(actor, now) in COMMENTERS


def require_commenter(actor: Actor, now: datetime) -> None:
    """Raise TitleBelowCommenter."""
    if not may_comment(actor, now):
        raise TitleBelowCommenter
