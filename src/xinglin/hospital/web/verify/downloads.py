"""The signed prescription as a file, for the patient, the physician and the pharmacist alike."""

from uuid import UUID

from django.http import HttpResponse

from xinglin.hospital.kernel.access import Permission
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.access import OWN_PRESCRIPTION, READ_PRESCRIPTION, WRITE_PRESCRIPTION
from xinglin.hospital.web.shared.page import Request, View, page


def _document(permission: Permission) -> View:
    """The view for those who hold a permission; the service checks whose prescription it is and writes it down."""

    @page(permission, methods=("GET", "HEAD"))
    def document(request: Request, prescription_id: UUID) -> HttpResponse:
        made = services.signed_document(actor=request.actor, prescription_id=prescription_id, now=request.now)
        return HttpResponse(
            made.content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
        )

    return document


own = _document(OWN_PRESCRIPTION)
written = _document(WRITE_PRESCRIPTION)
read = _document(READ_PRESCRIPTION)
