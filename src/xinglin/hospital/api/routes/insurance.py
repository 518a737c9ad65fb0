"""What a person is insured for, and how much of it is used this year."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Query, Router

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.visits import ForWhom
from xinglin.hospital.api.shapes import Out, Words
from xinglin.hospital.insurance import selectors
from xinglin.hospital.insurance.access import SEE_COVERAGE
from xinglin.hospital.kernel.clock import civil_day

router = Router(tags=["insurance"])


class Used(Out):
    """What one yearly account of benefits has taken up, in fen."""

    care_type: str
    disease: str
    year: int
    deductible_fen: int
    basic_fund_fen: int
    in_scope_fen: int
    burden_fen: int
    serious_fen: int
    visits: int


class Insured(Out):
    """A person's insurance today."""

    person_id: UUID
    area: str
    insurance_type: str
    person_type: str
    name: Words
    from_on: date
    until_on: date | None
    online_suspended: bool
    qualified: list[str]
    account_fen: int
    used: list[Used]


class MaybeInsured(Out):
    """The insurance, or null where there is none."""

    insurance: Insured | None


@operation(router, "get", "/insurance", SEE_COVERAGE, MaybeInsured)
def my_cover(request: Request, query: Query[ForWhom]) -> Any:
    """参保和待遇使用情况｜One's own insurance or a ward's, and what is used of it"""
    cover = selectors.my_cover(actor=request.actor, person_id=query.person_id, on=civil_day(request.now))
    if cover is None:
        return {"insurance": None}
    names = Insured.model_fields.keys() - {"account_fen", "used"}
    return {
        "insurance": {name: getattr(cover.eligibility, name) for name in names}
        | {
            "account_fen": cover.account_fen,
            "used": [
                {name: getattr(key, name) for name in ("care_type", "disease", "year")}
                | {name: getattr(sums, name) for name in Used.model_fields.keys() - {"care_type", "disease", "year"}}
                for key, sums in cover.used
            ],
        }
    }
