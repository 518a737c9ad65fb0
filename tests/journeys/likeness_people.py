"""`python -m tests.journeys.likeness_people ACCOUNT SITTER PORTRAIT VOICE …`: people get a face and a voice.

Through the hospital's own services: consent, card, challenge answered by drawn frames, enrolment, verification.
"""

import sys
from datetime import datetime
from uuid import UUID

import django

from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_voices as speech
from xinglin.hospital.demo.bench.likeness_material import portrait

TRIES = 3


def main(arguments: list[str]) -> None:
    """Everybody in turn; ends with an exception, and so with an exit code, when somebody's face is not accepted."""
    django.setup()
    from xinglin.hospital.kernel.clock import now

    for place in range(0, len(arguments), 4):
        account, sitter, card, voice = arguments[place : place + 4]
        settle(UUID(account), sitter, card, voice, now())


def settle(account: UUID, sitter: str, card: str, voice: str, now: datetime) -> None:
    """Consent, card, enrolment and proof of one person; with a voice when one is named."""
    from xinglin.hospital.identity import selectors, services
    from xinglin.hospital.identity.likeness_consent import consent_text

    actor = selectors.actor_for(account_id=account, now=now)
    assert actor.person_id is not None
    for kind in ("face", "voice"):
        services.give_likeness_consent(actor=actor, kind=kind, text_version=consent_text(kind).version, now=now)
    services.read_card(
        actor=actor, person_id=actor.person_id, side="front", raw=drawn.jpeg(portrait(card), 95), now=now
    )
    name, _, face = sitter.partition(":")
    shown = drawn.Sitter(name, face=int(face))
    for purpose in ("register", "visit"):
        for attempt in range(TRIES):
            view = services.begin_challenge(actor=actor, purpose=purpose, now=now)
            steps = [step.code for step in view.steps]
            frames = [drawn.jpeg(frame, 92) for frame in drawn.answering(shown, steps)]
            result = services.answer_challenge(actor=actor, challenge_id=view.id, frames=frames, now=now)
            if result.counts:
                break
            assert attempt < TRIES - 1, (purpose, result.decision, result.reasons)
    if voice:
        parts = speech.reader()[:3] if voice == "reader" else speech.made(voice)[:3]
        services.enrol_voice(actor=actor, samples=[drawn.wav(part) for part in parts], now=now)


if __name__ == "__main__":
    main(sys.argv[1:])
