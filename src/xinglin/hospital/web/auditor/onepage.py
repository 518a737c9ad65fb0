"""One finding on one page: what the selector says, laid out for a reader. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.selectors import FindingDetail, FindingRow, GivenReason, MomentAnswer, Shown
from xinglin.hospital.web.auditor.charts import Bar, Step, allowed_and_over, sequence, stacked
from xinglin.hospital.web.auditor.words import MOMENT_WORDS, MOMENTS, NOT_ASKED

MEASURED = {"B02": "measure.distinct_drugs", "B03": "line.quantity"}
"""The fact whose value is the limit plus the excess, by rule."""

PAYERS = (
    ("k1", "claim.funds_fen"),
    ("k2", "claim.account_fen"),
    ("k2", "claim.family_account_fen"),
    ("k3", "claim.cash_fen"),
    ("k4", "claim.hospital_fen"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: what it is, the figure, a word below it."""

    name: T
    figure: T
    note: T
    words: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One of the three moments with what was said in it. `here` marks the moment of this finding."""

    name: T
    note: T
    answers: tuple[MomentAnswer, ...]
    empty: T
    here: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What can be drawn of a finding; empty parts are left out of the page."""

    over: Bar | None
    steps: tuple[Step, ...]
    split: Bar | None


def tiles(detail: FindingDetail) -> tuple[Tile, ...]:
    """Amount, by how much, what was done, how far the audit has come."""
    row = detail.row
    return (_amount(row), _excess(row), _done(row), _state(detail))


def _plain(text: str) -> T:
    return T(zh=text, en=text)


def _amount(row: FindingRow) -> Tile:
    name = T(zh="涉及金额", en="In breach")
    if row.excess_fen is None:
        return Tile(name, _plain("–"), T(zh="本规则不以金额计量", en="this rule measures no money"))
    return Tile(name, _plain(f"¥{yuan(row.excess_fen)}"), T(zh="按事实计算，非估计", en="computed from the facts"))


def _excess(row: FindingRow) -> Tile:
    units = (
        (row.excess_days, T(zh="超出天数", en="Days over the limit"), T(zh="{n} 天", en="{n} days")),
        (row.excess_count, T(zh="超出数量", en="Over the limit by"), T(zh="{n}", en="{n}")),
        (row.excess_seconds, T(zh="超出秒数", en="Over the limit by"), T(zh="{n} 秒", en="{n} s")),
    )
    measured = [(name, text.with_(n=value)) for value, name, text in units if value is not None]
    if not measured:
        return Tile(
            T(zh="超出", en="By how much"), _plain("–"), T(zh="是或否，没有程度之分", en="it holds or it does not")
        )
    (name, figure), others = measured[0], measured[1:]
    if others and row.excess_count is not None:
        note = T(zh="相当于 {n} 个单位", en="that is {n} items").with_(n=row.excess_count)
    else:
        note = T(zh="超过规定限值的部分", en="the part beyond the limit")
    return Tile(name, figure, note)


def _done(row: FindingRow) -> Tile:
    return Tile(T(zh="当时的处理", en="What was done"), row.consequence_name, row.moment, words=True)


def _state(detail: FindingDetail) -> Tile:
    row = detail.row
    figure = row.decision_name or row.state_name
    note = row.state_name if row.decision_name else T(zh="等待认定", en="waits for a decision")
    if row.upheld_fen is not None and row.decided:
        note = T(zh="应退回 ¥{y}", en="¥{y} to go back").with_(y=yuan(row.upheld_fen))
    return Tile(T(zh="认定", en="Decision"), figure, note, words=True)


def columns(detail: FindingDetail) -> tuple[Column, ...]:
    """The three moments, always all three."""
    return tuple(
        Column(
            name=MOMENTS[code],
            note=MOMENT_WORDS[code],
            answers=tuple(answer for answer in detail.moments if answer.moment_code == code),
            empty=NOT_ASKED[code],
            here=detail.row.moment_code == code,
        )
        for code in MOMENTS
    )


def agreement(detail: FindingDetail) -> T:
    """Whether the moments agree, in one sentence."""
    asked, same = len(detail.moments), sum(answer.same for answer in detail.moments)
    if asked <= 1:
        return T(zh="目前只问过一次", en="asked once so far")
    if asked == same:
        return T(zh="{n} 次判断，事实相同，结论相同", en="asked {n} times: same facts, same verdict").with_(n=asked)
    return T(
        zh="{n} 次判断中 {k} 次与本结论一致；其余各次事实有变化",
        en="asked {n} times, {k} agree with this one; the facts changed in the others",
    ).with_(n=asked, k=same)


def readable(facts: Iterable[Shown], *, english: bool) -> tuple[list[Shown], list[Shown]]:
    """What happened, and what the law allows; a name given in both languages is shown in the reader's."""
    rows = list(facts)
    paths = {fact.path for fact in rows}
    hidden = {path for path in paths if path.endswith("_zh" if english else "_en") and _twin(path) in paths}
    kept = [fact for fact in rows if fact.path not in hidden]
    return [fact for fact in kept if not fact.of_law], [fact for fact in kept if fact.of_law]


def _twin(path: str) -> str:
    return path[:-2] + ("zh" if path.endswith("en") else "en")


def drawing(detail: FindingDetail) -> Drawing:
    """What of the evidence can be drawn."""
    facts = {fact.path: fact for fact in detail.facts}
    return Drawing(_over(detail, facts), _steps(facts.values()), _split(facts))


def _over(detail: FindingDetail, facts: Mapping[str, Shown]) -> Bar | None:
    fact = facts.get(MEASURED.get(detail.row.rule, ""))
    over = detail.row.excess_count
    if fact is None or over is None or not isinstance(fact.raw, int):
        return None
    return allowed_and_over(fact.raw, over, fact.name)


def _steps(facts: Iterable[Shown]) -> tuple[Step, ...]:
    instants = [
        (datetime.fromisoformat(fact.raw), fact.name)
        for fact in facts
        if fact.path.endswith("_at") and isinstance(fact.raw, str)
    ]
    return sequence(instants) if len(instants) > 1 else ()


def _split(facts: Mapping[str, Shown]) -> Bar | None:
    known = [(kind, facts[path]) for kind, path in PAYERS if path in facts and isinstance(facts[path].raw, int)]
    if not known or "claim.total_fen" not in facts:
        return None
    words = [(fact.name, yuan(fact.raw)) for _, fact in known if fact.raw]
    says = T(
        zh="；".join(f"{name.zh} ¥{amount}" for name, amount in words),
        en="; ".join(f"{name.en} ¥{amount}" for name, amount in words),
    )
    return stacked([(kind, fact.name, fact.raw) for kind, fact in known], says)


@dataclass(frozen=True, slots=True)
class Heard:
    """A reason that the provider gave, with the name of its code."""

    given: GivenReason
    reason: T


def heard(reasons: Sequence[GivenReason], names: Mapping[str, T]) -> list[Heard]:
    """The provider's answers; a code that is no longer listed stands for itself."""
    return [Heard(given, names.get(given.reason_code, _plain(given.reason_code))) for given in reasons]
