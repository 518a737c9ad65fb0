"""Loading the city: once, whole, as it was made, with something to do on every desk."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tests.unit.demo.made import make

from xinglin.hospital import demo
from xinglin.hospital.consultation.models import Record
from xinglin.hospital.consultation.services import expire_promises
from xinglin.hospital.consultation.services.recording import content_of
from xinglin.hospital.demo.errors import OtherCityLoaded
from xinglin.hospital.demo.loading import answers_path
from xinglin.hospital.demo.models import DemoCity
from xinglin.hospital.insurance.selectors import accumulators
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.signing import digest, signature_holds
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.signatures import check_signature

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
TODAY = datetime(2026, 11, 21, tzinfo=SHANGHAI)
SCALE, SEED = 0.01, 5
pytestmark = pytest.mark.django_db


def rows(sql: str, values: Sequence[object] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def count(sql: str, values: Sequence[object] = ()) -> int:
    return int(rows(sql, values)[0][0])


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back. Judging commits by itself, which a test's own transaction allows."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    around.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of these tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, home: Path) -> Iterator[DemoCity]:
    """The city, loaded once for all tests of this file and rolled back after them."""
    from django.conf import settings

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "XINGLIN_STATE_HOME", home, raising=False)
        patch.setattr(settings, "XINGLIN_DEMO", True, raising=False)
        with undone():
            demo.load(scale=SCALE, seed=SEED, now=NOW)
            yield DemoCity.objects.get()


def test_loading_is_done_once_and_another_city_is_refused(loaded: DemoCity) -> None:
    people = count("SELECT count(*) FROM identity_person")
    demo.load(scale=SCALE, seed=SEED, now=NOW)
    assert count("SELECT count(*) FROM identity_person") == people
    with pytest.raises(OtherCityLoaded) as refused:
        demo.load(scale=SCALE, seed=SEED + 1, now=NOW)
    assert "seed 5" in refused.value.sentence.en
    assert loaded.city_date.isoformat() == "2026-11-20"


def test_the_database_holds_the_city_that_the_generator_makes(loaded: DemoCity) -> None:
    city = make(seed=SEED, scale=SCALE)
    assert loaded.digest == city.digest()
    elsewhere = [bill for bill in city.bills if bill.encounter.kind != "online"]
    assert count("SELECT count(*) FROM settlement_reported_claim") == len(elsewhere)
    assert count("SELECT count(*) FROM settlement_reported_line") == sum(len(bill.lines) for bill in elsewhere)
    online = [e for e in city.encounters if e.kind == "online"]
    assert count("SELECT count(*) FROM consultation_visit WHERE requested_at < %s", [TODAY]) == len(online)
    funds = sum(bill.outcome.fund_fen for bill in city.bills if bill.outcome)
    paid = count("SELECT sum(fund_fen) FROM settlement_reported_claim")
    paid += count("SELECT sum(fund_fen) FROM settlement_settlement WHERE at < %s", [TODAY])
    assert paid == funds


def test_the_truth_is_in_a_file_apart_and_names_what_is_in_the_database(loaded: DemoCity) -> None:
    answers = json.loads(answers_path(SEED).read_text(encoding="utf-8"))
    assert answers["digest"] == loaded.digest
    persons = {person for plant in answers["plants"] for person in plant["persons"]}
    assert count("SELECT count(*) FROM identity_person WHERE id = ANY(%s::uuid[])", [list(persons)]) == len(persons)
    claims = {c for p in answers["plants"] if p["kind"] == "shared_card" for c in p["claims"]}
    known = "SELECT count(DISTINCT claim_id) FROM settlement_reported_claim WHERE claim_id = ANY(%s::uuid[])"
    assert count(known, [list(claims)]) == len(claims) > 0
    assert answers_path(SEED).stat().st_mode & 0o077 == 0


def test_money_adds_up_in_every_table(loaded: DemoCity) -> None:
    """Total = parts of the scope = payers; parts = lines; settlements = what moved in the ledger."""
    for table in ("settlement_reported_claim", "settlement_settlement", "settlement_claim_part"):
        scope = "full_selfpay_fen + over_limit_fen + selfpay_first_fen + in_scope_fen"
        payers = "fund_fen + hospital_fen + account_fen + cash_fen"
        assert count(f"SELECT count(*) FROM {table} WHERE total_fen <> {scope} OR total_fen <> {payers}") == 0
    unequal = """SELECT count(*) FROM (SELECT c.total_fen, c.fund_fen, sum(l.amount_fen) a, sum(l.fund_share_fen) f
        FROM settlement_reported_claim c JOIN settlement_reported_line l ON l.claim_id = c.id
        GROUP BY c.id) sums WHERE total_fen <> a OR fund_fen <> f"""
    assert count(unequal) == 0
    moved = """SELECT count(*) FROM settlement_settlement s WHERE s.total_fen <> (SELECT coalesce(sum(amount_fen), 0)
        FROM ledger_transfer t WHERE t.group_id = s.claim_id AND t.kind = 'direct')"""
    assert count(moved) == 0
    assert count("SELECT sum(amount_fen) FROM ledger_transfer WHERE reason = 'account_contribution'") > 0


def test_limits_used_are_the_sums_of_what_was_settled(loaded: DemoCity) -> None:
    person, basic = rows(
        "SELECT person_id, sum(basic_fen) FROM settlement_reported_claim WHERE settled_at >= '2026-01-01+08' "
        "GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    )[0]
    state = accumulators(person_id=person, year=2026)
    own = count(
        "SELECT coalesce(sum(p.basic_fen), 0) FROM settlement_claim_part p "
        "JOIN settlement_claim c ON c.id = p.claim_id WHERE c.patient_id = %s AND p.year = 2026",
        [person],
    )
    assert sum(totals.basic_fund_fen for totals in state.schemes.values()) == basic + own


def test_history_is_signed_as_today_is(loaded: DemoCity) -> None:
    for prescription in Prescription.objects.filter(issued_at__lt=TODAY)[:5]:
        assert check_signature(prescription).good
    for record in Record.objects.filter(signed_at__lt=TODAY).select_related("visit")[:5]:
        assert record.signed_at is not None
        content = content_of(record.visit, record, record.signed_at)
        assert digest(content) == record.sha256 == digest(record.content)
        assert signature_holds(bytes.fromhex(record.public_key), bytes.fromhex(record.signature), content)


def test_the_times_of_a_prescription_are_in_order(loaded: DemoCity) -> None:
    wrong = """SELECT count(*) FROM pharmacy_prescription p
        JOIN pharmacy_review r ON r.prescription_id = p.id JOIN pharmacy_hand_over h ON h.prescription_id = p.id
        JOIN consultation_record c ON c.visit_id = p.visit_id
        WHERE NOT (c.signed_at <= p.issued_at AND p.issued_at < r.at AND r.at < p.settled_at AND p.settled_at < h.at)"""
    assert count(wrong) == 0
    assert count("SELECT count(*) FROM pharmacy_hand_over") > 10


def test_every_part_is_cast_and_has_an_account(loaded: DemoCity) -> None:
    parts = demo.people()
    assert demo.people() == parts  # the package's function, not a module that was imported meanwhile
    assert {p.role for p in parts} == {"patient", "physician", "pharmacist", "medical_affairs", "auditor", "regulator"}
    ids = [str(part.account_id) for part in parts]
    assert len(set(ids)) == len(parts)
    assert count("SELECT count(*) FROM identity_account WHERE id = ANY(%s::uuid[])", [ids]) == len(parts)
    assert all(part.link == f"/demo/as/{part.key}" and part.note and part.note_zh for part in parts)
    assert all(part.entrance.startswith("/demo/enter/") for part in parts)
    assert all(part.note and part.note_zh for part in parts)


def test_every_desk_has_something_to_do(loaded: DemoCity) -> None:
    """The situations were made by the services, so whatever they wrote is what a real day would have left."""
    assert loaded.situations_at == NOW
    states = dict(rows("SELECT state, count(*) FROM consultation_visit WHERE requested_at > %s GROUP BY 1", [TODAY]))
    assert states == {"waiting": 1, "in_progress": 1, "requested": 1, "ended": 4}
    states = dict(rows("SELECT state, count(*) FROM pharmacy_prescription WHERE issued_at > %s GROUP BY 1", [TODAY]))
    assert states == {"signed": 1, "returned": 1, "approved": 1, "picked": 1}
    assert count("SELECT count(*) FROM identity_credential_application WHERE state = 'applied'") == 1
    assert count("SELECT count(*) FROM oversight_verdict WHERE rule = 'J01'") >= 1


def test_a_later_start_puts_new_work_on_the_desks_and_an_early_one_none(loaded: DemoCity) -> None:
    before = count("SELECT count(*) FROM consultation_visit")
    demo.load(scale=loaded.scale, seed=loaded.seed, now=NOW + timedelta(minutes=20))
    assert count("SELECT count(*) FROM consultation_visit") == before
    with undone():
        tomorrow = NOW + timedelta(days=1)
        expire_promises(actor=system_actor("tests"), now=tomorrow - timedelta(minutes=40))
        demo.load(scale=loaded.scale, seed=loaded.seed, now=tomorrow)
        waiting = "SELECT count(*) FROM consultation_visit WHERE state = 'waiting' AND requested_at > %s"
        assert count(waiting, [tomorrow - timedelta(minutes=30)]) == 1
        picked = "SELECT count(*) FROM pharmacy_prescription WHERE state = 'picked' AND issued_at > %s"
        assert count(picked, [tomorrow - timedelta(hours=1)]) == 1


def test_trace_codes_that_were_sold_twice_are_findings(loaded: DemoCity) -> None:
    twice = """SELECT count(*) FROM (SELECT unnest(trace_codes) code FROM settlement_reported_line) c
        GROUP BY code HAVING count(*) > 1"""
    found = count("SELECT count(*) FROM oversight_verdict WHERE rule = 'J01' AND outcome = 'finding'")
    assert found == len(rows(twice)) > 0
