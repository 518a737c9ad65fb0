"""Give people of a running hospital a face and a voice, through its own services.

`python -m xinglin.hospital.demo.bench.likeness_people ACCOUNT SITTER:PIXELS PORTRAIT VOICE …` with DATABASE_URL:
consent, card, a challenge answered by drawn frames, enrolment, verification; a voice where one is named ("-": none).
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import django

from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_voices as speech
from xinglin.hospital.demo.bench.likeness_material import portrait

if TYPE_CHECKING:
    from xinglin.hospital.identity.services import LikenessResult
    from xinglin.hospital.kernel.access import Actor

TRIES = 3
UTTERANCES = 3


class NotAccepted(Exception):
    """A drawn face did not pass, three times over."""


def answered(actor: Actor, purpose: str, sitter: drawn.Sitter) -> LikenessResult:
    """A challenge from its beginning to its end, in the time that it takes: the service's clock is the real one."""
    from xinglin.hospital.identity import services
    from xinglin.hospital.kernel.clock import now

    view = services.begin_challenge(actor=actor, purpose=purpose, now=now())
    someone = drawn.Responding(sitter)
    while True:
        picture = drawn.jpeg(someone.frame(view.step.code if view.step else None), 92)
        shown = services.show_frame(actor=actor, challenge_id=view.id, ticket=view.ticket, picture=picture, now=now())
        if shown.result is not None:
            return shown.result
        if shown.view is not None:
            view = shown.view
        time.sleep(0.1)


def settle(account: UUID, sitter: drawn.Sitter, card: str, voice: str, now: datetime) -> None:
    """One person. Raises NotAccepted, and what the services raise."""
    from xinglin.hospital.identity import selectors, services
    from xinglin.hospital.kernel import clock

    actor = selectors.actor_for(account_id=account, now=now)
    if actor.person_id is None:
        raise NotAccepted(f"{account} belongs to nobody")
    for kind in ("face", "voice"):
        version = selectors.consent_text(kind).version
        services.give_likeness_consent(actor=actor, kind=kind, text_version=version, now=now)
    services.read_card(
        actor=actor, person_id=actor.person_id, side="front", raw=drawn.jpeg(portrait(card), 95), now=now
    )
    for purpose in ("register", "visit"):
        for attempt in range(TRIES):
            result = answered(actor, purpose, sitter)
            if result.counts:
                break
            if attempt + 1 == TRIES:
                raise NotAccepted(f"{sitter.picture}: {purpose} {result.decision} {result.reasons}")
    if voice != "-":
        parts = speech.reader() if voice == "reader" else speech.made(voice)
        samples = [drawn.wav(part) for part in parts[:UTTERANCES]]
        # The checks took their time: what they proved lies after `now`, and a voice asks for a fresh proof.
        services.enrol_voice(actor=actor, samples=samples, now=clock.now())


def main(arguments: list[str]) -> None:
    """Everybody in turn."""
    django.setup()
    from xinglin.hospital.kernel.clock import now

    for place in range(0, len(arguments), 4):
        account, sitter, card, voice = arguments[place : place + 4]
        name, _, pixels = sitter.partition(":")
        settle(UUID(account), drawn.Sitter(name, face=int(pixels)), card, voice, now())


if __name__ == "__main__":
    main(sys.argv[1:])
