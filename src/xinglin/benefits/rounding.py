"""The one place where a fen is rounded.

The method is called *half-up once*: a component (self-pay-first of a line, the fund's payment of a claim) is computed
exactly as a fraction and rounded half-up a single time at its end; whatever a rounding leaves over stays in the
component that is computed as "the rest", in the end the patient's cash. So no fen is ever lost or found:

| amount | share | exact    | rounded | the rest |
| -----: | ----: | -------: | ------: | -------: |
|    125 |  10 % | 12.5     |      13 |      112 |
|    333 |  10 % | 33.3     |      33 |      300 |
|      1 |  50 % |  0.5     |       1 |        0 |
|    999 |  65 % | 649.35   |     649 |      350 |

Objection to rounding every tier or every line for itself: a claim of three lines of 1 fen at 50 % would be paid 3 fen
of 3. Objection to half-even: nobody can check it by hand at a counter, and the national field meanings use half-up.
"""

from collections.abc import Sequence

PERMILLE = 1000


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole number, halves upwards. Both must not be negative."""
    if numerator < 0 or denominator <= 0:
        raise ValueError(f"half_up takes a fraction that is not negative, not {numerator}/{denominator}")
    return (2 * numerator + denominator) // (2 * denominator)


def share(amount_fen: int, permille: int) -> int:
    """The share of an amount in whole fen: share(125, 100) is 13."""
    return half_up(amount_fen * permille, PERMILLE)


def allocate(total_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide a total over weights (largest remainder, ties to the earlier), so that the parts add up to it exactly.

    Used only to *tell* how a claim's fund payment falls on its lines; the claim itself is rounded once. No part is
    larger than its weight when the total is not larger than the sum of the weights.
    """
    whole = sum(weights)
    if whole == 0:
        if total_fen:
            raise ValueError("nothing to allocate the amount to")
        return tuple(0 for _ in weights)
    parts = [total_fen * weight // whole for weight in weights]
    remainders = [total_fen * weight % whole for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: -remainders[i])[: total_fen - sum(parts)]:
        parts[index] += 1
    return tuple(parts)
