"""At which line a switch is aimed: the medicine of the same therapeutic group, never one that only shares a letter."""

from types import SimpleNamespace
from typing import Any

import pytest

from xinglin.hospital.pharmacy import remedies
from xinglin.hospital.pharmacy.remedies import _replaced


def a_line(atc: str) -> Any:
    return SimpleNamespace(product=SimpleNamespace(atc=atc))


@pytest.mark.parametrize(
    ("new", "lines", "replaced"),
    [
        ("N02BE01", ["N06AB04", "M01AE01"], "M01AE01"),  # paracetamol for ibuprofen, not for citalopram
        ("N02BE01", ["B01AA03", "M01AE01"], "M01AE01"),  # nor for warfarin
        ("N02BE01", ["N06AB04", "N02AX02"], "N02AX02"),  # for tramadol
        ("C10AA07", ["C10AA01", "J01FA09"], "C10AA01"),  # rosuvastatin for simvastatin
        ("J01FA10", ["C10AA01", "J01FA09"], "J01FA09"),  # azithromycin for clarithromycin
        ("A02BA03", ["N06AB04"], "N06AB04"),  # where there is one line only, it is that one
    ],
)
def test_a_switch_is_aimed_at_its_like(
    monkeypatch: pytest.MonkeyPatch, new: str, lines: list[str], replaced: str
) -> None:
    monkeypatch.setattr(remedies.terminology, "ingredient", lambda _code: SimpleNamespace(atc=new))
    assert _replaced("new", [a_line(atc) for atc in lines]).product.atc == replaced
