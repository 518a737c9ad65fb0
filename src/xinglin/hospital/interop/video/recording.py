"""The recording of a live visit: both sides in one picture with time, visit and sides burnt in, both voices in one.

Written as WebM straight into a sealed file. Five pictures a second and a mono voice: enough to see who was there and to
hear what was said, at a few hundredths of a processor core.
"""

import time
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol
from uuid import UUID

import av
import numpy as np
from av import AudioFrame, VideoFrame
from av.audio.resampler import AudioResampler
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from xinglin.hospital.interop.video.tracks import Frame, Kind

PICTURES_A_SECOND = 5
SIDE_WIDTH, SIDE_HEIGHT, STRIP = 320, 180, 20
WIDTH, HEIGHT = 2 * SIDE_WIDTH, SIDE_HEIGHT + STRIP
RATE = 48_000
BEHIND_MOST = RATE
"""Sound that may wait to be mixed: one second; what is older is dropped."""
SIDES = ("physician", "patient")


class Writer(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes) -> int:
        """Add bytes."""

    def flush(self) -> None:
        """Keep what was added even if this process dies."""

    def close(self) -> None:
        """The end."""


class _WriteOnly:
    """A file that cannot be sought, so that the container is written from front to back."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, data: bytes) -> int:
        return self._writer.write(bytes(data))


class Recorder:
    """Frames come in through `feed`, in the loop; `step` writes what is due, `close` ends it, both in one thread."""

    def __init__(self, writer: Writer, visit_id: UUID, clock: Callable[[], datetime]) -> None:
        self._writer, self._visit_id, self._clock = writer, visit_id, clock
        self._pictures: dict[str, VideoFrame] = {}
        self._sounds: dict[str, list[NDArray[np.int16]]] = {side: [] for side in SIDES}
        self._resamplers = {side: AudioResampler(format="s16", layout="mono", rate=RATE) for side in SIDES}
        self._converter = VideoReformatter()  # Of this thread alone: others read the same frames.
        self._began = time.monotonic()
        self._written = self._samples = 0
        self._strip: tuple[str, NDArray[np.uint8]] | None = None
        self._font = ImageFont.load_default(size=13)
        self._closed = False
        options = {"live": "1", "cluster_time_limit": "2000"}
        self._file = av.open(_WriteOnly(writer), "w", format="webm", options=options)
        self._video: Any = self._file.add_stream("libvpx", rate=PICTURES_A_SECOND)
        self._video.width, self._video.height, self._video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        self._video.bit_rate = 250_000
        self._video.options = {"deadline": "realtime", "cpu-used": "8", "g": "50"}
        self._video.codec_context.time_base = Fraction(1, 1000)
        self._audio: Any = self._file.add_stream("libopus", rate=RATE, layout="mono")
        self._audio.bit_rate = 24_000

    def feed(self, side: str, kind: Kind, frame: Frame) -> None:
        """A frame of a side. Sound is resampled here, because its frame is sent on and changed afterwards."""
        if isinstance(frame, VideoFrame):
            self._pictures[side] = frame
        elif isinstance(frame, AudioFrame):
            waiting = self._sounds[side]
            for part in self._resamplers[side].resample(frame):
                waiting.append(part.to_ndarray().reshape(-1).astype(np.int16, copy=False))
            while sum(map(len, waiting)) > BEHIND_MOST:
                waiting.pop(0)

    def gone(self, side: str) -> None:
        """A side has no picture now."""
        self._pictures.pop(side, None)

    def step(self) -> None:
        """Write the picture and the sound that are due."""
        if self._closed:
            return
        passed = time.monotonic() - self._began
        if passed * PICTURES_A_SECOND >= self._written:
            self._written = int(passed * PICTURES_A_SECOND) + 1
            frame = VideoFrame.from_ndarray(self._picture(), format="rgb24")
            frame.pts, frame.time_base = int(passed * 1000), Fraction(1, 1000)
            self._file.mux(self._video.encode(frame))
        self._mix(int(passed * RATE) - self._samples)

    def _picture(self) -> NDArray[np.uint8]:
        canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for number, side in enumerate(SIDES):
            frame = self._pictures.get(side)
            if frame is not None:
                left = number * SIDE_WIDTH
                small = self._converter.reformat(frame, width=SIDE_WIDTH, height=SIDE_HEIGHT, format="rgb24")
                canvas[:SIDE_HEIGHT, left : left + SIDE_WIDTH] = small.to_ndarray()
        canvas[SIDE_HEIGHT:] = self._watermark()
        return canvas

    def _watermark(self) -> NDArray[np.uint8]:
        """Time, visit and sides; drawn anew each second. Digits and Latin letters: any font has them."""
        text = f"{self._clock():%Y-%m-%d %H:%M:%S %z}  {self._visit_id}  {SIDES[0]} | {SIDES[1]}"
        if self._strip is None or self._strip[0] != text:
            image = Image.new("RGB", (WIDTH, STRIP), "black")
            ImageDraw.Draw(image).text((6, 2), text, fill="white", font=self._font)
            self._strip = (text, np.asarray(image, np.uint8))
        return self._strip[1]

    def _mix(self, count: int) -> None:
        """The next samples of both sides together; silence where a side has none."""
        if count <= 0:
            return
        mixed = np.zeros(count, np.int32)
        for side in SIDES:
            waiting = np.concatenate([*self._sounds[side], np.zeros(0, np.int16)])
            part = waiting[:count]
            mixed[: len(part)] += part
            self._sounds[side] = [waiting[count:]]
        clipped = np.clip(mixed, -32768, 32767).astype(np.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(clipped, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += count
        self._file.mux(self._audio.encode(frame))

    def flush(self) -> None:
        """Seal what is written, so that a crash loses seconds at most."""
        if not self._closed:
            self._writer.flush()

    def close(self) -> None:
        """Write the end. Done twice it is done once."""
        if self._closed:
            return
        self._closed = True
        self._file.mux(self._video.encode(None))
        self._file.mux(self._audio.encode(None))
        self._file.close()
        self._writer.close()
