"""The hospital's certificate authority: certificates and revocation lists (RFC 5280), made from keys and dates. Pure.

root → issuing → physicians, pharmacists, the hospital's seal, the timestamp authority. ECDSA P-256 with SHA-256: every
PDF reader in use knows it. It is the hospital's own authority and no licensed one. 电子签名法 art. 16 to 18 ask for a
licensed one where a third party must vouch (from memory): a house in production binds its licensed authority instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from xinglin.hospital.kernel.texts import T


class Purpose(StrEnum):
    """What a key of the authority is for."""

    ROOT = "root"
    ISSUING = "issuing"
    SEAL = "seal"
    TIMESTAMP = "timestamp"
    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    CODE = "code"  # Ed25519, signs QR codes; named in the key list, without a certificate

    @property
    def label(self) -> T:
        """The purpose in plain words."""
        return LABELS[self]


LABELS = {
    Purpose.ROOT: T(zh="根证书", en="root"),
    Purpose.ISSUING: T(zh="签发证书", en="issuing authority"),
    Purpose.SEAL: T(zh="医院电子印章", en="hospital seal"),
    Purpose.TIMESTAMP: T(zh="时间戳", en="timestamp authority"),
    Purpose.PHYSICIAN: T(zh="医师", en="physician"),
    Purpose.PHARMACIST: T(zh="药师", en="pharmacist"),
    Purpose.CODE: T(zh="处方码", en="prescription code"),
}
LIVES = {
    Purpose.ROOT: timedelta(days=3650),
    Purpose.ISSUING: timedelta(days=1825),
    Purpose.SEAL: timedelta(days=730),
    Purpose.TIMESTAMP: timedelta(days=1825),
    Purpose.PHYSICIAN: timedelta(days=365),
    Purpose.PHARMACIST: timedelta(days=365),
    Purpose.CODE: timedelta(days=365),
}
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
BACKDATED = timedelta(minutes=5)  # clocks differ
LIST_LIVES = timedelta(days=7)
REASONS = {
    "key_compromise": T(zh="密钥可能泄露", en="the key may be known to others"),
    "affiliation_changed": T(zh="人员变动", en="the person left or changed"),
    "superseded": T(zh="已更换", en="replaced by another"),
    "cessation_of_operation": T(zh="不再使用", en="no longer used"),
}
"""Why a certificate is revoked; the words of RFC 5280."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names. `id` is the practitioner's or the institution's."""

    name: str
    organisation: str
    id: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """A certificate in DER with its private key in DER (PKCS 8)."""

    certificate: bytes
    private: bytes

    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key."""
        key = serialization.load_der_private_key(self.private, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # made below
        return key

    def parsed(self) -> x509.Certificate:
        """The certificate."""
        return x509.load_der_x509_certificate(self.certificate)


def serial_of(certificate: bytes) -> str:
    """The serial number, hexadecimal."""
    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"


def _subject(purpose: Purpose, holder: Holder) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.organisation[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, purpose.value),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, holder.id),
            x509.NameAttribute(NameOID.COMMON_NAME, holder.name[:64]),
        ]
    )


def issue(*, purpose: Purpose, holder: Holder, by: Keyed | None, crl_url: str, now: datetime) -> Keyed:
    """A new key and its certificate, signed by `by`; without it, by itself (the root)."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(purpose, holder)
    issuer = by.parsed() if by else None
    until = now + LIVES[purpose]
    if issuer is not None:
        until = min(until, issuer.not_valid_after_utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before((now - BACKDATED).astimezone(UTC))
        .not_valid_after(until.astimezone(UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    )
    builder = _with_usage(builder, purpose)
    if issuer is not None:
        known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), critical=False
        ).add_extension(
            x509.CRLDistributionPoints(
                [x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)]
            ),
            critical=False,
        )
    made = builder.sign(by.key() if by else private, hashes.SHA256())
    plain = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Keyed(made.public_bytes(serialization.Encoding.DER), plain)


def _with_usage(builder: x509.CertificateBuilder, purpose: Purpose) -> x509.CertificateBuilder:
    authority = purpose in {Purpose.ROOT, Purpose.ISSUING}
    length = {Purpose.ROOT: 1, Purpose.ISSUING: 0}.get(purpose)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=length), critical=True)
    builder = builder.add_extension(
        x509.KeyUsage(
            digital_signature=not authority,
            content_commitment=not authority and purpose is not Purpose.TIMESTAMP,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=authority,
            crl_sign=authority,
            encipher_only=False,
            decipher_only=False,
        ),
        critical=True,
    )
    if purpose is Purpose.TIMESTAMP:
        return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if not authority:
        return builder.add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
    return builder


@dataclass(frozen=True, slots=True)
class Revoked:
    """A line of a revocation list."""

    serial: str
    at: datetime
    reason: str


def revocation_list(*, by: Keyed, number: int, revoked: Sequence[Revoked], now: datetime) -> bytes:
    """The signed list (CRL) in DER, valid for a week."""
    issuer = by.parsed()
    known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now.astimezone(UTC))
        .next_update((now + LIST_LIVES).astimezone(UTC))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), critical=False)
    )
    for line in revoked:
        flag = x509.ReasonFlags[line.reason]
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(int(line.serial, 16))
            .revocation_date(line.at.astimezone(UTC))
            .add_extension(x509.CRLReason(flag), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by.key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
