"""Words to findings: what a message, a note or a conversation says, in Chinese and English. Pure and deterministic.

Doors: `build_lexicon` once, then `read` a text, `read_turns` a conversation; `context` of any span needs no lexicon.
"""

from xinglin.clinical.language.context import context
from xinglin.clinical.language.lexicon import Lexicon, build_lexicon
from xinglin.clinical.language.reader import read
from xinglin.clinical.language.reading import Context, Measured, Mention, Reading, Told, Turn
from xinglin.clinical.language.turns import read_turns

__all__ = [
    "Context",
    "Lexicon",
    "Measured",
    "Mention",
    "Reading",
    "Told",
    "Turn",
    "build_lexicon",
    "context",
    "read",
    "read_turns",
]
