"""Questions about insurance: who is covered, for what, and how much is used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from xinglin.benefits.policy import PolicyBook, demo_book
from xinglin.benefits.totals import SchemeKey, State, Totals, fold
from xinglin.hospital.insurance.access import SEE_COVERAGE
from xinglin.hospital.insurance.models import ChronicQualification, Coverage, OnlineSuspension, Usage
from xinglin.hospital.insurance.usage import effect_of
from xinglin.hospital.kernel.access import Actor, require, system_actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger import selectors as ledger

READER = system_actor("insurance")


def account_code(person_id: UUID) -> str:
    """The ledger's code of a person's account."""
    return f"person:{person_id}"


def policy_book() -> PolicyBook:
    """The policies in force: those of the demo city, as long as nobody has brought a real area's."""
    return demo_book()


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A person's insurance on a day. `qualified` are disease codes in the order of their certification."""

    person_id: UUID
    area: str
    insurance_type: str
    person_type: str
    from_on: date
    until_on: date | None
    online_suspended: bool
    qualified: tuple[str, ...]

    @property
    def name(self) -> T:
        """The kind of insurance for people."""
        return INSURANCE_NAMES.get(self.insurance_type, T(zh="基本医疗保险", en="Basic insurance"))


INSURANCE_NAMES = {
    "310": T(zh="职工基本医疗保险", en="Employees' basic insurance"),
    "390": T(zh="城乡居民基本医疗保险", en="Residents' basic insurance"),
}


def coverage(*, person_id: UUID, on: date) -> Eligibility | None:
    """What a person is insured for on a day, or None. For the modules above, which decide who may ask."""
    current = Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gte=on))
    row = Coverage.objects.filter(current, person_id=person_id).order_by("-from_on").first()
    if row is None:
        return None
    diseases = ChronicQualification.objects.filter(current, person_id=person_id).order_by("from_on", "disease")
    return Eligibility(
        person_id=person_id,
        area=row.area,
        insurance_type=row.insurance_type,
        person_type=row.person_type,
        from_on=row.from_on,
        until_on=row.until_on,
        online_suspended=OnlineSuspension.objects.filter(current, person_id=person_id).exists(),
        qualified=tuple(dict.fromkeys(diseases.values_list("disease", flat=True))),
    )


SCHEMES = {"310": "employee", "390": "resident", "410": "work_injury", "510": "maternity"}
"""National code of the kind of insurance → its word in the rules."""


def coverage_facts(
    *, insured: Eligibility | None, person_id: UUID, on: date, diagnoses: Sequence[str] = ()
) -> dict[str, Any]:
    """Facts of the group `coverage` on a day, for a visit with these diagnoses; for the modules above.

    `insured` is what `coverage` answered for the day. The benefit is that of a chronic disease where the person is
    certified for one that the diagnoses mean. Whoever was never insured here has the scheme ``none`` and no end;
    whoever was, the last day.
    """
    if insured is None:
        last = Coverage.objects.filter(person_id=person_id, until_on__lt=on).order_by("-until_on").first()
        return {
            "scheme": "none",
            "benefit": "none",
            "chronic_code": "",
            "area_code": last.area if last else None,
            "ended": last is not None,
            "ended_on": last.until_on if last else None,
        }
    disease = chronic_disease(insured, diagnoses)
    return {
        "scheme": SCHEMES.get(insured.insurance_type),
        "benefit": "chronic" if disease else "outpatient",
        "chronic_code": disease,
        "area_code": insured.area,
        "ended": False,
        "ended_on": None,
    }


def chronic_disease(insured: Eligibility, diagnoses: Sequence[str]) -> str:
    """The disease of the policy book for which the person is certified and which the diagnoses mean; empty for none."""
    known = policy_book().diseases
    return next((code for code in insured.qualified if code in known and known[code].means(diagnoses)), "")


def accumulators(*, person_id: UUID, year: int, without_claims: Collection[UUID] = ()) -> State:
    """What a person has used of every scheme in a year, reservations included. For the modules above.

    `without_claims` leaves some claims out, to ask what would be if they had not been.
    """
    rows = Usage.objects.filter(person_id=person_id, year=year).exclude(claim_id__in=without_claims)
    return fold(effect_of(row) for row in rows.order_by("at", "id"))


def account_fen(*, person_id: UUID) -> int:
    """What may still be paid from a person's account, in fen. For the modules above."""
    code = account_code(person_id)
    return max(0, ledger.balances(actor=READER, codes=[code])[code].available_fen)


# FOR SCREENS


@dataclass(frozen=True, slots=True)
class Cover:
    """A person's insurance as the person sees it."""

    eligibility: Eligibility
    account_fen: int
    used: tuple[tuple[SchemeKey, Totals], ...]


def my_cover(*, actor: Actor, person_id: UUID, on: date) -> Cover | None:
    """Insurance, account and use of oneself or a ward; None when not insured. Raises NotFound for anybody else's."""
    require(actor, SEE_COVERAGE)
    if not actor.acts_for(person_id):
        raise NotFound
    eligibility = coverage(person_id=person_id, on=on)
    if eligibility is None:
        return None
    state = accumulators(person_id=person_id, year=on.year)
    used = tuple((key, totals) for key, totals in sorted(state.schemes.items()) if totals != Totals())
    return Cover(eligibility, account_fen(person_id=person_id), used)
