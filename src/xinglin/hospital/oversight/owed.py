"""What a decision says is owed, for whoever keeps the money: how much, on which lines, of which deed, since when final.

The books stand above oversight and ask; oversight knows deeds and lines by id only.
"""

from dataclasses import dataclass
from uuid import UUID

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.oversight.access import RUN_CLOCKS
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict
from xinglin.hospital.oversight.words import SETTLED, Decision, FindingState


@dataclass(frozen=True, slots=True)
class DecidedMoney:
    """A decided finding. `breach_fen` is the money in breach, `owed_fen` what of it was upheld (0: rejected).

    `final`: nobody can appeal any more. `loss_fen` is the fund's loss of the whole breach as an audit settled it again.
    `deeds` are kind and id of what was judged, `lines` the lines in breach with their fen.
    """

    case_id: UUID
    verdict_id: UUID
    rule: str
    institution_id: UUID
    territory: str
    decision: str
    final: bool
    breach_fen: int
    owed_fen: int
    loss_fen: int | None
    scope: str
    subject: str
    deeds: tuple[tuple[str, UUID], ...]
    encounters: tuple[str, ...]
    lines: tuple[tuple[str, int], ...]


def decided_money(*, actor: Actor, case_id: UUID) -> DecidedMoney | None:
    """What a case's present decision owes; None while it is undecided, and where the rule measures no money."""
    require(actor, RUN_CLOCKS)
    case = FindingCase.objects.filter(pk=case_id).select_related("verdict").first()
    if case is None or case.state not in SETTLED or not case.fen:
        return None
    given = list(
        GivenVerdict.objects.filter(
            institution_id=case.institution_id, rule=case.rule, subject=case.subject, core_hash=case.core_hash
        )
        .select_related("judgement")
        .order_by("at", "id")
    )
    losses = [verdict.fund_loss_fen for verdict in given if verdict.fund_loss_fen is not None]
    core = case.verdict.core
    return DecidedMoney(
        case_id=case.pk,
        verdict_id=case.verdict_id,
        rule=case.rule,
        institution_id=case.institution_id,
        territory=case.territory,
        decision=case.decision,
        final=case.state == FindingState.FINAL,
        breach_fen=case.fen,
        owed_fen=0 if case.decision == Decision.REJECTED else case.upheld_fen or 0,
        loss_fen=losses[-1] if losses else None,
        scope=case.verdict.scope,
        subject=case.subject,
        deeds=tuple(dict.fromkeys((one.judgement.subject_type, one.judgement.subject_id) for one in given)),
        encounters=tuple(dict.fromkeys(one.judgement.encounter_id for one in given if one.judgement.encounter_id)),
        lines=tuple((str(line), int(fen)) for line, _quantity, fen in core.get("lines", ()) if fen),
    )
