"""The state of reading one text of directions: phases, doses, and what was noted on the way. Pure."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from xinglin.clinical.medicines.amounts import COUNT, UNITS, Amount
from xinglin.clinical.medicines.directions import Dose, Doubt, Phase, Sig, Span
from xinglin.clinical.medicines.frequency import Frequency, frequency
from xinglin.clinical.medicines.grammar import MASTER
from xinglin.clinical.medicines.lexer import Flaw, Lexer, Token

HALF, ONE, ZERO = Fraction(1, 2), Fraction(1), Fraction(0)
PERIODS = {"D": ONE, "W": Fraction(7), "M": Fraction(30), "H": Fraction(1, 24), "I": Fraction(1, 1440)}
Action = Callable[["Reader", int, int], int | None]


class Draft:
    """A phase while it is being read."""

    __slots__ = ("days", "doses", "first_dose", "frequency", "from_day", "once", "slots", "until_day")

    def __init__(self, from_day: int | None = None, until_day: int | None = None, first_dose: bool = False) -> None:
        self.doses: list[Dose] = []
        self.frequency: Frequency | None = None
        self.slots: list[str] = []
        self.once = False
        self.days: tuple[Fraction, Fraction] | None = None
        self.from_day, self.until_day, self.first_dose = from_day, until_day, first_dose

    def done(self) -> Phase:
        """The phase; times of the day stand for a frequency where none is written."""
        often, slots = self.frequency, tuple(dict.fromkeys(self.slots))
        named = {d.slot for d in self.doses if d.slot}
        if often is None and (slots or named):
            count = Fraction(len(set(slots) | named))
            often = frequency(count, count, ONE)
        doses = self.doses
        if often is None and self.until_day and len(doses) == 1 and doses[0].basis == "dose" and not self.once:
            doses = [Dose(doses[0].amount, "day", "", doses[0].also, doses[0].per_kg)]
        if often and named and len(doses) == 1 and often.period == 1 and not often.low <= 1 <= often.high:
            doses = [Dose(d.amount, d.basis, "", d.also, d.per_kg) for d in doses]
        if often and slots and often.slots != slots:
            often = Frequency(often.low, often.high, often.period, often.code, slots, often.weekdays)
        return Phase(tuple(doses), often, self.once, self.from_day, self.until_day, self.first_dose)


class Reader:
    """One reading of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        lexer = Lexer(text)
        self.tokens: list[Token] = lexer.tokens
        self.flaws: list[Flaw] = lexer.flaws
        self.kinds = "".join([token.kind for token in self.tokens])
        self.done = bytearray(len(self.tokens))
        self.drafts = [Draft()]
        self.now = self.drafts[0]
        self.prn = self.open_ended = self.directed = self.first_doubled = False
        self.routes: list[str] = []
        self.timing: list[str] = []
        self.total: Amount | None = None
        self.strength: Amount | None = None
        self.max_times: Fraction | None = None
        self.max_amount: Amount | None = None
        self.max_single: Amount | None = None
        self.rate: Amount | None = None
        self.totals: list[tuple[Draft, int, int]] = []

    def read(self, actions: Mapping[str, Action]) -> Sig:
        """Apply the rules from left to right; an action that finds no certain meaning leaves its words in the rest."""
        kinds, k, size = self.kinds, 0, len(self.kinds)
        while k < size:
            found = MASTER.match(kinds, k)
            if not found:
                k += 1
                continue
            end = found.end()
            used = actions[found.lastgroup or ""](self, k, end)
            if used is None:
                self.flaw("unclear", k, end)
            else:
                end = k + used
                self.done[k:end] = b"\x01" * used
            k = max(end, k + 1)
        return self._sig()

    def _sig(self) -> Sig:
        understood, rest = self._spans()
        phases = tuple(draft.done() for draft in self.drafts if filled(draft))
        for draft, k, end in self.totals:
            if not draft.once and (draft.frequency is None or draft.frequency.high != 1):
                self.flaw("total_of_day", k, end)
        for phase in phases:
            plain = [dose for dose in phase.doses if not dose.slot]
            if len(plain) > 1 or (plain and len(plain) != len(phase.doses)):
                self.flaw("two_doses", 0, len(self.tokens))
        doubts = tuple(
            Doubt(flaw.code, flaw.start, flaw.end, self.text[flaw.start : flaw.end])
            for flaw in sorted(set(self.flaws), key=lambda flaw: (flaw.start, flaw.code))
        )
        days = self._days()
        return Sig(
            self.text, phases, self.prn, self.routes[0] if self.routes else "", tuple(dict.fromkeys(self.routes)),
            tuple(dict.fromkeys(self.timing)), days[0], days[1], self.open_ended, self.total, self.strength,
            self.max_times, self.max_amount, self.max_single, self.rate,
            self.directed, self.first_doubled, understood, rest, doubts,
        )  # fmt: skip

    def _days(self) -> tuple[Fraction | None, Fraction | None]:
        """How long all of it goes on: the phases together, when the last one has an end."""
        timed = [draft.days for draft in self.drafts if draft.days]
        if len(timed) == 1 and (len(self.drafts) == 1 or self.drafts[-1].days or not self.drafts[-1].doses):
            return timed[0]
        if not timed or self.drafts[-1].days is None:
            return None, None
        return sum((low for low, _ in timed), ZERO), sum((high for _, high in timed), ZERO)

    def _spans(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Places understood and not; blanks and punctuation go with what stands before them."""
        understood: list[Span] = []
        rest: list[Span] = []
        at, state = 0, True
        edges: list[tuple[int, bool]] = []
        for token, done in zip(self.tokens, self.done, strict=True):
            good = bool(done)
            if good != state:
                edges.append((token.start, state))
                state = good
        edges.append((len(self.text), state))
        for edge, good in edges:
            if edge > at:
                (understood if good else rest).append((at, edge))
            at = edge
        return tuple(understood), tuple(rest)

    def flaw(self, code: str, k: int, end: int) -> None:
        if self.tokens:
            self.flaws.append(Flaw(code, self.tokens[k].start, self.tokens[end - 1].end))

    # Reading words ------------------------------------------------------------------------------------------------

    def number(self, k: int) -> tuple[Fraction, Fraction, int]:
        """A number that begins at word k, and the place after it."""
        kinds = self.kinds
        low = high = HALF
        if kinds[k] == "N":
            low, high = self.tokens[k].value
            if kinds[k + 1 : k + 2] == "h":
                low, high, k = low + HALF, high + HALF, k + 1
        k += 1
        return low, high, k + 1 if kinds[k : k + 1] == "v" else k

    def amount(self, k: int) -> tuple[Amount, Amount | None, int]:
        """An amount that begins at word k, the same amount in brackets behind it, and the place after both."""
        kinds = self.kinds
        low, high, k = self.number(k)
        unit, k = self.tokens[k].value, k + 1
        if kinds[k : k + 1] == "h" and kinds[k + 1 : k + 2] != "U" and UNITS[unit].kind == COUNT:
            low, high, k = low + HALF, high + HALF, k + 1
        if kinds[k : k + 1] == "~" and kinds[k + 1 : k + 2] in ("N", "h"):
            _, top, after = self.number(k + 1)
            if kinds[after : after + 1] == "U" and self.tokens[after].value == unit and top >= high:
                high, k = top, after + 1
        also = None
        if kinds[k : k + 1] == "(":
            inner = k + 1
            while kinds[inner : inner + 1] == "v":
                inner += 1
            if kinds[inner : inner + 1] in ("N", "h"):
                _, _, after = self.number(inner)
                if kinds[after : after + 2] == "U)":
                    also, _, after = self.amount(inner)
                    k = after + 1
        return Amount(low, high, unit), also, k

    def first(self, wanted: str, k: int, end: int) -> int:
        """The place of the first word of a kind in `wanted`, or -1."""
        for place in range(k, end):
            if self.kinds[place] in wanted:
                return place
        return -1

    def slots(self, k: int, end: int) -> list[str]:
        """The times of the day named between two places; their places at the meal are noted."""
        found: list[str] = []
        for token in self.tokens[k:end]:
            if token.kind == "L":
                slots, timing = token.value
                found += slots
                if timing:
                    self.timing.append(timing)
            elif token.kind == "G":
                self.timing.append(token.value)
            elif token.kind == "R":
                self.routes.append(token.value)
        return found

    def set_frequency(self, found: Frequency, k: int, end: int) -> None:
        """The frequency of this phase; a second one that says otherwise is a doubt."""
        before = self.now.frequency
        if before and not before.same(found):
            if self.now.doses and self.now is not self.drafts[-1]:
                return
            self.flaw("two_frequencies", k, end)
            return
        if before and before.weekdays:
            return
        self.now.frequency = found
        if found.slots and not self.now.slots:
            self.now.slots += found.slots

    def add_dose(self, dose: Dose, k: int, end: int) -> None:
        """A dose of this phase; after a dose to be taken at once a new phase begins."""
        if self.now.once and self.now.doses and not self.now.frequency:
            self.start(Draft())
        for other in self.now.doses:
            if other.amount == dose.amount and not dose.slot and other.basis == dose.basis:
                return
        if dose.slot or not self.now.doses or self.now.doses[0].slot:
            self.now.doses.append(dose)
            return
        known = self.now.doses[0]
        if known.amount.kind != dose.amount.kind and known.also is None and known.basis == dose.basis:
            self.flaw("two_doses", k, end)
        self.now.doses.append(dose)

    def start(self, draft: Draft) -> None:
        """Begin another phase."""
        if not filled(self.now):
            self.drafts.remove(self.now)
        self.drafts.append(draft)
        self.now = draft


def filled(draft: Draft) -> bool:
    return bool(draft.doses or draft.frequency or draft.once or draft.slots or draft.days)
