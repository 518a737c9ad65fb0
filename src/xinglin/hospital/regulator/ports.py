"""What the lake asks of others: the records of a year that no table of the database holds."""

from pathlib import Path
from typing import Any, Protocol


class CityLake(Protocol):
    """A made city whose whole year can be written out as a lake."""

    def write(self, folder: Path) -> dict[str, Any] | None:
        """Write one file a table into the folder and say which city it is; None where there is none."""
