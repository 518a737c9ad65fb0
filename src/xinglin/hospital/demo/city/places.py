"""The institutions of the city: 267 primary ones at scale 1, some hospitals, pharmacies, and the internet hospital.

The area codes begin with 3799: no place in China has them (prefectures are numbered from 01 upwards, and none is 99),
so that neither a number nor a claim of the city can be mistaken for one of a real town.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinglin.hospital.demo.city.dice import Dice, instant

CITY_AREA: Final = "379900"
DISTRICTS: Final = {
    "379901": ("甲区", "District A"),
    "379902": ("乙区", "District B"),
    "379903": ("丙区", "District C"),
    "379904": ("丁区", "District D"),
    "379905": ("戊县", "County E"),
    "379906": ("己县", "County F"),
}
AREAS: Final = tuple(DISTRICTS)

ONLINE_DEPARTMENTS: Final = {
    "02": 6, "03.04": 4, "03.07": 3, "03.01": 2, "03.02": 2, "03.03": 2, "03.06": 1, "03.08": 1, "04.03": 1,
    "04.04": 1, "05.01": 1, "07": 3, "11": 1, "13.01": 1, "15.02": 1, "16.03": 1,
}  # fmt: skip
"""Departments of the internet hospital and how many physicians each has at scale 1."""

GENERAL_DEPARTMENTS: Final = (
    "02", "03.01", "03.02", "03.03", "03.04", "03.06", "03.07", "03.08", "04.01", "04.03", "04.04", "05.01", "05.02",
    "07", "10", "11", "13.01", "15.02", "16.03", "20", "50.01",
)  # fmt: skip
HEALTH_CENTRE_DEPARTMENTS: Final = ("02", "07", "50.01")
PRIMARY_AT_ONE: Final = 267
CENTRES_AT_ONE: Final = 45
PHARMACIES_AT_ONE: Final = 48


@dataclass(frozen=True, slots=True)
class Place:
    """One institution. `index` is its number in the city; `village` the village it serves, if it serves one."""

    index: int
    id: str
    code: str
    name_zh: str
    name_en: str
    kind: str
    level: str
    area: str
    address: str
    parent: int | None
    departments: tuple[str, ...]
    village: int | None = None


@dataclass(frozen=True, slots=True)
class Village:
    """A village or neighbourhood: its clinic, the health centre above, its district."""

    index: int
    name_zh: str
    clinic: int
    centre: int
    area: str


@dataclass(frozen=True, slots=True)
class Map:
    """All places and villages. `children` is the hospital for mothers and children, one of the hospitals."""

    places: tuple[Place, ...]
    villages: tuple[Village, ...]
    internet: int
    hospitals: tuple[int, ...]
    children: int
    centres: tuple[int, ...]
    pharmacies: tuple[int, ...]


def primary_count(scale: float) -> int:
    """How many primary-care institutions the city has: 267 at scale 1, never fewer than 8."""
    return max(8, round(PRIMARY_AT_ONE * scale))


@dataclass(slots=True)
class _Builder:
    dice: Dice
    since: date
    places: list[Place]

    def add(
        self, kind: str, level: str, area: str, zh: str, en: str, departments: tuple[str, ...],
        parent: int | None = None, village: int | None = None,
    ) -> int:  # fmt: skip
        index = len(self.places)
        opened = instant(self.since + timedelta(minutes=0), index)
        code = f"H{area}{index + 1:05d}"
        address = f"演示市{DISTRICTS[area][0]}演示路 {index + 1} 号"
        self.places.append(
            Place(
                index, self.dice.id_at(opened), code, zh, en, kind, level, area, address, parent, departments, village
            )
        )
        return index


def make_map(seed: int, scale: float, city_date: date) -> Map:
    """The institutions of a city of this size."""
    build = _Builder(Dice(seed, "places"), city_date - timedelta(days=4000), [])
    internet = build.add(
        "internet_hospital", "02", AREAS[0], "杏林互联网医院（演示）", "Xinglin Internet Hospital (demo)",
        tuple(ONLINE_DEPARTMENTS),
    )  # fmt: skip
    hospitals = _hospitals(build, scale)
    centres, villages = _primary(build, primary_count(scale), scale)
    pharmacies = []
    for number in range(max(4, round(PHARMACIES_AT_ONE * scale))):
        area = AREAS[number % len(AREAS)]
        zh, en = f"演示药店 {number + 1:02d}", f"Demo pharmacy {number + 1:02d}"
        pharmacies.append(build.add("pharmacy", "11", area, zh, en, ()))
    return Map(
        tuple(build.places),
        tuple(villages),
        internet,
        tuple(hospitals),
        hospitals[1],
        tuple(centres),
        tuple(pharmacies),
    )


def _hospitals(build: _Builder, scale: float) -> list[int]:
    general, small = GENERAL_DEPARTMENTS, GENERAL_DEPARTMENTS[:12] + GENERAL_DEPARTMENTS[16:]
    found = [
        build.add("hospital", "02", AREAS[0], "演示市第一医院", "Demo City First Hospital", general),
        build.add(
            "hospital",
            "05",
            AREAS[1],
            "演示市妇幼医院",
            "Demo City Women and Children's Hospital",
            ("02", "05.01", "05.02", "07"),
        ),
    ]
    for number in range(max(1, round(2 * scale))):
        area = AREAS[(4 + number) % len(AREAS)]
        zh, en = f"演示市{DISTRICTS[area][0]}医院（{number + 1}）", f"Demo {DISTRICTS[area][1]} Hospital ({number + 1})"
        found.append(build.add("hospital", "05", area, zh, en, small))
    return found


def _primary(build: _Builder, primary: int, scale: float) -> tuple[list[int], list[Village]]:
    centres = []
    count = max(2, round(CENTRES_AT_ONE * scale))
    for number in range(count):
        area = AREAS[number % len(AREAS)]
        zh, en = f"演示卫生服务中心 {number + 1:02d}", f"Demo health centre {number + 1:02d}"
        centres.append(build.add("health_centre", "08", area, zh, en, HEALTH_CENTRE_DEPARTMENTS))
    villages = []
    for number in range(primary - count):
        centre = centres[number % count]
        area = build.places[centre].area
        zh, en = f"演示卫生室 {number + 1:03d}", f"Demo village clinic {number + 1:03d}"
        clinic = build.add("village_clinic", "11", area, zh, en, ("02",), parent=centre, village=number)
        villages.append(Village(number, f"演示村 {number + 1:03d}", clinic, centre, area))
    return centres, villages
