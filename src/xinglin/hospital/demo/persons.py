"""Who can be signed in as with one click, and the link that does it. Only in demo mode is the link worth anything."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.identity.services import demo_token
from xinglin.hospital.kernel.access import system_actor


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One row of the table that `make demo` prints. `note` is in English for the terminal, `note_zh` for pages.

    `link` is short, for tables; it leads to `entrance`, whose signed word identity checks.
    """

    role: str
    name: str
    account_id: UUID
    note: str
    link: str
    key: str = ""
    entrance: str = ""
    note_zh: str = ""


def demo_people() -> list[DemoPerson]:
    """The people of the loaded city, in the order of the table. Raises NotFound outside demo mode."""

    def token(account_id: str) -> str:
        return demo_token(actor=system_actor("demo-city"), account_id=UUID(account_id))

    city = DemoCity.objects.first()
    rows: list[dict[str, Any]] = city.people if city is not None else []
    return [
        DemoPerson(
            role=row["role"],
            name=row["name"],
            account_id=UUID(row["account_id"]),
            note=row["note_en"],
            link=f"/demo/as/{row['key']}",
            entrance=f"/demo/enter/{token(row['account_id'])}",
            key=row["key"],
            note_zh=row["note_zh"],
        )
        for row in rows
        if row["listed"]
    ]
