"""Masked words give away only what they should."""

import pytest

from xinglin.hospital.identity.selectors.people import masked


@pytest.mark.parametrize(
    ("text", "head", "tail", "shown"),
    [
        ("演示患者 00039", 1, 0, "演*********"),
        ("110101199001011234", 6, 4, "110101********1234"),
        ("王", 1, 0, "*"),
        ("13800000000", 3, 4, "138****0000"),
        ("abc", 0, 0, "***"),
    ],
)
def test_masking(text: str, head: int, tail: int, shown: str) -> None:
    assert masked(text, head, tail) == shown
