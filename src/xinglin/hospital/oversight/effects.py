"""What a rule does in practice: how often it answered what, at each moment. Counted, never by person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.oversight import access

JUDGED = """
SELECT answer->>0, judgement.moment, answer->>3, count(*)
FROM oversight_judgement judgement, jsonb_array_elements(judgement.answers) answer
WHERE (judgement.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s
  AND (%s OR judgement.institution_id = ANY(%s))
GROUP BY 1, 2, 3
"""
TYPED = """
SELECT rule, 'typing', outcome, sum(count)
FROM oversight_preview_count
WHERE "on" BETWEEN %s AND %s AND (%s OR institution_id = ANY(%s))
GROUP BY 1, 3
"""


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """Counts of one rule by moment (and "typing", the previews) and outcome."""

    rule: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def of(self, moment: str, outcome: str) -> int:
        """How often it gave this outcome at this moment."""
        return self.counts.get(moment, {}).get(outcome, 0)

    def asked(self, moment: str) -> int:
        """How often it was asked at this moment."""
        return sum(self.counts.get(moment, {}).values())


def rule_effects(*, actor: Actor, from_on: date | None = None, until_on: date | None = None) -> Sequence[RuleEffect]:
    """How often each rule was asked and what it answered, in the institutions of the actor; a regulator counts all."""
    require(actor, access.READ_FINDINGS)
    everywhere = actor.has(Role.REGULATOR, Role.SYSTEM)
    given: list[Any] = [from_on or date.min, until_on or date.max, everywhere, list(actor.institution_ids)]
    effects: dict[str, RuleEffect] = {}
    with connection.cursor() as cursor:
        for statement in (JUDGED, TYPED):
            cursor.execute(statement, given)
            for rule, moment, outcome, count in cursor.fetchall():
                effect = effects.setdefault(rule, RuleEffect(rule))
                effect.counts.setdefault(moment, {})[outcome] = int(count)
    return [effects[rule] for rule in sorted(effects)]
