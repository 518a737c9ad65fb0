"""Who can be signed in as with one click, and the link that does it. Only in demo mode is the link worth anything."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from xinglin.hospital.demo.models import DemoCity

LINK_SALT = "demo-enter"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One row of the table that `make demo` prints. `note` is in English for the terminal, `note_zh` for pages."""

    role: str
    name: str
    account_id: UUID
    note: str
    link: str
    key: str = ""
    note_zh: str = ""


def demo_people() -> list[DemoPerson]:
    """The people of the loaded city, in the order of the table; empty without a city."""
    city = DemoCity.objects.first()
    rows: list[dict[str, str]] = city.people if city is not None else []
    return [
        DemoPerson(
            role=row["role"],
            name=row["name"],
            account_id=UUID(row["account_id"]),
            note=row["note_en"],
            link=f"/demo/enter/{signing.dumps(row['account_id'], salt=LINK_SALT)}",
            key=row["key"],
            note_zh=row["note_zh"],
        )
        for row in rows
    ]
