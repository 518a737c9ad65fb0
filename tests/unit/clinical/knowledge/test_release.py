"""The tables are those of the release: who changes one freezes anew, on purpose."""

from __future__ import annotations

from xinglin.clinical.knowledge.release import PARTS, changed, digests, frozen


def test_the_tables_are_those_of_the_release() -> None:
    assert changed(digests(), frozen()) == [], "run python -m xinglin.clinical.knowledge.release --freeze <today>"


def test_a_changed_part_is_named() -> None:
    now = digests()
    assert set(now) == set(PARTS)
    assert changed({**now, "warning": "0"}, now) == ["warning"]
    assert changed(now, {}) == list(PARTS)
