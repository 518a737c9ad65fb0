"""Judge a signed prescription (PDF) by a key list alone: what a pharmacy without a network can say. Pure.

Every signature must be whole, cover its revision, and lead to the hospital's root at the instant of its timestamp, with
the revocation lists that stand in the file; nothing may have been added but the review and proofs; the last timestamp
covers the file to its end. Then the signed content, the code on the page and the names in the certificates must agree.
"""

import hashlib
import json
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLValidationError, PathError, ValidationError

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.authentic import code, container, names, token
from xinglin.hospital.pharmacy.authentic.answers import (
    Answer,
    Point,
    refused,
    what_offline_cannot_know,
    when,
)
from xinglin.hospital.pharmacy.authentic.authority import Purpose
from xinglin.hospital.pharmacy.authentic.keylist import KeyList
from xinglin.hospital.pharmacy.authentic.signing import PRESCRIBER_FIELD, REVIEWER_FIELD

FORM = "xinglin.prescription-document/1"
# It describes hostile files at length; what they are is said by the answer.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
SIZE_MAX = 3_000_000
BROKEN = (
    PdfError,
    SigningError,
    ValidationError,
    PathError,
    CRLValidationError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    zlib.error,
)
"""What a damaged or hostile file can raise in the libraries that read it."""

ALTERED = T(zh="文件被改动：签名之后有字节变化。", en="The file was altered: bytes changed after they were signed.")
UNREADABLE = T(zh="文件不完整、被改动，或不是处方。", en="The file is incomplete, altered, or no prescription.")
UNSIGNED = T(zh="文件没有医师的电子签名。", en="The file carries no physician's signature.")
UNTRUSTED = T(
    zh="签名证书不是这家医院签发的：{who}。",
    en="The signer's certificate was not issued by this hospital: {who}.",
)
REVOKED = T(
    zh="{who}的证书已于 {at} 吊销，签名时间在吊销之后（{signed}）。",
    en="The certificate of {who} was revoked at {at}, before this signature ({signed}).",
)
OTHER_CONTENT = T(
    zh="签名、二维码和处方内容不属于同一张处方。",
    en="Signature, code and content do not belong to the same prescription.",
)
OTHER_SIGNER = T(zh="签名人不是处方上的{part}。", en="The signer is not the {part} named on the prescription.")
NOT_REVIEWED = T(
    zh="药师尚未审核签名，处方还没有生效。",
    en="No pharmacist has signed it yet: a prescription takes effect after the review.",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checked signature: who, in which part, when by the timestamp."""

    field: str
    name: str
    part: str
    holder_id: str
    at: datetime
    certificates: tuple[asn1_x509.Certificate, ...]

    @property
    def says(self) -> T:
        """In one sentence."""
        return T(zh="{part}：{name}，{at}", en="{part}: {name}, {at}").with_(
            part=Purpose(self.part).label, name=self.name, at=when(self.at)
        )


class Refused(Exception):
    """The document fails at a point."""

    def __init__(self, code: str, says: T) -> None:
        self.code, self.says = code, says
        super().__init__(code)


def verify(pdf: bytes, keys: KeyList, now: datetime) -> Answer:
    """What a signed prescription says and whether to believe it, by the list alone."""
    try:
        if not pdf.startswith(b"%PDF-") or len(pdf) > SIZE_MAX:
            raise Refused("document.unreadable", UNREADABLE)
        return _verify(pdf, keys, now)
    except Refused as refusal:
        return refused("document", refusal.code, refusal.says, keys_at=keys.issued_at)
    except BROKEN:
        return refused("document", "document.unreadable", UNREADABLE, keys_at=keys.issued_at)


def _verify(pdf: bytes, keys: KeyList, now: datetime) -> Answer:
    reader = PdfFileReader(BytesIO(pdf))
    every = list(reader.embedded_signatures)
    regular = [one for one in every if one.sig_object_type == "/Sig"]
    wanted = [PRESCRIBER_FIELD, REVIEWER_FIELD]
    if not regular:
        raise Refused("document.unsigned", UNSIGNED)
    if [one.field_name for one in regular] != wanted[: len(regular)]:
        raise Refused("document.altered", ALTERED)
    known = _Known(reader, keys)
    signed = [_signed(one, known) for one in regular]
    stamps = _stamped(pdf, every, known)
    for one in (*signed, *stamps):
        _refuse_revoked(one, keys)
    data = _attached(reader, regular[0])
    read = token.read(data["code"])
    content = _same(data, read, regular, signed)
    points = (
        Point("document.signature", True, T(zh="签名有效，文件一字未改。", en="Signed, and not a byte altered.")),
        *code.points_of(read, keys, now),
        *_name_points(content),
        _reviewed(signed),
    )
    return Answer(
        kind="document",
        points=points,
        shown=code.shown(read, keys),
        keys_at=keys.issued_at,
        unknown=what_offline_cannot_know(keys.issued_at, now),
        signers=tuple(one.says for one in signed),
        more={"code": data["code"]},
    )


class _Known:
    """Certificates and revocation lists from the file and the key list, and the roots that are trusted."""

    def __init__(self, reader: PdfFileReader, keys: KeyList) -> None:
        store = DocumentSecurityStore.read_dss(reader)
        self.roots = [asn1_x509.Certificate.load(one) for one in (keys.root, *keys.timestamp_roots)]
        self.certificates = [asn1_x509.Certificate.load(one) for one in keys.issuing] + list(store.load_certs())
        self.lists = [asn1_crl.CertificateList.load(one.get_object().data) for one in store.crls]

    def at(self, moment: datetime) -> ValidationContext:
        """The context for an instant; nothing is fetched, and a missing revocation list refuses."""
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=self.certificates,
            crls=self.lists,
            moment=moment,
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


def _who(certificate: asn1_x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", "?"))[:60]


def _stamp_time(one: EmbeddedPdfSignature) -> datetime:
    data = one.signed_data
    if one.sig_object_type == "/Sig":
        data = _attached_stamp(one)
    if data is None:
        raise Refused("document.no_timestamp", T(zh="签名没有时间戳。", en="A signature carries no timestamp."))
    at: datetime = data["encap_content_info"]["content"].parsed["gen_time"].native
    return at.astimezone(UTC)


def _attached_stamp(one: EmbeddedPdfSignature) -> Any:
    for attribute in one.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            return attribute["values"][0]["content"]
    return None


def _signed(one: EmbeddedPdfSignature, known: _Known) -> Signed:
    """Check one person's signature. Raises Refused."""
    at = _stamp_time(one)
    status = validate_pdf_signature(one, known.at(at), known.at(at))
    if not status.intact or not status.valid or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise Refused("document.altered", ALTERED)
    certificate = one.signer_cert
    if status.revoked:
        details = status.revocation_details
        gone = details.revocation_date if details else at
        raise Refused(
            "document.signed_after_revocation",
            REVOKED.with_(who=_who(certificate), at=when(gone), signed=when(at)),
        )
    stamp = status.timestamp_validity
    if not status.trusted or stamp is None or not stamp.valid or not stamp.intact or not stamp.trusted:
        raise Refused("document.untrusted", UNTRUSTED.with_(who=_who(certificate)))
    if not status.docmdp_ok or not status.bottom_line:
        raise Refused("document.altered", ALTERED)
    subject = certificate.subject.native
    assert status.validation_path is not None  # a trusted signature has one
    return Signed(
        field=one.field_name,
        name=_who(certificate),
        part=str(subject.get("organizational_unit_name", "")),
        holder_id=str(subject.get("serial_number", "")),
        at=at,
        certificates=(*status.validation_path.iter_certs(include_root=False), *_path(stamp)),
    )


def _path(status: Any) -> Iterator[asn1_x509.Certificate]:
    yield from status.validation_path.iter_certs(include_root=False)


def _stamped(pdf: bytes, every: list[EmbeddedPdfSignature], known: _Known) -> list[Signed]:
    """Check every document timestamp, and that the last of them covers the file to its last byte. Raises Refused."""
    stamps, allowed = [], [*known.certificates, *known.roots]
    for one in every:
        if one.sig_object_type == "/Sig":
            continue
        at = _stamp_time(one)
        status = validate_pdf_timestamp(one, known.at(at))
        if not status.intact or not status.valid or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            raise Refused("document.altered", ALTERED)
        if not status.trusted:
            raise Refused("document.untrusted", UNTRUSTED.with_(who=_who(one.signer_cert)))
        stamps.append(Signed(one.field_name, _who(one.signer_cert), "timestamp", "", at, tuple(_path(status))))
        allowed.append(one.signer_cert)
    last = every[-1]
    if last.sig_object_type == "/Sig" or last.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        raise Refused("document.altered", ALTERED)
    try:
        container.check(pdf, tuple(int(n) for n in last.byte_range), allowed)
    except container.Altered as error:
        raise Refused("document.altered", ALTERED) from error
    return stamps


def _refuse_revoked(one: Signed, keys: KeyList) -> None:
    """Refuse a signature made after a certificate that it leans on was revoked, by the lists in the key list.

    A timestamp authority whose key may be known to others proves no time at all.
    """
    for serial, gone, reason in _revocations(keys):
        for certificate in one.certificates:
            if certificate.serial_number != serial:
                continue
            part = certificate.subject.native.get("organizational_unit_name")
            if gone <= one.at or (part == Purpose.TIMESTAMP and reason == "key_compromise"):
                says = REVOKED.with_(who=_who(certificate), at=when(gone), signed=when(one.at))
                raise Refused("document.signed_after_revocation", says)


def _revocations(keys: KeyList) -> Iterator[tuple[int, datetime, str]]:
    """Every revocation of the list whose signature holds."""
    authorities = [x509.load_der_x509_certificate(one) for one in (keys.root, *keys.issuing)]
    for der in keys.revocation_lists:
        found = x509.load_der_x509_crl(der)
        if not any(found.is_signature_valid(one.public_key()) for one in authorities):  # type: ignore[arg-type]
            continue
        for line in found:
            reason = line.extensions.get_extension_for_class(x509.CRLReason).value.reason
            yield line.serial_number, line.revocation_date_utc, reason.name


def _attached(reader: PdfFileReader, first: EmbeddedPdfSignature) -> dict[str, Any]:
    """The content for programs, as it stood when the prescriber signed."""
    root = reader.get_historical_root(first.signed_revision)
    spec = root["/Names"]["/EmbeddedFiles"]["/Names"][1].get_object()
    data = json.loads(spec["/EF"]["/F"].get_object().data)
    if not isinstance(data, dict) or data.get("form") != FORM or not isinstance(data.get("code"), str):
        raise Refused("document.unreadable", UNREADABLE)
    return data


def _same(
    data: dict[str, Any], read: token.SignedToken, regular: list[EmbeddedPdfSignature], signed: list[Signed]
) -> dict[str, Any]:
    """The signed content, after everything that names it agrees. Raises Refused."""
    text = data["content"]
    content: dict[str, Any] = json.loads(text)
    said = read.token
    if (
        hashlib.sha256(text.encode()).digest() != said.content_sha256
        or content["id"] != str(said.prescription_id)
        or data["version"] != said.version
        or names.mask(content["patient"]["name"]) != said.masked_name
    ):
        raise Refused("document.other_prescription", OTHER_CONTENT)
    prescriber, first = content["prescriber"], signed[0]
    own = first.part == Purpose.PHYSICIAN and first.holder_id == prescriber["id"] and first.name == prescriber["name"]
    if not own and first.part != Purpose.SEAL:
        raise Refused("document.other_signer", OTHER_SIGNER.with_(part=T(zh="医师", en="physician")))
    for reviewer in signed[1:]:
        if reviewer.part not in {Purpose.PHARMACIST, Purpose.SEAL} or reviewer.holder_id == prescriber["id"]:
            raise Refused("document.other_signer", OTHER_SIGNER.with_(part=T(zh="审核药师", en="reviewer")))
    return content


def _name_points(content: dict[str, Any]) -> Iterator[Point]:
    for who in ("patient", "prescriber"):
        trouble = names.trouble_with(content[who]["name"])
        if trouble is not None:
            says = T(zh="姓名写法不规范：{what}。", en="A name is not in its proper form: {what}.").with_(what=trouble)
            yield Point("document.name_not_canonical", False, says)


def _reviewed(signed: list[Signed]) -> Point:
    if len(signed) < 2:
        return Point("document.not_reviewed", False, NOT_REVIEWED)
    return Point("document.reviewed", True, T(zh="药师已审核签名。", en="Reviewed and signed by a pharmacist."))
