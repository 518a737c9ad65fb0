"""The one place of a signed PDF that no signature covers: the signature itself. It is held to its one form. Pure.

A PDF signature covers every byte of the file but its own hexadecimal text. There a byte could be changed without
breaking anything: in the zeros that fill the reserved room, in the case of a letter, in a certificate that nobody uses.
All of it is compared with the only way to write it.
"""

import re

from asn1crypto import cms, x509

HEX = re.compile(rb"[0-9A-F]*")


class Altered(ValueError):
    """The bytes are not the one form of what they say."""


def check(pdf: bytes, byte_range: tuple[int, ...], allowed: list[x509.Certificate]) -> None:
    """Check the container of the last signature. `allowed`: certificates that may stand in it. Raises Altered."""
    if len(byte_range) != 4 or byte_range[0] != 0 or byte_range[2] + byte_range[3] != len(pdf):
        raise Altered("the last signature does not cover the whole file")
    hole = pdf[byte_range[1] : byte_range[2]]
    if hole[:1] != b"<" or hole[-1:] != b">" or not HEX.fullmatch(hole[1:-1]):
        raise Altered("the signature is not written in its one form")
    raw = bytes.fromhex(hole[1:-1].decode())
    content = cms.ContentInfo.load(raw)
    der = content.dump()
    if raw[: len(der)] != der or raw[len(der) :].strip(b"\0"):
        raise Altered("something stands behind the signature")
    _check_parts(content, der, allowed)


def _check_parts(content: cms.ContentInfo, der: bytes, allowed: list[x509.Certificate]) -> None:
    data = content["content"]
    signers = list(data["signer_infos"])
    given = [choice.chosen for choice in data["certificates"]]
    known = {one.dump() for one in allowed}
    if len(signers) != 1 or any(not isinstance(one, x509.Certificate) or one.dump() not in known for one in given):
        raise Altered("a certificate in it belongs to nobody here")
    info = signers[0]
    if data["version"].native != "v3" or info["version"].native != "v1" or data["crls"] or info["unsigned_attrs"]:
        raise Altered("it holds more than a timestamp does")
    if data["digest_algorithms"].dump() != cms.DigestAlgorithms([info["digest_algorithm"]]).dump():
        raise Altered("its digests differ")
    signer = info["sid"].chosen
    if isinstance(signer, cms.IssuerAndSerialNumber):
        # Names are compared without regard to case elsewhere; here the bytes count.
        named = signer["issuer"].dump()
        if not any(one.issuer.dump() == named and one.serial_number == signer["serial_number"].native for one in given):
            raise Altered("it names a signer whose certificate is not here")
    if content.copy().dump(force=True) != der:
        raise Altered("it is not written in its one form")
