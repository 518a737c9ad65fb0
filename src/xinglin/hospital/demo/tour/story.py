"""The parts of the tour in their order."""

from collections.abc import Callable

from xinglin.hospital.demo.tour import medicine, money, people, visit, watching
from xinglin.hospital.demo.tour.telling import Part, Scene

PARTS: tuple[Callable[[Scene], Part], ...] = (
    people.house,
    people.patient,
    visit.asking,
    visit.seeing,
    medicine.writing,
    medicine.reviewing,
    money.paying,
    money.handing,
    watching.judging,
    watching.journal,
)


def walk(tell: Callable[[Part], None]) -> None:
    """Walk the loop, telling each part as soon as it is done. Raises TourBroken when something does not hold."""
    scene = Scene()
    for part in PARTS:
        tell(part(scene))
