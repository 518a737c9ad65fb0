"""Screens of paying."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.access import PAY, SEE_PAYMENTS
from xinglin.hospital.settlement.errors import AlreadySettled, PaymentRunning, PaymentUncertain
from xinglin.hospital.settlement.selectors import ClaimKind
from xinglin.hospital.web.shared.page import Request, page

SHARES = (
    ("fund_fen", T(zh="医保基金", en="Insurance"), "k1"),
    ("account_fen", T(zh="个人账户", en="Personal account"), "k2"),
    ("cash_fen", T(zh="现金自付", en="You pay"), "k3"),
    ("hospital_fen", T(zh="医院承担", en="The hospital bears"), "k4"),
)


def split_of(figures: Any) -> list[dict[str, Any]]:
    """Those who pay something, with their amounts and the width of their part of the bar in percent."""
    total = figures.total_fen
    found = []
    for name, label, kind in SHARES:
        amount = getattr(figures, name)
        if amount:
            found.append({"label": label, "kind": kind, "fen": amount, "width": amount * 1000 // total / 10})
    return found


# PAYING


@page(PAY)
def pay(request: Request, prescription_id: UUID) -> HttpResponse:
    """What a prescription costs and who pays, then the payment itself."""
    if request.method == "POST":
        return _pay(request, prescription_id)
    return _quote(request, prescription_id, _options(request.GET))


def _options(given: Any) -> dict[str, bool]:
    """Whether to use insurance and account: yes, unless the box was taken away."""
    chosen = "chosen" in given
    return {name: not chosen or name in given for name in ("use_insurance", "use_account")}


def _quote(
    request: Request, prescription_id: UUID, options: dict[str, bool], refusal: DomainError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"prescription_id": prescription_id, "refusal": refusal, **options}
    try:
        quote = services.presettle(actor=request.actor, prescription_id=prescription_id, now=request.now, **options)
    except AlreadySettled:
        return _receipt_of(request, prescription_id)
    except DomainError as found:
        if found.status == 404:
            raise
        context["refusal"] = refusal or found
        return render(request, "payment/pay.html", context, status=(refusal or found).status)
    if _is_open(request, prescription_id):
        return _waiting(request, prescription_id, 200)
    context |= {"quote": quote, "split": split_of(quote.figures), "key": new_id()}
    status = refusal.status if refusal else 200
    return render(request, "payment/pay.html", context, status=status)


def _is_open(request: Request, prescription_id: UUID) -> bool:
    return any(claim.subject_id == prescription_id for claim in selectors.open_payments(actor=request.actor))


def _receipt_of(request: Request, prescription_id: UUID) -> HttpResponse:
    paid = selectors.settlement_of(actor=request.actor, kind=ClaimKind.PRESCRIPTION, subject_id=prescription_id)
    return redirect("payment:receipt", settlement_id=paid.id) if paid else redirect("payment:list")


def _waiting(request: Request, prescription_id: UUID, status: int) -> HttpResponse:
    return render(request, "payment/waiting.html", {"prescription_id": prescription_id}, status=status)


def _pay(request: Request, prescription_id: UUID) -> HttpResponse:
    options = _options(request.POST)
    try:
        paid = services.settle(
            actor=request.actor,
            prescription_id=prescription_id,
            key=_key(request.POST.get("key", "")),
            now=request.now,
            shown_cash_fen=_shown(request.POST.get("shown", "")),
            **options,
        )
    except (PaymentUncertain, PaymentRunning) as refusal:
        return _waiting(request, prescription_id, refusal.status)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _quote(request, prescription_id, options, refusal)
    messages.success(request, str(T(zh="付款完成。", en="Paid.")))
    return redirect("payment:receipt", settlement_id=paid.id)


def _key(text: str) -> str:
    """The key that the page was given. Raises InvalidInput."""
    if not 8 <= len(text) <= 80:
        raise InvalidInput(field="key", reason=T(zh="页面已过期，请刷新后再付款。", en="Reload the page, then pay."))
    return text


def _shown(text: str) -> int:
    """The amount in fen that the page showed. Raises InvalidInput."""
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise InvalidInput(field="shown", reason=T(zh="页面已过期，请刷新后再付款。", en="Reload the page, then pay."))
    return int(text)


# AFTERWARDS


@page(SEE_PAYMENTS, methods=("GET", "HEAD"))
def receipt(request: Request, settlement_id: UUID) -> HttpResponse:
    """A settlement with the reason for every figure."""
    shown = selectors.receipt(actor=request.actor, settlement_id=settlement_id, now=request.now)
    return render(request, "payment/receipt.html", {"receipt": shown, "split": split_of(shown.settlement)})


def _named(cover: insurance.Cover) -> list[tuple[T, Any]]:
    """What was used of each scheme, under its name."""
    return [(selectors.scheme_name(key.care_type, key.disease), totals) for key, totals in cover.used]


@page(PAY, methods=("GET", "HEAD"))
def listing(request: Request) -> HttpResponse:
    """Insurance, account and payments of the patient and the wards."""
    actor = request.actor
    people = [who for who in (actor.person_id, *sorted(actor.wards, key=str)) if who is not None]
    today = civil_day(request.now)
    covers = [cover for who in people if (cover := insurance.my_cover(actor=actor, person_id=who, on=today))]
    context = {
        "payments": selectors.payments(actor=actor),
        "covers": [(cover, _named(cover)) for cover in covers],
        "open": selectors.open_payments(actor=actor),
    }
    return render(request, "payment/list.html", context)
