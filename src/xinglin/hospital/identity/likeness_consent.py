"""The text of the separate consent, part by part, in both languages; the newest version of each kind is in force."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xinglin.hospital.kernel.signing import digest
from xinglin.hospital.kernel.texts import T

TABLE = Path(__file__).parent / "data" / "likeness_consent.json"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is read before it is given. `sha256` is over both languages, so that it shows later what was agreed to."""

    kind: str
    version: str
    parts: tuple[tuple[T, T], ...]
    source: T
    sha256: str


@cache
def consent_text(kind: str) -> ConsentText:
    """The text in force for 'face' or 'voice'. Raises KeyError for another kind."""
    found = {row["kind"]: row for row in json.loads(TABLE.read_text("utf-8"))}[kind]
    return ConsentText(
        kind=kind,
        version=found["version"],
        parts=tuple(
            (T(zh=part["title_zh"], en=part["title_en"]), T(zh=part["zh"], en=part["en"])) for part in found["parts"]
        ),
        source=T(zh=found["source_zh"], en=found["source_en"]),
        sha256=digest(found),
    )
