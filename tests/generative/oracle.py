"""A second, independent opinion on expressions of facts: truth tables written out as dictionaries, and nothing shared
with the engine but the shape of an expression.

An expression is a tuple: ``("fact", name)``, ``("int", 3)``, or an operation and its operands.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

AND = {"TT": "T", "TF": "F", "FT": "F", "FF": "F", "TN": "N", "NT": "N", "FN": "F", "NF": "F", "NN": "N"}
OR = {"TT": "T", "TF": "T", "FT": "T", "FF": "F", "TN": "T", "NT": "T", "FN": "N", "NF": "N", "NN": "N"}
NOT = {"T": "F", "F": "T", "N": "N"}
LETTER = {True: "T", False: "F", None: "N"}
VALUE = {letter: value for value, letter in LETTER.items()}

Expression = tuple[Any, ...]


def answer(expression: Expression, facts: Mapping[str, Any]) -> Any:
    """The value of an expression: a whole number, a truth value, or None for unknown."""
    operation, *operands = expression
    if operation == "fact":
        return facts[operands[0]]
    if operation == "int":
        return operands[0]
    if operation == "isin":
        value = answer(operands[0], facts)
        return None if value is None else value in operands[1]
    values = [answer(operand, facts) for operand in operands]
    if operation in {"and", "or", "not"}:
        table = {"and": AND, "or": OR, "not": NOT}[operation]
        return VALUE[table["".join(LETTER[value] for value in values)]]
    if operation == "missing":
        return values[0] is None
    if operation == "otherwise":
        return values[1] if values[0] is None else values[0]
    if operation == "choose":
        return {True: values[1], False: values[2], None: None}[values[0]]
    if None in values:
        return None
    a, b = values
    if operation in {"divide_down", "divide_up"}:
        if a < 0 or b <= 0:
            return None
        share = Fraction(a, b)
        return math.floor(share) if operation == "divide_down" else math.ceil(share)
    arithmetic = {"+": a + b, "-": a - b, "*": a * b, "larger": a if a > b else b, "smaller": a if a < b else b}
    if operation in arithmetic:
        return arithmetic[operation]
    sign = (a > b) - (a < b)
    wanted = {"==": {0}, "!=": {-1, 1}, "<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}}
    return sign in wanted[operation]
