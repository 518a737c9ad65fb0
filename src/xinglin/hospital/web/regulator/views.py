"""The regulator's pages: the board of institutions, one institution with its journal, verification."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.regulator.access import SEE_BOARD, VERIFY_JOURNAL
from xinglin.hospital.web.shared.page import Request, page

PER_PAGE = 40


@page(SEE_BOARD, methods=("GET", "HEAD"))
def board(request: Request) -> HttpResponse:
    """Every institution: what needs a look comes first."""
    kind = request.GET.get("kind", "")
    rows = selectors.board(actor=request.actor, now=request.now)
    kinds = {row.card.kind: row.card.kind_name for row in rows}
    shown = [row for row in rows if kind in {"", row.card.kind}]
    writing = [row for row in rows if row.journal.links]
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": kinds,
        "kind": kind,
        "count": len(rows),
        "closed": sum(not row.card.open for row in rows),
        "entries": sum(row.journal.links for row in rows),
        "problems": [row for row in rows if row.journal.problem],
        "unverified": [row for row in writing if row.journal.verified_at is None],
        "writing": writing,
    }
    return render(request, "regulator/board.html", context)


@page(SEE_BOARD, methods=("GET", "HEAD"))
def journals(request: Request) -> HttpResponse:
    """The institutions that have written a journal, with their chains."""
    rows = [row for row in selectors.board(actor=request.actor, now=request.now) if row.journal.links]
    return render(request, "regulator/journals.html", {"rows": rows})


@page(SEE_BOARD, methods=("GET", "HEAD"))
def institution(request: Request, institution_id: UUID) -> HttpResponse:
    """One institution: licence, journal, what was verified."""
    actor, now = request.actor, request.now
    past = [
        (row, selectors.problem_sentence(row))
        for row in selectors.verifications(actor=actor, institution_id=institution_id)
    ]
    context = {
        "row": selectors.institution_state(actor=actor, institution_id=institution_id, now=now),
        "entries": selectors.latest_entries(actor=actor, institution_id=institution_id, now=now),
        "past": past,
    }
    return render(request, "regulator/institution.html", context)


@page(VERIFY_JOURNAL, methods=("POST",))
def verify(request: Request, institution_id: UUID) -> HttpResponse:
    """Walk the chain now and say what was found."""
    found = services.verify_journal(actor=request.actor, institution_id=institution_id, now=request.now)
    tell = messages.success if found.intact else messages.error
    tell(request, str(found.sentence))
    return redirect("regulator:institution", institution_id=institution_id)
