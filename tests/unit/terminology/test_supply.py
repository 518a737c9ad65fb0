"""How long a quantity lasts: the traps of frequencies, packs, halves and liquids; never a float."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.terminology import lists, shipped
from xinglin.hospital.terminology.doses import dose_text, dose_units
from xinglin.hospital.terminology.infos import ProductInfo
from xinglin.hospital.terminology.supply import (
    daily_units,
    days_supply,
    dose_is_deliverable,
    is_smallest_pack_over,
    packs_needed,
    used_per_dose,
)


def product(name: str, strength: str, pack: int) -> ProductInfo:
    return next(
        info
        for info in shipped.products().values()
        if (info.name_zh, info.strength_zh, info.units_per_pack) == (name, strength, pack)
    )


METFORMIN = product("盐酸二甲双胍片", "500mg", 20)
METOPROLOL = product("酒石酸美托洛尔片", "25mg", 20)
ALENDRONATE = product("阿仑膦酸钠片", "70mg", 4)
LACTULOSE = product("乳果糖口服溶液", "100ml:66.7g", 1)
GLARGINE = product("甘精胰岛素注射液", "3ml:300IU", 1)
OMEPRAZOLE = product("奥美拉唑肠溶胶囊", "20mg", 14)


@pytest.mark.parametrize(
    ("medicine", "dose", "frequency", "packs", "days"),
    [
        (METFORMIN, 500_000, "bid", 1, 10),
        (METFORMIN, 500_000, "tid", 1, 6),  # 20 tablets at 3 a day: the day begun does not count
        (METFORMIN, 1_000_000, "bid", 1, 5),
        (METFORMIN, 500_000, "qod", 1, 40),
        (METFORMIN, 500_000, "q3d", 1, 60),
        (METFORMIN, 500_000, "q8h", 1, 6),
        (METFORMIN, 500_000, "q5h", 1, 4),  # 4.8 a day, not 5: 20 tablets are 4 days and a bit either way
        (METFORMIN, 500_000, "q5h", 6, 25),  # 120 tablets: 25 days, where 5 a day would give 24
        (ALENDRONATE, 70_000, "qw", 1, 28),
        (ALENDRONATE, 70_000, "biw", 1, 14),
        (ALENDRONATE, 70_000, "qow", 1, 56),
        (METOPROLOL, 12_500, "bid", 1, 20),  # half a tablet twice a day
        (LACTULOSE, 15_000, "qd", 1, 6),
        (GLARGINE, 10, "qn", 1, 30),
        (GLARGINE, 14, "qn", 1, 21),
    ],
)
def test_days_supply(medicine: ProductInfo, dose: int, frequency: str, packs: int, days: int) -> None:
    assert days_supply(medicine, dose, frequency, packs) == days


@pytest.mark.parametrize("frequency", ["prn", "st"])
def test_as_needed_and_single_doses_give_no_days(frequency: str) -> None:
    assert days_supply(METFORMIN, 500_000, frequency, 3) is None
    assert packs_needed(METFORMIN, 500_000, frequency, 7) is None
    assert daily_units(METFORMIN, 500_000, frequency) is None


@pytest.mark.parametrize("name", ["马来酸噻吗洛尔滴眼液", "硫酸沙丁胺醇吸入气雾剂", "糠酸莫米松乳膏"])
def test_drops_inhalers_and_creams_give_no_days(name: str) -> None:
    local = next(info for info in shipped.products().values() if info.name_zh == name)
    assert local.no_days
    assert days_supply(local, 1_000, "bid", 1) is None
    assert packs_needed(local, 1_000, "bid", 7) is None


def test_unknown_frequency_no_dose_and_no_packs_give_no_days() -> None:
    assert days_supply(METFORMIN, 500_000, "whenever", 1) is None
    assert days_supply(METFORMIN, 0, "bid", 1) is None
    assert days_supply(METFORMIN, 500_000, "bid", 0) is None
    assert packs_needed(METFORMIN, 500_000, "bid", 0) is None


def test_a_capsule_cannot_be_cut_so_the_rest_is_used_up() -> None:
    assert not dose_is_deliverable(OMEPRAZOLE, 10_000)
    assert used_per_dose(OMEPRAZOLE, 10_000) == 20_000
    assert days_supply(OMEPRAZOLE, 10_000, "qd", 1) == 14
    assert dose_is_deliverable(METOPROLOL, 12_500)
    assert not dose_is_deliverable(METOPROLOL, 6_250)
    assert days_supply(METOPROLOL, 6_250, "qd", 1) == 40


def test_the_smallest_pack_that_covers_the_limit_is_never_too_much() -> None:
    # 20 tablets at 1 a day last 20 days, but no smaller pack is sold: one box is right for 7 days, two are not.
    assert packs_needed(METFORMIN, 500_000, "qd", 7) == 1
    assert is_smallest_pack_over(METFORMIN, 500_000, "qd", 1, 7)
    assert not is_smallest_pack_over(METFORMIN, 500_000, "qd", 2, 7)
    assert is_smallest_pack_over(METFORMIN, 500_000, "tid", 2, 7)
    assert packs_needed(ALENDRONATE, 70_000, "qw", 84) == 3


def test_frequency_letters_may_be_of_either_case() -> None:
    assert days_supply(METFORMIN, 500_000, "BID", 1) == 10
    assert lists.frequency("2w") == lists.frequency_list()["2W"]
    assert lists.frequency("tid") != lists.frequency("tiw")


def test_the_five_hour_trap_is_noted() -> None:
    trap = lists.frequency_list()["q5h"]
    assert (trap.period_days, trap.times) == (5, 24)
    published = next(row for row in lists.rows_of("frequencies.csv") if row["code"] == "q5h")
    assert (published["published_period_days"], published["published_times"]) == ("1", "5")


COUNTED = [code for code, row in lists.frequency_list().items() if row.gives_days_supply]


@given(
    dose=st.integers(1, 3_000_000),
    frequency=st.sampled_from(COUNTED),
    days=st.integers(1, 100),
    pack=st.integers(1, 200),
    splittable=st.sampled_from(["no", "half", "quarter", "free"]),
)
def test_packs_needed_is_the_least_that_lasts(dose: int, frequency: str, days: int, pack: int, splittable: str) -> None:
    medicine = dataclasses.replace(METFORMIN, units_per_pack=pack, splittable=splittable)
    packs = packs_needed(medicine, dose, frequency, days)
    assert packs is not None
    assert packs >= 1
    lasting = days_supply(medicine, dose, frequency, packs)
    assert lasting is not None
    assert lasting >= days
    if packs > 1:
        shorter = days_supply(medicine, dose, frequency, packs - 1)
        assert shorter is not None
        assert shorter < days


@pytest.mark.parametrize(
    ("medicine", "units", "zh", "en"),
    [
        (METFORMIN, 500_000, "500mg", "500 mg"),
        (METOPROLOL, 12_500, "12.5mg", "12.5 mg"),
        (LACTULOSE, 15_000, "15ml", "15 mL"),
        (GLARGINE, 10, "10IU", "10 IU"),
        (product("氯沙坦钾氢氯噻嗪片", "50mg+12.5mg", 7), 1_000, "1片", "1 tablet"),
        (product("六味地黄丸", "每丸按标签", 200), 8_000, "8丸", "8 pills"),
        (product("阿法骨化醇软胶囊", "0.25μg", 20), 500, "0.5μg", "0.5 µg"),
    ],
)
def test_doses_are_written_as_people_write_them(medicine: ProductInfo, units: int, zh: str, en: str) -> None:
    text = dose_text(medicine, units)
    assert (text.zh, text.en) == (zh, en)
    assert dose_units(medicine, en.split()[0]) == units


@pytest.mark.parametrize("written", ["", "half", "-1", "0", "NaN", "Infinity", "1e99", "0.0000001"])
def test_a_dose_that_cannot_be_is_refused_at_its_field(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        dose_units(METFORMIN, written, field="line-1-dose")
    assert refused.value.field == "line-1-dose"
    assert "mg" in refused.value.sentence.en
    assert "mg" in refused.value.sentence.zh
