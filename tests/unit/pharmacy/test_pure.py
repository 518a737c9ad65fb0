"""The pure parts: trace codes, drafts as stored, ages, directions, the table of reasons, the made-up courier."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.hospital.interop.courier.mock import JOURNEYS, DemoCourier
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.content import age_words
from xinglin.hospital.pharmacy.drafts import Draft, DraftLine, as_json, from_json
from xinglin.hospital.pharmacy.errors import DomainError, TraceCodeMalformed, TraceCodeOfOtherProduct
from xinglin.hospital.pharmacy.ports import CourierDeclines, CourierDown, Parcel
from xinglin.hospital.pharmacy.reasons import reason, reasons
from xinglin.hospital.pharmacy.states import CUSTODY
from xinglin.hospital.pharmacy.trace import check_picks, clean_code

AT = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
LINE = uuid4()
NAME = T(zh="测试药", en="Test medicine")


# TRACE CODES


@given(st.text(max_size=40))
def test_a_code_is_twenty_digits_or_refused(given_text: str) -> None:
    try:
        code = clean_code(given_text)
    except TraceCodeMalformed:
        return
    assert len(code) == 20
    assert code.isascii()
    assert code.isdigit()


@pytest.mark.parametrize("code", ["８１０００００００００００００００００１", "8" * 19, "8" * 21, ""])
def test_what_only_looks_like_a_code_is_refused(code: str) -> None:
    with pytest.raises(TraceCodeMalformed):
        clean_code(code)


def test_codes_of_unregistered_products_are_taken_as_scanned() -> None:
    code = "8" * 20
    assert check_picks({LINE: ("P1", NAME, 1)}, {LINE: [code]}, {}) == {LINE: [code]}
    with pytest.raises(TraceCodeOfOtherProduct):
        check_picks({LINE: ("P1", NAME, 1)}, {LINE: [code]}, {"8888888": "P2"})
    with pytest.raises(TraceCodeOfOtherProduct):
        check_picks({LINE: ("P1", NAME, 1)}, {LINE: [code]}, {"8111111": "P1"})
    known = {"8888888": "P1", "8111111": "P1"}
    assert check_picks({LINE: ("P1", NAME, 1)}, {LINE: [code]}, known) == {LINE: [code]}


# DRAFTS

line = st.builds(
    DraftLine,
    id=st.uuids(),
    product_code=st.text(max_size=8),
    dose_units=st.none() | st.integers(0, 10**9),
    frequency=st.text(max_size=5),
    route=st.text(max_size=5),
    days=st.none() | st.integers(-3, 100),
    packs=st.none() | st.integers(-3, 100),
    reason=st.text(max_size=20),
)
draft = st.builds(
    Draft,
    id=st.uuids(),
    visit_id=st.uuids(),
    lines=st.lists(line, max_size=4).map(tuple),
    kind=st.sampled_from(["ordinary", "long"]),
    kind_reason=st.text(max_size=10),
    assessed=st.booleans(),
    patient_agreed=st.booleans(),
    urgent=st.booleans(),
    valid_days=st.integers(1, 3),
    replaces_id=st.none() | st.uuids(),
)


@given(draft)
def test_a_draft_comes_back_as_it_was_typed(typed: Draft) -> None:
    import json

    assert from_json(json.loads(json.dumps(as_json(typed)))) == typed


# WORDS


@pytest.mark.parametrize(
    ("birth_on", "age"),
    [
        (date(1966, 3, 12), "60岁"),
        (date(2024, 9, 1), "2岁"),
        (date(2024, 9, 2), "23月"),
        (date(2026, 8, 1), "1月"),
        (date(2026, 8, 2), "30天"),
        (date(2026, 9, 1), "0天"),
    ],
)
def test_small_children_have_their_age_in_months_and_days(birth_on: date, age: str) -> None:
    assert age_words(birth_on, date(2026, 9, 1)) == age


def test_every_reason_has_both_languages_and_a_source() -> None:
    for kind in ("cancel", "return", "clock"):
        for row in reasons(kind).values():
            assert row.label.zh
            assert row.label.en
            assert row.source
    assert not reason("return", "not-wanted").allowed
    with pytest.raises(InvalidInput):
        reason("cancel", "quality")


def refusals(parent: type[DomainError] = DomainError) -> list[type[DomainError]]:
    """Every refusal of the pharmacy."""
    found = [kind for kind in parent.__subclasses__() if kind.__module__.endswith("pharmacy.errors")]
    return found + [kind for each in found for kind in refusals(each)]


def test_refusals_have_codes_of_their_own() -> None:
    codes = [kind.code for kind in refusals()]
    assert len(codes) == len(set(codes)) >= 20


# THE COURIER


def a_parcel(address: str = "测试市测试路 1 号", packs: int = 2) -> Parcel:
    """A parcel to an address."""
    return Parcel(UUID(int=7), "测试", "13900000001", address, packs)


def test_the_courier_carries_step_by_step() -> None:
    courier = DemoCourier(timedelta(hours=1))
    bill = courier.book(a_parcel(), now=AT)
    assert courier.track(bill.number, now=AT) == []
    seen = [news.kind for news in courier.track(bill.number, now=AT + timedelta(hours=13))]
    assert seen == ["collected", "in_transit", "at_station"]
    assert courier.track(bill.number, now=AT + timedelta(days=2))[-1].kind == "delivered"


@pytest.mark.parametrize(
    ("address", "end"),
    [("测试市拒收路 5 号", "returned"), ("12 Lose Lane, Test", "lost"), ("测试市测试路", "delivered")],
)
def test_every_journey_ends_as_the_address_says(address: str, end: str) -> None:
    courier = DemoCourier(timedelta(minutes=1))
    bill = courier.book(a_parcel(address), now=AT)
    assert courier.track(bill.number, now=AT + timedelta(days=1))[-1].kind == end


def test_the_courier_declines_and_is_silent_when_asked_to() -> None:
    courier = DemoCourier(timedelta(hours=1))
    with pytest.raises(CourierDown):
        courier.book(a_parcel("停运路 1 号"), now=AT)
    for parcel in (a_parcel("超区路 1 号"), a_parcel(packs=0)):
        with pytest.raises(CourierDeclines):
            courier.book(parcel, now=AT)


@given(st.text(max_size=24))
def test_an_invented_waybill_is_unknown(number: str) -> None:
    with pytest.raises(CourierDeclines):
        DemoCourier(timedelta(hours=1)).track(number, now=AT)


def test_a_waybill_with_one_sign_changed_is_unknown() -> None:
    courier = DemoCourier(timedelta(hours=1))
    number = courier.book(a_parcel(), now=AT).number
    for place in range(len(number)):
        other = "0" if number[place] != "0" else "1"
        with pytest.raises(CourierDeclines):
            courier.track(number[:place] + other + number[place + 1 :], now=AT + timedelta(days=1))


def test_a_parcel_is_turned_round_until_it_has_arrived() -> None:
    courier = DemoCourier(timedelta(hours=1))
    bill = courier.book(a_parcel(), now=AT)
    home = courier.recall(bill.number, now=AT + timedelta(hours=2))
    assert courier.recall(home.number, now=AT + timedelta(hours=3)) == home
    assert courier.track(home.number, now=AT + timedelta(hours=20))[-1].kind == "returned"
    with pytest.raises(CourierDeclines):
        courier.recall(bill.number, now=AT + timedelta(hours=40))


def test_every_news_has_words() -> None:
    assert {kind for journey in JOURNEYS.values() for kind, *_ in journey} <= set(CUSTODY)
