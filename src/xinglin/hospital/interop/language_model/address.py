"""Where the model is, from the settings, refused when it is unsafe or incomplete."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

Number = IPv4Address | IPv6Address
SECONDS_MOST: Final = 120
NEAR: Final = (".local", ".internal", ".lan", ".home.arpa")


class BadAddress(ValueError):
    """A setting of the language model is wrong. The text names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post, as which model, with which key, how many seconds a whole answer may take."""

    secure: bool
    host: str
    port: int
    path: str
    model: str
    key: str
    seconds: float
    outside: bool


def read_address(*, url: str, model: str, key: str, seconds: float, outside_allowed: bool) -> Address | None:
    """The address, or None when no URL is set. Raises BadAddress."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("XINGLIN_LLM_URL is not an address.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadAddress("XINGLIN_LLM_URL must look like https://host/v1, without user name, query or fragment.")
    number = _number(parts.hostname)
    if number is not None and is_forbidden(number):
        raise BadAddress("XINGLIN_LLM_URL names a number at which no model can stand.")
    if not model.strip() or len(model) > 120:
        raise BadAddress("Set XINGLIN_LLM_MODEL to the model's name on that server, at most 120 characters.")
    if not 1 <= seconds <= SECONDS_MOST:
        raise BadAddress(f"XINGLIN_LLM_SECONDS must be from 1 to {SECONDS_MOST}.")
    if not key.isascii() or any(letter < " " for letter in key):
        raise BadAddress("XINGLIN_LLM_KEY must be plain ASCII on one line.")
    outside, secure = not _near(parts.hostname), parts.scheme == "https"
    if outside and not outside_allowed:
        raise BadAddress(
            "XINGLIN_LLM_URL lies outside the house's own network. Read docs/how-to/configure-a-language-model.md,"
            " arrange what the law asks, then set XINGLIN_LLM_OUTSIDE=1."
        )
    if outside and not secure:
        raise BadAddress("XINGLIN_LLM_URL lies outside the house's own network and must begin with https://.")
    path = parts.path.rstrip("/") + "/chat/completions"
    return Address(
        secure, parts.hostname, port or (443 if secure else 80), path, model.strip(), key.strip(), seconds, outside
    )


def is_near(number: Number) -> bool:
    """Whether the number lies in the house: this machine or a private network."""
    return number.is_loopback or number.is_private


def is_forbidden(number: Number) -> bool:
    """Whether no model can stand there: no address, one for many, or of the link (a cloud's own service)."""
    return number.is_unspecified or number.is_multicast or number.is_link_local


def _number(host: str) -> Number | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _near(host: str) -> bool:
    """Whether the name or number lies in the house; a name is one without a public domain."""
    number = _number(host)
    if number is None:
        return host == "localhost" or "." not in host or host.endswith(NEAR)
    return is_near(number)
