"""Who is insured, and limits as a sum of what happened."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.benefits.totals import Effect, SchemeKey, Totals
from xinglin.hospital.insurance import errors, selectors, services
from xinglin.hospital.insurance.models import Coverage, Usage
from xinglin.hospital.kernel.access import Actor, Role, system_actor
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger.readdition import add_again

pytestmark = pytest.mark.django_db
AGENCY = system_actor("agency")
PERSON = UUID(int=77)
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
KEY = SchemeKey("140104", 2026, "diabetes")


def enrolled(from_on: date = date(2025, 1, 1), until_on: date | None = None, id: UUID | None = None) -> Coverage:
    return services.enrol(
        actor=AGENCY, coverage_id=id or new_id(), person_id=PERSON, area="379900", insurance_type="390",
        person_type="15", from_on=from_on, until_on=until_on, now=NOW,
    )  # fmt: skip


def qualified(disease: str, from_on: date = date(2025, 1, 1), until_on: date | None = None) -> None:
    services.qualify(
        actor=AGENCY, qualification_id=new_id(), person_id=PERSON, disease=disease, certified_by="test",
        from_on=from_on, until_on=until_on, now=NOW,
    )  # fmt: skip


def test_coverage_holds_on_its_days_only() -> None:
    enrolled(date(2025, 1, 1), date(2025, 12, 31))
    enrolled(date(2026, 2, 1))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 15), date(2026, 2, 1)]
    found = [selectors.coverage(person_id=PERSON, on=day) is not None for day in days]
    assert found == [False, True, True, False, True]


@pytest.mark.parametrize(("from_on", "until_on"), [
    (date(2025, 6, 1), None),
    (date(2024, 1, 1), date(2025, 1, 1)),
    (date(2025, 12, 31), date(2026, 5, 1)),
])  # fmt: skip
def test_one_insurance_at_a_time(from_on: date, until_on: date | None) -> None:
    enrolled(date(2025, 1, 1), date(2025, 12, 31))
    with pytest.raises(errors.CoverageOverlaps):
        enrolled(from_on, until_on)
    assert Coverage.objects.count() == 1


def test_entered_twice_is_entered_once() -> None:
    mine = new_id()
    assert enrolled(id=mine) == enrolled(id=mine)
    for _ in range(2):
        services.fill_account(actor=AGENCY, transfer_id=mine, person_id=PERSON, amount_fen=500, now=NOW)
    assert selectors.account_fen(person_id=PERSON) == 500
    assert services.end_coverage(actor=AGENCY, person_id=PERSON, until_on=DAY)
    assert not services.end_coverage(actor=AGENCY, person_id=PERSON, until_on=DAY)
    assert add_again().adds_up


def test_qualifications_and_suspension_by_day() -> None:
    enrolled()
    qualified("diabetes", date(2025, 1, 1), date(2025, 12, 31))
    qualified("hypertension", date(2026, 1, 1))
    with pytest.raises(errors.AlreadyQualified):
        qualified("hypertension", date(2026, 6, 1))
    with pytest.raises(errors.DiseaseUnknown):
        qualified("homesickness")
    services.suspend_online(
        actor=AGENCY, suspension_id=new_id(), person_id=PERSON, basis="test", from_on=DAY, until_on=DAY, now=NOW
    )
    before = selectors.coverage(person_id=PERSON, on=date(2025, 6, 1))
    today = selectors.coverage(person_id=PERSON, on=DAY)
    assert before is not None
    assert today is not None
    assert (before.qualified, before.online_suspended) == (("diabetes",), False)
    assert (today.qualified, today.online_suspended) == (("hypertension",), True)


def test_people_see_their_own_cover_only() -> None:
    enrolled()
    me = Actor(id=new_id(), label="me", roles=frozenset({Role.PATIENT}), person_id=PERSON)
    parent = Actor(id=new_id(), label="p", roles=frozenset({Role.PATIENT}), wards=frozenset({PERSON}))
    other = Actor(id=new_id(), label="o", roles=frozenset({Role.PATIENT}), person_id=UUID(int=78))
    for actor in (me, parent):
        cover = selectors.my_cover(actor=actor, person_id=PERSON, on=DAY)
        assert cover is not None
        assert cover.eligibility.name.zh == "城乡居民基本医疗保险"
    for person_id in (PERSON, UUID(int=99)):
        with pytest.raises(NotFound):
            selectors.my_cover(actor=other, person_id=person_id, on=DAY)
    with pytest.raises(NotAllowed):
        services.fill_account(actor=me, transfer_id=new_id(), person_id=PERSON, amount_fen=500, now=NOW)
    with pytest.raises(NotAllowed):
        services.give_back_usage(actor=me, claim_id=new_id(), kind="released", now=NOW)


def test_use_is_given_back_once_and_in_one_way() -> None:
    claim = new_id()
    services.reserve_usage(
        actor=AGENCY, person_id=PERSON, claim_id=claim, effects=[Effect(KEY, 100, 200, 300, 50, 0)], now=NOW
    )
    state = selectors.accumulators(person_id=PERSON, year=2026)
    assert state.of(KEY) == Totals(100, 200, 300, 50, 0, 1)
    assert not selectors.accumulators(person_id=PERSON, year=2026, without_claims=[claim]).schemes
    for _ in range(2):
        assert services.give_back_usage(actor=AGENCY, claim_id=claim, kind="released", now=NOW) == 1
    assert selectors.accumulators(person_id=PERSON, year=2026).of(KEY) == Totals()
    with pytest.raises(errors.UsageAlreadyUndone):
        services.give_back_usage(actor=AGENCY, claim_id=claim, kind="revoked", now=NOW)
    with pytest.raises(ValueError, match="released or revoked"):
        services.give_back_usage(actor=AGENCY, claim_id=claim, kind="lost", now=NOW)


def test_use_is_never_edited() -> None:
    services.reserve_usage(actor=AGENCY, person_id=PERSON, claim_id=new_id(), effects=[Effect(KEY, 1)], now=NOW)
    for statement in ("UPDATE insurance_usage SET deductible_fen = 0", "DELETE FROM insurance_usage"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@given(st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(["keep", "released", "revoked"])), max_size=8))
@settings(max_examples=20, deadline=None)
def test_the_accumulator_is_the_sum_of_what_stands(history: list[tuple[int, str]]) -> None:
    with transaction.atomic():
        for amount, fate in history:
            claim = new_id()
            services.reserve_usage(
                actor=AGENCY, person_id=PERSON, claim_id=claim, effects=[Effect(KEY, amount, amount)], now=NOW
            )
            if fate != "keep":
                services.give_back_usage(actor=AGENCY, claim_id=claim, kind=fate, now=NOW)
        kept = [amount for amount, fate in history if fate == "keep"]
        totals = selectors.accumulators(person_id=PERSON, year=2026).of(KEY)
        assert (totals.deductible_fen, totals.basic_fund_fen, totals.visits) == (sum(kept), sum(kept), len(kept))
        assert Usage.objects.count() == len(history) + sum(fate != "keep" for _, fate in history)
        transaction.set_rollback(True)
