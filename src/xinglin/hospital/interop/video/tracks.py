"""Frames in and frames out: an outlet is what a browser receives, a pump reads what it sends."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame

Kind = Literal["audio", "video"]
Frame = AudioFrame | VideoFrame
Sink = Callable[[Kind, Frame], None]
VIDEO_CLOCK = 90_000
WAITING_MOST = {"video": 2, "audio": 25}
"""Frames that may wait to be sent; older ones are dropped: a slow line is late by a moment and never by more."""


class Outlet(MediaStreamTrack):
    """A track that sends whatever is put into it, on a clock of its own: its source may change or pause at any time."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self._queue: deque[Frame] = deque(maxlen=WAITING_MOST[kind])
        self._filled = asyncio.Event()
        self._began = time.monotonic()
        self._samples = 0
        self.sent = 0

    def put(self, frame: Frame) -> None:
        """Send a frame next; the oldest that waits gives way."""
        if self.readyState == "live":
            self._queue.append(frame)
            self._filled.set()

    def clear(self) -> None:
        """Forget what waits."""
        self._queue.clear()

    def stop(self) -> None:
        """End the track and wake whoever waits for a frame."""
        super().stop()
        self._queue.clear()
        self._filled.set()

    async def recv(self) -> Frame:
        """The next frame, when there is one."""
        while not self._queue:
            if self.readyState != "live":
                raise MediaStreamError
            self._filled.clear()
            await self._filled.wait()
        frame = self._queue.popleft()
        self.sent += 1
        passed = time.monotonic() - self._began
        if isinstance(frame, AudioFrame):
            # Sound goes on without a gap while it flows, and jumps to the clock after silence.
            behind = int(passed * frame.sample_rate) - self._samples
            if behind > frame.sample_rate // 2:
                self._samples += behind
            frame.pts, frame.time_base = self._samples, Fraction(1, frame.sample_rate)
            self._samples += frame.samples
        else:
            frame.pts, frame.time_base = int(passed * VIDEO_CLOCK), Fraction(1, VIDEO_CLOCK)
        return frame


async def pump(track: MediaStreamTrack, kind: Kind, sink: Sink) -> None:
    """Read a track to its end."""
    try:
        while True:
            frame = await track.recv()
            if isinstance(frame, AudioFrame | VideoFrame):
                sink(kind, frame)
    except MediaStreamError:
        return
