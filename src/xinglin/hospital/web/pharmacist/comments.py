"""Comments of prescriptions: the month's sample to comment, and the report for those who may read it."""

import csv
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import COMMENT, COMMENT_REPORT
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

MONTHS = 12
WIDTH, HEIGHT = 1100, 100


def _month(text: str, today: date) -> date:
    """The month asked for ('2026-10'), else the last one that is over."""
    try:
        year, _, month = text.partition("-")
        return date(int(year), int(month), 1)
    except ValueError:
        return selectors.month_before(selectors.month_of(today))


def _house(request: Request) -> UUID:
    """The institution asked for, among the actor's own; the first of them where none is."""
    mine = sorted(request.actor.institution_ids)
    if not mine:
        raise NotFound
    asked = uuid_or_none(request.GET.get("house", "") or request.POST.get("house", ""))
    return asked if asked in mine else mine[0]


def _around(request: Request, house: UUID, month: date) -> dict[str, Any]:
    months = [selectors.month_before(selectors.month_of(civil_day(request.now)))]
    while len(months) < MONTHS:
        months.append(selectors.month_before(months[-1]))
    houses = [identity.institution(institution_id=one, at=request.now) for one in sorted(request.actor.institution_ids)]
    return {
        "house": house,
        "houses": houses,
        "house_name": next(one.name for one in houses if one.id == house),
        "month": month,
        "months": sorted({*months, month}, reverse=True),
        "head": selectors.is_head(request.actor, request.now),
    }


def _desk(request: Request, status: int = 200, **more: Any) -> HttpResponse:
    today = civil_day(request.now)
    month, house = _month(request.GET.get("month", "") or request.POST.get("month", ""), today), _house(request)
    found = selectors.comment_round(actor=request.actor, institution_id=house, month_on=month)
    wanted = uuid_or_none(request.GET.get("one", "") or request.POST.get("sampled_id", ""))
    rows = found.rows
    current = next((one for one in rows if one.id == wanted), None)
    current = current or next((one for one in rows if one.comment is None), rows[0] if rows else None)
    context = _around(request, house, month) | {"round": found, "one": current, "codes": selectors.reason_codes()}
    context["may_comment"] = selectors.may_comment(request.actor, request.now)
    if current is not None:
        at = rows.index(current)
        context["next_id"] = rows[at + 1].id if at + 1 < len(rows) else None
        context["previous_id"] = rows[at - 1].id if at else None
    return render(request, "pharmacist/comments.html", context | more, status=status)


@page(COMMENT)
def desk(request: Request) -> HttpResponse:
    """The sample of a month with the next prescription open; a comment is sent to the same address."""
    if request.method != "POST":
        return _desk(request)
    try:
        sampled = uuid_or_none(request.POST.get("sampled_id", ""))
        if sampled is None:
            reason = T(zh="请先打开一张抽到的处方。", en="Open a prescription of the sample first.")
            raise InvalidInput(field="sampled_id", reason=reason)
        services.comment_prescription(
            actor=request.actor,
            sampled_id=sampled,
            reasonable=request.POST.get("verdict") == "reasonable",
            codes=request.POST.getlist("codes") if request.POST.get("verdict") != "reasonable" else [],
            line_ids=[found for text in request.POST.getlist("lines") if (found := uuid_or_none(text))],
            text=request.POST.get("text", ""),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        ticked, typed = request.POST.getlist("codes"), request.POST.get("text", "")
        return _desk(request, refusal.status, refusal=refusal, ticked=ticked, typed=typed)
    messages.success(request, str(T(zh="已记下。", en="Noted.")))
    target = redirect("pharmacist:comments")
    target["Location"] += f"?month={_month(request.POST.get('month', ''), civil_day(request.now)):%Y-%m}"
    return target


@page(COMMENT_REPORT)
def report(request: Request) -> HttpResponse:
    """The report of a month; drawing its sample is sent to the same address."""
    today = civil_day(request.now)
    month, house = _month(request.GET.get("month", "") or request.POST.get("month", ""), today), _house(request)
    context, status = _around(request, house, month), 200
    if request.method == "POST":
        try:
            services.draw_sample(actor=request.actor, institution_id=house, month_on=month, now=request.now)
        except DomainError as refusal:
            if refusal.status in {403, 404}:
                raise
            context["refusal"], status = refusal, refusal.status
    found = selectors.comment_report(actor=request.actor, institution_id=house, month_on=month, now=request.now)
    context |= {"report": found, "chart": _chart([point.permille for point in found.trend])}
    if found.sample is not None:
        context["same"] = selectors.drawn_again(actor=request.actor, sample_id=found.sample.id, now=request.now)
    return render(request, "pharmacist/report.html", context, status=status)


def _chart(values: list[int | None]) -> dict[str, Any]:
    """A line over the months; months without comments are left out, and the line does not cross them."""
    step = WIDTH // max(len(values) - 1, 1)
    most = max([value for value in values if value is not None] + [100])
    points = [(n * step, HEIGHT - value * HEIGHT // most) for n, value in enumerate(values) if value is not None]
    path, before = [], None
    for n, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if before is not None else 'M'}{n * step} {HEIGHT - value * HEIGHT // most}")
        before = value
    return {"path": " ".join(path), "points": points, "width": WIDTH, "height": HEIGHT}


@page(COMMENT_REPORT, methods=("GET", "HEAD"))
def export(request: Request) -> HttpResponse:
    """The sample as a table for spreadsheets, one prescription a row; the export is written down."""
    month, house = _month(request.GET.get("month", ""), civil_day(request.now)), _house(request)
    rows = selectors.comment_rows(actor=request.actor, institution_id=house, month_on=month, now=request.now)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="prescription-comments-{month:%Y-%m}.csv"'
    answer.write("\ufeff")
    csv.writer(answer).writerows([[_plain(cell) for cell in row] for row in rows])
    return answer


def _plain(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
