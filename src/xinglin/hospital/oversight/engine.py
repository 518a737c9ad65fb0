"""The engine under watch: what the known cases say of it, and judging for the services."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.known_cases import bad_cases, clean_case
from xinglin.supervision import moments
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.facts import Case
from xinglin.supervision.moments import Judged
from xinglin.supervision.verdicts import Moment

TEST_AT = datetime(2026, 5, 20, 12, 0, tzinfo=SHANGHAI)


def failed_rules() -> frozenset[str]:
    """The rules that answer a known case wrongly; empty when the engine is alive.

    In the clean case no rule finds anything, and the watched rules, those of the bad cases, can tell.
    """
    knowledge = knowledge_in_force()
    watched = frozenset[str]().union(*(rules for _, rules in bad_cases()))
    wrong: set[str] = set()
    for moment in (Moment.REMIND, Moment.CONTROL):
        for case, rules in bad_cases():
            judged = moments.judge(case, moment, knowledge=knowledge, judged_at=TEST_AT, only=rules)
            wrong |= rules - {verdict.rule for verdict in judged.findings}
        clean = moments.judge(clean_case(), moment, knowledge=knowledge, judged_at=TEST_AT)
        wrong |= {verdict.rule for verdict in clean.findings}
        wrong |= watched & {verdict.rule for verdict in clean.undecided}
    return frozenset(wrong)


@lru_cache(maxsize=4)
def _failed_in_minute(_minute: int) -> frozenset[str]:
    return failed_rules()


def failed_at(now: datetime) -> frozenset[str]:
    """The rules that answer a known case wrongly, asked afresh in every minute in which anything is judged."""
    return _failed_in_minute(int(now.timestamp()) // 60)


def forget() -> None:
    """Ask again at the next question, whatever the minute."""
    _failed_in_minute.cache_clear()


def ask(case: Case, moment: str, now: datetime, only: frozenset[str] | None) -> Judged:
    """Every verdict on a case, with the knowledge in force here."""
    return moments.judge(case, Moment.of(moment), knowledge=knowledge_in_force(), judged_at=now, only=only)


def less(only: Collection[str] | None, without: frozenset[str]) -> frozenset[str] | None:
    """The rules to ask: those that were wanted (all when None) without some. None asks all."""
    if not without:
        return frozenset(only) if only is not None else None
    return (frozenset(only) if only is not None else frozenset(rule.id for rule in RULES)) - without
