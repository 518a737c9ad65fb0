"""The made city: repeatable, of the promised size, of the stated illness, consistent in itself."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest
from stdnum.cn import ric
from tests.unit.demo.made import CITY_DATE, make

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.conditions import BY_KEY
from xinglin.hospital.demo.city.places import DISTRICTS, primary_count
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.terminology.bulk import shipped_diagnoses, shipped_products
from xinglin.hospital.terminology.selectors import days_supply, packs_needed


def test_equal_seeds_make_equal_cities_and_others_do_not() -> None:
    assert make(seed=3, scale=0.02).digest() == make(seed=3, scale=0.02).digest()
    assert make(seed=3, scale=0.02).digest() != make(seed=4, scale=0.02).digest()


@pytest.mark.parametrize("scale", [0, 0.0001, 500])
def test_a_scale_without_sense_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="between 0.001 and 100"):
        make(scale=scale)


def test_a_tenth_of_the_city_has_a_tenth_of_everything(city: City) -> None:
    visits = [e for e in city.encounters if e.kind != "pharmacy"]
    assert sum(not p.name.startswith("演示医") and not p.name.startswith("演示药") for p in city.residents) >= 2000
    assert len(visits) >= 10_000
    assert sum(len(bill.lines) for bill in city.bills) >= 30_000
    assert primary_count(1) == 267
    kinds = Counter(place.kind for place in city.places.places)
    assert kinds["village_clinic"] + kinds["health_centre"] == primary_count(0.1) == 27
    assert kinds["internet_hospital"] == 1


@pytest.mark.long
def test_the_city_at_scale_one_is_as_large_as_promised() -> None:
    city = make(scale=1)
    assert len(city.residents) - len(city.staff.people) >= 20_000
    assert sum(e.kind != "pharmacy" for e in city.encounters) >= 100_000
    assert sum(len(bill.lines) for bill in city.bills) >= 300_000
    kinds = Counter(place.kind for place in city.places.places)
    assert kinds["village_clinic"] + kinds["health_centre"] == 267


def test_illness_is_as_frequent_as_the_table_says() -> None:
    """Expected cases by everybody's own age and sex, against those drawn: within four standard deviations."""
    people = make(seed=11, scale=0.2).residents
    for key, condition in BY_KEY.items():
        chances = [condition.permille(p.sex, p.age_on(CITY_DATE)) / 1000 for p in people if p.village >= 0]
        expected = sum(chances)
        spread = sum(chance * (1 - chance) for chance in chances) ** 0.5
        drawn = sum(key in p.conditions for p in people if p.village >= 0)
        assert abs(drawn - expected) <= 4 * spread + 5, key


def test_identity_numbers_are_of_the_real_form_and_of_no_real_place(city: City) -> None:
    numbers = [p.number for p in city.residents]
    assert len(set(numbers)) == len(numbers)
    for person in city.residents:
        assert ric.calc_check_digit(person.number) == person.number[17]
        assert person.number[6:14] == person.birth_on.strftime("%Y%m%d")
        assert int(person.number[16]) % 2 == (person.sex == "M")
        assert person.number[:6] in DISTRICTS
        assert re.fullmatch(r"1\d{10}", person.phone)


def test_families_make_sense(city: City) -> None:
    by_index = {p.index: p for p in city.residents}
    children = [p for p in city.residents if p.mother >= 0]
    assert len(children) > 200
    for child in children:
        mother = by_index[child.mother]
        assert mother.sex == "F"
        assert by_index[child.father].sex == "M"
        assert 18 <= (child.birth_on - mother.birth_on).days / 365.25 <= 45
        assert child.household == mother.household
        assert child.address == mother.address


def test_regimens_name_diagnoses_that_exist_and_supplies_agree_with_terminology() -> None:
    known, products = shipped_diagnoses(), shipped_products()
    assert [c for condition in BY_KEY.values() for c in condition.codes if c not in known] == []
    for code, medicine in price_list().medicines.items():
        if medicine.counts_days:
            packs = packs_needed(products[code], medicine.dose, medicine.frequency, 28)
            assert packs == medicine.packs_for(28), code
            assert days_supply(products[code], medicine.dose, medicine.frequency, packs or 0) == medicine.days_of(
                medicine.packs_for(28)
            )


def test_every_bill_keeps_the_money_identity_and_the_order_of_time(city: City) -> None:
    for bill in city.bills:
        assert bill.outcome is not None
        assert bill.outcome.holds()
        assert bill.started_at <= bill.ended_at < bill.settled_at
    assert [b.settled_at for b in city.bills] == sorted(b.settled_at for b in city.bills)
    assert all(left >= 0 for left in city.account_left.values())


def test_the_year_ends_on_the_citys_date(city: City) -> None:
    days = {e.day for e in city.encounters}
    assert max(days) == CITY_DATE.toordinal()
    assert min(days) >= CITY_DATE.toordinal() - 364


def test_honest_people_are_in_one_place_at_a_time(city: City) -> None:
    """Nobody honest is seen elsewhere in the middle of a stay, or after death, and no honest physician in two rooms."""
    stays = defaultdict(list)
    for encounter in city.encounters:
        if encounter.kind == "inpatient":
            stays[encounter.person].append((encounter.day, encounter.until_day))
    guilty = {e.plant.split(":")[0] for e in city.encounters if e.plant}
    for encounter in city.encounters:
        if encounter.plant.split(":")[0] in {"while_inpatient", "after_death", *guilty}:
            continue
        person = city.residents[encounter.person]
        assert person.died_on is None or encounter.on < person.died_on
        assert encounter.on > person.birth_on
        if encounter.kind != "inpatient":
            assert not any(first <= encounter.day <= last for first, last in stays[encounter.person])
    rooms = Counter(
        (e.practitioner, e.day, e.minute) for e in city.encounters if not e.plant and e.kind in {"outpatient", "online"}
    )
    assert max(rooms.values()) == 1


def test_sundays_are_quiet_in_hospitals(city: City) -> None:
    hospitals = set(city.places.hospitals)
    chronic = [e for e in city.encounters if e.place in hospitals and e.kind == "outpatient" and len(e.codes) > 1]
    sundays = [e for e in chronic if not e.plant and date.fromordinal(e.day).weekday() == 6]
    assert len(sundays) < len(chronic) / 20


def test_every_diagnosis_that_is_claimed_exists(city: City) -> None:
    known = shipped_diagnoses()
    assert sorted({code for e in city.encounters for code in e.codes if code not in known}) == []
