"""`python -m xinglin.clinical.language "text"`: what is understood, as a table. Without a text it ends with 2."""

from __future__ import annotations

import sys
from dataclasses import fields

from rich.console import Console
from rich.table import Table

from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.clinical.language import Told, build_lexicon, read

_ALWAYS = ("code", "polarity", "words")
_USUAL = {"experiencer": "patient", "time": "now", "certainty": "certain"}


def main() -> int:
    """Print the mentions of the text on the command line."""
    text = " ".join(sys.argv[1:])
    if not text:
        sys.stderr.write('usage: python -m xinglin.clinical.language "text"\n')
        return 2
    reading = read(text, lexicon=build_lexicon(load_conditions()))
    table = Table("code", "polarity", "words", "span", "more")
    for one in reading.mentions:
        more = [
            f"{field.name}={getattr(one, field.name)}"
            for field in fields(one)
            if field.name not in {*_ALWAYS, "start", "end", "turn"}
            and getattr(one, field.name) not in {None, _USUAL.get(field.name)}
        ]
        table.add_row(one.code, one.polarity, one.words, f"{one.start}:{one.end}", " ".join(more))
    console = Console()
    console.print(table)
    told = [f"{field.name}={getattr(reading.told, field.name)}" for field in fields(Told)]
    console.print(f"language={reading.language} {' '.join(told)}", highlight=False)
    for number in reading.measured:
        console.print(f"{number.quantity} {number.value:g} {number.unit}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
