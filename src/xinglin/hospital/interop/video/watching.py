"""Who watches a side of a live visit."""

from datetime import datetime

from xinglin.hospital.consultation.selectors import LiveRoom
from xinglin.hospital.interop.video.sampling import Observer, Pixels, Samples


class Nobody:
    """Watches nothing: where no engine is installed."""

    def picture(self, at: datetime, pixels: Pixels) -> None:
        """Not looked at."""

    def sound(self, at: datetime, samples: Samples) -> None:
        """Not listened to."""

    def nothing(self, at: datetime) -> None:
        """Not missed."""

    def close(self, at: datetime) -> None:
        """Nothing to close."""


def observer_for(room: LiveRoom, side: str) -> Observer:
    """The watcher of a side."""
    return Nobody()
