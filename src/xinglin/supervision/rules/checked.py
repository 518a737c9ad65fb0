"""What the rules of rational use ask alike of the check of medicines."""

from __future__ import annotations

from xinglin.supervision.vocabulary import Facts, Term


def unchecked(f: Facts) -> Term:
    """Never true; unknown where the check of medicines was not made, so that a rule then cannot tell."""
    return f.line.findings < 0
