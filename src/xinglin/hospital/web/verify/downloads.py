"""The signed prescription as a file, for the patient, the physician and the pharmacist alike."""

from uuid import UUID

from django.http import HttpResponse

from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.access import READ_PRESCRIPTION
from xinglin.hospital.web.shared.page import Request, page


@page(READ_PRESCRIPTION, methods=("GET", "HEAD"))
def document(request: Request, prescription_id: UUID) -> HttpResponse:
    """The PDF, made or signed on when needed; who got it is in the journal."""
    made = services.signed_document(actor=request.actor, prescription_id=prescription_id, now=request.now)
    return HttpResponse(
        made.content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )
