"""The checks on small tables: what changes a tier, what is silent, what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.clinical.medicines.small_tables import TEXTS, interaction, row, tables

from xinglin.clinical.knowledge.units import Amount
from xinglin.clinical.medicines.answer import answer
from xinglin.clinical.medicines.assess import Assessment, assess
from xinglin.clinical.medicines.case import AllergyRecord, Case, Institution, LabValue, Line, Part, Patient

DAY = date(2026, 11, 22)
ADULT = Patient(age_days=50 * 366, age_years=Fraction(50), sex="M", weight_kg=Fraction(70), pregnant=False)


def mg(value: float) -> Amount:
    return Amount(Fraction(value) * 1000, "mass")


def line(code: str, index: int = 0, role: str = "order", single: float = 100, times: int = 1, **more: Any) -> Line:
    values = {"route": "po", "days": 7, "times": Fraction(times), **more}
    return Line(index, role, code, (Part(code, mg(single), mg(single * times)),), **values)


def case(*orders: Line, current: tuple[Line, ...] = (), patient: Patient = ADULT, **more: Any) -> Case:
    return Case("c", DAY, patient, orders, current, **more)


def tiers(found: Assessment, kind: str = "") -> list[str]:
    return [one.tier for one in found.findings if not kind or one.kind == kind]


WARFARIN_NSAID = interaction(
    a="warfarin", b="@NSAID", tier="D", context="with:@PPI -> C; age>=75 -> X; b.route:topical -> -"
)


class TestInteractions:
    def test_a_pair_of_order_and_current_is_found_whichever_stands_first(self) -> None:
        known = tables(interactions=[WARFARIN_NSAID])
        for ordered, taken in (("ibuprofen", "warfarin"), ("warfarin", "ibuprofen")):
            found = assess(case(line(ordered), current=(line(taken, role="current"),)), known)
            assert tiers(found) == ["D"]
            assert found.findings[0].codes == ("warfarin", "ibuprofen")

    def test_two_medicines_already_taken_are_not_judged_again(self) -> None:
        known = tables(interactions=[WARFARIN_NSAID])
        taken = (line("warfarin", role="current"), line("ibuprofen", 1, "current"))
        assert tiers(assess(case(line("metformin"), current=taken), known)) == []

    def test_the_first_entry_that_holds_decides(self) -> None:
        known = tables(interactions=[WARFARIN_NSAID])
        old = replace(ADULT, age_years=Fraction(80), age_days=80 * 366)
        both = case(line("ibuprofen"), current=(line("warfarin", role="current"), line("omeprazole", 1, "current")))
        assert tiers(assess(replace(both, patient=old), known)) == ["C"]
        alone = case(line("ibuprofen"), current=(line("warfarin", role="current"),), patient=old)
        assert tiers(assess(alone, known)) == ["X"]

    def test_what_is_unknown_neither_raises_nor_lowers_but_is_told(self) -> None:
        nobody = replace(ADULT, age_years=None, age_days=None)
        found = assess(
            case(line("ibuprofen"), line("warfarin", 1), patient=nobody), tables(interactions=[WARFARIN_NSAID])
        )
        assert tiers(found, "interaction") == ["D"]
        assert found.findings[0].could_be == (("X", ("patient.age_years",)),)

    def test_put_on_the_skin_it_is_silent_where_the_row_says_so(self) -> None:
        gel = line("diclofenac", route="top")
        found = assess(case(gel, current=(line("warfarin", role="current"),)), tables(interactions=[WARFARIN_NSAID]))
        assert tiers(found) == []

    def test_put_on_the_skin_it_takes_no_part_in_a_row_that_does_not_ask_for_the_route(self) -> None:
        known = tables(interactions=[interaction(a="warfarin", b="@NSAID", tier="D")])
        gel = line("diclofenac", route="top")
        assert tiers(assess(case(gel, current=(line("warfarin", role="current"),)), known)) == []

    def test_a_medicine_that_is_held_counts_one_tier_less(self) -> None:
        known = tables(interactions=[interaction(a="warfarin", b="@NSAID", tier="X")])
        held = line("warfarin", role="current", held=True)
        assert tiers(assess(case(line("ibuprofen"), current=(held,)), known)) == ["D"]

    def test_a_laboratory_value_and_its_age_are_asked(self) -> None:
        known = tables(
            interactions=[interaction(a="warfarin", b="amoxicillin", tier="D", context="labage:INR<=5 -> C")]
        )
        fresh = replace(ADULT, labs={"INR": LabValue(Fraction(2), 3)})
        old = replace(ADULT, labs={"INR": LabValue(Fraction(2), 6)})
        pair = (line("amoxicillin"), line("warfarin", 1))
        assert tiers(assess(case(*pair, patient=fresh), known)) == ["C"]
        assert tiers(assess(case(*pair, patient=old), known)) == ["D"]
        assert tiers(assess(case(*pair), known)) == ["D"]

    def test_a_graver_row_that_nobody_read_again_does_not_hide_one_that_was(self) -> None:
        graver = interaction(id="I9", a="warfarin", b="ibuprofen", tier="X", second="")
        known = tables(interactions=[WARFARIN_NSAID, graver])
        found = assess(case(line("warfarin"), line("ibuprofen", 1)), known)
        assert [(one.row, one.tier, one.second) for one in found.findings] == [("I9", "X", False), ("I1", "D", True)]


class TestDuplicates:
    GROUP = row(id="DU1", most="1", tier="D", **{"class": "@NSAID"}, **TEXTS, context="b.route:topical -> B")

    def test_two_of_a_class(self) -> None:
        found = assess(case(line("ibuprofen"), line("diclofenac", 1)), tables(duplicates=[self.GROUP]))
        assert tiers(found, "duplicate") == ["D"]

    def test_one_on_the_skin_is_advice(self) -> None:
        gel = line("diclofenac", 1, route="top")
        assert tiers(assess(case(line("ibuprofen"), gel), tables(duplicates=[self.GROUP]))) == ["B"]

    def test_a_renewal_is_no_duplicate_and_a_hidden_substance_is(self) -> None:
        known = tables()
        renewal = case(line("paracetamol"), current=(line("paracetamol", role="current"),))
        assert tiers(assess(renewal, known), "duplicate") == []
        cold = Line(0, "order", "cold remedy", (Part("paracetamol"), Part("ibuprofen")), route="po")
        assert tiers(assess(case(cold, current=(line("paracetamol", role="current"),)), known), "duplicate") == ["D"]


class TestDoses:
    ROW = row(
        id="DO1", ingredient="paracetamol", routes="po", age_from="18y", unit="mg", single_max="1000", daily_max="4000"
    )
    CHILD = row(
        id="DO2",
        ingredient="paracetamol",
        routes="po",
        age_until="18y",
        unit="mg",
        single_max_kg="15",
        daily_max_kg="75",
        daily_max="4000",
    )

    @pytest.mark.parametrize(
        ("single", "times", "wanted"),
        [(1000, 4, []), (1000, 5, ["D"]), (1040, 3, ["C"]), (4000, 1, ["X"]), (500, 4, [])],
    )
    def test_an_adult(self, single: float, times: int, wanted: list[str]) -> None:
        order = line("paracetamol", single=single, times=times)
        assert sorted(tiers(assess(case(order), tables(doses=[self.ROW])), "dose"), reverse=True) == wanted

    def test_the_day_is_summed_over_medicines(self) -> None:
        cold = Line(1, "order", "cold remedy", (Part("paracetamol", mg(500), mg(2000)), Part("ibuprofen")), route="po")
        found = assess(case(line("paracetamol", single=1000, times=3), cold), tables(doses=[self.ROW]))
        assert "D" in tiers(found, "dose")
        assert any("5 g" in one.text_en for one in found.findings if one.kind == "dose")

    def test_a_child_goes_by_weight_with_a_tenth_for_rounding(self) -> None:
        known = tables(doses=[self.ROW, self.CHILD])
        child = replace(ADULT, age_days=4 * 366, age_years=Fraction(4), weight_kg=Fraction(16))
        within = case(line("paracetamol", single=260, times=4), patient=child)
        above = case(line("paracetamol", single=300, times=4), patient=child)
        assert tiers(assess(within, known), "dose") == []
        assert tiers(assess(above, known), "dose") == ["D"]

    def test_without_weight_a_child_cannot_be_checked(self) -> None:
        child = replace(ADULT, age_days=4 * 366, age_years=Fraction(4), weight_kg=None)
        found = assess(case(line("paracetamol", single=250), patient=child), tables(doses=[self.CHILD]))
        assert "patient.weight_kg" in {one.fact for one in found.unknown}

    def test_no_row_and_no_dose_are_said(self) -> None:
        found = assess(case(line("metformin")), tables(doses=[self.ROW]))
        assert {one.fact for one in found.unknown} == {"dose_limit"}
        bare = Line(0, "order", "paracetamol", (Part("paracetamol"),), route="po")
        assert "orders[0].dose" in {one.fact for one in assess(case(bare), tables(doses=[self.ROW])).unknown}


class TestPatients:
    def test_a_disease_that_forbids_and_one_that_lifts(self) -> None:
        rule = row(id="CO1", side="@NSAID", dx="@ULCER", except_dx="Z87", tier="X", problem="gut", **TEXTS)
        known = tables(contraindications=[rule])
        sick = replace(ADULT, diagnoses=("K26.3",))
        assert tiers(assess(case(line("ibuprofen"), patient=sick), known)) == ["X"]
        healed = replace(ADULT, diagnoses=("K26.3", "Z87.1"))
        assert tiers(assess(case(line("ibuprofen"), patient=healed), known)) == []
        assert tiers(assess(case(line("ibuprofen")), known)) == []

    @pytest.mark.parametrize(("weeks", "wanted"), [(10, []), (20, ["D"]), (30, ["D"]), (None, ["D"])])
    def test_weeks_of_pregnancy(self, weeks: int | None, wanted: list[str]) -> None:
        known = tables(pregnancy=[row(id="PR1", side="@NSAID", weeks_from="20", tier="D", **TEXTS)])
        she = replace(ADULT, sex="F", pregnant=True, pregnancy_weeks=weeks)
        assert tiers(assess(case(line("ibuprofen"), patient=she), known)) == wanted

    def test_an_unknown_pregnancy_is_asked(self) -> None:
        known = tables(pregnancy=[row(id="PR1", side="isotretinoin", tier="X", childbearing="D", **TEXTS)])
        woman = replace(ADULT, sex="F", pregnant=None, age_years=Fraction(30))
        found = assess(case(line("isotretinoin"), patient=woman), known)
        assert tiers(found) == ["D"]
        assert "patient.pregnant" in {one.fact for one in found.unknown}
        assert tiers(assess(case(line("isotretinoin"), patient=ADULT), known)) == []

    def test_kidney_bands_and_a_dose_that_already_obeys(self) -> None:
        avoid = row(id="RN1", side="metformin", metric="egfr", below="30", tier="X", action="avoid", **TEXTS)
        lower = row(
            id="RN2",
            side="metformin",
            metric="egfr",
            below="45",
            tier="D",
            action="lower",
            daily_max="1000",
            unit="mg",
            **TEXTS,
        )
        known = tables(renal=[avoid, lower])
        at = {value: replace(ADULT, egfr=Fraction(value)) for value in (25, 40, 60)}
        assert tiers(assess(case(line("metformin", single=500, times=2), patient=at[25]), known)) == ["X"]
        assert tiers(assess(case(line("metformin", single=500, times=2), patient=at[40]), known)) == []
        assert tiers(assess(case(line("metformin", single=500, times=3), patient=at[40]), known)) == ["D"]
        assert tiers(assess(case(line("metformin"), patient=at[60]), known)) == []
        assert "patient.egfr" in {one.fact for one in assess(case(line("metformin")), known).unknown}

    def test_an_allergy_to_the_substance_and_to_its_like(self) -> None:
        crosses = row(id="AL1", recorded="@PENICILLINS", ordered="cefalexin", tier="D", reaction="immediate", **TEXTS)
        known = tables(allergies=[crosses])

        def of(code: str, reaction: str) -> list[str]:
            record = AllergyRecord("青霉素", frozenset({"amoxicillin"}), reaction)
            return tiers(assess(case(line(code), patient=replace(ADULT, allergies=(record,))), known))

        assert of("amoxicillin", "any") == ["X"]
        assert of("amoxicillin", "intolerance") == ["D"]
        assert of("cefalexin", "immediate") == ["D"]
        assert of("cefalexin", "severe") == ["D"]
        assert of("cefalexin", "any") == []
        unasked = assess(case(line("cefalexin"), patient=replace(ADULT, allergies=None)), known)
        assert "patient.allergies" in {one.fact for one in unasked.unknown}

    def test_online_and_antimicrobial_rights(self) -> None:
        grade = row(
            id="AM1", ingredient="meropenem", grade="special", culture_needed="yes", outpatient_ok="no", **TEXTS
        )
        known = tables(antimicrobials=[grade])
        online = Institution("online")
        assert tiers(assess(case(line("morphine"), institution=online), known), "control") == ["X"]
        assert tiers(assess(case(line("morphine")), known), "control") == []
        assert tiers(assess(case(line("meropenem"), institution=online), known), "antimicrobial") == ["X"]
        right = Institution("inpatient", "restricted")
        assert tiers(assess(case(line("meropenem"), institution=right), known), "antimicrobial") == ["X"]
        full = Institution("inpatient", "special")
        assert tiers(assess(case(line("meropenem"), institution=full), known), "antimicrobial") == []


class TestCards:
    def test_at_most_two_interrupt_however_many_problems(self) -> None:
        rows = [
            interaction(id=f"I{number}", a="warfarin", b=other, tier="D", problem=problem)
            for number, (other, problem) in enumerate(
                [
                    ("ibuprofen", "bleeding"),
                    ("amoxicillin", "infection"),
                    ("metformin", "glucose"),
                    ("omeprazole", "gut"),
                ]
            )
        ]
        orders = [
            line(code, n) for n, code in enumerate(["warfarin", "ibuprofen", "amoxicillin", "metformin", "omeprazole"])
        ]
        known = tables(interactions=rows)
        told = answer(assess(case(*orders), known), known)
        loud = [card for card in told["cards"] if card["interrupts"]]
        assert len(loud) == 2
        assert sorted(number for card in loud for number in card["findings"]) == [0, 1, 2, 3]

    def test_a_row_without_second_reading_does_not_interrupt(self) -> None:
        known = tables(interactions=[interaction(a="warfarin", b="ibuprofen", tier="X", second="")])
        told = answer(assess(case(line("warfarin"), line("ibuprofen", 1)), known), known)
        assert told["findings"][0]["tier"] == "X"
        assert not told["findings"][0]["interrupts"]
        assert not any(card["interrupts"] for card in told["cards"])

    def test_what_was_accepted_is_silent_for_ninety_days_while_unchanged(self) -> None:
        known = tables(interactions=[interaction(a="warfarin", b="ibuprofen", tier="D")])
        first = case(line("warfarin"), line("ibuprofen", 1))
        ticket = answer(assess(first, known), known)["findings"][0]["ticket"]

        def loud(days: int, order: Line) -> bool:
            again = case(line("warfarin"), order, accepted={ticket: DAY - timedelta(days=days)})
            return bool(answer(assess(again, known), known)["findings"][0]["interrupts"])

        assert not loud(90, line("ibuprofen", 1))
        assert loud(91, line("ibuprofen", 1))
        assert loud(10, line("ibuprofen", 1, single=400))

    def test_each_role_sees_its_tiers(self) -> None:
        rows = [
            interaction(id=f"I{tier}", a="warfarin", b=other, tier=tier)
            for tier, other in zip("XDCB", ("ibuprofen", "amoxicillin", "metformin", "omeprazole"), strict=True)
        ]
        orders = [
            line(code, n) for n, code in enumerate(["warfarin", "ibuprofen", "amoxicillin", "metformin", "omeprazole"])
        ]
        known = tables(interactions=rows)
        told = answer(assess(case(*orders), known), known)
        seen = {role: [told["findings"][n]["tier"] for n in numbers] for role, numbers in told["views"].items()}
        assert seen == {"physician": ["X", "D"], "pharmacist": ["X", "D", "C"], "patient": ["B"]}

    def test_the_same_case_gives_the_same_bytes(self) -> None:
        known = tables(interactions=[WARFARIN_NSAID])
        one = case(line("warfarin"), line("ibuprofen", 1))
        assert answer(assess(one, known), known) == answer(assess(one, known), known)
