"""Trace codes: twenty digits, of which the first seven identify the product and its pack (药品标识码). Pure.

Source: NMPAB/T 1002-2019 《药品追溯码编码要求》, clause 4, the form of 20 digits; from memory.
"""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.errors import (
    TraceCodeMalformed,
    TraceCodeOfOtherProduct,
    TraceCodeTwice,
    WrongNumberOfPacks,
)

LENGTH = 20
PREFIX = 7
_SHAPE = re.compile(r"[0-9]{20}")


def clean_code(given: str) -> str:
    """The code as digits, spaces and hyphens of a scanner removed. Raises TraceCodeMalformed."""
    code = re.sub(r"[\s-]", "", given)
    if not _SHAPE.fullmatch(code):
        raise TraceCodeMalformed(field="codes", given=given.strip()[:40])
    return code


def check_picks(
    wanted: Mapping[UUID, tuple[str, T, int]],
    scanned: Mapping[UUID, Sequence[str]],
    identified: Mapping[str, str],
) -> dict[UUID, list[str]]:
    """The clean codes by line, or the first refusal.

    `wanted`: line id → product code, product name, packs. `identified`: first seven digits → product code, as far as
    registered. A code with registered digits must be of the line's product; a product with registered digits takes no
    others; where nothing is registered for either, the code is taken as scanned.
    """
    known_products = set(identified.values())
    seen: set[str] = set()
    picks: dict[UUID, list[str]] = {}
    for line_id, (product_code, name, packs) in wanted.items():
        codes = [clean_code(given) for given in scanned.get(line_id, ()) if given.strip()]
        for code in codes:
            if code in seen:
                raise TraceCodeTwice(field=f"codes-{line_id}", given=code)
            seen.add(code)
            owner = identified.get(code[:PREFIX])
            if owner != product_code and (owner is not None or product_code in known_products):
                raise TraceCodeOfOtherProduct(field=f"codes-{line_id}", given=code, product=name)
        if len(codes) != packs:
            raise WrongNumberOfPacks(field=f"codes-{line_id}", product=name, wanted=packs, scanned=len(codes))
        picks[line_id] = codes
    return picks
