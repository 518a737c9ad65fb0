"""The board's trends: findings by month, their money, and which families of rules they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.selectors import Trend
from xinglin.hospital.web.auditor.charts import Bar, Upright, stacked, uprights
from xinglin.hospital.web.auditor.words import FAMILIES

MONEY = {
    "over": T(zh="涉及金额", en="In breach"),
    "k1": T(zh="基金损失", en="Fund loss"),
    "clear": T(zh="认定应退回", en="Decided to go back"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """The sums of one month."""

    on: date
    findings: int = 0
    breach_fen: int = 0
    loss_fen: int = 0
    owed_fen: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """One family of rules in the whole time, its bar in proportion to the largest."""

    code: str
    name: T
    findings: int
    breach_fen: int
    owed_fen: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is drawn. `settled_again`: for how many findings the fund's loss is known."""

    months: tuple[Month, ...]
    counts: tuple[Upright, ...]
    money: tuple[tuple[str, T, tuple[Upright, ...], int], ...]
    families: tuple[Family, ...]
    findings: int
    settled_again: int
    says: T


def board(rows: Sequence[Trend], months: Sequence[date]) -> Board:
    """The trends over these months; a month in which nothing was found stands empty."""
    summed = tuple(_month(on, [row for row in rows if row.month == on]) for on in months)
    money = (
        ("over", MONEY["over"], [month.breach_fen for month in summed]),
        ("k1", MONEY["k1"], [month.loss_fen for month in summed]),
        ("clear", MONEY["clear"], [month.owed_fen for month in summed]),
    )
    findings = sum(month.findings for month in summed)
    most = max(summed, key=lambda month: month.findings, default=None)
    says = T(zh="{n} 条疑点，最多的是 {m}：{k} 条", en="{n} findings, most in {m}: {k}")
    return Board(
        months=summed,
        counts=uprights([_column(month.on, month.findings) for month in summed]),
        money=tuple(
            (
                kind,
                name,
                uprights([_amounts(month.on, kind, name, fen) for month, fen in zip(summed, fens, strict=True)]),
                sum(fens),
            )
            for kind, name, fens in money
        ),
        families=_families(rows),
        findings=findings,
        settled_again=sum(row.settled_again for row in rows),
        says=says.with_(n=findings, m=f"{most.on:%Y-%m}" if most else "", k=most.findings if most else 0),
    )


def _month(on: date, rows: Sequence[Trend]) -> Month:
    return Month(
        on,
        sum(row.findings for row in rows),
        sum(row.breach_fen for row in rows),
        sum(row.loss_fen for row in rows),
        sum(row.owed_fen for row in rows),
    )


def _column(on: date, count: int) -> tuple[str, T, list[tuple[str, int]]]:
    says = T(zh="{m}：{n} 条", en="{m}: {n} findings").with_(m=f"{on:%Y-%m}", n=count)
    return f"{on.month}", says, [("finding", count)]


def _amounts(on: date, kind: str, name: T, fen: int) -> tuple[str, T, list[tuple[str, int]]]:
    says = T(zh="{m}：{what} ¥{y}", en="{m}: {what} ¥{y}").with_(m=f"{on:%Y-%m}", what=name, y=yuan(fen))
    return f"{on.month}", says, [(kind, fen)]


def _families(rows: Sequence[Trend]) -> tuple[Family, ...]:
    codes = sorted({row.family for row in rows})
    sums = {code: [row for row in rows if row.family == code] for code in codes}
    counts = {code: sum(row.findings for row in found) for code, found in sums.items()}
    most = max(counts.values(), default=0)
    made = []
    for code in sorted(codes, key=lambda code: -counts[code]):
        name = FAMILIES.get(code, T(zh=code, en=code))
        says = T(zh="{name}：{n} 条", en="{name}: {n} findings").with_(name=name, n=counts[code])
        made.append(
            Family(
                code=code,
                name=name,
                findings=counts[code],
                breach_fen=sum(row.breach_fen for row in sums[code]),
                owed_fen=sum(row.owed_fen for row in sums[code]),
                bar=stacked([("finding", name, counts[code])], says, whole=most),
            )
        )
    return tuple(made)
