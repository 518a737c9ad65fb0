"""The lexicon of the tables as they are, built once for all tests of the reader."""

from __future__ import annotations

from importlib.resources import files

import pytest

from xinglin.clinical.knowledge.conditions import read_conditions, read_files
from xinglin.clinical.language import Lexicon, build_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The lexicon; faults of the tables are another test's business."""
    knowledge, _ = read_conditions(read_files(files("xinglin.clinical.knowledge") / "diagnosis"))
    return build_lexicon(knowledge)
