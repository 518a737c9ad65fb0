"""What the trace codes of the year say under the law, judged by the engine itself: nothing here is made up."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight.bulk import PastCase
from xinglin.supervision.facts import Case, Channel, EarlierSale, Encounter, Institution, Measure, Pack, Patient
from xinglin.supervision.verdicts import Scope

FEED = system_actor("claims-feed")
RULES = frozenset({"J01"})


def second_sales(city: City) -> Iterator[PastCase]:
    """One case for every reported sale in which a trace code comes that was sold before, found by looking at all."""
    sold: set[str] = set()
    for bill in city.bills:
        again = [code for codes in bill.traces for code in codes if code in sold]
        if again and bill.encounter.kind != "online":
            yield _case(city, bill, set(again))
        sold.update(code for codes in bill.traces for code in codes)


def _case(city: City, bill: Bill, again: set[str]) -> PastCase:
    encounter = bill.encounter
    place = city.places.places[encounter.place]
    row_id = uuid5(UUID(bill.claim_id), str(bill.part))
    packs, numbers = [], []
    for line, codes in zip(bill.lines, bill.traces, strict=True):
        packs += [
            Pack(
                id=f"{row_id}:{code}",
                line_id=f"{row_id}:{line.code}",
                trace_code=code,
                on=bill.settled_at.date(),
                amount_fen=line.amount_fen // line.quantity,
                split=False,
                earlier_sale=EarlierSale.SOLD if code in again else EarlierSale.NONE,
                earlier_split=False,
                sold_permille=2000 if code in again else 1000,
                resale_allowed=False,
            )
            for code in codes
        ]
        numbers += [_numbers(f"{row_id}:{code}", int(code in again)) for code in codes]
    case = Case(
        encounter=Encounter(
            id=encounter.id, on=encounter.on, started_at=bill.started_at, channel=Channel.IN_PERSON, fund_asked=True
        ),
        patient=Patient(id=city.residents[encounter.person].id, birth_on=city.residents[encounter.person].birth_on),
        institution=Institution(id=place.id, name_zh=place.name_zh, territory_code=place.area),
        packs=tuple(packs),
        measures=tuple(numbers),
    )
    return PastCase(
        case=case,
        moment="control",
        subject_type="claim",
        subject_id=UUID(bill.claim_id),
        institution_id=UUID(place.id),
        actor=FEED,
        at=bill.settled_at,
        only=RULES,
    )


def _numbers(pack: str, sold_before: int) -> Measure:
    """What all bills of the city say of a code: whole packs only, and none came back."""
    return Measure(
        scope=Scope.PACK.value,
        subject=pack,
        code_sales_open=sold_before,
        code_open_unfit=sold_before,
        code_returned_here=0,
        code_returned_elsewhere=0,
        code_sold_permille=1000 * (1 + sold_before),
    )
