"""Who takes part in the benchmark: patients, physicians and pharmacists by COPY, each with a token. No one exists."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from stdnum.cn import ric

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.identity import bulk as identity
from xinglin.hospital.identity.bulk import AccountRow, InstitutionRow, PersonRow, PractitionerRow
from xinglin.hospital.identity.services import tokens
from xinglin.hospital.insurance import bulk as insurance
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.insurance.bulk import CoverageRow, QualificationRow
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.ledger.services import AccountWanted
from xinglin.hospital.terminology import services as terminology

AREA = "379900"
SINCE, UNTIL = date(2020, 1, 1), date(2035, 12, 31)
CLERK = system_actor("benchmark")
BORN_ON = date(1966, 3, 12)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token: person for patients, practitioner for staff."""

    token: str
    id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody that the generator needs, and what is the same for all visits."""

    patients: list[Caller]
    physicians: list[Caller]
    pharmacists: list[Caller]
    answers: dict[str, str]
    consent_version: str
    today: str

    def as_json(self) -> dict[str, object]:
        """For the generator's file."""
        return asdict(self)


def settle_in(*, patients: int, physicians: int, pharmacists: int, now: datetime) -> Town:
    """Fill an empty, migrated database and give the callers."""
    terminology.load_reference_data(actor=CLERK, now=now)
    house = new_id()
    identity.load_institutions(
        rows=[
            InstitutionRow(
                id=house,
                code="H37990000001",
                name_zh="杏林演示互联网医院",
                name_en="Xinglin Demo Internet Hospital",
                kind="internet_hospital",
                level="05",
                area=AREA,
                licence_no="BENCH-000001",
                licence_from_on=SINCE,
                licence_until_on=UNTIL,
                online_scope=("follow_up",),
                departments=("03", "03.04"),
                agreement_areas=(AREA,),
            )
        ]
    )
    made = now - timedelta(days=30)
    return Town(
        patients=_patients(patients, made, now),
        physicians=_staff("physician", physicians, house, made, now),
        pharmacists=_staff("pharmacist", pharmacists, house, made, now),
        answers=_answers(now),
        consent_version=consultation.consent_at(now).version,
        today=civil_day(now).isoformat(),
    )


def _answers(now: datetime) -> dict[str, str]:
    months = consultation.age_months(BORN_ON, civil_day(now))
    calm = {q.id: "no" for q in consultation.questions_for(sex="F", months=months) if q.kind == "danger"}
    return calm | {"since": "none", "course": "same", "taking": "regular"}


def _number(index: int) -> str:
    """A resident number of nobody: the running number lies in the day of birth and the serial."""
    born = BORN_ON + timedelta(days=index // 450)
    body = f"370902{born:%Y%m%d}{index % 450 * 2:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _patients(count: int, made: datetime, now: datetime) -> list[Caller]:
    accounts = [new_id() for _ in range(count)]
    people = [new_id() for _ in range(count)]
    identity.load_accounts(
        rows=[AccountRow(a, f"bench-p{n}", "patient", made, phone=f"139{n:08d}") for n, a in enumerate(accounts)]
    )
    identity.load_people(
        rows=[
            PersonRow(
                id=person,
                name="演示患者",
                sex="F",
                birth_on=BORN_ON,
                registered_at=made,
                number=_number(n),
                account_id=accounts[n],
                phone=f"139{n:08d}",
                area=AREA,
                verified_at=made,
            )
            for n, person in enumerate(people)
        ]
    )
    insurance.load_coverages(rows=[CoverageRow(person, AREA, "310", "11", SINCE, made) for person in people])
    insurance.load_qualifications(rows=[QualificationRow(p, "hypertension", SINCE, made) for p in people])
    ledger.open_accounts(
        actor=CLERK,
        accounts=[AccountWanted(limits.account_code(p), "person", owner_id=p, floor_fen=0) for p in people],
        now=now,
    )
    return _callers(accounts, people, now)


def _staff(kind: str, count: int, house: UUID, made: datetime, now: datetime) -> list[Caller]:
    accounts = [new_id() for _ in range(count)]
    people = [new_id() for _ in range(count)]
    records = [new_id() for _ in range(count)]
    offset = 100_000 if kind == "physician" else 200_000
    word = secrets.token_urlsafe(16)
    identity.load_accounts(
        rows=[AccountRow(a, f"bench-{kind}{n}", "staff", made, password=word) for n, a in enumerate(accounts)]
    )
    identity.load_people(
        rows=[
            PersonRow(p, f"演示{kind}", "F", BORN_ON, made, number=_number(offset + n), area=AREA, verified_at=made)
            for n, p in enumerate(people)
        ]
    )
    physician = kind == "physician"
    identity.load_practitioners(
        rows=[
            PractitionerRow(
                id=records[n],
                person_id=people[n],
                institution_id=house,
                kind=kind,
                register_no=f"{offset + n:015d}",
                title="attending" if physician else "pharmacist_in_charge",
                valid_from_on=SINCE,
                admitted_at=made,
                account_id=accounts[n],
                department="03.04" if physician else "",
                scope=("03",) if physician else (),
                independent_from_on=date(2012, 7, 1) if physician else None,
                on_duty_since_at=made,
            )
            for n in range(count)
        ]
    )
    return _callers(accounts, records, now)


def _callers(accounts: Sequence[UUID], ids: Sequence[UUID], now: datetime) -> list[Caller]:
    return [
        Caller(tokens.issue_token(actor=CLERK, account_id=account, now=now).token, str(own), str(account))
        for account, own in zip(accounts, ids, strict=True)
    ]
