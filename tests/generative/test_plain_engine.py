"""The reference engine against truth tables written out, on expressions that nobody thought of."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.generative.oracle import Expression, answer

from xinglin.supervision import vocabulary as words
from xinglin.supervision.engines.plain import Value

BOOLS = ("p", "q", "r")
INTS = ("a", "b", "c")
COMPARE = ("==", "!=", "<", "<=", ">", ">=")
CALCULATE = ("+", "-", "*", "larger", "smaller", "divide_down", "divide_up")
EVERY_OPERATION = {*COMPARE, *CALCULATE, "and", "or", "not", "isin", "missing", "otherwise", "choose", "fact", "int"}

small = st.integers(-4, 12)
fact_number = st.sampled_from(INTS).map(lambda name: ("fact", name))
fact_truth = st.sampled_from(BOOLS).map(lambda name: ("fact", name))


def grown(depth: int) -> tuple[st.SearchStrategy[Expression], st.SearchStrategy[Expression]]:
    """Expressions of numbers and of truth values up to a depth."""
    if depth == 0:
        return fact_number, fact_truth
    number, truth = grown(depth - 1)
    numbers = st.one_of(
        fact_number,
        st.tuples(st.sampled_from(CALCULATE), number, st.one_of(number, small.map(lambda n: ("int", n)))),
        st.tuples(st.just("otherwise"), number, number),
        st.tuples(st.just("choose"), truth, number, number),
    )
    truths = st.one_of(
        fact_truth,
        st.tuples(st.sampled_from(("and", "or")), truth, truth),
        st.tuples(st.just("not"), truth),
        st.tuples(st.sampled_from(COMPARE), number, number),
        st.tuples(st.just("isin"), number, st.lists(small, max_size=3).map(tuple)),
        st.tuples(st.just("missing"), st.one_of(number, truth)),
        st.tuples(st.just("otherwise"), truth, truth),
        st.tuples(st.just("choose"), truth, truth, truth),
    )
    return numbers, truths


numbers, truths = grown(3)
known_facts = st.fixed_dictionaries(
    {**{name: st.one_of(st.none(), st.booleans()) for name in BOOLS}, **{n: st.one_of(st.none(), small) for n in INTS}}
)


def engine(expression: Expression, facts: dict[str, Any]) -> Any:
    """The expression as a rule would write it, in terms of the engine."""
    operation, *operands = expression
    if operation == "fact":
        name = operands[0]
        kind = bool if name in BOOLS else int
        return Value(kind, facts[name], frozenset({name}), frozenset({name}))
    if operation == "int":
        return operands[0]
    if operation == "isin":
        return words.isin(engine(operands[0], facts), list(operands[1]))
    x, *more = (engine(operand, facts) for operand in operands)
    operators = {
        "and": lambda: x & more[0],
        "or": lambda: x | more[0],
        "not": lambda: ~x,
        "==": lambda: x == more[0],
        "!=": lambda: x != more[0],
        "<": lambda: x < more[0],
        "<=": lambda: x <= more[0],
        ">": lambda: x > more[0],
        ">=": lambda: x >= more[0],
        "+": lambda: x + more[0],
        "-": lambda: x - more[0],
        "*": lambda: x * more[0],
    }
    return operators[operation]() if operation in operators else getattr(words, operation)(x, *more)


@seed(20260520)
@settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(truths, numbers), known_facts)
def test_the_engine_agrees_with_the_truth_tables(expression: Expression, facts: dict[str, Any]) -> None:
    said = engine(expression, facts)
    assert said.value == answer(expression, facts)
    assert said.kind is (bool if isinstance(said.value, bool) else said.kind)


@seed(20260520)
@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(truths, known_facts, st.data())
def test_knowing_more_never_turns_an_answer_round(
    expression: Expression, facts: dict[str, Any], data: st.DataObject
) -> None:
    """Filling in a fact keeps every decided answer, unless the expression asked whether the fact is missing."""
    before = engine(expression, facts)
    for name in sorted(name for name, value in facts.items() if value is None and name in before.needed):
        if name in _asked_about(expression):
            continue
        filled = {**facts, name: data.draw(st.booleans() if name in BOOLS else small)}
        after = engine(expression, filled)
        assert before.value is None or after.value == before.value


def _asked_about(expression: Expression) -> set[str]:
    """The facts below `missing`, `otherwise` and the divisions, whose answer may come and go with them."""
    if expression[0] in {"missing", "otherwise", "divide_down", "divide_up"}:
        return set(BOOLS + INTS)
    return set().union(
        *(
            _asked_about(part)
            for part in expression[1:]
            if isinstance(part, tuple) and part and isinstance(part[0], str)
        )
    )


def test_the_generator_makes_every_operation() -> None:
    made: Counter[str] = Counter()

    def count(expression: Any) -> None:
        if isinstance(expression, tuple) and expression and expression[0] in EVERY_OPERATION:
            made[expression[0]] += 1
            for part in expression[1:]:
                count(part)

    @seed(1)
    @settings(
        max_examples=300, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(truths)
    def run(expression: Expression) -> None:
        count(expression)

    run()
    assert made.keys() == EVERY_OPERATION
