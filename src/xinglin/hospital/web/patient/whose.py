"""Whose page it is: one's own, or that of a ward."""

from uuid import UUID

from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.web.shared.page import Request, uuid_or_none


def person_of(request: Request) -> UUID:
    """Oneself, or the ward that was chosen (`person`). Raises NotFound for everybody else."""
    asked = request.POST.get("person") or request.GET.get("person") or ""
    person_id = uuid_or_none(asked) if asked else request.actor.person_id
    if person_id is None or not request.actor.acts_for(person_id):
        raise NotFound
    return person_id
