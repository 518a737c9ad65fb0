"""Each misdeed leaves in the data what its name says, is as rare as promised, and the innocents are none of it."""

from collections import Counter, defaultdict

import pytest

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.innocents import MEANINGS as INNOCENT
from xinglin.hospital.demo.city.plants import COUNTS, MEANINGS, Plant
from xinglin.hospital.demo.city.treatments import RESALE


def of(city: City, kind: str) -> list[Plant]:
    return [plant for plant in city.plants if plant.kind == kind]


@pytest.mark.parametrize("kind", COUNTS)
def test_every_kind_is_planted_and_rare(city: City, kind: str) -> None:
    plants = of(city, kind)
    assert len(plants) >= 1
    assert sum(len(p.encounters) for p in plants) >= 1
    assert sum(len(p.encounters) for p in plants) < len(city.encounters) / 60
    assert set(COUNTS) == set(MEANINGS)


def test_the_innocents_are_there(city: City) -> None:
    assert {plant.kind for plant in city.plants} == set(MEANINGS) | set(INNOCENT)


def test_phantom_visits_come_one_a_minute_and_hand_out_nothing(city: City) -> None:
    for plant in of(city, "phantom_visits"):
        days = defaultdict(list)
        for encounter in plant.encounters:
            assert encounter.no_trace
            days[encounter.day].append(encounter.minute)
        for minutes in days.values():
            assert all(b - a < 2 for a, b in zip(sorted(minutes), sorted(minutes)[1:], strict=False)) or len(days) > 1


def test_a_shared_card_contradicts_its_holder(city: City) -> None:
    for plant in of(city, "shared_card"):
        holder = city.residents[plant.persons[0]]
        codes = {code for e in plant.encounters for code in e.codes}
        assert ("Z34.9" in codes) if holder.sex == "M" else ("N40" in codes)


def test_three_institutions_serve_the_same_medicine(city: City) -> None:
    for plant in of(city, "three_institutions"):
        assert len({e.place for e in plant.encounters}) >= 3
        assert len({code for e in plant.encounters for code, _ in e.items if code in RESALE}) == 1


def test_trace_codes_are_sold_once_except_where_packs_were_resold(city: City) -> None:
    where = defaultdict(list)
    for bill in city.bills:
        for codes in bill.traces:
            for code in codes:
                where[code].append(bill)
    assert all(len(code) == 20 and code.isdigit() for code in where)
    twice = {code: bills for code, bills in where.items() if len(bills) > 1}
    assert twice
    for bills in twice.values():
        assert any(bill.encounter.supplied_by >= 0 for bill in bills)
        assert bills[-1].encounter.plant.split(":")[0] in {"resold_packs", "ring"}


def test_nobody_is_claimed_for_after_death_but_the_planted(city: City) -> None:
    late = Counter()
    for encounter in city.encounters:
        died_on = city.residents[encounter.person].died_on
        if died_on is not None and encounter.on > died_on:
            late[encounter.plant.split(":")[0]] += 1
    assert set(late) == {"after_death"}


def test_claims_in_the_middle_of_a_stay_are_the_planted_ones(city: City) -> None:
    stays = defaultdict(list)
    for encounter in city.encounters:
        if encounter.kind == "inpatient":
            stays[encounter.person].append(encounter)
    found = Counter()
    for encounter in city.encounters:
        inside = [s for s in stays[encounter.person] if s.day < encounter.day < s.until_day]
        if inside and encounter.kind != "inpatient":
            found[encounter.plant.split(":")[0]] += 1
    assert set(found) == {"while_inpatient"}


def test_a_physician_is_in_two_districts_within_minutes(city: City) -> None:
    for plant in of(city, "two_places"):
        areas = {city.places.places[place].area for place in plant.places}
        assert len(areas) == 2
        by_day = defaultdict(list)
        for encounter in plant.encounters:
            by_day[encounter.day].append(encounter)
        assert all(len({e.place for e in day}) == 2 for day in by_day.values())


def test_split_prescriptions_break_a_limit_only_together(city: City) -> None:
    for plant in of(city, "split_prescriptions"):
        for encounter in plant.encounters:
            same_day = [e for e in plant.encounters if (e.person, e.day) == (encounter.person, encounter.day)]
            assert len(same_day) >= 2


def test_a_ring_shares_mornings_and_a_phone(city: City) -> None:
    for plant in of(city, "ring"):
        assert len({city.residents[p].phone for p in plant.persons}) == 1
        mornings = Counter(e.day for e in plant.encounters if e.kind == "outpatient")
        assert sum(count >= len(plant.persons) - 2 for count in mornings.values()) >= 8
