"""One picture a second and pieces of two seconds of sound of each side, handed to whoever watches that side.

What watches is behind the small protocol `Observer`; it runs in threads and never holds up the media. A hospital whose
engines are absent gets the same calls: the watcher says aloud that it cannot tell.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from av import AudioFrame, VideoFrame
from av.audio.resampler import AudioResampler
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from xinglin.hospital.interop.video.tracks import Frame, Kind

PICTURE_SECONDS = 1.0
RATE = 16_000
PIECE_SECONDS = 2
STALE_SECONDS = 2.0
"""A picture older than this is no picture of now."""

Pixels = NDArray[np.uint8]
Samples = NDArray[np.float32]
log = logging.getLogger(__name__)


class Observer(Protocol):
    """Watches one side of a session."""

    def picture(self, at: datetime, pixels: Pixels) -> None:
        """A sampled picture: height × width × 3, red green blue, 0 to 255."""

    def sound(self, at: datetime, samples: Samples) -> None:
        """A piece of sound: mono, 16 kHz, −1 to 1."""

    def glance(self, at: datetime, pixels: Pixels) -> None:
        """A picture between two samples: only what it looks like matters."""

    def nothing(self, at: datetime, copy: bool) -> None:
        """A second without a new picture while there should be one. `copy`: the other side's browser should have
        returned what it received."""

    def came(self, at: datetime, who: UUID) -> None:
        """An account takes the seat of the side: for the first time, again, or instead of another."""

    def close(self, at: datetime) -> None:
        """The side is gone; it may come back."""


class SideSampler:
    """Takes samples of one side. `feed` is called in the loop for each frame and only remembers."""

    def __init__(self, observer: Observer, pool: Executor, clock: Callable[[], datetime]) -> None:
        self._observer, self._pool, self._clock = observer, pool, clock
        self._frame: VideoFrame | None = None
        self._glanced: VideoFrame | None = None
        self._resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        # A frame's own converter must not be used by two threads at once; others read the same frame.
        self._converter = VideoReformatter()
        self._heard: list[NDArray[np.int16]] = []
        self._heard_count = 0
        self._busy = False
        self._last_at: float | None = None
        self.pictures = self.pieces = 0

    def feed(self, kind: Kind, frame: Frame) -> None:
        """A frame of the side."""
        if isinstance(frame, VideoFrame):
            self._frame = frame
            self._last_at = asyncio.get_running_loop().time()
        elif isinstance(frame, AudioFrame):
            self._hear(frame)

    def _hear(self, frame: AudioFrame) -> None:
        for part in self._resampler.resample(frame):
            self._heard.append(part.to_ndarray().reshape(-1).astype(np.int16))
            self._heard_count += part.samples
        if self._heard_count >= PIECE_SECONDS * RATE:
            piece = np.concatenate(self._heard)
            self._heard, self._heard_count = [], 0
            self.pieces += 1
            self._pool.submit(self._safely, "sound", self._clock(), piece)

    @property
    def fresh(self) -> bool:
        """Whether a picture came just now."""
        return self._last_at is not None and asyncio.get_running_loop().time() - self._last_at < STALE_SECONDS

    async def glance(self) -> None:
        """Hand the newest picture over for its look alone; left out while the watcher is busy."""
        frame = self._frame
        if self._busy or frame is None or frame is self._glanced:
            return
        self._busy, self._glanced = True, frame
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._safely, "glance", self._clock(), frame)
        finally:
            self._busy = False

    async def sample(self, expected: bool, copy: bool) -> None:
        """Hand the newest picture over, or say that there was none. `expected`: there should be pictures of the side;
        `copy`: as a copy that the other side's browser returns.
        """
        if self._busy:
            return  # The watcher is slower than a second: the next second gets the newest picture.
        loop = asyncio.get_running_loop()
        frame, self._frame, self._glanced = self._frame, None, None
        if frame is None and (self.fresh or not expected):
            return
        self._busy = True
        try:
            if frame is None:
                await loop.run_in_executor(self._pool, self._safely, "nothing", self._clock(), copy)
            else:
                self.pictures += 1
                await loop.run_in_executor(self._pool, self._safely, "picture", self._clock(), frame)
        finally:
            self._busy = False

    def _safely(self, what: str, at: datetime, thing: Any) -> None:
        """In a thread: a watcher that fails is said aloud and does not end the call."""
        try:
            if isinstance(thing, VideoFrame):
                plain = self._converter.reformat(thing, format="rgb24").to_ndarray().astype(np.uint8, copy=False)
                (self._observer.picture if what == "picture" else self._observer.glance)(at, plain)
            elif what == "sound":
                self._observer.sound(at, thing.astype(np.float32) / 32768.0)
            elif what == "came":
                self._observer.came(at, thing)
            elif what == "nothing":
                self._observer.nothing(at, thing)
            else:
                self._observer.close(at)
        except Exception:
            log.exception("a watcher of a live visit failed on %s", what)

    def came(self, who: UUID) -> None:
        """Tell the watcher who takes the seat."""
        self._forget()
        self._pool.submit(self._safely, "came", self._clock(), who)

    def close(self) -> None:
        """Tell the watcher that the side is gone."""
        self._forget()
        self._pool.submit(self._safely, "close", self._clock(), None)

    def _forget(self) -> None:
        self._frame = self._glanced = self._last_at = None
        self._heard, self._heard_count = [], 0
