"""What waits on the desks of the pharmacy, and for the patient's payment."""

from typing import Any

from ninja import Router

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.prescriptions import Prescription, shown
from xinglin.hospital.pharmacy import selectors
from xinglin.hospital.pharmacy.access import DISPENSE, OWN_PRESCRIPTION, REVIEW_PRESCRIPTION, WRITE_PRESCRIPTION

router = Router(tags=["desks"])


@operation(router, "get", "/desks/review", REVIEW_PRESCRIPTION, list[Prescription])
def awaiting_review(request: Request) -> Any:
    """待审处方，急的在前｜What waits for review, the urgent first"""
    return [shown(sheet.row) for sheet in selectors.awaiting_review(actor=request.actor)]


@operation(router, "get", "/desks/questions", (WRITE_PRESCRIPTION, REVIEW_PRESCRIPTION), list[Prescription])
def awaiting_answer(request: Request) -> Any:
    """待医师答复的处方｜Prescriptions about which a pharmacist asked"""
    return [shown(sheet.row) for sheet in selectors.awaiting_answer(actor=request.actor)]


@operation(router, "get", "/desks/dispensing", DISPENSE, list[Prescription])
def awaiting_dispensing(request: Request) -> Any:
    """待配药和待发药｜What waits to be picked or handed over"""
    return [shown(sheet.row) for sheet in selectors.awaiting_dispensing(actor=request.actor)]


@operation(router, "get", "/desks/payment", (OWN_PRESCRIPTION, DISPENSE), list[Prescription])
def awaiting_payment(request: Request) -> Any:
    """已配好待付款｜What is ready and waits for payment"""
    return [shown(sheet.row) for sheet in selectors.awaiting_payment(actor=request.actor)]


@operation(router, "get", "/desks/returns", DISPENSE, list[Prescription])
def coming_back(request: Request) -> Any:
    """退回途中、待收回的包裹｜Parcels that come back"""
    return [shown(sheet.row) for sheet in selectors.coming_back(actor=request.actor)]
