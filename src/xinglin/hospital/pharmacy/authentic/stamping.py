"""Timestamps (RFC 3161): the hospital's own authority in the process, or one outside under its address.

The hospital's own proves when by the hospital's clock and key alone; it is no qualified or licensed one. Where a third
party must vouch for the time, XINGLIN_TSA_URL names an outside authority and XINGLIN_TSA_ROOT its root.
"""

import urllib.request
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign import general
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, get_nonce

from xinglin.hospital.pharmacy.authentic.authority import Keyed

POLICY = "2.25.302218450735193268463226913428011245377"  # an OID from a UUID (ITU-T X.667); names our own policy
ANSWER_MAX = 100_000
TIMEOUT_SECONDS = 5


class HospitalTimeStamper(TimeStamper):
    """The hospital's own timestamp authority: stamps `now` with its key."""

    def __init__(self, keyed: Keyed, now: datetime) -> None:
        self._certificate = x509.Certificate.load(keyed.certificate)
        self._key = keyed.key()
        self._now = now.astimezone(UTC).replace(microsecond=0)
        super().__init__()  # type: ignore[no-untyped-call]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The token for one request, without a network."""
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": req["message_imprint"],
                "serial_number": get_nonce(),
                "gen_time": self._now,
                "nonce": req["nonce"],
                "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
            }
        ).dump()
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info)})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _signed(self, info: bytes) -> cms.SignedData:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(info)
        attributes = cms.CMSAttributes(
            [
                general.simple_cms_attribute("content_type", "tst_info"),
                general.simple_cms_attribute("message_digest", digest.finalize()),
                general.simple_cms_attribute(
                    "signing_certificate_v2", general.as_signing_certificate_v2(self._certificate)
                ),
            ]
        )
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        issuer_and_serial = cms.IssuerAndSerialNumber(
            {"issuer": self._certificate.issuer, "serial_number": self._certificate.serial_number}
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer_and_serial}),
                "digest_algorithm": sha256,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signed_attrs": attributes,
                "signature": self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
            }
        )
        content = {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": content,
                "certificates": [self._certificate],
                "signer_infos": [signer],
            }
        )


class OutsideTimeStamper(TimeStamper):
    """A timestamp authority outside, asked over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url
        super().__init__()  # type: ignore[no-untyped-call]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask it. Raises TimestampRequestError when it does not answer."""
        asked = urllib.request.Request(
            self._url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
                return tsp.TimeStampResp.load(answer.read(ANSWER_MAX))
        except OSError as error:
            raise TimestampRequestError("the timestamp authority does not answer") from error
