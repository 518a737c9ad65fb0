"""Measures of encounters."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures.declared import Declared

MEASURES: Final[tuple[Declared, ...]] = ()
