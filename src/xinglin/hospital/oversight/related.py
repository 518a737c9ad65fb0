"""What else was found about the same patient and the same physician."""

from dataclasses import dataclass
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.oversight.models import Fact, GivenVerdict
from xinglin.hospital.oversight.rows import FindingRow, line_of, visible
from xinglin.supervision.verdicts import Outcome

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Related:
    """Other findings about one person: the newest ones, how many there are, and about whom (an id, "" if unknown).

    The same breach judged at several moments counts once.
    """

    subject_id: str
    rows: tuple[FindingRow, ...]
    total: int


def related_findings(*, actor: Actor, verdict_id: UUID) -> tuple[Related, Related]:
    """The patient's and the physician's other findings that the actor may see. Raises NotFound."""
    verdict = visible(actor).filter(id=verdict_id).first()
    if verdict is None:
        raise NotFound
    ids = {
        fact.group: str(fact.payload.get("id") or "")
        for fact in Fact.objects.filter(judgement=verdict.judgement_id, group__in=("patient", "physician"))
    }
    return _others(actor, verdict, "patient", ids), _others(actor, verdict, "physician", ids)


def _others(actor: Actor, verdict: GivenVerdict, group: str, ids: dict[str, str]) -> Related:
    who = ids.get(group, "")
    if not who:
        return Related("", (), 0)
    judged = Fact.objects.filter(subject_id=who, group=group).values("judgement_id")
    found = visible(actor).filter(judgement__in=judged, outcome=Outcome.FINDING.value)
    found = found.exclude(rule=verdict.rule, subject=verdict.subject)
    newest: dict[tuple[str, str], GivenVerdict] = {}
    for row in found.order_by("-at", "-id")[:500]:
        newest.setdefault((row.rule, row.subject), row)
    return Related(who, tuple(line_of(row) for row in list(newest.values())[:SHOWN]), len(newest))
