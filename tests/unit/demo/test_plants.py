"""Each misdeed leaves in the data what its name says, is as rare as promised, and the innocents are none of it."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.innocents import MEANINGS as INNOCENT
from xinglin.hospital.demo.city.plants import COUNTS, MEANINGS, Plant
from xinglin.hospital.demo.city.treatments import RESALE
from xinglin.hospital.demo.lake_medicine import Medicines
from xinglin.hospital.demo.lake_times import Times
from xinglin.hospital.demo.lake_visits import visits
from xinglin.supervision.facts import PrescriptionOrigin
from xinglin.supervision.facts.lake import Facts


def of(city: City, kind: str) -> list[Plant]:
    return [plant for plant in city.plants if plant.kind == kind]


@pytest.mark.parametrize("kind", COUNTS)
def test_every_kind_is_planted_and_rare(city: City, kind: str) -> None:
    plants = of(city, kind)
    assert len(plants) >= 1
    assert all(len(p.encounters) or (kind == "review_stamps" and p.practitioners) for p in plants)
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


def prescribed(city: City, kind: str) -> list[tuple[Encounter, Facts]]:
    """The visits of a kind with the rows of their prescriptions."""
    wanted = {e.id for plant in of(city, kind) for e in plant.encounters}
    times = Times(city)
    medicines = Medicines(city, times, True)
    return [(v.encounter, medicines.prescription(v)) for v in visits(city) if v.encounter.id in wanted]


def seconds(row: Facts, later: str, earlier: str) -> float:
    return (row[later] - row[earlier]).total_seconds()  # type: ignore[operator, union-attr, no-any-return]


def test_medicine_comes_first_for_the_guilty_and_seconds_apart_for_the_innocent(city: City) -> None:
    for _, row in prescribed(city, "medicine_first"):
        late = seconds(row, "prescription.signed_at", "prescription.settled_at")
        assert row["prescription.ordered_before"] is True or late > 60
    innocent = prescribed(city, "innocent_clocks")
    assert innocent
    for _, row in innocent:
        assert row["prescription.ordered_before"] is False
        assert 0 < seconds(row, "prescription.signed_at", "prescription.settled_at") < 60


def test_a_machine_signs_in_seconds_and_so_does_who_repeats(city: City) -> None:
    starts = {v.encounter.id: v.started for v in visits(city)}
    guilty, innocent = prescribed(city, "machine_prescriptions"), prescribed(city, "innocent_repeats")
    for visit, row in guilty:
        quick = row["prescription.signed_at"] - starts[visit.id] < timedelta(seconds=20)  # type: ignore[operator]
        assert (row["prescription.origin"] is PrescriptionOrigin.MACHINE) is not quick
    for visit, row in innocent:
        assert row["prescription.signed_at"] - starts[visit.id] < timedelta(seconds=20)  # type: ignore[operator]
        assert row["prescription.origin"] in {PrescriptionOrigin.REPEAT, PrescriptionOrigin.OWN_TEMPLATE}
    assert guilty
    assert innocent


def test_a_stamp_is_quicker_than_a_quick_reader(city: City) -> None:
    paces = {kind: [city.staff.practitioners[p.practitioners[0]].review_seconds for p in of(city, kind)] for kind in
             ("review_stamps", "innocent_quick_reader")}  # fmt: skip
    assert all(least + more <= 8 for least, more in paces["review_stamps"])
    assert all(least >= 8 for least, _ in paces["innocent_quick_reader"])


def test_a_ring_shares_mornings_and_a_phone(city: City) -> None:
    for plant in of(city, "ring"):
        assert len({city.residents[p].phone for p in plant.persons}) == 1
        mornings = Counter(e.day for e in plant.encounters if e.kind == "outpatient")
        assert sum(count >= len(plant.persons) - 2 for count in mornings.values()) >= 8
