"""Money that waits: reversals that rest on later settlements, and the days compared with the insurer's copy."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement import selectors
from xinglin.hospital.settlement.access import SEE_RECONCILIATION
from xinglin.hospital.web.shared.page import Request, page

LOOK_BACK_DAYS = 30
FIGURES = (
    ("count", T(zh="笔数", en="Count")),
    ("total_fen", T(zh="总费用", en="Total")),
    ("fund_fen", T(zh="基金", en="Fund")),
    ("account_fen", T(zh="个人账户", en="Account")),
    ("cash_fen", T(zh="现金", en="Cash")),
)
KINDS = {
    "only_here": T(zh="只有本院有，医保方没有", en="only here; the insurer has none"),
    "only_there": T(zh="只有医保方有，本院没有", en="only at the insurer; none here"),
    "amount_differs": T(zh="两边金额不同", en="the amounts differ"),
}


def money_of(actor: Actor, now: datetime) -> dict[str, Any]:
    """Reversals that wait, the latest comparison of each day, days without one, and how many days need a look."""
    today = civil_day(now)
    since = today - timedelta(days=LOOK_BACK_DAYS)
    latest: dict[tuple[UUID, date], Any] = {}
    for row in selectors.reconciliations(actor=actor, since=since):
        latest.setdefault((row.institution_id, row.on), row)
    differing = [row for row in latest.values() if row.differences]
    missing = selectors.days_not_compared(actor=actor, since=since, before=today)
    return {
        "reversals": selectors.reversals_waiting(actor=actor),
        "compared": list(latest.values()),
        "missing": missing,
        "unsettled": len(differing) + len(missing),
        "look_back_days": LOOK_BACK_DAYS,
    }


def _figures(ours: dict[str, int] | None, theirs: dict[str, int] | None) -> list[dict[str, Any]]:
    """Line by line what both sides say; None where a side has nothing."""
    rows = []
    for code, label in FIGURES:
        here, there = (side.get(code) if side else None for side in (ours, theirs))
        differs = (here or 0) != (there or 0)
        rows.append({"label": label, "here": here, "there": there, "money": code != "count", "differs": differs})
    return rows


def _compared(rows: Iterable[Any], houses: dict[UUID, T]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "house": houses.get(row.institution_id, ""),
            "figures": _figures(row.ours, row.theirs),
            "differences": [
                {
                    "claim": one["claim"],
                    "kind": KINDS.get(one["kind"], one["kind"]),
                    "figures": [line for line in _figures(one["ours"], one["theirs"]) if line["differs"]],
                }
                for one in row.differences
            ],
        }
        for row in rows
    ]


@page(SEE_RECONCILIATION, methods=("GET", "HEAD"))
def money(request: Request) -> HttpResponse:
    """Reversals that wait and why, the comparisons of the last days and what differs in them."""
    actor = request.actor
    found = money_of(actor, request.now)
    houses = {one.id: one.name for one in identity.institutions(at=request.now)}
    wishes = []
    for wish in found["reversals"]:
        claim = wish.claim
        paid = selectors.settlement_of(actor=actor, kind=selectors.ClaimKind(claim.kind), subject_id=claim.subject_id)
        wishes.append({"wish": wish, "claim": claim, "paid": paid, "house": houses.get(claim.institution_id, "")})
    context = found | {
        "wishes": wishes,
        "rows": _compared(found["compared"], houses),
        "missing": [(houses.get(house, ""), on) for house, on in found["missing"]],
    }
    return render(request, "affairs/money.html", context)
