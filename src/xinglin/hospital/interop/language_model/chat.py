"""POST {base}/chat/completions with the standard library: one connection, one deadline for all of it, no redirects.

Nothing that was sent or answered, and no key, stands in an exception or a log line.
"""

import http.client
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from django.conf import settings

from xinglin.hospital.decision_support.ports import (
    ModelBusy,
    ModelCard,
    ModelDown,
    ModelGarbled,
    ModelRefused,
    ModelResting,
    ModelSilent,
    ModelTooLong,
)
from xinglin.hospital.interop.language_model.address import Address, BadAddress, read_address
from xinglin.hospital.interop.language_model.breaker import Breaker
from xinglin.hospital.interop.language_model.line import Line

BODY_MOST: Final = 256 * 1024
"""Bytes of an answer that are read at most."""
TOKENS_MOST: Final = 1500
BUSY: Final = (429, 503)


class ChatCompletions:
    """The configured model; without an address in the settings there is none. One breaker for the whole process."""

    def __init__(self, address: Address | None = None) -> None:
        """`address`: instead of the settings' one. Ends the process with a sentence when a setting is wrong."""
        try:
            self._address = address or _configured()
        except BadAddress as wrong:
            raise SystemExit(str(wrong)) from None
        self._breaker = Breaker()

    def card(self) -> ModelCard | None:
        """Name and host of the model, or None."""
        address = self._address
        return None if address is None else ModelCard(address.model, address.host, address.outside)

    def complete(self, messages: Sequence[Mapping[str, str]], *, now: datetime) -> str:
        """The words of the model's first choice. Raises a ModelTrouble."""
        address = self._address
        if address is None:
            raise ModelDown
        if not self._breaker.lets(now):
            raise ModelResting
        began, answered = monotonic(), False
        try:
            words = _words(_post(address, _body(address.model, messages)))
            answered = True
        finally:
            # Whatever ended it counts, or the one try after a rest would never end; the rest begins when the wait does.
            if answered:
                self._breaker.good()
            else:
                self._breaker.bad(now + timedelta(seconds=monotonic() - began))
        return words


def _configured() -> Address | None:
    return read_address(
        url=settings.XINGLIN_LLM_URL,
        model=settings.XINGLIN_LLM_MODEL,
        key=settings.XINGLIN_LLM_KEY,
        seconds=settings.XINGLIN_LLM_SECONDS,
        outside_allowed=settings.XINGLIN_LLM_OUTSIDE,
    )


def _body(model: str, messages: Sequence[Mapping[str, str]]) -> bytes:
    asked = {
        "model": model,
        "messages": [dict(one) for one in messages],
        "temperature": 0,
        "max_tokens": TOKENS_MOST,
        "stream": False,
    }
    return json.dumps(asked, ensure_ascii=False).encode()


def _post(address: Address, body: bytes) -> bytes:
    """The body of a 200 answer, read whole before the deadline, however the other side spends the time.

    Only the look-up of a name is outside the deadline; the system's resolver has limits of its own.
    """
    deadline = monotonic() + address.seconds
    line = Line(address, deadline)
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
    if address.key:
        headers["Authorization"] = f"Bearer {address.key}"
    try:
        with line as connection:
            connection.request("POST", address.path, body=body, headers=headers)
            with connection.getresponse() as response:
                _check(response.status)
                content = response.read(BODY_MOST + 1)
                missing = response.length
    except TimeoutError:
        raise ModelSilent from None
    except (OSError, http.client.HTTPException, ValueError):
        # Cut at the deadline, a socket tells of a broken line rather than of time.
        raise (ModelSilent if line.late else ModelDown) from None
    if line.late:
        raise ModelSilent
    if len(content) > BODY_MOST:
        raise ModelTooLong
    if missing:
        raise ModelDown  # It hung up before the length that it had promised.
    return content


def _check(status: int) -> None:
    if status in BUSY:
        raise ModelBusy
    if status >= 500:
        raise ModelDown
    if status != 200:
        raise ModelRefused


def _words(content: bytes) -> str:
    """The text of the first choice of a chat completion."""
    try:
        told: Any = json.loads(content)
        words = told["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        raise ModelGarbled from None
    if not isinstance(words, str):
        raise ModelGarbled
    return words
