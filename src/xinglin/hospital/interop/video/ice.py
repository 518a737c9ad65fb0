"""How two ends find each other: STUN and TURN from the settings, and 127.0.0.1 for a hospital on one machine."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import aioice.ice
from aiortc import RTCConfiguration, RTCIceServer
from django.conf import settings

TURN_LASTS = timedelta(hours=2)
LOOPBACK = "127.0.0.1"
_others = aioice.ice.get_host_addresses


def use_loopback() -> None:
    """Offer 127.0.0.1 as well, which the library leaves out: a browser on this machine then needs no network."""

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found = _others(use_ipv4, use_ipv6)
        return [*found, LOOPBACK] if use_ipv4 and LOOPBACK not in found else found

    aioice.ice.get_host_addresses = with_loopback


def ice_servers(who: str, now: datetime) -> list[dict[str, Any]]:
    """The servers for a browser. With a TURN secret each gets a name and a word of its own that run out (the REST
    way of coturn: `static-auth-secret`); `who` says for whom in coturn's log and names nobody.
    """
    found: list[dict[str, Any]] = []
    for url in (one.strip() for one in settings.XINGLIN_ICE_SERVERS.split(",")):
        if url.startswith("stun:"):
            found.append({"urls": [url]})
        elif url.startswith(("turn:", "turns:")):
            name = f"{int((now + TURN_LASTS).timestamp())}:{who}"
            secret = settings.XINGLIN_TURN_SECRET.encode()
            word = base64.b64encode(hmac.new(secret, name.encode(), hashlib.sha1).digest()).decode()
            found.append({"urls": [url], "username": name, "credential": word})
    return found


def configuration(who: str, now: datetime) -> RTCConfiguration:
    """The same for our own end. An empty list is meant: the library would otherwise ask a STUN server of its own."""
    return RTCConfiguration(iceServers=[RTCIceServer(**server) for server in ice_servers(who, now)])
