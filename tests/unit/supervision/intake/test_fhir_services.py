"""Procedures, orders of a stay, certificates of death: what an export names, and what the rules then read."""

from pathlib import Path

import pytest
from tests.unit.supervision.intake.test_fhir import ORGANIZATION, PATIENT, SNOMED, Export, concept, order, visit

from xinglin.supervision.intake.fhir.medicines import medicine
from xinglin.supervision.tables.loading import load_knowledge
from xinglin.supervision.tables.naming import procedure_names

INJECTION, TABLET = "1 ML tacrolimus 5 MG/ML Injection", "24 HR tacrolimus 1 MG Extended Release Oral Tablet"


@pytest.fixture
def export(tmp_path: Path) -> Export:
    made = Export(tmp_path)
    made.write([PATIENT, ORGANIZATION, visit("e1", "AMB", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z")])
    return made


def procedure(ident: str, code: dict[str, object], encounter: str = "e1") -> dict[str, object]:
    return {
        "resourceType": "Procedure",
        "id": ident,
        "status": "completed",
        "code": code,
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "performedDateTime": "2026-03-01T08:30:00Z",
    }


def test_a_known_procedure_gets_our_code_and_an_unknown_one_none(export: Export) -> None:
    export.write(
        [
            procedure("known", concept(SNOMED, "225158009", "Auscultation of the fetal heart")),
            procedure("other", concept(SNOMED, "1", "Reading of tea leaves (procedure)")),
            procedure("place", concept("urn:price-list", "110100001", "Registration fee")),
        ]
    )
    export.take()
    assert export.rows("items", "item_id, item_code, item_name_zh") == [
        ("Procedure/known", "px-auscultation-of-the-fetal-heart", "胎心听诊 (Auscultation of the fetal heart)"),
        ("Procedure/other", None, "Reading of tea leaves (procedure)"),
        ("Procedure/place", "110100001", "Registration fee"),
    ]
    assert export.staged["Procedure"].mapped == {"procedure": 1}
    assert export.staged["Procedure"].unmapped == {"procedure": {"Reading of tea leaves (procedure)": 1}}


def test_charges_of_a_claim_are_read_in_the_same_way_and_stay_apart(export: Export) -> None:
    claim = {
        "resourceType": "Claim",
        "id": "c1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "created": "2026-03-01T10:00:00Z",
        "item": [
            {"sequence": 1, "productOrService": concept(SNOMED, "11466000", "Cesarean section")},
            {"sequence": 2, "productOrService": concept(SNOMED, "1", "Reading of tea leaves")},
        ],
    }
    export.write([claim])
    export.take()
    assert export.rows("items", "item_id, item_code") == [("c1#1", "px-cesarean-section"), ("c1#2", "1")]
    assert export.staged["Claim"].unmapped == {"procedure": {"Reading of tea leaves": 1}}


def test_every_row_of_sex_and_age_of_ours_is_a_procedure_that_has_a_name() -> None:
    codes = {code for code, _ in procedure_names().procedures.values()}
    assert len(codes) == len(procedure_names().procedures)
    rows = [row for table in ("item_sex", "service_age") for row in load_knowledge().tables[table].rows]
    assert len(rows) > 60
    assert {row.key[0] for row in rows} <= codes
    assert all(name == name.lower() and not name.endswith(")") for name in procedure_names().procedures)


def test_ward_and_discharge_are_two_prescriptions_and_the_ward_ends_with_the_stay(export: Export) -> None:
    export.write(
        [
            visit("stay", "IMP", "2026-01-02T08:00:00+08:00", "2026-01-12T10:00:00+08:00"),
            order("w1", "stay", INJECTION, authoredOn="2026-01-10T09:00:00+08:00", status="stopped"),
            order("w2", "stay", INJECTION, authoredOn="2026-01-12T09:00:00+08:00", status="stopped"),
            order("home", "stay", TABLET, authoredOn="2026-01-12T10:00:00+08:00"),
            order(
                "marked",
                "stay",
                TABLET,
                authoredOn="2026-01-12T08:00:00+08:00",
                category=[concept("", "discharge", "")],
            ),
        ]
    )
    export.take()
    lines = dict(export.rows("lines", "line_id, line_prescription_id"))
    assert lines["home"] == lines["marked"] == "stay/2026-01-12"
    assert (lines["w1"], lines["w2"]) == ("stay/2026-01-10/ward", "stay/2026-01-12/ward")


def test_a_stopped_order_ends_where_its_substance_is_ordered_again_in_another_form(export: Export) -> None:
    from xinglin.supervision.intake.fhir.assembling import assemble, prepare
    from xinglin.supervision.intake.source import look_at
    from xinglin.supervision.intake.store import Terms, opened

    export.write(
        [
            visit("stay", "IMP", "2026-05-01T08:00:00+08:00", "2026-05-04T10:00:00+08:00"),
            order("n1", "e1", "Nitrofurantoin 5 MG/ML Oral Suspension", authoredOn="2026-03-01", status="stopped"),
            order("n2", "e1", "NITROFURANTOIN, MACROCRYSTALS 50 MG Oral Capsule", authoredOn="2026-03-08"),
            order("w1", "stay", INJECTION, authoredOn="2026-05-02T09:00:00+08:00", status="stopped"),
        ]
    )
    export.take()
    with opened(export.places) as connection:
        prepare(connection, look_at(export.folder).files, export.places)
        assemble(connection, "lines", export.places, Terms(usual=True))
    days = dict(export.rows("lines", "line_id, line_days"))
    assert days == {"n1": 7, "n2": 30, "w1": 3}


def test_a_certificate_of_death_is_no_visit_unless_a_medicine_was_ordered_there(export: Export) -> None:
    paper = {"type": [concept(SNOMED, "308646001", "Death Certification")]}
    export.write(
        [
            visit("paper", "AMB", "2026-03-05T08:00:00Z", "2026-03-05T08:20:00Z", **paper),
            visit("odd", "AMB", "2026-03-06T08:00:00Z", "2026-03-06T08:20:00Z", **paper),
            order("m1", "odd", "lisinopril 10 MG Oral Tablet"),
        ]
    )
    export.take()
    asked = dict(export.rows("encounters", "encounter_id, encounter_fund_asked"))
    assert asked == {"e1": None, "odd": None, "paper": False}


def test_what_is_no_antimicrobial_is_known_to_be_none(export: Export) -> None:
    export.write(
        [
            order("a", "e1", "lisinopril 10 MG Oral Tablet"),
            order("b", "e1", "Amoxicillin 500 MG Oral Tablet"),
            order("c", "e1", "Unheard-of 5 MG Oral Tablet"),
        ]
    )
    export.take()
    assert export.rows("lines", "line_id, line_antimicrobial_grade") == [("a", "none"), ("b", None), ("c", None)]
    assert export.rows("items", "DISTINCT item_withdrawn") == [(False,)]


def test_a_way_of_giving_may_have_a_code_of_its_own() -> None:
    assert medicine("Mirena 52 MG Intrauterine System").atc == "G02BA03"
    assert medicine("Levonorgestrel 1.5 MG Oral Tablet").atc == "G03AD01"
    assert medicine("NuvaRing 0.12/0.015 MG per 24HR 21 Day Vaginal System").atc == "G02BB01"


def test_a_medicine_may_stand_inside_its_order_or_elsewhere(export: Export) -> None:
    inside = {"resourceType": "Medication", "id": "m", "code": concept("", "314076", "lisinopril 10 MG Oral Tablet")}
    bare = {"medicationCodeableConcept": None}
    export.write(
        [
            order("a", "e1", "", **bare, medicationReference={"reference": "#m"}, contained=[inside]),
            order("b", "e1", "", **bare, medicationReference={"display": "Simvastatin 10 MG Oral Tablet"}),
            order("c", "e1", "", **bare, medicationReference={"reference": "Medication/77"}),
        ]
    )
    export.take()
    assert export.rows("lines", "line_id, line_ingredients") == [("a", "lisinopril"), ("b", "simvastatin"), ("c", None)]
    assert export.staged["MedicationRequest"].unmapped == {"medicine": {"medicationReference 77": 1}}
