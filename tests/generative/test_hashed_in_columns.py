"""The hashes that are made in columns are those of the cores that are made one by one, on any facts."""

import tempfile
from pathlib import Path

from tests.generative.pools import rich_knowledge
from tests.generative.worlds import a_world, joined, write_lake

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.verdicts import Outcome

WORLDS = 60
"""Specifications of many rules and some histories: outcomes of every kind, and facts of which many are unknown."""


def test_hashes_in_columns_are_those_of_the_cores() -> None:
    engine = Duck(threads=1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_lake(joined(a_world(number) for number in range(3001, 3001 + WORLDS)), Path(folder))
            auditor = ColumnAuditor(Lake(engine, Path(folder)), rich_knowledge(), RULES, then=True)
            seen = dict.fromkeys(Outcome, 0)
            for scope in auditor.scopes():
                judged = auditor.judge(scope)
                one_by_one = {
                    (said.core.rule, said.core.subject): (said.core.outcome, bytes.fromhex(said.core.hash))
                    for said in judged.said(list(Outcome))
                }
                at_once = {
                    (rule, subject): (outcome, batch.hashes[rule][number])
                    for batch in judged.hashed()
                    for rule, outcomes in batch.outcomes.items()
                    for number, (subject, outcome) in enumerate(zip(batch.subjects, outcomes, strict=True))
                    if outcome is not None
                }
                assert at_once == one_by_one
                for outcome, _ in at_once.values():
                    seen[outcome] += 1
            assert min(seen.values()) > 20, seen
    finally:
        engine.close()
