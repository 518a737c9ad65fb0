"""Verbs of identity. One verb, one function: permission, change, journal and event together."""

from xinglin.hospital.identity.services.proofs import confirm_again, record_auth_event
from xinglin.hospital.identity.services.signing import Signature, sign_as

__all__ = ["Signature", "confirm_again", "record_auth_event", "sign_as"]
