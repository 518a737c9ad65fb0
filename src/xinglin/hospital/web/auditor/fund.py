"""The fund: what was spent by month or day and by whom, how many claims, what was taken back, what is in breach."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight.selectors import Filters
from xinglin.hospital.settlement import selectors as settlement
from xinglin.hospital.settlement.access import SEE_RECONCILIATION
from xinglin.hospital.settlement.selectors import Spending
from xinglin.hospital.web.auditor.charts import Upright, stacked, uprights
from xinglin.hospital.web.auditor.trends import Board, board
from xinglin.hospital.web.shared.page import Request, page

DAYS = 30
MONTHS = 12
PAYERS = {
    "k1": T(zh="统筹基金", en="Fund"),
    "k2": T(zh="个人账户", en="Personal account"),
    "k3": T(zh="个人现金", en="Cash"),
    "k4": T(zh="医院承担", en="Hospital"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """How the last 30 days compare with the 30 before, in whole percent; None where there was nothing before."""

    percent: int | None

    @property
    def says(self) -> T:
        """The comparison in words."""
        if self.percent is None:
            return T(zh="此前 30 天没有支出", en="nothing was spent in the 30 days before")
        if self.percent == 0:
            return T(zh="与此前 30 天持平", en="as in the 30 days before")
        word = T(zh="多", en="more") if self.percent > 0 else T(zh="少", en="less")
        return T(zh="比此前 30 天{word} {n}%", en="{n}% {word} than in the 30 days before").with_(
            word=word, n=abs(self.percent)
        )


def shares(row: Spending) -> list[tuple[str, int]]:
    """Who paid, in the order of the key."""
    return list(zip(PAYERS, (row.fund_fen, row.account_fen, row.cash_fen, row.hospital_fen), strict=True))


def added(rows: Sequence[Spending], on: date) -> Spending:
    """The sum of rows, under the name of a day."""
    whole = Spending(on)
    names = [column.name for column in fields(Spending) if column.name != "on"]
    for row in rows:
        whole = whole.plus(*(getattr(row, name) for name in names))
    return whole


def change(now: int, before: int) -> Change:
    """The comparison of two sums."""
    return Change((now - before) * 100 // before if before > 0 else None)


def steps(first: date, last: date, step: str) -> list[date]:
    """Every day, or the first of every month, from first to last."""
    if step == "day":
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    months = (last.year - first.year) * 12 + last.month - first.month
    return [date(*_month(first.year, first.month + n), 1) for n in range(months + 1)]


def _month(year: int, month: int) -> tuple[int, int]:
    return year + (month - 1) // 12, (month - 1) % 12 + 1


def drawn(rows: Sequence[Spending], days: Sequence[date], step: str) -> tuple[Upright, ...]:
    """A column for every step, also for those in which nothing was paid."""
    known = {row.on: row for row in rows}
    columns = []
    for place, on in enumerate(days):
        row = known.get(on, Spending(on))
        name = f"{on:%Y-%m}" if step == "month" else f"{on:%m-%d}"
        says = T(zh="{on}：基金 ¥{f}，共 ¥{t}，{n} 笔", en="{on}: fund ¥{f} of ¥{t}, {n} claims")
        label = f"{on.month}" if step == "month" else (f"{on.day}" if place % 5 == 0 else "")
        filled = says.with_(on=name, f=yuan(row.fund_fen), t=yuan(row.total_fen), n=row.claims)
        columns.append((label, filled, shares(row)))
    return uprights(columns)


@page(SEE_RECONCILIATION, methods=("GET", "HEAD"))
def fund(request: Request) -> HttpResponse:
    """Spending of the actor's institutions; the exact figures stand in a table below the drawing."""
    actor, today = request.actor, civil_day(request.now)
    step: Literal["day", "month"] = "day" if request.GET.get("by") == "day" else "month"
    first = (
        today - timedelta(days=DAYS - 1) if step == "day" else date(*_month(today.year, today.month - MONTHS + 1), 1)
    )
    rows = settlement.spending(actor=actor, from_on=first, until_on=today, step=step)
    recent_from = today - timedelta(days=DAYS - 1)
    two = settlement.spending(actor=actor, from_on=recent_from - timedelta(days=DAYS), until_on=today)
    recent = added([row for row in two if row.on >= recent_from], today)
    before = added([row for row in two if row.on < recent_from], today)
    whole = added(rows, today)
    columns = drawn(rows, steps(first, today, step), step)
    breach = Filters(outcome="finding", from_on=first, until_on=today, once=True, limit=1)
    held = Filters(outcome="finding", from_on=first, until_on=today, once=True, decision="upheld", limit=1)
    context = {
        "step": step,
        "recent": recent,
        "change": change(recent.fund_fen, before.fund_fen),
        "whole": whole,
        "columns": columns,
        "says": _says(whole, step),
        "payers": PAYERS,
        "bar": stacked([(kind, PAYERS[kind], value) for kind, value in shares(whole)], _says(whole, step)),
        "rows": rows[::-1],
        "breach": oversight.findings(actor=actor, filters=breach),
        "held": oversight.findings(actor=actor, filters=held),
        "first": first,
        "board": trend_board(actor, today),
        "back": settlement.recovered(actor=actor, from_on=first, until_on=today),
    }
    return render(request, "auditor/fund.html", context)


def trend_board(actor: Actor, today: date) -> Board:
    """The findings of the last twelve months, month by month."""
    first = date(*_month(today.year, today.month - MONTHS + 1), 1)
    rows = oversight.trends(actor=actor, from_on=first, until_on=today)
    return board(rows, steps(first, today, "month"))


def _says(whole: Spending, step: str) -> T:
    period = (
        T(zh="最近 30 天", en="the last 30 days") if step == "day" else T(zh="最近 12 个月", en="the last 12 months")
    )
    parts = [(PAYERS[kind], yuan(value)) for kind, value in shares(whole)]
    return T(
        zh="{period}共 ¥{t}：" + "，".join(f"{name.zh} ¥{amount}" for name, amount in parts),
        en="¥{t} in {period}: " + ", ".join(f"{name.en.lower()} ¥{amount}" for name, amount in parts),
    ).with_(period=period, t=yuan(whole.total_fen))
