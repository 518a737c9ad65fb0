"""A provider without phones: in demo mode it repeats the message to the page; otherwise it is out of reach.

A hospital binds its own provider in config/wiring. There is no silent way to run without one: a message that nobody
receives is refused.
"""

from django.conf import settings

from xinglin.hospital.identity.ports import OutOfReach, Sent
from xinglin.hospital.kernel.texts import T


class EchoMessages:
    """Implements TextMessages."""

    def send(self, *, phone: str, text: T) -> Sent:
        """Repeat the message in demo mode. Raises OutOfReach outside it."""
        if not settings.XINGLIN_DEMO:
            raise OutOfReach("no provider of text messages is bound")
        return Sent(echo=str(text))
