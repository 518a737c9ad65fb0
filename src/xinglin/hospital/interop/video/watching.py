"""Who watches a side of a live visit: the engines measure, `biometrics.watching` decides, the consultation answers.

Runs in the watchers' threads, one sample after another. Without engines or without an enrolled face the watch goes on
and says that it cannot tell; it never takes that for "verified".
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import numpy as np
from django.db import close_old_connections

from xinglin.biometrics import engine
from xinglin.biometrics.errors import BiometricError, NotInstalled
from xinglin.biometrics.faces import Faces, Reading
from xinglin.biometrics.fingerprints import look, luminance
from xinglin.biometrics.matching import Template
from xinglin.biometrics.stillness import Features, change, features
from xinglin.biometrics.voices import SpeechWindow, Voices, VoiceVerdict, compare
from xinglin.biometrics.watching import Change, FaceSeen, Side, VoiceHeard, Watch
from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.selectors import LiveRoom
from xinglin.hospital.interop.video.sampling import Observer, Pixels, Samples
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import DomainError

WATCH = system_actor("live-watch")
FACES_COMPARED_MOST = 3
KEPT_SECONDS = 900.0
"""So long what was seen of a side is kept after it left: longer than any part of the watch looks back."""
log = logging.getLogger(__name__)
T = TypeVar("T")


def _installed(ask: Callable[[], T]) -> T | None:
    """An engine, or None where it is not installed."""
    try:
        return ask()
    except NotInstalled:
        return None


class LikenessObserver:
    """Watches one side of a visit, through every reload and change of network and from one session to the next.

    Templates are opened with the first sample after the side came in, when it is known who that is, and let go when it
    leaves. What was seen before counts on while the same account comes back: a reload must not make a film new.
    """

    def __init__(self, room: LiveRoom, side: str) -> None:
        self._session_id = room.session_id
        self._who: UUID | None = None
        self._history, self._open = "", False
        self._features: Features | None = None
        self.left_at: float | None = None
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

    def glance(self, at: datetime, pixels: Pixels) -> None:
        """A picture between two samples."""
        if self._watch is not None and self._open:
            self._watch.glance(at, look(pixels))

    def nothing(self, at: datetime, copy: bool) -> None:
        """No picture came."""
        self._note(self._watching(at).no_frame(at, copy=copy), at)

    def came(self, at: datetime, who: UUID) -> None:
        """Who comes back is watched on; somebody else from the beginning."""
        if self._who not in {None, who}:
            self._watch = self._features = None
        self._history = {None: "", who: "again"}.get(self._who, "other")
        self._who, self._open, self.left_at = who, False, None

    def go_on(self, room: LiveRoom) -> None:
        """Another session of the same visit."""
        self._session_id = room.session_id

    def close(self, at: datetime) -> None:
        """The side is gone: its templates are let go, what was seen is kept for a while."""
        self._face = self._voice = self._speech = None
        self._open, self.left_at = False, time.monotonic()

    def _watching(self, at: datetime) -> Watch:
        if self._watch is None or not self._open:
            self._faces, self._voices = _installed(engine.faces), _installed(engine.voices)
            close_old_connections()
            given = services.open_watch(
                actor=WATCH,
                session_id=self._session_id,
                side=self._side,
                faces=self._faces.engine if self._faces is not None else None,
                voices=self._voices.engine if self._voices is not None else None,
                history=self._history if self._watch is not None or self._history == "other" else "",
                now=at,
            )
            self._face, self._voice = given.face, given.voice
            if self._voices is not None and self._voice is not None:
                self._speech = SpeechWindow(speech_seconds=self._voices.engine.limit("window_speech_seconds"))
            self._open, enrolled = True, self._face is not None
            if self._watch is None:
                self._watch = Watch(given.policy, self._side, at, enrolled_face=enrolled)
            else:
                self._watch.resume(at, enrolled_face=enrolled)
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
            changed=self._changed(self._faces, pixels, reading),
        )

    def _changed(self, faces: Faces, pixels: Pixels, reading: Reading) -> float | None:
        """How much the biggest face changed since the frame before; None where it cannot be measured now."""
        before, self._features = self._features, None
        if not reading.faces:
            return None
        try:
            self._features = features(faces.align(pixels, faces.landmarks(pixels, reading.faces[0])))
        except (BiometricError, ValueError):
            return None  # A face at the edge that cannot be aligned.
        return None if before is None else change(before, self._features)

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
        for one in changes:
            close_old_connections()
            try:
                services.note_observation(
                    actor=WATCH, session_id=self._session_id, side=self._side, change=one, now=now
                )
            except DomainError as refusal:
                log.warning("an observation of a live visit was refused: %s", refusal.code)


class Watchers:
    """Who watches which side of which visit in this process. Asked from several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[UUID, str], LikenessObserver] = {}
        self._lock = threading.Lock()

    def of(self, room: LiveRoom, side: str) -> Observer:
        """The watcher of a side: the one that watched it before, where it is still here."""
        with self._lock:
            due = time.monotonic() - KEPT_SECONDS
            for key, one in list(self._kept.items()):
                if one.left_at is not None and one.left_at < due:
                    del self._kept[key]
            found = self._kept.setdefault((room.visit_id, side), LikenessObserver(room, side))
            found.go_on(room)
            return found
