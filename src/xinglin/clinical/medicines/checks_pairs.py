"""Checks of one medicine against another, and against what the patient does not bear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Final

from xinglin.clinical.knowledge import rows
from xinglin.clinical.medicines.case import AllergyRecord, Case, Line
from xinglin.clinical.medicines.finding import Finding, Said, finding
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import RANK, SILENT, Reading, Sides

HELD: Final = {"X": "D", "D": "C", "C": "B", "B": "B", "-": "-"}


def takes_part(line: Line, code: str, row: object, index: Index) -> bool:
    """A medicine put on the skin or into the eye takes part where the row asks for the route, or where it is given in
    no other way; else so little of it reaches the blood that the row does not hold."""
    return not line.local or id(row) in index.route_aware or code in index.local_only


def meets(line: Line, side: frozenset[str], row: object, index: Index) -> bool:
    """Whether a medicine takes part in a row about two: put on the skin or into the eye, only where the row asks for
    the route or speaks of nothing but such medicines."""
    return not line.local or id(row) in index.route_aware or side <= index.local_only


def of_two_lines(case: Case) -> Iterator[tuple[Line, Line]]:
    """Pairs of medicines of which one at least is ordered now."""
    for one, other in combinations(case.lines, 2):
        if one.ordered or other.ordered:
            yield one, other


def interactions(case: Case, index: Index) -> Iterator[Finding]:
    """Of each pair of substances the gravest row that holds after its context.

    Where that row was not read a second time, the gravest that was is told beside it: it may interrupt by itself.
    """
    for one, other in of_two_lines(case):
        for first in one.parts:
            for second in other.parts:
                if first.code == second.code or second.code in one.codes or first.code in other.codes:
                    continue
                yield from _of_pair(case, index, one, first.code, other, second.code)


def _of_pair(case: Case, index: Index, one: Line, code: str, other: Line, other_code: str) -> list[Finding]:
    holding: list[Finding] = []
    for row, turned in index.pairs(code, other_code):
        sides = Sides(other, other_code, one, code) if turned else Sides(one, code, other, other_code)
        if not (meets(sides.a, row.a, row, index) and sides.b and meets(sides.b, row.b, row, index)):
            continue
        said = Said(row.effect_zh, row.effect_en, row.action_zh, row.action_en)
        if (one.held or other.held) and not any(atom.kind == "held" for entry in row.context for atom in entry.when):
            # Stopped for the time: what is left is that it may still act for some days.
            holding.append(_held(row, case, sides, said))
            continue
        found = finding(
            kind="interaction",
            table="interactions",
            row=row,
            case=case,
            sides=sides,
            reading=Reading(),
            said=said,
        )
        if found is not None:
            holding.append(found)
    holding.sort(key=lambda one: -RANK[one.tier])
    read_twice = [one for one in holding if one.second and RANK[one.tier] >= RANK["D"]]
    return _both(holding[:1], read_twice[:1])


def _both(gravest: list[Finding], read_twice: list[Finding]) -> list[Finding]:
    """The gravest finding, and the gravest of a row read a second time where that is another one."""
    return gravest + [one for one in read_twice if one is not gravest[0] and not gravest[0].second]


def _held(row: rows.Interaction, case: Case, sides: Sides, said: Said) -> Finding:
    """A medicine that is stopped while the other runs counts one tier less, whatever else the context says."""
    bare = replace(row, tier=HELD[row.tier], context=())
    reading = Reading({f"{line.place}.held": "true" for line in (sides.a, sides.b) if line is not None and line.held})
    found = finding(
        kind="interaction", table="interactions", row=bare, case=case, sides=sides, reading=reading, said=said
    )
    assert found is not None, "a row without context is never silent"
    return replace(found, base=row.tier)


def duplicates(case: Case, index: Index) -> Iterator[Finding]:
    """Too many of one class; each group is told once for the lines that it concerns."""
    for row in index.knowledge.rows(rows.Duplicate):
        lines = [
            (line, code)
            for line in case.lines
            if not line.held
            for code in sorted(line.codes & row.side)
            if meets(line, row.side, row, index)
        ]
        codes = {code for _line, code in lines}
        if len(codes) <= row.most or not any(line.ordered for line, _code in lines):
            continue
        (one, code), (other, other_code) = _farthest(lines)
        if one is other:
            continue
        found = finding(
            kind="duplicate",
            table="duplicates",
            row=row,
            case=case,
            sides=Sides(one, code, other, other_code),
            reading=Reading(),
        )
        if found is not None:
            yield found


def _farthest(lines: list[tuple[Line, str]]) -> tuple[tuple[Line, str], tuple[Line, str]]:
    first = next(pair for pair in lines if pair[0].ordered)
    other = next((pair for pair in lines if pair[0] is not first[0] and pair[1] != first[1]), first)
    return first, other


def allergies(case: Case, index: Index) -> Iterator[Finding]:
    """What is ordered against what the patient did not bear: the substance itself, then what crosses with it."""
    for record in case.patient.allergies or ():
        for line in case.orders:
            for code in sorted(line.codes):
                found = _allergy(case, index, record, line, code)
                if found is not None:
                    yield found


def _allergy(case: Case, index: Index, record: AllergyRecord, line: Line, code: str) -> Finding | None:
    matching = [
        row
        for row in index.allergies.get(code, ())
        if record.codes & row.recorded and (row.reaction == "any" or record.reaction in {row.reaction, "severe"})
    ]
    best: Finding | None = None
    if matching:
        row = min(matching, key=_specific)
        reading = Reading({"patient.allergies": f"{record.text} ({record.reaction})"})
        best = finding(kind="allergy", table="allergies", row=row, case=case, sides=Sides(line, code), reading=reading)
    if code in record.codes and (best is None or RANK[best.tier] < RANK["X"]):
        return _itself(case, record, line, code, best)
    return best


def _specific(row: rows.Allergy) -> tuple[bool, int, int, int]:
    """What is stated of few substances stands before what is stated of a class; that two do not cross, before all.

    Of the others a row for the reaction at hand stands before one for any.
    """
    size = len(row.recorded) * len(row.ordered)
    reaction = {"severe": 0, "immediate": 1, "any": 2}[row.reaction]
    return row.tier != SILENT or row.context != (), reaction, size, -RANK[row.tier]


def _itself(case: Case, record: AllergyRecord, line: Line, code: str, best: Finding | None) -> Finding:
    """The very substance is on record: blocked, or asked about where only an intolerance is recorded."""
    tier = "D" if record.reaction == "intolerance" else "X"
    if best is not None and RANK[best.tier] >= RANK[tier]:
        return best
    return Finding(
        kind="allergy",
        table="allergies",
        row="itself",
        tier=tier,
        base=tier,
        problem="allergy",
        places=(line.place,),
        codes=(code,),
        text_zh=f"患者的过敏记录写明“{record.text}”，所开药品含有该成分。",
        text_en=f"The record of allergies names “{record.text}”, and what is ordered holds that substance.",
        action_zh="换用不含该成分的药品；记录有误的，先核实并更正记录。",
        action_en="Choose a medicine without it; where the record is wrong, verify and correct it first.",
        remedies=("stop:a",),
        because="",
        could_be=(),
        facts={"patient.allergies": f"{record.text} ({record.reaction})"},
        source="label-cn: 【禁忌】",
        read="memory",
        second=True,
    )


def herbs(case: Case, index: Index) -> Iterator[Finding]:
    """Decoction pieces that must not meet, also those inside patent medicines."""
    held = [(line, herb) for line in case.lines for herb in line.herbs]
    for row in index.knowledge.rows(rows.HerbPair):
        ones = [line for line, herb in held if herb == row.a]
        others = [line for line, herb in held if herb == row.b]
        if not ones or not others or not (ones[0].ordered or others[0].ordered):
            continue
        reading = Reading({"herbs": f"{row.a}+{row.b}"})
        said = Said(
            tier="D" if row.kind != "other" else "C",
            action_zh="调整处方；确需同用的，由医师再次签名。",
            action_en="Change the prescription; where both are called for, the physician signs a second time.",
        )
        found = finding(
            kind="herbs",
            table="herb_pairs",
            row=row,
            case=case,
            sides=Sides(ones[0], "", others[0], ""),
            reading=reading,
            said=said,
        )
        if found is not None:
            yield found


def same_substance(case: Case, index: Index) -> Iterator[Finding]:
    """One substance in two medicines that are not the same medicine: one of them often hides it."""
    for one, other in of_two_lines(case):
        shared = one.codes & other.codes
        if not shared or one.held or other.held or one.local != other.local:
            continue
        renewal = one.codes == other.codes and one.role != other.role and not (one.patent or other.patent)
        if renewal or one.intents & {"switch", "titration"} or other.intents & {"switch", "titration"}:
            continue
        code = sorted(shared)[0]
        name = index.knowledge.names.ingredients[code]
        tier = "C" if one.codes == other.codes and one.form != other.form else "D"
        yield _shared(one, other, code, name.name_zh, name.name_en, tier)


def _shared(one: Line, other: Line, code: str, name_zh: str, name_en: str, tier: str) -> Finding:
    return Finding(
        kind="duplicate",
        table="duplicates",
        row="same-substance",
        tier=tier,
        base=tier,
        problem="duplicate",
        places=(one.place, other.place),
        codes=(code,),
        text_zh=f"两种药品都含有{name_zh}，合用即重复。",
        text_en=f"Both medicines hold {name_en}: together they double it.",
        action_zh="停用其中一种；确需两种规格或剂型合用的，注明为有意联用并核对总量。",
        action_en="Stop one of them; where two strengths or forms are meant, say so and check the total.",
        remedies=("stop:b",),
        because="",
        could_be=(),
        facts={f"{one.place} + {other.place}": code},
        source="law-review: 适宜性审核（重复用药）",
        read="memory",
        second=True,
    )
