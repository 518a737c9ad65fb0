"""Sifting the rows of a national edition of ICD-10: what can be used, what is set aside and why. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology.infos import DiagnosisInfo

CODE = re.compile(r"[A-Z]\d{2}(\.[0-9xX]\d{0,2}([xX]\d{3})?)?")
NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be used: its line in the file, what stood there, and why it was set aside."""

    line: int
    code: str
    name: str
    reason: T


def sift(
    rows: Iterable[Mapping[str, str | None]], shipped: Mapping[str, DiagnosisInfo]
) -> tuple[list[dict[str, str]], list[Quarantined]]:
    """Rows that can be used, in the shape of the shipped ones, and rows set aside. Line 1 is the header.

    The English name is that of the nearest code we ship (four characters, then three), since the edition has none.
    """
    taken: dict[str, dict[str, str]] = {}
    aside: list[Quarantined] = []
    for line, row in enumerate(rows, start=2):
        code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
        reason = _wrong(code, name, taken, shipped)
        if reason is not None:
            aside.append(Quarantined(line, code[:40], name[:NAME_MAX], reason))
            continue
        taken[code] = _row(code, name, _nearest(code, shipped))
    return list(taken.values()), aside


def _wrong(code: str, name: str, taken: Mapping[str, dict[str, str]], shipped: Mapping[str, DiagnosisInfo]) -> T | None:
    if not code or not name:
        return T(zh="编码或名称为空", en="code or name is empty")
    if not CODE.fullmatch(code):
        return T(zh="不是 ICD-10 疾病编码的格式", en="not the shape of an ICD-10 disease code")
    if len(name) > NAME_MAX or "\ufffd" in name or any(ord(c) < 32 for c in name):
        return T(zh="名称过长或含乱码", en="the name is too long or garbled")
    if code in taken:
        return T(zh="编码重复", en="the code stands twice")
    if code in shipped:
        return T(zh="本院目录已有此编码", en="the hospital's own list has this code already")
    return None


def _nearest(code: str, shipped: Mapping[str, DiagnosisInfo]) -> DiagnosisInfo | None:
    return shipped.get(code[:5]) or shipped.get(code[:3])


def _row(code: str, name: str, nearest: DiagnosisInfo | None) -> dict[str, str]:
    bounds = (nearest.age_min_days, nearest.age_max_days) if nearest else (None, None)
    return {
        "code": code,
        "name_zh": name,
        "name_en": nearest.name_en if nearest else code,
        "aliases_zh": "",
        "aliases_en": "",
        "chapter": nearest.chapter if nearest else "",
        "chronic_group": nearest.chronic_group if nearest else "",
        "acute_danger": "yes" if nearest and nearest.acute_danger else "no",
        "sex": nearest.sex if nearest else "",
        "age_min_days": "" if bounds[0] is None else str(bounds[0]),
        "age_max_days": "" if bounds[1] is None else str(bounds[1]),
        "edition": "national",
    }
