"""Loading, loading again, changing, asking for a day, importing a national edition."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from xinglin.hospital.kernel.access import Actor, Role, system_actor
from xinglin.hospital.kernel.errors import NotAllowed
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.terminology import selectors, services, shipped
from xinglin.hospital.terminology.errors import UnknownCode, UnreadableEdition
from xinglin.hospital.terminology.models import Diagnosis, Product, Term

SYSTEM = system_actor("test")
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
CODE = "XL-A10BA02-002"


def test_loading_twice_changes_nothing(empty: None) -> None:
    began = time.perf_counter()
    done = services.load_reference_data(actor=SYSTEM, now=NOW)
    assert time.perf_counter() - began < 5
    assert {entry.catalogue: entry.opened for entry in done}["product"] == len(shipped.products())
    before = Product.objects.count(), Diagnosis.objects.count(), Term.objects.count(), JournalEntry.objects.count()
    again = services.load_reference_data(actor=SYSTEM, now=LATER)
    assert all(entry.opened == entry.closed == 0 for entry in again)
    after = Product.objects.count(), Diagnosis.objects.count(), Term.objects.count(), JournalEntry.objects.count()
    assert before == after
    assert JournalEntry.objects.filter(verb="load_reference_data").count() == 1


def test_a_changed_price_opens_a_new_row_and_last_months_price_stays(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = selectors.product(CODE).price_fen
    rows = [dict(row, price_fen="999") if row["code"] == CODE else row for row in shipped.product_rows()]
    monkeypatch.setattr(shipped, "product_rows", lambda: rows)
    done = {entry.catalogue: entry for entry in services.load_reference_data(actor=SYSTEM, now=LATER)}
    assert (done["product"].opened, done["product"].closed) == (1, 1)
    assert done["diagnosis"].opened == 0
    assert selectors.product(CODE).price_fen == 999
    assert selectors.product(CODE, on=date(2026, 4, 30)).price_fen == old
    assert selectors.product(CODE, on=date(2026, 5, 1)).price_fen == 999
    assert selectors.product(CODE, on=date(2019, 1, 1)).valid_until_on == date(2026, 5, 1)


def test_a_row_taken_out_is_closed_and_no_longer_found(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in shipped.product_rows() if row["code"] != CODE]
    monkeypatch.setattr(shipped, "product_rows", lambda: rows)
    services.load_reference_data(actor=SYSTEM, now=LATER)
    with pytest.raises(UnknownCode):
        selectors.product(CODE)
    assert CODE not in [info.code for info in selectors.search_products("二甲双胍", 50)]
    assert selectors.product(CODE, on=date(2026, 4, 1)).name_zh == "盐酸二甲双胍片"


def test_only_those_who_keep_the_catalogues_may_load(empty: None) -> None:
    physician = Actor(id=uuid4(), label="physician", roles=frozenset({Role.PHYSICIAN}))
    with pytest.raises(NotAllowed):
        services.load_reference_data(actor=physician, now=NOW)
    with pytest.raises(NotAllowed):
        services.import_national_edition(actor=physician, path=Path("nowhere.csv"), now=NOW)
    assert not Product.objects.exists()


def test_what_a_product_is(loaded: Any) -> None:
    info = selectors.product(CODE)
    assert (info.dose_unit, info.unit_content, info.units_per_pack, info.pack_content) == (
        "ug",
        500_000,
        20,
        10_000_000,
    )
    assert info.ingredients[0].name_en == "metformin"
    assert info.ingredients[0].strength_units == 500_000
    assert info.routes == ("po",)
    assert replace(info, valid_from_on=None) == shipped.products()[CODE]


def test_unknown_codes_are_refused_in_both_languages(loaded: Any) -> None:
    for ask in (selectors.product, selectors.diagnosis, selectors.service, selectors.ingredient, selectors.department):
        with pytest.raises(UnknownCode) as refused:
            ask("no-such-code")
        assert "no-such-code" in refused.value.sentence.zh
        assert "no-such-code" in refused.value.sentence.en
    assert selectors.diagnoses(["I10", "no-such-code"]).keys() == {"I10"}


def test_visit_fees_follow_the_title(loaded: Any) -> None:
    fees = [selectors.visit_fee(title).price_fen for title in ("resident", "attending", "associate_chief", "chief")]
    assert fees == sorted(fees)
    assert selectors.visit_fee("associate-chief") == selectors.visit_fee("associate_chief")
    assert all(selectors.visit_fee(title).online for title in ("resident", "chief"))
    with pytest.raises(UnknownCode):
        selectors.visit_fee("wizard")


def test_reasons_fit_the_family_of_the_reminder() -> None:
    everything = {reason.code for reason in selectors.override_reasons()}
    about_people = {reason.code for reason in selectors.override_reasons("A")}
    about_medicine = {reason.code for reason in selectors.override_reasons("medicine")}
    assert {"evidence-seen", "other"} <= about_people < everything
    assert "evidence-seen" not in about_medicine
    assert {"monitoring-arranged", "other"} <= about_medicine


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("I10", "I10", "code"),
        ("E11.9", "E11.2", "category"),
        ("I10", "I11.9", "group"),
        ("E11.9", "E10.9", "group"),
        ("I10", "E11.9", None),
        ("J06.9", "J00", None),
        ("I10.x00x002", "I10", "category"),
        ("", "", None),
        ("I10", "", None),
    ],
)
def test_the_same_disease_by_code_category_or_group(one: str, other: str, how: str | None) -> None:
    assert selectors.equivalent_diagnoses(one, other) == how
    assert selectors.equivalent_diagnoses(other, one) == how


# A NATIONAL EDITION


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "edition.csv"
    path.write_bytes(text.encode(encoding))
    return path


GOOD = "code,name\nI10.x00x002,高血压1级\nE11.900x001,2型糖尿病\nI10.x00x005,高血压3级\n"


def test_good_rows_are_taken_and_bad_ones_set_aside_with_their_reason(loaded: Any, tmp_path: Path) -> None:
    bad = "I10.x00x002,又一次\n,无编码\nM80000/0,肿瘤形态\nE11.100,\nI10,原发性高血压\nE14.900x01,形状\n"
    done = services.import_national_edition(actor=SYSTEM, path=write(tmp_path, GOOD + bad), now=NOW)
    assert (done.rows, done.opened, done.closed) == (3, 3, 0)
    assert [row.line for row in done.quarantined] == [5, 6, 7, 8, 9, 10]
    assert all(row.reason.zh and row.reason.en for row in done.quarantined)
    info = selectors.diagnosis("I10.x00x002")
    assert (info.chronic_group, info.edition) == ("hypertension", "national")
    assert selectors.diagnosis("I10").edition == "xinglin"
    assert selectors.search_diagnoses("高血压1级", 3)[0].code == "I10.x00x002"
    assert selectors.search_diagnoses("gxy3j", 3)[0].code == "I10.x00x005"


def test_a_newer_edition_closes_what_it_no_longer_has(loaded: Any, tmp_path: Path) -> None:
    services.import_national_edition(actor=SYSTEM, path=write(tmp_path, GOOD), now=NOW)
    again = services.import_national_edition(actor=SYSTEM, path=write(tmp_path, GOOD), now=LATER)
    assert (again.opened, again.closed) == (0, 0)
    shorter = "code,name\nI10.x00x002,高血压1级\n"
    done = services.import_national_edition(actor=SYSTEM, path=write(tmp_path, shorter), now=LATER)
    assert (done.opened, done.closed) == (0, 2)
    with pytest.raises(UnknownCode):
        selectors.diagnosis("I10.x00x005")
    assert selectors.diagnosis("I10.x00x005", on=date(2026, 4, 1)).name_zh == "高血压3级"
    assert selectors.diagnosis("I10").edition == "xinglin"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name\n高血压\n", "utf-8"),
        ("code,name\n高血压,I10\n", "utf-8"),
        ("", "utf-8"),
        (GOOD, "gbk"),
        ('code,name\nI10.x00x002,"高血压\n', "utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(loaded: Any, tmp_path: Path, text: str, encoding: str) -> None:
    before = Diagnosis.objects.count()
    with pytest.raises(UnreadableEdition) as refused:
        services.import_national_edition(actor=SYSTEM, path=write(tmp_path, text, encoding), now=NOW)
    assert refused.value.sentence.zh
    assert refused.value.advice is not None
    assert Diagnosis.objects.count() == before


def test_a_file_that_is_not_there_is_refused(loaded: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableEdition):
        services.import_national_edition(actor=SYSTEM, path=tmp_path / "absent.csv", now=NOW)
