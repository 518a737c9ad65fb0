"""Verify a prescription as a stranger: paste, scan or upload; download root, lists and keys. No sign-in."""

from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import services
from xinglin.hospital.web.shared.page import Request, page

FILE_MAX = 8_000_000
ANY_TEXT = 1000


@page(EVERYONE)
def ask(request: Request) -> HttpResponse:
    """The form, and below it the answer to what was given."""
    if request.method != "POST":
        return render(request, "verify/ask.html")
    try:
        given = _given(request)
    except InvalidInput as refusal:
        return render(request, "verify/ask.html", {"refusal": refusal}, status=refusal.status)
    address = request.META.get("REMOTE_ADDR", "") or "unknown"
    answer = services.verify_prescription(actor=request.actor, given=given, now=request.now, address=address)
    return render(request, "verify/ask.html", {"answer": answer, "asked_at": request.now})


def _given(request: Request) -> bytes:
    """What was pasted or uploaded. Raises InvalidInput."""
    upload = request.FILES.get("file") or request.FILES.get("picture")
    if isinstance(upload, UploadedFile):
        if upload.size is None or upload.size > FILE_MAX:
            says = T(zh="文件太大，最多 8 MB。", en="The file is too large: at most 8 MB.")
            raise InvalidInput(field="file", reason=says)
        return bytes(upload.read())
    text = request.POST.get("code", "").strip("\r\n\t")
    if not text or len(text) > ANY_TEXT:
        says = T(zh="请粘贴处方码，或选择图片、PDF。", en="Paste the code, or choose a picture or a PDF.")
        raise InvalidInput(field="code", reason=says)
    return text.encode()


@page(EVERYONE, methods=("GET", "HEAD"))
def trust(request: Request) -> HttpResponse:
    """How to trust the hospital's root, with its fingerprint."""
    root = services.published_certificate(actor=request.actor, purpose="root", now=request.now)
    marks = ":".join(f"{byte:02X}" for byte in sha256(root).digest())
    return render(request, "verify/trust.html", {"fingerprint": marks})


@page(EVERYONE, methods=("GET", "HEAD"))
def certificate(request: Request, purpose: str) -> HttpResponse:
    """The root's or the issuing authority's certificate."""
    found = services.published_certificate(actor=request.actor, purpose=purpose, now=request.now)
    return _file(found, "application/pkix-cert", f"xinglin-{purpose}.cer")


@page(EVERYONE, methods=("GET", "HEAD"))
def revocations(request: Request, serial: str) -> HttpResponse:
    """A revocation list, at the address that certificates name."""
    found = services.published_revocations(actor=request.actor, serial=serial, now=request.now)
    return _file(found, "application/pkix-crl", f"{serial}.crl")


@page(EVERYONE, methods=("GET", "HEAD"))
def keys(request: Request) -> HttpResponse:
    """The key list for verifying offline."""
    found = services.published_keys(actor=request.actor, now=request.now)
    return _file(found, "application/json", "xinglin-keys.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
