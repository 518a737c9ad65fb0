"""The rules on Spark say what the reference says, hash for hash, on many invented worlds in one lake.

Runs in `make test-spark` only: Spark and Java 17 are needed here and nowhere else. XINGLIN_SPARK_WORLDS asks for more
worlds than the usual number.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from tests.generative.agreement import Answers, assert_agree, by_columns, by_rows
from tests.generative.pools import rich_knowledge
from tests.generative.worlds import a_world, joined

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.verdicts import Outcome

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]
WORLDS = int(os.environ.get("XINGLIN_SPARK_WORLDS", "60"))


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    """One session for all; starting it takes longer than most of what follows."""
    if shutil.which("java") is None:
        pytest.skip("Java 17 is missing")
    from xinglin.supervision.engines.columns.spark import Spark

    engine = Spark(small=True)
    yield engine
    engine.close()


@pytest.mark.parametrize("then", [True, False], ids=["as it was known", "in hindsight"])
def test_spark_says_what_the_reference_says(spark: Engine, then: bool) -> None:
    """Every verdict of every rule on every subject, with evidence, amounts and hash; and the counts beside them."""
    knowledge = rich_knowledge()
    world = joined(a_world(seed) for seed in range(WORLDS))
    reference = by_rows(world, knowledge, then=then)
    told = by_columns(world, knowledge, then=then, engine=spark)
    assert_agree(reference, told, "Spark")
    assert_something(reference)
    for rule in RULES:
        counted = told.counts.get(rule.id, {})
        spoken = [core.outcome for (name, _), core in reference.cores.items() if name == rule.id]
        assert {outcome: spoken.count(outcome) for outcome in Outcome} == {
            outcome: counted.get(outcome, 0) for outcome in Outcome
        }, rule.id


def assert_something(reference: Answers) -> None:
    """The worlds are no empty ones: all four outcomes occur."""
    assert {core.outcome for core in reference.cores.values()} == set(Outcome)
