"""Reading the medicines of a case: which substances, how much of each in a dose and in a day, by which route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.expressions import INTENTS
from xinglin.clinical.knowledge.naming import LOCAL_ROUTES
from xinglin.clinical.knowledge.units import Amount as Exact
from xinglin.clinical.medicines.amounts import ACTIVITY, COUNT, MASS, MOLES, VOLUME, Amount, parse_amount
from xinglin.clinical.medicines.case import Line, Part, Unknown
from xinglin.clinical.medicines.frequency import Frequency, by_code
from xinglin.clinical.medicines.names import Resolution, resolve
from xinglin.clinical.medicines.reading_patient import BadCase, flag, number
from xinglin.clinical.medicines.sig import Sig, parse_frequency, parse_sig
from xinglin.clinical.medicines.strengths import Strength, StrengthPart, parse_strength, substance

KNOWN: Final = frozenset(
    {"drug", "sig", "dose", "unit", "route", "frequency", "days", "strength", "form", "prn", "single_dose", "held"}
    | {"intent", "atc", "name"}
)
EXACT_KINDS: Final = {MASS: "mass", ACTIVITY: "activity", MOLES: "substance"}
LONGEST_DAYS: Final = 3660
CODES: Final = [
    "po",
    "sl",
    "buccal",
    "pr",
    "pv",
    "sc",
    "id",
    "im",
    "iv",
    "ivgtt",
    "ia",
    "it",
    "inh",
    "neb",
    "eye",
    "ear",
    "nas",
    "top",
    "td",
    "wash",
    "gargle",
    "inj",
]
ROUTES: Final = {code: code for code in CODES} | {
    "oral": "po",
    "topical": "top",
    "cutaneous": "top",
    "nasal": "nas",
    "intranasal": "nas",
    "ophthalmic": "eye",
    "otic": "ear",
    "transdermal": "td",
    "inhaled": "inh",
    "inhalation": "inh",
    "nebulised": "neb",
    "nebulized": "neb",
    "rectal": "pr",
    "vaginal": "pv",
    "sublingual": "sl",
    "subcutaneous": "sc",
    "intramuscular": "im",
    "intravenous": "iv",
    "infusion": "ivgtt",
    "injection": "inj",
}
"""Codes of the house's route table, and the words of FHIR exports and labels in English."""


@dataclass(slots=True)
class Reader:
    """Reads one medicine; what it does not understand it collects."""

    place: str
    knowledge: Knowledge
    weight_kg: Fraction | None
    unknown: list[Unknown]

    def doubt(self, field: str, fact: str, zh: str, en: str, suggestions: tuple[str, ...] = ()) -> None:
        """Something of the line that cannot be used, and why."""
        self.unknown.append(Unknown(f"{self.place}.{field}", fact, zh, en, suggestions))


def read_line(
    given: Any, role: str, index: int, knowledge: Knowledge, weight_kg: Fraction | None
) -> tuple[Line, tuple[Unknown, ...]]:
    """One medicine of a case, and what of it was not understood. Raises BadCase for what has the wrong form."""
    place = f"{'orders' if role == 'order' else 'current'}[{index}]"
    if isinstance(given, str):
        given = {"drug": given}
    if not isinstance(given, Mapping):
        raise BadCase(place, "应为对象或药名", "must be an object or a name")
    for name in given:
        if name not in KNOWN:
            raise BadCase(f"{place}.{name}", "不是已知字段", f"is no field; known are {', '.join(sorted(KNOWN))}")
    reader = Reader(place, knowledge, weight_kg, [])
    text = str(given.get("drug") or given.get("name") or given.get("atc") or "").strip()
    sig_text = str(given.get("sig") or "").strip()
    if not text and not sig_text:
        raise BadCase(f"{place}.drug", "缺少药名", "a name is missing")
    if not text:
        text, sig_text = _split(sig_text)
    named = resolve(text)
    line = _line(reader, given, role, index, text, named, parse_sig(sig_text) if sig_text else None)
    return line, tuple(reader.unknown)


def _split(text: str) -> tuple[str, str]:
    """A text that holds name and directions: the longest beginning that is a medicine, and what follows."""
    best = ("", text)
    marks = [place for place, letter in enumerate(text) if letter in " \t,，;；:：、。"] + [len(text)]
    for end in marks:
        if resolve(text[:end].strip()).known:
            best = (text[:end].strip(), text[end:].strip(" \t,，;；:：、。"))
    if best[0]:
        return best
    first = marks[0]
    return text[:first].strip(), text[first:].strip(" \t,，;；:：、。")


def _line(
    reader: Reader, given: Mapping[str, Any], role: str, index: int, text: str, named: Resolution, sig: Sig | None
) -> Line:
    if not named.known:
        zh, en = named.sentence("zh"), named.sentence("en")
        reader.doubt("drug", "drug", f"“{text[:60]}”：{zh}", f"“{text[:60]}”: {en}", named.suggestions)
    often = _frequency(reader, given, sig)
    route = _route(reader, given, named, sig)
    days = _days(reader, given, sig)
    dose, daily = _amounts(reader, given, sig, often)
    strength = _strength(reader, given, named, sig)
    parts = tuple(
        Part(code, _exact(dose, named, strength, place, reader), _exact(daily, named, strength, place, reader))
        for place, code in enumerate(named.codes)
        if code in reader.knowledge.names.ingredients
    )
    names = [reader.knowledge.names.ingredients[part.code] for part in parts]
    once = bool(flag(given.get("single_dose"), f"{reader.place}.single_dose")) or bool(sig and sig.once)
    line = Line(
        index=index,
        role=role,
        text=text,
        parts=parts,
        name_zh="+".join(name.name_zh for name in names) or text,
        name_en=" + ".join(name.name_en for name in names) or text,
        route=route or _only_route(reader.knowledge, parts),
        form=str(given.get("form") or named.form),
        days=days,
        times=None if often is None else often.per_day_high,
        prn=bool(flag(given.get("prn"), f"{reader.place}.prn")) or bool(sig and sig.prn),
        single_dose=once or bool(often and often.code == "st"),
        intents=_intents(reader, given),
        held=bool(flag(given.get("held"), f"{reader.place}.held")),
        herbs=named.herbs,
        patent=named.patent,
    )
    return _once(line)


def _once(line: Line) -> Line:
    """Of a medicine given once, the day holds the one dose."""
    if not line.single_dose:
        return line
    return replace(line, parts=tuple(replace(part, daily=part.single or part.daily) for part in line.parts))


def _only_route(knowledge: Knowledge, parts: tuple[Part, ...]) -> str:
    """Where the case names no route: the only one by which products give it; by mouth where products are so given.

    That a medicine is put on the skin is never supposed: it would make it silent in most checks.
    """
    ways: frozenset[str] | None = None
    for part in parts:
        mine = knowledge.names.routes.get(part.code, frozenset())
        ways = mine if ways is None else ways & mine
    if not ways:
        return ""
    if len(ways) > 1:
        return "po" if "po" in ways else ""
    (only,) = ways
    return "" if only in LOCAL_ROUTES else only


def _intents(reader: Reader, given: Mapping[str, Any]) -> frozenset[str]:
    value = given.get("intent") or ()
    found = frozenset([value] if isinstance(value, str) else value)
    if not found <= INTENTS:
        raise BadCase(
            f"{reader.place}.intent", f"应为{'、'.join(sorted(INTENTS))}之一", f"is one of {', '.join(sorted(INTENTS))}"
        )
    return found


def _frequency(reader: Reader, given: Mapping[str, Any], sig: Sig | None) -> Frequency | None:
    text = str(given.get("frequency") or "").strip()
    if text:
        found = by_code(text) or parse_frequency(text)
        if found is None and text.lower() not in {"prn", "必要时"}:
            reader.doubt(
                "frequency", "frequency", f"看不懂频次“{text[:30]}”", f"frequency {text[:30]!r} is not understood"
            )
        return found
    if sig is None:
        return None
    if sig.rest_text:
        rest = " ".join(sig.rest_text)[:60]
        reader.doubt("sig", "sig", f"用法中未读懂：“{rest}”", f"not understood in the directions: {rest!r}")
    for doubt in sig.doubts:
        reader.doubt("sig", "sig", doubt.sentence("zh"), doubt.sentence("en"))
    return sig.frequency


def _route(reader: Reader, given: Mapping[str, Any], named: Resolution, sig: Sig | None) -> str:
    text = str(given.get("route") or "").strip()
    if text:
        found = ROUTES.get(text.lower(), "") or parse_sig(text).route
        if not found:
            reader.doubt("route", "route", f"看不懂给药途径“{text[:20]}”", f"route {text[:20]!r} is not understood")
        return found
    return (sig.route if sig and sig.route else "") or named.route


def _days(reader: Reader, given: Mapping[str, Any], sig: Sig | None) -> int | None:
    found = number(given.get("days"), f"{reader.place}.days")
    if found is None:
        return int(sig.days_high) if sig is not None and sig.days_high is not None else None
    if found.denominator != 1 or not 0 < found <= LONGEST_DAYS:
        raise BadCase(f"{reader.place}.days", "应为1到3660的整数", "must be a whole number from 1 to 3660")
    return int(found)


def _amounts(
    reader: Reader, given: Mapping[str, Any], sig: Sig | None, often: Frequency | None
) -> tuple[Amount | None, Amount | None]:
    """One dose and a day, as they are written."""
    value = given.get("dose")
    if value is None or value == "":
        return _of_sig(reader, sig)
    text = f"{value}{given.get('unit') or ''}" if not isinstance(value, str) else value.strip()
    if isinstance(value, str) and given.get("unit") and text.replace(".", "").isdigit():
        text += str(given["unit"])
    if not isinstance(value, str):
        number(value, f"{reader.place}.dose")
    found = parse_amount(text)
    if found is None or not found.unit:
        reader.doubt("dose", "unit", f"看不懂剂量或单位“{text[:30]}”", f"dose or unit {text[:30]!r} is not understood")
        return None, None
    daily = (
        None if often is None else Amount(found.low * often.per_day_low, found.high * often.per_day_high, found.unit)
    )
    return found, daily


def _of_sig(reader: Reader, sig: Sig | None) -> tuple[Amount | None, Amount | None]:
    if sig is None:
        return None, None
    single, daily = sig.single, sig.daily_high
    if any(dose.per_kg for dose in sig.doses):
        weight = reader.weight_kg
        if weight is None:
            reader.doubt("sig", "patient.weight_kg", "按体重给药但缺少体重", "a dose by weight without a weight")
            return None, None
        first = next(dose for dose in sig.doses if dose.per_kg)
        single = first.amount.times(weight) if first.basis == "dose" else None
        daily = None if daily is None else daily.times(weight)
    return single, daily


def _strength(reader: Reader, given: Mapping[str, Any], named: Resolution, sig: Sig | None) -> Strength | None:
    text = str(given.get("strength") or "").strip()
    if text:
        found = parse_strength(text)
        if found is None:
            reader.doubt(
                "strength", "strength", f"看不懂规格“{text[:30]}”", f"strength {text[:30]!r} is not understood"
            )
        return found
    if named.strength is None and sig is not None and sig.strength is not None and len(named.codes) == 1:
        return parse_strength(sig.strength.text("en").replace(" ", ""))
    return named.strength


def _exact(
    amount: Amount | None, named: Resolution, strength: Strength | None, place: int, reader: Reader
) -> Exact | None:
    """How much of one substance an amount of the medicine holds; None where it cannot be told."""
    if amount is None:
        return None
    kind = amount.kind
    if kind in EXACT_KINDS and len(named.codes) == 1:
        return Exact(amount.base().high, EXACT_KINDS[kind])
    if kind == VOLUME and strength is None:
        return Exact(amount.base().high * 1000, "volume") if len(named.codes) == 1 else None
    held = substance(amount, strength) if strength is not None else None
    if held is not None and len(held) == len(named.codes):
        return _one(held[_order(held, named, reader)[place]].amount)
    part = named.parts[place]
    if kind == COUNT and part.amount is not None:
        return _one(part.amount.times(amount.high))
    if kind in EXACT_KINDS and strength is not None and len(strength.parts) == len(named.codes):
        return _share(amount, strength, place)
    whole = held[0].amount if held is not None and len(held) == 1 else amount
    return _by_products(whole, named, place, reader)


def _order(held: tuple[StrengthPart, ...], named: Resolution, reader: Reader) -> tuple[int, ...]:
    """Which part of a strength belongs to which substance: as written, unless a product shows another order.

    Labels write the amounts in the order of their own name (布地格福 160/7.2/4.8 µg), which need not be ours.
    """
    written = tuple(range(len(held)))
    masses = [part.amount.base().high for part in held]
    if len(held) < 2 or any(part.name for part in held) or any(part.amount.kind != MASS for part in held):
        return written
    made = reader.knowledge.names.compositions.get(frozenset(named.codes), frozenset())
    ratios = {tuple(Fraction(dict(one)[code], dict(one)[named.codes[0]]) for code in named.codes) for one in made}
    fitting = [
        order
        for order in permutations(written)
        if tuple(masses[number] / masses[order[0]] for number in order) in ratios
    ]
    return written if written in fitting or len(fitting) != 1 else fitting[0]


def _by_products(whole: Amount, named: Resolution, place: int, reader: Reader) -> Exact | None:
    """The share of one substance in the mass of all, as labels of combinations print it (457 mg = 400 + 57).

    A product of the same substances in the same sum says it, else all such products where they agree.
    """
    made = reader.knowledge.names.compositions.get(frozenset(named.codes), frozenset())
    if whole.kind != MASS or not made:
        return None
    code, mass = named.codes[place], whole.base().high
    shares = {dict(one)[code] / Fraction(sum(amount for _, amount in one)): sum(a for _, a in one) for one in made}
    same = [share for share, total in shares.items() if mass % total == 0]
    if len(same) != 1 and len(shares) != 1:
        return None
    return Exact(mass * (same[0] if len(same) == 1 else next(iter(shares))), "mass")


def _one(amount: Amount) -> Exact | None:
    return Exact(amount.base().high, EXACT_KINDS[amount.kind]) if amount.kind in EXACT_KINDS else None


def _share(amount: Amount, strength: Strength, place: int) -> Exact | None:
    """A dose of a combination in mass is the mass of all its substances; each has its share by the strength."""
    masses = [part.amount.base().high for part in strength.parts if part.amount.kind == MASS]
    if len(masses) != len(strength.parts) or amount.kind != MASS or sum(masses) == 0:
        return None
    return Exact(amount.base().high * masses[place] / sum(masses), "mass")
