"""The year of the loaded city as a lake: made again from its seed, and only if it is the very city that was loaded."""

from pathlib import Path
from typing import Any


class LoadedCity:
    """The city of this database, if one was loaded."""

    def write(self, folder: Path) -> dict[str, Any] | None:
        """Write its year; None where no city was loaded, or today's program would make another one."""
        from xinglin.benefits.policy import demo_book  # jobs and adapters are found before models can load
        from xinglin.hospital.demo.city.city import build
        from xinglin.hospital.demo.lake import write_lake
        from xinglin.hospital.demo.models import DemoCity
        from xinglin.hospital.demo.pricing import price_list

        row = DemoCity.objects.first()
        if row is None:
            return None
        city = build(
            seed=row.seed, scale=row.scale, city_date=row.city_date, prices=price_list(), book=demo_book()
        )  # the same arguments always give the same city
        if city.digest() != row.digest:
            return None
        write_lake(city, folder)
        return {"seed": row.seed, "scale": row.scale, "city_date": str(row.city_date)}
