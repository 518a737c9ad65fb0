"""What can be done about a finding with one tap, as deeds on the draft. Pure but for the drug table.

The tables name a remedy (`switch:paracetamol`, `lower:1000mg/d`, `stop:b`, `space:4h`, `test:INR@5`, `end:7d`,
`protect:@PPI`); here it is aimed at a line of this draft, or not offered where it could not act.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from xinglin.clinical.knowledge.units import BadUnit, read_amount
from xinglin.hospital.decision_support.selectors import fact_name
from xinglin.hospital.decision_support.services import amount_of
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.advising import Advised, Statement
from xinglin.hospital.pharmacy.drafts import NOTE_MAX, Draft, DraftLine, PricedLine
from xinglin.hospital.pharmacy.gathering import TOLD
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode
from xinglin.hospital.terminology.selectors import ProductInfo, dose_is_deliverable, dose_text, frequency

MOST_DRUGS, MOST_PRODUCTS = 3, 8
ALIKE = 3
"""Letters of the ATC that name a therapeutic group (N02: analgesics)."""
SLOWER = ("qid", "tid", "bid", "qd", "qod")
ACTING = frozenset({"switch", "protect", "lower", "stop", "space", "test", "end"})


@dataclass(frozen=True, slots=True)
class Way:
    """One tap. `line` is the line or the medicine taken that it acts on, `products` what can be chosen, best first."""

    ticket: str
    code: str
    kind: str
    label: T
    line: str = ""
    products: tuple[ProductInfo, ...] = ()
    line_after: DraftLine | None = None


def ways(advised: Advised, statement: Statement, priced: Sequence[PricedLine]) -> list[Way]:
    """Every remedy of a finding that can act on this draft; nothing that is offered would do nothing."""
    taken = _taken_names(advised)
    lines = {str(p.line.id): p for p in priced}
    found: list[Way] = []
    for remedy in statement.told["remedies"]:
        kind, _, value = str(remedy["code"]).partition(":")
        if kind not in ACTING:
            continue
        if kind == "switch":
            found += _switches(statement, remedy, lines)
        elif kind == "protect":
            found += _protectors(statement, remedy, lines)
        elif kind == "stop":
            found += _stop(statement, value, lines, taken)
        elif kind == "test":
            found.append(_test(statement, remedy))
        elif (way := _on_line(statement, remedy, kind, value, lines, taken)) is not None:
            found.append(way)
    return found


def _taken_names(advised: Advised) -> dict[str, str]:
    """Names of what the patient takes already, by line."""
    return {
        one["line"]: one["words"]["drug"] if "words" in one else one["name_zh"]
        for one in advised.advice.given["current"]
    }


def _plain(statement: Statement, remedy: dict[str, str], kind: str, line: str = "") -> Way:
    return Way(statement.ticket, remedy["code"], kind, T(zh=remedy["zh"], en=remedy["en"]), line)


def _ordered(statement: Statement, lines: dict[str, PricedLine]) -> list[PricedLine]:
    return [lines[one] for one in statement.lines if one in lines]


def _test(statement: Statement, remedy: dict[str, str]) -> Way:
    way = _plain(statement, remedy, "test")
    code, within = planned(way)
    label = T(zh="{n} 天内复查{name}", en="Test {name} within {n} days").with_(
        n=within.days, name=fact_name(f"patient.labs.{code}")
    )
    return replace(way, label=label)


# OTHER MEDICINES


def products_of(code: str, like: ProductInfo | None = None) -> tuple[ProductInfo, ...]:
    """Products that hold only this substance and may be ordered online, those given like a former one first."""
    found = [
        product
        for product in terminology.products()
        if product.substances == code
        and product.special_class in {"", "none"}
        and not product.is_decoction
        and (not product.is_injection or product.online_injection_allowed)
    ]

    def order(product: ProductInfo) -> tuple[bool, bool, bool, int, str]:
        other_way = like is not None and not set(product.routes) & set(like.routes)
        other_form = like is not None and product.form_code != like.form_code
        return (other_way, not product.default_dose, other_form, product.price_fen, product.code)

    return tuple(sorted(found, key=order)[:MOST_PRODUCTS])


def _switches(statement: Statement, remedy: dict[str, object], lines: dict[str, PricedLine]) -> list[Way]:
    mine = _ordered(statement, lines)
    held = {part.code for p in lines.values() for part in p.product.ingredients}
    found = []
    for code in _drugs(remedy):
        if code in held or not mine:
            continue
        former = _replaced(code, mine)
        products = products_of(code, former.product)
        if products:
            name = products[0].ingredients[0]
            label = T(zh="换用{new}", en="Switch to {new}").with_(new=T(zh=name.name_zh, en=name.name_en))
            if len(mine) > 1 or len(statement.lines) > 1:
                label = T(zh="{way}（替换{old}）", en="{way} (instead of {old})").with_(
                    way=label, old=former.product.name
                )
            found.append(Way(statement.ticket, f"switch:{code}", "switch", label, str(former.line.id), products))
    return found[:MOST_DRUGS]


def _drugs(remedy: dict[str, object]) -> list[str]:
    drugs = remedy["drugs"]
    return [str(code) for code in drugs] if isinstance(drugs, list) else []


def _replaced(code: str, mine: list[PricedLine]) -> PricedLine:
    """The line that a substance takes the place of: the one of its therapeutic group by ATC, else the last named.

    One letter in common (N: the nervous system) is no likeness: paracetamol never takes the place of citalopram.
    """
    try:
        atc = terminology.ingredient(code).atc
    except UnknownCode:
        atc = ""

    def alike(priced: PricedLine) -> int:
        own = priced.product.atc
        return next((n for n in range(min(len(atc), len(own)), ALIKE - 1, -1) if atc[:n] == own[:n]), 0)

    return max(reversed(mine), key=alike)


def _protectors(statement: Statement, remedy: dict[str, object], lines: dict[str, PricedLine]) -> list[Way]:
    held = {part.code for p in lines.values() for part in p.product.ingredients}
    products: list[ProductInfo] = []
    if held & set(_drugs(remedy)):
        return []
    for code in _drugs(remedy):
        products += products_of(code)[:2]
    if not products:
        return []
    usual = sorted(products, key=lambda p: (not p.default_dose, p.price_fen, p.code))[:MOST_PRODUCTS]
    label = T(zh="加用{x}保护", en="Add {x} for protection").with_(x=usual[0].name)
    return [Way(statement.ticket, str(remedy["code"]), "protect", label, products=tuple(usual))]


# THE LINES THEMSELVES


def _stop(statement: Statement, value: str, lines: dict[str, PricedLine], taken: dict[str, str]) -> list[Way]:
    place = 1 if value == "b" and len(statement.lines) > 1 else 0
    line = statement.lines[place]
    if line in lines:
        label = T(zh="去掉{x}", en="Take {x} off").with_(x=lines[line].product.name)
        return [Way(statement.ticket, f"stop:{value}", "stop", label, line)]
    found = []
    if line.startswith(TOLD):
        label = T(zh=f"暂停在用的{taken.get(line, '')}", en=f"Pause {taken.get(line, '')}, taken now")
        found.append(Way(statement.ticket, f"stop:{value}", "hold", label, line))
    for other in _ordered(statement, lines):  # What is taken already stays: what is new can go.
        label = T(zh="去掉{x}", en="Take {x} off").with_(x=other.product.name)
        found.append(Way(statement.ticket, f"stop:{value}", "stop", label, str(other.line.id)))
    return found


def _on_line(
    statement: Statement,
    remedy: dict[str, str],
    kind: str,
    value: str,
    lines: dict[str, PricedLine],
    taken: dict[str, str],
) -> Way | None:
    mine = _ordered(statement, lines)
    if not mine:
        return None
    if kind == "lower":
        return _lower(statement, remedy, value, mine)
    if kind == "end":
        days = int(value.removesuffix("d"))
        target = mine[0]
        if target.line.days is not None and target.line.days <= days:
            return None
        after = replace(target.line, days=days, packs=None)
        return replace(_plain(statement, remedy, "end", str(target.line.id)), line_after=after)
    target = mine[-1]
    others = [one for one in statement.lines if one != str(target.line.id)]
    other = lines[others[0]].product.name if others and others[0] in lines else None
    name = other or (T(zh=taken[others[0]], en=taken[others[0]]) if others and others[0] in taken else None)
    hours = value.removesuffix("h")
    note = T(zh=f"与{{x}}间隔{hours}小时", en=f"{hours} hours apart from {{x}}").with_(
        x=name or T(zh="其他药", en="other medicines")
    )
    if note.zh in target.line.reason or note.en in target.line.reason:
        return None
    written = "；".join(part for part in (target.line.reason.strip(), str(note)) if part)[:NOTE_MAX]
    after = replace(target.line, reason=written)
    return replace(_plain(statement, remedy, "space", str(target.line.id)), line_after=after)


def _lower(statement: Statement, remedy: dict[str, str], value: str, mine: list[PricedLine]) -> Way | None:
    """The greatest dose that can be given and is not above what the table says: the frequency is kept if it can be."""
    text, _, per = value.partition("/")
    # A percentage concerns the first medicine of a pair; where that one is not ordered here, nothing can be lowered.
    target = mine[0]
    if text.endswith("%") and statement.lines[0] != str(target.line.id):
        return None
    after = _lowered(target, statement, text, per)
    if after is None:
        return None
    rhythm = frequency(after.frequency)
    often = rhythm.name if rhythm else T(zh="", en="")
    label = T(zh="{x}减至每次{dose}，{often}", en="Lower {x} to {dose}, {often}").with_(
        x=target.product.name, dose=dose_text(target.product, after.dose_units or 0), often=often
    )
    return Way(statement.ticket, remedy["code"], "lower", label, str(target.line.id), line_after=after)


def _lowered(target: PricedLine, statement: Statement, text: str, per: str) -> DraftLine | None:
    line, product = target.line, target.product
    codes = [drug["code"] for drug in statement.told["drugs"]]
    part = next((one for one in product.ingredients if one.code in codes), None)
    unit = None if part is None else amount_of(part, product, 1)
    rhythm = frequency(line.frequency)
    if line.dose_units is None or unit is None or unit == 0 or rhythm is None:
        return None
    times = Fraction(rhythm.times, rhythm.period_days)
    if text.endswith("%"):
        most = line.dose_units * times * (100 - int(text[:-1])) / 100
    else:
        try:
            most = read_amount(text).value / unit
        except BadUnit:
            return None
        most = most * times if per == "dose" else most
    options = [_at(line, product, code, most) for code in dict.fromkeys([line.frequency, *SLOWER])]
    fitting = [one for one in options if one is not None]
    best = max(fitting, key=lambda one: (one[0], one[1].frequency == line.frequency), default=None)
    return None if best is None else best[1]


def _at(line: DraftLine, product: ProductInfo, code: str, most: Fraction) -> tuple[Fraction, DraftLine] | None:
    """The greatest dose at a frequency: a dose of whole pieces, at most what is taken now and what may be."""
    rhythm = frequency(code)
    if rhythm is None or line.dose_units is None:
        return None
    times = Fraction(rhythm.times, rhythm.period_days)
    dose = min(int(most / times), line.dose_units)
    step = {"no": 1, "half": 2, "quarter": 4}.get(product.splittable)
    if step is not None and product.unit_content % step == 0:
        piece = product.unit_content // step
        dose = dose // piece * piece
    if dose <= 0 or not dose_is_deliverable(product, dose):
        return None
    return dose * times, replace(line, dose_units=dose, frequency=code, packs=None if line.days else line.packs)


# THE DRAFT AFTERWARDS


def usual_line(product: ProductInfo, days: int | None) -> DraftLine:
    """A line at the usual directions of a product, for as many days as asked."""
    rhythm = frequency(product.default_frequency)
    counted = not product.no_days and (rhythm is None or rhythm.gives_days_supply)
    return DraftLine(
        id=new_id(),
        product_code=product.code,
        dose_units=product.default_dose or None,
        frequency=product.default_frequency,
        route=product.routes[0] if product.routes else "",
        days=(days or min(product.default_days, 7)) if counted else None,
        packs=None if counted else 1,
    )


def applied(draft: Draft, way: Way, product: ProductInfo | None) -> Draft:
    """The draft after a tap. `test` and `hold` leave it as it is: they act elsewhere."""
    lines = list(draft.lines)
    place = next((n for n, line in enumerate(lines) if str(line.id) == way.line), None)
    if way.kind == "protect" and product is not None:
        longest = max((line.days for line in lines if line.days), default=None)
        lines.append(usual_line(product, longest))
    elif place is None:
        return draft
    elif way.kind == "stop":
        del lines[place]
    elif way.kind == "switch" and product is not None:
        lines[place] = usual_line(product, lines[place].days)
    elif way.line_after is not None:
        lines[place] = way.line_after
    return replace(draft, lines=tuple(lines))


def planned(way: Way) -> tuple[str, timedelta]:
    """Code and time of a test: ``test:INR@5`` is within five days; without days within a week."""
    code, _, days = way.code.removeprefix("test:").partition("@")
    number = days.removesuffix("d")
    return code, timedelta(days=int(number) if number.isdigit() else 7)
