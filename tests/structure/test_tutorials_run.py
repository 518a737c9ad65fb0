"""What a page shows is what happens: its blocks of Python are run in order, as a reader would."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["tutorials/your-first-rule.md", "explanation/breach-and-loss.md"])
def test_a_page_runs(name: str) -> None:
    page = DOCS / name
    text = page.read_text("utf-8")
    namespace: dict[str, Any] = {"__name__": name}
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) >= 2
    for block in blocks:
        # Empty lines before it: an error then names the line of the page.
        above = "\n" * (text[: block.start(1)].count("\n"))
        exec(compile(above + block.group(1), str(page), "exec"), namespace)


def test_every_listed_cause_of_hindsight_is_explained() -> None:
    from xinglin.hospital.demo.replay_causes import LISTED

    page = (DOCS / "explanation" / "hindsight.md").read_text("utf-8")
    assert all(f"| `{cause}` |" in page for cause in LISTED)


def test_the_example_is_not_in_the_catalogue() -> None:
    from xinglin.supervision.catalogue import RULES

    assert "Z01" not in {rule.id for rule in RULES}
