"""Sign a page as PAdES B-LTA: signature, timestamp, revocation lists inside, and a timestamp over all of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from xinglin.hospital.pharmacy.authentic.authority import Keyed

PRESCRIBER_FIELD = "Prescriber"
REVIEWER_FIELD = "Reviewer"
# It warns at every signature that nothing will be fetched, which is what is wanted here.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)
PROOFS_FIRST = DSSContentSettings(
    include_vri=False,
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
)
"""All proofs stand before the last timestamp, which then covers the whole file."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What a signature needs besides its own key: certificates and revocation lists, DER."""

    root: bytes
    issuing: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    timestamp_roots: tuple[bytes, ...] = ()

    def context(self, now: datetime, **more: Any) -> ValidationContext:
        """For checking at an instant, with nothing fetched."""
        roots = [asn1_x509.Certificate.load(one) for one in (self.root, *self.timestamp_roots)]
        return ValidationContext(
            trust_roots=roots,
            other_certs=[asn1_x509.Certificate.load(one) for one in self.issuing],
            crls=[asn1_crl.CertificateList.load(one) for one in self.revocation_lists],
            moment=now,
            allow_fetching=False,
            revocation_mode="hard-fail",
            **more,
        )


class _At(PdfSigner):
    """A signer that takes its instant from the caller instead of a clock."""

    now: datetime

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.now
        return session


class _Drawn(ImportedPdfPage):
    """A page that is in memory, drawn into a box."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        super().__init__("")  # type: ignore[no-untyped-call]

    def render(self) -> bytes:
        drawn = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/Drawn"] = drawn
        left, bottom, right, top = (float(corner) for corner in drawn.get_object()["/BBox"])
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Drawn Do"


@dataclass(frozen=True, slots=True)
class Box:
    """Where a visible signature stands: page from 0, and left, bottom, right, top in points."""

    page: int
    corners: tuple[float, float, float, float]

    def rounded(self) -> tuple[int, int, int, int]:
        """The corners in whole points."""
        left, bottom, right, top = (round(corner) for corner in self.corners)
        return left, bottom, right, top


def sign(
    pdf: bytes,
    *,
    field: str,
    keyed: Keyed,
    name: str,
    reason: str,
    chain: Chain,
    stamper: TimeStamper,
    now: datetime,
    first: bool,
    later_boxes: Sequence[tuple[str, Box]] = (),
    appearance: bytes | None = None,
) -> bytes:
    """Add a signature. The first certifies the page: afterwards only the fields of `later_boxes` may be signed.

    `appearance` is a one-page PDF that fills the field's box. Raises SigningError when a certificate is not good.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for later, box in later_boxes:
        fields.append_signature_field(writer, SigFieldSpec(sig_field_name=later, on_page=box.page, box=box.rounded()))
    store = SimpleCertificateStore()
    store.register_multiple([asn1_x509.Certificate.load(one) for one in chain.issuing])
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(keyed.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(keyed.private),
        cert_registry=store,
    )
    meta = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        name=name,
        reason=reason,
        certify=first,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        use_pades_lta=True,
        validation_context=chain.context(now),
        dss_settings=PROOFS_FIRST,
        signer_key_usage={"digital_signature", "non_repudiation"},
    )
    style = StaticStampStyle(background=_Drawn(appearance), border_width=0) if appearance else None
    at = _At(meta, signer=signer, timestamper=stamper, stamp_style=style)
    at.now = now
    return bytes(at.sign_pdf(writer, existing_fields_only=not first).getvalue())
