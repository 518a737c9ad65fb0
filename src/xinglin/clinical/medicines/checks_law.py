"""Checks that the law of medicines asks: special control, antimicrobials, days of supply, mixed injections, burdens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xinglin.clinical.knowledge import rows
from xinglin.clinical.medicines.case import Case, Line
from xinglin.clinical.medicines.checks_patient import asked
from xinglin.clinical.medicines.finding import Finding, Said, finding
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import Reading, Sides

GRADES: Final = ("none", "unrestricted", "restricted", "special")
MANY_SEDATIVES: Final = 3
CARE_2018: Final = "law-online-2018: 第十九条"
ANTIMICROBIAL_2012: Final = "law-antimicrobial-2012: 第二十四条、第二十七条"


def control(case: Case, index: Index) -> Iterator[Finding]:
    """Medicines under special control are never ordered online; others only under their condition."""
    if case.institution.channel != "online":
        return
    for line in case.orders:
        for code in sorted(line.codes):
            item = index.knowledge.names.ingredients[code]
            if item.special_class not in {"", "none"} and not (line.patent or len(line.parts) > 1):
                yield _said(
                    "control",
                    line,
                    code,
                    "X",
                    f"{item.name_zh}属于特殊管理药品，不得在互联网上开具。",
                    f"{item.name_en} is under special control and must not be ordered online.",
                    {"special_class": item.special_class},
                    CARE_2018,
                )
            elif line.local or line.patent or len(line.parts) > 1:
                continue  # What is said of a substance is said of it alone, given to act in the whole body.
            elif item.online_policy == "never":
                yield _said(
                    "control",
                    line,
                    code,
                    "D",
                    f"{item.name_zh}不宜在线上复诊中开具。{item.online_condition_zh}",
                    f"{item.name_en} does not belong in an online follow-up. {item.online_condition_en}".strip(),
                    {"online_policy": "never"},
                    CARE_2018,
                )
            elif item.online_policy == "conditional" and item.online_condition_zh:
                yield _said(
                    "control",
                    line,
                    code,
                    "B",
                    f"{item.name_zh}线上开具的条件：{item.online_condition_zh}",
                    f"{item.name_en} may be ordered online on a condition: {item.online_condition_en}",
                    {"online_policy": "conditional"},
                    CARE_2018,
                )


def antimicrobials(case: Case, index: Index) -> Iterator[Finding]:
    """The grade of an antimicrobial against the mode of care and the physician's right."""
    place = case.institution
    for line in case.orders:
        for code in sorted(line.codes):
            row = index.antimicrobials.get(code)
            if row is None or line.local:
                continue
            item = index.knowledge.names.ingredients[code]
            if row.grade == "special" and place.channel in {"online", "outpatient"}:
                yield _said(
                    "antimicrobial",
                    line,
                    code,
                    "X",
                    f"{item.name_zh}一般列为特殊使用级，门诊（含互联网）不得开具。",
                    f"{item.name_en} is usually of the special grade, which no outpatient or online clinic may order.",
                    {"grade": row.grade, "channel": place.channel},
                    ANTIMICROBIAL_2012,
                )
            elif place.antimicrobial_right and GRADES.index(place.antimicrobial_right) < GRADES.index(row.grade):
                yield _said(
                    "antimicrobial",
                    line,
                    code,
                    "X",
                    f"{item.name_zh}的级别高于开方医师的抗菌药物处方权。",
                    f"{item.name_en} is of a grade above the right of the physician.",
                    {"grade": row.grade, "right": place.antimicrobial_right},
                    ANTIMICROBIAL_2012,
                )


def quantity(case: Case, index: Index) -> Iterator[Finding]:
    """Days of supply above what the law allows of a class."""
    for line, code, row in asked(case, index, "quantity"):
        if len(line.parts) > 1:
            continue  # The classes of special control are of preparations with one substance.
        most = row.days_max_chronic if row.days_max_chronic is not None else row.days_max
        if line.days is not None and most is not None and line.days > most:
            reading = Reading({f"{line.place}.days": str(line.days), "limit": str(most)})
            found = finding(
                kind="quantity", table="quantity", row=row, case=case, sides=Sides(line, code), reading=reading
            )
            if found is not None:
                yield found


def mixtures(case: Case, index: Index) -> Iterator[Finding]:
    """Injections ordered together that must not be mixed or follow through one line."""
    injected = [line for line in case.lines if line.route in {"iv", "ivgtt"}]
    held: dict[str, Line] = {}
    for line in injected:
        for code in line.codes:
            held.setdefault(code, line)
    for row in index.knowledge.rows(rows.Mixture):
        one, other = held.get(row.a), held.get(row.b)
        if one is None or other is None or one is other or not (one.ordered or other.ordered):
            continue
        found = finding(
            kind="mixture",
            table="injections",
            row=row,
            case=case,
            sides=Sides(one, row.a, other, row.b),
            reading=Reading(),
            said=Said(
                action_zh="分开输注，中间冲管。",
                action_en="Give them apart, and flush between.",
                problem="other",
            ),
        )
        if found is not None:
            yield found


def burdens(case: Case, index: Index) -> Iterator[Finding]:
    """Three or more medicines that slow the brain."""
    if "SEDATIVE" not in index.knowledge.names.classes:
        return
    members = index.members("SEDATIVE")
    lines = [line for line in case.lines if line.codes & members and not line.local and not line.held]
    if len(lines) < MANY_SEDATIVES or not any(line.ordered for line in lines):
        return
    years = case.patient.age_years
    tier = "D" if years is not None and years >= 65 else "C"
    codes = tuple(sorted({code for line in lines for code in line.codes & members}))
    yield Finding(
        kind="burden",
        table="classes/interaction",
        row="SEDATIVE",
        tier=tier,
        base=tier,
        problem="sedation",
        places=tuple(line.place for line in lines),
        codes=codes,
        text_zh=f"同时使用{len(lines)}种抑制中枢的药品，易嗜睡、跌倒和呼吸抑制。",
        text_en=f"{len(lines)} medicines that slow the brain at once: drowsiness, falls, slow breathing.",
        action_zh="停用其中至少一种，或逐一减量。",
        action_en="Stop at least one, or lower them one by one.",
        remedies=("stop:a", "counsel"),
        because="",
        could_be=(),
        facts={line.place: "+".join(sorted(line.codes & members)) for line in lines},
        source="beers2023: three or more agents that act on the central nervous system",
        read="memory",
        second=True,
    )


def _said(
    kind: str, line: Line, code: str, tier: str, text_zh: str, text_en: str, facts: dict[str, str], source: str
) -> Finding:
    return Finding(
        kind=kind,
        table="ingredients" if kind == "control" else "antimicrobials",
        row=code,
        tier=tier,
        base=tier,
        problem="other" if kind == "control" else "infection",
        places=(line.place,),
        codes=(code,),
        text_zh=text_zh,
        text_en=text_en,
        action_zh="改为线下就诊或换用其他药品。" if kind == "control" else "换用权限内的品种，或请有权限的医师会诊。",
        action_en="See the patient in person, or choose another medicine."
        if kind == "control"
        else "Choose one within the right, or ask a physician who has it.",
        remedies=("refer",),
        because="",
        could_be=(),
        facts=facts,
        source=source,
        read="memory",
        second=True,
    )
