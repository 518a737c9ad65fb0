"""Who watches a side of a live visit: the engines measure, `biometrics.watching` decides, the consultation answers.

Runs in the watchers' threads, one sample after another. Without engines or without an enrolled face the watch goes on
and says that it cannot tell; it never takes that for "verified".
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import numpy as np
from django.db import close_old_connections

from xinglin.biometrics import engine
from xinglin.biometrics.errors import BiometricError, NotInstalled
from xinglin.biometrics.faces import Faces, Reading
from xinglin.biometrics.fingerprints import look, luminance
from xinglin.biometrics.matching import Template
from xinglin.biometrics.voices import SpeechWindow, Voices, VoiceVerdict, compare
from xinglin.biometrics.watching import Change, FaceSeen, Side, VoiceHeard, Watch
from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.selectors import LiveRoom
from xinglin.hospital.interop.video.sampling import Observer, Pixels, Samples
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import DomainError

WATCH = system_actor("live-watch")
FACES_COMPARED_MOST = 3
log = logging.getLogger(__name__)
T = TypeVar("T")


def _installed(ask: Callable[[], T]) -> T | None:
    """An engine, or None where it is not installed."""
    try:
        return ask()
    except NotInstalled:
        return None


class LikenessObserver:
    """Watches one side. The watch begins with the first sample after the side came in, when it is known who that is."""

    def __init__(self, room: LiveRoom, side: str) -> None:
        self._session_id = room.session_id
        self._side: Side = "physician" if side == "physician" else "patient"
        self._faces: Faces | None = None
        self._voices: Voices | None = None
        self._watch: Watch | None = None
        self._face: Template | None = None
        self._voice: Template | None = None
        self._speech: SpeechWindow | None = None

    def picture(self, at: datetime, pixels: Pixels) -> None:
        """A sampled picture."""
        watch = self._watching(at)
        self._note(watch.face(at, self._seen(pixels)), at)

    def sound(self, at: datetime, samples: Samples) -> None:
        """A piece of sound; it is compared once enough speech has come together."""
        watch = self._watching(at)
        if self._voices is None or self._voice is None or self._speech is None:
            return
        window = self._speech.feed(samples, at.timestamp())
        if window is None:
            return
        said = compare(self._voices, self._voice, window)
        usable = said.similarity if said.verdict is not VoiceVerdict.UNUSABLE else None
        heard = VoiceHeard(usable, said.heard.speech_seconds, clipped=not said.heard.clean)
        self._note(watch.voice(at, heard), at)

    def nothing(self, at: datetime) -> None:
        """No picture came."""
        self._note(self._watching(at).no_frame(at), at)

    def close(self, at: datetime) -> None:
        """The side is gone; who comes next is watched from the beginning."""
        self._watch = self._face = self._voice = self._speech = None

    def _watching(self, at: datetime) -> Watch:
        if self._watch is None:
            self._faces, self._voices = _installed(engine.faces), _installed(engine.voices)
            close_old_connections()
            given = services.open_watch(
                actor=WATCH,
                session_id=self._session_id,
                side=self._side,
                faces=self._faces.engine if self._faces is not None else None,
                voices=self._voices.engine if self._voices is not None else None,
                now=at,
            )
            self._face, self._voice = given.face, given.voice
            if self._voices is not None and self._voice is not None:
                self._speech = SpeechWindow(speech_seconds=self._voices.engine.limit("window_speech_seconds"))
            self._watch = Watch(given.policy, self._side, at, enrolled_face=self._face is not None)
        return self._watch

    def _seen(self, pixels: Pixels) -> FaceSeen:
        seen = look(pixels)
        if self._faces is None:
            # Nothing looks for faces here; the picture's own look still tells a covered lens from a live one.
            return FaceSeen(count=1, luminance=luminance(seen), fingerprint=seen)
        reading = self._faces.read(pixels)
        return FaceSeen(
            count=len(reading.faces),
            similarity=self._similarity(self._faces, pixels, reading),
            yaw=reading.pose.yaw if reading.pose is not None else None,
            width_px=round(reading.width_px),
            live=reading.live,
            luminance=luminance(seen),
            fingerprint=seen,
        )

    def _similarity(self, faces: Faces, pixels: Pixels, reading: Reading) -> float | None:
        """To the enrolled face: of the biggest face; for a patient of the one that fits best."""
        if self._face is None or reading.vector is None:
            return None
        vectors = [reading.vector]
        if self._side == "patient":
            for face in reading.faces[1:FACES_COMPARED_MOST]:
                try:
                    vectors.append(faces.embed(faces.align(pixels, faces.landmarks(pixels, face))))
                except (BiometricError, ValueError):
                    continue  # A face at the edge that cannot be aligned fits nobody.
        row = faces.engine
        return float(np.max([self._face.similarity_to(one, engine=row.id, version=row.version) for one in vectors]))

    def _note(self, changes: list[Change], now: datetime) -> None:
        for change in changes:
            close_old_connections()
            try:
                services.note_observation(
                    actor=WATCH, session_id=self._session_id, side=self._side, change=change, now=now
                )
            except DomainError as refusal:
                log.warning("an observation of a live visit was refused: %s", refusal.code)


def observer_for(room: LiveRoom, side: str) -> Observer:
    """The watcher of a side."""
    return LikenessObserver(room, side)
