"""Whom and where a verdict concerns, from the facts on which it was given."""

from uuid import UUID

from xinglin.hospital.oversight.models import Fact, GivenVerdict


def practitioner_of(verdict: GivenVerdict) -> UUID | None:
    """The physician of the case, as the id of the credential record; None where the facts name none."""
    return _uuid(_payload(verdict, "physician").get("id"))


def place_of(verdict: GivenVerdict) -> str:
    """The code of the territory in which the institution lies; empty where the facts do not say."""
    return str(_payload(verdict, "institution").get("territory_code") or "")[:12]


def _payload(verdict: GivenVerdict, group: str) -> dict[str, object]:
    found = Fact.objects.filter(judgement=verdict.judgement_id, group=group).order_by("position").first()
    return dict(found.payload) if found else {}


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
