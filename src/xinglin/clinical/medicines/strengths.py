"""Strengths of products ("0.5g", "1ml:5mg", "50µg/500µg/揿", "150mg+12.5mg") and what an amount of them contains. Pure.

A strength is one or more substances in one piece, in so many ml, or as a share. What cannot be told gives None.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from xinglin.clinical.medicines.amounts import ACTIVITY, COUNT, MASS, SHARE, UNITS, VOLUME, Amount, fold, parse_amount

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_UNIT = (
    r"(?:万国际单位|万单位|万iu|万u|国际单位|单位|iu|unt|u|miu|ng|ug|mcg|mg|kg|g|ml|l|ul|mmol|meq|%|微克|毫克|克|毫升|升|units?"
    r"|㎎|㎍|㎖)(?![a-z])"
)
_QUANTITY = re.compile(rf"(?<![\d.])({_NUMBER}|\.\d+) ?({_UNIT})")
_COUNTED = "片粒袋包支丸贴枚瓶滴喷揿吸掀泡条管剂枝"
_PER_COUNT = re.compile(
    rf"[/每] ?(?:1 ?)?([{_COUNTED}]|tablets?|tabs?|capsules?|caps?|sachets?|puffs?|actuations?"
    r"|inhalations?|sprays?|drops?"
    r"|patch(?:es)?|vials?|ampoules?|doses?|suppository|pens?|dose)(?![a-z])"
    r"|\b(?:a|per) (tablet|capsule|sachet|puff|spray|drop|patch|vial|dose)"
)
_PACK = re.compile(
    rf"(?:[x*,] ?|共)(\d{{1,4}}) ?([{_COUNTED}s]|tablets?|capsules?|puffs?|sprays?|sachets?)(?:/[盒瓶板袋支])?"
    rf"|\d+[{_COUNTED}]/[盒瓶板]"
)
_JOIN = re.compile(r" ?([:/+,&]|and|in|per|含|相当于|、|与|和) ?")
_FILLER = re.compile(r"每|含|per|and|each|contains?|tablets?|capsules?|[片粒袋包支丸贴枚瓶滴喷揿吸 ,:;/+()与和x*]|复方")
_SAME_MASS = Fraction(2_000_000)  # 2 g: `10g:10mg` is a tube and its content, `1000mg:62.5mg` two substances.


@dataclass(frozen=True, slots=True)
class StrengthPart:
    """One substance of a strength: its name where the text gives one ("" otherwise), and how much of it."""

    name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Strength:
    """`parts` in `per` (one piece, or so many ml or g). `whole` says that `per` is a whole container as supplied.

    `pack` is how many pieces or puffs a pack holds. `doubt` is set where a colon between two masses may mean either.
    """

    parts: tuple[StrengthPart, ...]
    per: Amount
    whole: bool = True
    pack: Amount | None = None
    doubt: bool = False


ONE_PIECE = Amount(Fraction(1), Fraction(1), "piece")


@lru_cache(maxsize=8192)
def parse_strength(text: str) -> Strength | None:
    """A strength as printed on a label, or None when the whole text is not understood as one.

    >>> parse_strength("5ml:0.1g").parts[0].amount.text()
    '0.1g'
    """
    if not text or len(text) > 200:
        return None
    folded = fold(text).strip()
    pack, folded, source = _take_pack(folded, text.strip())
    concentration = _share(folded)
    if concentration:
        return Strength(concentration.parts, concentration.per, False, pack)
    per_count, folded = _take_per_count(folded)
    folded = re.sub(r"(?<=[a-z位%]) ?/ ?(ml|l|g)(?![a-z])", r"/1\1", _spread_unit(folded))
    found = list(_QUANTITY.finditer(folded))
    if not found:
        return None
    amounts = [_amount(match, source) for match in found]
    if None in amounts or (amounts[0] and any(a is None for a in amounts)):
        return None
    known = [a for a in amounts if a is not None]
    names = _names(folded, found)
    if names is None:
        return None
    return _assemble(known, names, _joins(folded, found), per_count, pack)


def _amount(match: re.Match[str], source: str) -> Amount | None:
    written = source[match.start() : match.end()] if len(source) >= match.end() else match[0]
    return parse_amount(written) if fold(written) == match[0] else parse_amount(match[0])


def _take_pack(folded: str, source: str) -> tuple[Amount | None, str, str]:
    found = _PACK.search(folded)
    if not found or not _QUANTITY.search(folded[: found.start()]):
        return None, folded, source
    pack = None
    if found[1]:
        unit = {"s": "tab"}.get(found[2], "") or ""
        amount = parse_amount(found[1] + (unit or found[2]))
        pack = amount
    cut = found.start()
    return pack, folded[:cut] + " " * (found.end() - cut) + folded[found.end() :], source


def _take_per_count(folded: str) -> tuple[bool, str]:
    found = _PER_COUNT.search(folded)
    if not found:
        return False, folded
    return True, folded[: found.start()] + " " * (found.end() - found.start()) + folded[found.end() :]


def _spread_unit(folded: str) -> str:
    """`50/500ug` and `160/12.5mg` mean both in the last unit; lengths change, so the unit is put in only there."""
    return re.sub(
        rf"(?<![\d.])({_NUMBER})((?: ?[/-] ?{_NUMBER})+) ?(mg|ug|mcg|g|iu)(?![a-z])",
        lambda m: "/".join(f"{part.strip()}{m[3]}" for part in re.split("[/-]", m[1] + m[2])),
        folded,
    )


def _share(folded: str) -> Strength | None:
    """`0.5%`, `1%(10g:0.1g)`: so many mg in a ml or g (weight by volume or by weight)."""
    found = re.fullmatch(rf"({_NUMBER}) ?%(?: ?\(.*\))?", folded)
    if not found:
        return None
    value = Fraction(found[1].replace(",", "")) * 10
    return Strength((StrengthPart("", Amount(value, value, "mg")),), Amount(Fraction(1), Fraction(1), "ml"), False)


def _joins(folded: str, found: list[re.Match[str]]) -> list[str]:
    """What stands between two quantities: ":", "/", "+", "in" or "" for anything else."""
    joins = []
    for left, right in pairwise(found):
        between = folded[left.end() : right.start()].strip()
        joins.append(
            "in" if between in ("in", "per", "溶于") else between[:1] if between[:1] in {":", "/", "+"} else ""
        )
    return joins


def _names(folded: str, found: list[re.Match[str]]) -> list[str] | None:
    """The words before each quantity; None when words stand behind the last one."""
    names, at = [], 0
    for match in found:
        words = _JOIN.sub(" ", folded[at : match.start()])
        names.append(
            re.sub(r"^(?:每|含|各含|复方| )+|[ :(),;、每]+$", "", _FILLER_EDGE.sub("", words)).strip(" ():,;/+")
        )
        at = match.end()
    odd = any(name and not any(c.isalnum() for c in name) for name in names)
    return None if odd or _FILLER.sub("", folded[at:]).strip() else names


_FILLER_EDGE = re.compile(
    rf"每 ?[{_COUNTED}]? ?(?:含有?)?|主要成分(?:为)?|each (?:tablet|capsule|sachet) contains|contains"
)


def _assemble(
    amounts: list[Amount], names: list[str], joins: list[str], per_count: bool, pack: Amount | None
) -> Strength | None:
    kinds = [amount.kind for amount in amounts]
    if SHARE in kinds or COUNT in kinds:
        return None
    doubt = False
    volumes = [k for k, kind in enumerate(kinds) if kind == VOLUME]
    if len(volumes) > 1 or (volumes and len(amounts) == 1):
        return None if len(volumes) > 1 else Strength((StrengthPart("", amounts[0]),), ONE_PIECE, True, pack)
    if volumes:
        place = volumes[0]
        if place not in (0, len(amounts) - 1):
            return None
        join = joins[place] if place == 0 else joins[-1]
        whole = join == ":" or (join == "" and place == 0) or per_count
        rest = [k for k in range(len(amounts)) if k != place]
        return Strength(_parts(amounts, names, rest), amounts[place], whole, pack)
    if len(amounts) == 2 and joins[0] == ":" and kinds == [MASS, MASS]:
        first, second = amounts[0].base(), amounts[1].base()
        if first.low >= _SAME_MASS and first.low >= 10 * second.low:
            return Strength(_parts(amounts, names, [1]), amounts[0], True, pack)
        doubt = amounts[0].unit == "g" and amounts[1].unit != "g" and first.low >= 10 * second.low
    if len(amounts) == 2 and joins[0] == "/" and amounts[1].unit == "g" and amounts[0].unit in ("mg", "ug"):
        return Strength(_parts(amounts, names, [0]), amounts[1], False, pack)
    if len(amounts) == 2 and joins[0] == ":" and sorted(kinds) == [ACTIVITY, MASS]:
        return Strength(_parts(amounts, names, [0, 1]), ONE_PIECE, True, pack, True)
    return Strength(_parts(amounts, names, list(range(len(amounts)))), ONE_PIECE, True, pack, doubt)


def _parts(amounts: list[Amount], names: list[str], places: list[int]) -> tuple[StrengthPart, ...]:
    return tuple(StrengthPart(names[k], amounts[k]) for k in places)


def substance(amount: Amount, strength: Strength) -> tuple[StrengthPart, ...] | None:
    """How much of each substance an amount of a product contains; None when it cannot be told.

    Pieces count as the piece (tablet, ampoule, puff) of the strength; ml by proportion; an amount that is written as a
    mass or in units is the substance itself, if the product has one. Drops and spoons of a liquid cannot be told.

    >>> substance(parse_amount("2片"), parse_strength("0.5g"))[0].amount.text()
    '1g'
    """
    if not amount.unit:
        return None
    if amount.kind == COUNT:
        return _of_pieces(amount, strength)
    if amount.kind == strength.per.kind and amount.kind in (VOLUME, MASS):
        inside = amount.into(strength.per.unit)
        if inside is None:
            return None
        low, high = inside.low / strength.per.low, inside.high / strength.per.low
        return tuple(StrengthPart(p.name, p.amount.times(low, high)) for p in strength.parts)
    if len(strength.parts) == 1 and strength.parts[0].amount.kind == amount.kind:
        return (StrengthPart(strength.parts[0].name, amount),)
    return None


def _of_pieces(amount: Amount, strength: Strength) -> tuple[StrengthPart, ...] | None:
    liquid = strength.per.kind in (VOLUME, MASS)
    if amount.unit in ("spoon", "box") or (liquid and (not strength.whole or amount.unit in ("drop", "spray", "puff"))):
        return None
    return tuple(StrengthPart(p.name, p.amount.times(amount.low, amount.high)) for p in strength.parts)


__all__ = ["ONE_PIECE", "UNITS", "Strength", "StrengthPart", "parse_strength", "substance"]
