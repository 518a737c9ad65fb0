"""Put a rule in shadow, suspend it, or restore it: dated, for a place, with a reason, never in silence."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, errors
from xinglin.hospital.oversight.events import RuleSwitched
from xinglin.hospital.oversight.models import RuleSwitch
from xinglin.hospital.oversight.uses import stops_by_law
from xinglin.hospital.oversight.words import RuleUse
from xinglin.supervision.catalogue import RULES


@transaction.atomic
def switch_rule(
    *,
    actor: Actor,
    rule: str,
    use: str,
    reason: str,
    now: datetime,
    from_on: date | None = None,
    territory: str = "",
) -> UUID:
    """Use a rule otherwise from a day on (today unless told), in a territory (everywhere unless told).

    A rule that stops somebody by law stays active. Raises NotFound, InvalidInput, RuleIsLaw.
    """
    require(actor, access.SWITCH_RULE)
    if rule not in {known.id for known in RULES}:
        raise NotFound
    start = from_on or civil_day(now)
    _check(use=use, reason=reason, start=start, today=civil_day(now), territory=territory)
    if use != RuleUse.ACTIVE and stops_by_law(rule, start, territory):
        raise errors.RuleIsLaw(rule=rule)
    made = RuleSwitch(
        id=new_id(),
        rule=rule,
        territory=territory,
        use=use,
        from_on=start,
        reason=reason.strip(),
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    made.save(force_insert=True)
    for institution_id in sorted(actor.institution_ids) or [SYSTEM_ID]:
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb="switch_rule",
            object_type="rule",
            object_id=made.pk,
            now=now,
            detail={"rule": rule, "use": use, "from_on": str(start), "territory": territory},
        )
    publish(RuleSwitched(rule=rule, use=use, from_on=start, territory=territory, at=now))
    return made.pk


def _check(*, use: str, reason: str, start: date, today: date, territory: str) -> None:
    """Raises InvalidInput for the first field that cannot be."""
    if use not in RuleUse.values:
        raise InvalidInput(
            field="use", reason=T(zh="请选择启用、试运行或停用。", en="Choose active, shadow, suspended.")
        )
    if start < today:
        raise InvalidInput(field="from_on", reason=T(zh="不能从过去的日子起。", en="It cannot begin on a past day."))
    if not (territory == "" or (territory.isascii() and territory.isdigit() and len(territory) in {2, 4, 6})):
        says = T(zh="请填写 2、4 或 6 位行政区划代码。", en="Enter a code of 2, 4 or 6 digits.")
        raise InvalidInput(field="territory", reason=says)
    if not reason.strip() or len(reason.strip()) > 500:
        raise InvalidInput(field="reason", reason=T(zh="请写明原因（500 字以内）。", en="Say why, in 500 characters."))
