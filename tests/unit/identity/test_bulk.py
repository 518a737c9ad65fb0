"""Loading by COPY gives rows that the rest of identity reads like any others."""

from datetime import date

import pytest
from tests import builders as make

from xinglin.hospital.identity import bulk, selectors
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db


house, doctor, mother, child, staff, phone, officer, record = (new_id() for _ in range(8))


def load_city() -> None:
    """One institution, three people, a physician, an auditor."""
    bulk.load_institutions(
        rows=[
            bulk.InstitutionRow(
                house, "H37090200001", "演示医院", "Demo", "internet_hospital", "370902", "L1", date(2020, 1, 1),
                date(2030, 1, 1), online_scope=["follow_up"], departments=["03", "07"], agreement_areas=["370902"],
            )
        ]
    )  # fmt: skip
    bulk.load_accounts(
        rows=[
            bulk.AccountRow(staff, "dr-demo", "staff", make.LONG_AGO, password="p" * 12, totp_secret="JBSWY3DP"),
            bulk.AccountRow(phone, "p-1", "patient", make.LONG_AGO, phone="13800000001"),
            bulk.AccountRow(officer, "auditor", "staff", make.LONG_AGO, display_name="稽核员"),
        ]
    )
    born = date(1975, 4, 1)
    bulk.load_people(
        rows=[
            bulk.PersonRow(doctor, "甲医师", "M", born, make.LONG_AGO, number=make.a_number(born, "M")),
            bulk.PersonRow(mother, "乙母亲", "F", born, make.LONG_AGO, account_id=phone, verified_at=make.LONG_AGO),
            bulk.PersonRow(child, "丙孩", "F", date(2024, 1, 1), make.LONG_AGO),
        ]
    )
    bulk.load_practitioners(
        rows=[
            bulk.PractitionerRow(
                record, doctor, house, "physician", "R1", "chief", date(2020, 1, 1), make.LONG_AGO, account_id=staff,
                department="03.07", scope=["03"], independent_from_on=date(2001, 1, 1),
                filings=[(house, date(2021, 1, 1), None)],
            )
        ]
    )  # fmt: skip
    bulk.load_guardianships(rows=[bulk.GuardianshipRow(child, mother, "mother", make.LONG_AGO)])
    bulk.load_staff_roles(rows=[bulk.StaffRoleRow(officer, "auditor", date(2020, 1, 1), make.LONG_AGO)])
    bulk.load_payment_statuses(
        rows=[bulk.PaymentStatusRow(record, "suspended", date(2026, 8, 1), "points", make.LONG_AGO, date(2026, 9, 30))]
    )
    bulk.load_auth_events(rows=[(staff, "totp", make.NOW)])


def test_a_small_city_loads_and_acts() -> None:
    load_city()
    acting = selectors.actor_for(account_id=staff, now=make.NOW)
    assert (acting.roles, acting.practitioner_id, acting.institution_ids) == ({Role.PHYSICIAN}, record, {house})
    assert selectors.actor_for(account_id=phone, now=make.NOW).wards == {child}
    assert selectors.actor_for(account_id=officer, now=make.NOW).label == "稽核员"
    facts = selectors.practitioner_facts(practitioner_id=record, at=make.NOW)
    assert (facts["registration"], facts["here_from_on"]) == ("active", date(2021, 1, 1))
    assert (facts["payment_suspended"], facts["payment_suspended_until_on"]) == (True, date(2026, 9, 30))
    assert (facts["authenticated_at"], facts["authentication_method"]) == (make.NOW, "totp")
    known = selectors.person_facts(person_id=child, at=make.NOW)
    assert (known["guardian_verified"], known["identity_state"]) == (True, "none")
    assert selectors.person_facts(person_id=mother, at=make.NOW)["identity_state"] == "verified"
    assert bulk.load_people(rows=[]) == 0
