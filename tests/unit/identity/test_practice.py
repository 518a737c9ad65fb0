"""Applying, admitting, suspending, payment rights, duty; institutions and roles."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests import builders as make
from tests.unit.identity.conftest import Messages, Register

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.models import (
    Account,
    CredentialApplication,
    Institution,
    Practitioner,
    PractitionerSuspension,
    SigningKey,
    StaffRole,
)
from xinglin.hospital.kernel.access import ANONYMOUS, Role, system_actor
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db

PHONE = "13700001111"


def a_practice(**changes: Any) -> services.Practice:
    values: dict[str, Any] = {
        "institution_id": make.the_hospital().pk,
        "kind": "physician",
        "register_no": "110370900001234",
        "title": "attending",
        "department": "03.07",
        "independent_from_on": date(2015, 1, 1),
        "valid_from_on": date(2015, 1, 1),
    }
    return services.Practice(**(values | changes))


def apply_once(messages: Messages, papers: dict[str, bytes], *, at: Any = make.NOW, **changes: Any) -> UUID:
    """Hand in an application; returns its id."""
    asked = new_id()
    services.request_phone_code(actor=ANONYMOUS, phone=PHONE, purpose="apply", now=at)
    declared = services.declare(
        actor=ANONYMOUS, name="钱杏医", id_type="resident", number=make.a_number(date(1980, 1, 1)), now=make.NOW
    )
    services.apply_for_practice(
        actor=ANONYMOUS,
        id=asked,
        declared=declared,
        practice=a_practice(**changes),
        papers=papers,
        now=at,
        sign=services.Sign("dr-qian", make.PASSWORD, PHONE, messages.code),
    )
    return asked


@pytest.fixture
def papers(picture: bytes) -> dict[str, bytes]:
    return {"practice_licence": picture, "qualification": picture}


def test_an_applicant_is_admitted_and_holds_the_role(
    messages: Messages, register: Register, papers: dict[str, bytes]
) -> None:
    officer = make.a_medical_affairs_officer()
    asked = apply_once(messages, papers)
    account = Account.objects.get(username="dr-qian")
    assert selectors.actor_for(account_id=account.pk, now=make.NOW).roles == frozenset()
    person_id = CredentialApplication.objects.get().person_id
    with pytest.raises(errors.ApplicantNotVerified):
        services.decide_application(
            actor=officer.actor, application_id=asked, decision="approved", reason="", now=make.NOW
        )
    services.verify_with_registry(actor=officer.actor, person_id=person_id, now=make.NOW)
    made = services.decide_application(
        actor=officer.actor, application_id=asked, decision="approved", reason="", now=make.NOW
    )
    actor = selectors.actor_for(account_id=account.pk, now=make.NOW)
    assert (actor.roles, actor.practitioner_id) == ({Role.PHYSICIAN}, made)
    assert made is not None
    profile = selectors.practitioner_profile(practitioner_id=made, at=make.NOW)
    assert (profile.name, profile.register_no, profile.standing) == ("钱杏医", "110370900001234", "active")
    assert SigningKey.objects.filter(practitioner_id=made).count() == 1
    with pytest.raises(errors.AlreadyDecided):
        services.decide_application(
            actor=officer.actor, application_id=asked, decision="refused", reason="x", now=make.NOW
        )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"independent_from_on": date(2023, 9, 2)}, errors.TooFewYears),
        ({"primary_site": "另一医院", "filed_from_on": date(2020, 1, 1)}, errors.PapersMissing),
    ],
)
def test_what_stands_against_approval(
    messages: Messages,
    register: Register,
    papers: dict[str, bytes],
    changes: dict[str, Any],
    refusal: type[Exception],
) -> None:
    officer = make.a_medical_affairs_officer()
    asked = apply_once(messages, papers, **changes)
    person_id = CredentialApplication.objects.get().person_id
    services.verify_with_registry(actor=officer.actor, person_id=person_id, now=make.NOW)
    with pytest.raises(refusal):
        services.decide_application(
            actor=officer.actor, application_id=asked, decision="approved", reason="", now=make.NOW
        )
    assert CredentialApplication.objects.get().state == "applied"
    assert not Practitioner.objects.exists()


def test_returned_papers_are_handed_in_again(
    messages: Messages, register: Register, papers: dict[str, bytes], picture: bytes
) -> None:
    officer = make.a_medical_affairs_officer()
    asked = apply_once(messages, {"practice_licence": picture})
    with pytest.raises(InvalidInput):
        services.decide_application(
            actor=officer.actor, application_id=asked, decision="returned", reason="", now=make.NOW
        )
    services.decide_application(
        actor=officer.actor, application_id=asked, decision="returned", reason="缺资格证书", now=make.NOW
    )
    account = Account.objects.get(username="dr-qian")
    actor = selectors.actor_for(account_id=account.pk, now=make.NOW)
    later = make.NOW + timedelta(hours=1)
    services.apply_for_practice(
        actor=actor, id=new_id(), declared=None, practice=a_practice(), papers={"qualification": picture}, now=later
    )
    second = CredentialApplication.objects.get(state="applied")
    assert set(second.papers.values_list("kind", flat=True)) == {"practice_licence", "qualification"}
    with pytest.raises(errors.ApplicationWaiting):
        services.apply_for_practice(
            actor=actor, id=new_id(), declared=None, practice=a_practice(), papers={}, now=later
        )
    with pytest.raises(NotAllowed):
        services.apply_for_practice(
            actor=make.a_patient().actor, id=new_id(), declared=None, practice=a_practice(), papers={}, now=later
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "astrologer"}, "kind"),
        ({"title": "pharmacist"}, "title"),
        ({"register_no": "12"}, "register_no"),
        ({"independent_from_on": None}, "independent_from_on"),
        ({"department": ""}, "department"),
        ({"valid_from_on": None}, "valid_from_on"),
        ({"valid_until_on": date(2026, 8, 31)}, "valid_until_on"),
        ({"primary_site": "另一医院"}, "filed_from_on"),
        ({"languages": ("klingon",)}, "languages"),
        ({"intro_zh": "杏" * 401}, "intro_zh"),
        ({"institution_id": UUID(int=5)}, "institution"),
    ],
)
def test_a_wrong_form_names_the_field(messages: Messages, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        apply_once(messages, {}, **changes)
    assert field in [error.field for error in refused.value.errors]
    assert not Account.objects.exists()


def test_a_department_without_licence_and_a_weak_password(messages: Messages, papers: dict[str, bytes]) -> None:
    with pytest.raises(errors.DepartmentNotLicensed):
        apply_once(messages, papers, department="99.99")
    with pytest.raises(InvalidForm) as refused:
        services.apply_for_practice(
            actor=ANONYMOUS,
            id=new_id(),
            declared=services.Declared("钱杏医", "resident", make.a_number(date(1980, 1, 1)), "F", date(1980, 1, 1)),
            practice=a_practice(),
            papers={},
            now=make.NOW,
            sign=services.Sign("x y", "1234567890", PHONE, "000000"),
        )
    assert [error.field for error in refused.value.errors] == ["username", "password"]


def test_an_officer_of_another_house_sees_nothing(messages: Messages, papers: dict[str, bytes]) -> None:
    asked = apply_once(messages, papers)
    foreign = make.a_medical_affairs_officer(institution=make.an_institution())
    for wanted in (asked, new_id()):
        with pytest.raises(NotFound):
            services.decide_application(
                actor=foreign.actor, application_id=wanted, decision="refused", reason="x", now=make.NOW
            )
    with pytest.raises(NotAllowed):
        services.decide_application(
            actor=make.a_physician().actor, application_id=asked, decision="refused", reason="x", now=make.NOW
        )
    doctor = make.a_physician()
    for wanted in (doctor.practitioner_id, new_id()):
        with pytest.raises(NotFound):
            services.suspend_practitioner(actor=foreign.actor, practitioner_id=wanted, reason="x", now=make.NOW)


def test_a_suspension_acts_at_once_on_everything() -> None:
    doctor, officer = make.a_physician(), make.a_medical_affairs_officer()
    before = doctor.at(make.NOW)
    services.suspend_practitioner(
        actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="投诉核查", now=make.NOW
    )
    assert doctor.at(make.NOW).roles == frozenset()
    with pytest.raises(errors.NoCredential):
        services.sign_as(actor=before, content={"a": 1}, now=make.NOW)
    facts = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=make.NOW)
    assert facts["registration"] == "suspended"
    earlier = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=make.NOW - timedelta(seconds=1))
    assert earlier["registration"] == "active", "old visits are judged by what held then"
    assert selectors.practitioners_online(at=make.NOW) == []
    profile = selectors.practitioner_profile(practitioner_id=doctor.practitioner_id, at=make.NOW)
    assert (profile.standing, profile.on_duty) == ("suspended", False)
    with pytest.raises(errors.AlreadySuspended):
        services.suspend_practitioner(
            actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="x", now=make.NOW
        )
    later = make.NOW + timedelta(days=1)
    services.reinstate_practitioner(
        actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="核查完毕", now=later
    )
    assert doctor.at(later).roles == {Role.PHYSICIAN}
    with pytest.raises(errors.NotSuspended):
        services.reinstate_practitioner(
            actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="x", now=later
        )


def test_a_suspension_needs_a_reason_a_right_and_an_end_in_the_future() -> None:
    doctor, officer = make.a_physician(), make.a_medical_affairs_officer()
    who = {"practitioner_id": doctor.practitioner_id, "now": make.NOW}
    with pytest.raises(InvalidInput):
        services.suspend_practitioner(actor=officer.actor, reason=" ", **who)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        services.suspend_practitioner(actor=officer.actor, reason="x", until_at=make.NOW, **who)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        services.suspend_practitioner(actor=doctor.actor, reason="x", **who)  # type: ignore[arg-type]
    assert not PractitionerSuspension.objects.exists()
    assert doctor.at(make.NOW).roles == {Role.PHYSICIAN}


def test_ending_practice_revokes_the_key_and_keeps_the_past() -> None:
    doctor, officer = make.a_physician(), make.a_medical_affairs_officer()
    key = services.sign_as(actor=doctor.actor, content={"a": 1}, now=make.NOW).key_id
    later = make.NOW + timedelta(days=30)
    services.end_practice(actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="离职", now=later)
    assert doctor.at(later).roles == frozenset()
    known = selectors.signing_key(key_id=key)
    assert known.held_at(make.NOW)
    assert not known.held_at(later)
    facts = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=make.NOW)
    assert facts["registration"] == "active"
    at_end = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=later)
    assert at_end["registration"] == "revoked"
    with pytest.raises(NotFound):
        services.end_practice(actor=officer.actor, practitioner_id=doctor.practitioner_id, reason="离职", now=later)


def test_the_nearest_payment_stop_is_told_and_a_withdrawn_one_is_not() -> None:
    doctor, auditor = make.a_physician(), make.an_auditor()
    who = {"actor": auditor.actor, "practitioner_id": doctor.practitioner_id, "now": make.NOW, "status": "suspended"}
    services.record_payment_stop(
        from_on=date(2025, 1, 1),
        until_on=date(2025, 3, 1),
        reason="9 分",
        **who,  # type: ignore[arg-type]
    )
    second = services.record_payment_stop(from_on=date(2026, 8, 1), reason="9 分", **who)  # type: ignore[arg-type]
    facts = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=make.NOW)
    assert (facts["payment_suspended"], facts["payment_suspended_from_on"]) == (True, date(2026, 8, 1))
    services.withdraw_payment_stop(actor=auditor.actor, payment_status_id=second, reason="申诉成立", now=make.NOW)
    facts = selectors.practitioner_facts(practitioner_id=doctor.practitioner_id, at=make.NOW)
    assert facts["payment_suspended_until_on"] == date(2025, 3, 1)
    with pytest.raises(errors.AlreadyDecided):
        services.withdraw_payment_stop(actor=auditor.actor, payment_status_id=second, reason="x", now=make.NOW)
    with pytest.raises(InvalidInput):
        services.record_payment_stop(
            from_on=date(2026, 8, 1),
            until_on=date(2026, 7, 1),
            reason="x",
            **who,  # type: ignore[arg-type]
        )
    with pytest.raises(NotAllowed):
        services.record_payment_stop(
            **(who | {"actor": doctor.actor}),
            from_on=date(2026, 8, 1),
            reason="x",  # type: ignore[arg-type]
        )


def test_duty_decides_who_is_offered() -> None:
    doctor = make.a_physician(on_duty_since_at=None, languages=["zh", "en"])
    assert selectors.practitioners_online(at=make.NOW) == []
    services.set_on_duty(actor=doctor.actor, on_duty=True, now=make.NOW)
    offered = selectors.practitioners_online(at=make.NOW, department="03", language="en")
    assert [one.id for one in offered] == [doctor.practitioner_id]
    assert selectors.practitioners_online(at=make.NOW, language="fr") == []
    assert selectors.practitioners_online(at=make.NOW, department="04") == []
    services.set_on_duty(actor=doctor.actor, on_duty=False, now=make.NOW)
    assert selectors.practitioners_online(at=make.NOW) == []
    with pytest.raises(NotAllowed):
        services.set_on_duty(actor=make.a_patient().actor, on_duty=True, now=make.NOW)


def test_wrong_passwords_lock_confirming() -> None:
    doctor = make.a_physician(proof_at=None)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(errors.ConfirmationFailed) as refused:
            services.confirm_again(actor=doctor.actor, password="wrong", now=make.NOW)
        assert refused.value.fields["left"] == left
    with pytest.raises(errors.ConfirmationLocked):
        services.confirm_again(actor=doctor.actor, password=make.PASSWORD, now=make.NOW)
    later = make.NOW + timedelta(minutes=15)
    assert services.confirm_again(actor=doctor.actor, password=make.PASSWORD, now=later).method == "password"
    with pytest.raises(NotAllowed):
        services.record_auth_event(
            actor=make.a_physician().actor, account_id=doctor.account.pk, method="totp", now=make.NOW
        )


HOUSE = services.House(
    code="H37090299999",
    name_zh="新院",
    name_en="New house",
    kind="health_centre",
    level="08",
    area="370902",
    licence_no="L-9",
    licence_from_on=date(2024, 1, 1),
    licence_until_on=date(2027, 1, 1),
    online_scope=("follow_up",),
    departments=("03",),
    agreement_areas=("370902",),
)


def test_institutions_are_entered_renewed_stopped_and_let_go_on() -> None:
    officer, regulator = make.a_medical_affairs_officer(), make.a_regulator()
    with pytest.raises(NotFound):
        services.enter_institution(actor=officer.actor, id=new_id(), house=HOUSE, now=make.NOW)
    own = replace(HOUSE, parent_id=officer.institution_id)
    place = services.enter_institution(actor=officer.actor, id=new_id(), house=own, now=make.NOW)
    wrong = replace(own, name_zh="", kind="castle", level="99", area="1", licence_until_on=None, online_scope=("x",))
    with pytest.raises(InvalidForm) as refused:
        services.enter_institution(actor=officer.actor, id=new_id(), house=wrong, now=make.NOW)
    named = {error.field for error in refused.value.errors}
    assert named == {"code", "name_zh", "kind", "level", "area", "licence_until_on", "online_scope"}
    doctor = make.a_physician(institution=Institution.objects.get(pk=place))
    services.suspend_institution(actor=regulator.actor, institution_id=place, reason="校验", now=make.NOW)
    assert doctor.at(make.NOW).roles == frozenset()
    assert not selectors.institution(institution_id=place, at=make.NOW).open
    with pytest.raises(errors.AlreadySuspended):
        services.suspend_institution(actor=officer.actor, institution_id=place, reason="x", now=make.NOW)
    services.reinstate_institution(actor=officer.actor, institution_id=place, reason="通过", now=make.NOW)
    assert doctor.at(make.NOW).roles == {Role.PHYSICIAN}
    with pytest.raises(errors.NotSuspended):
        services.reinstate_institution(actor=officer.actor, institution_id=place, reason="x", now=make.NOW)
    expired = make.NOW.replace(year=2027, month=1, day=2)
    assert doctor.at(expired).roles == frozenset(), "a licence that ended acts at once"
    services.renew_licence(
        actor=officer.actor,
        institution_id=place,
        licence_no="L-10",
        from_on=date(2027, 1, 1),
        until_on=date(2030, 1, 1),
        now=make.NOW,
    )
    assert doctor.at(expired).roles == {Role.PHYSICIAN}
    stranger = make.a_medical_affairs_officer(institution=make.an_institution())
    with pytest.raises(NotFound):
        services.suspend_institution(actor=stranger.actor, institution_id=place, reason="x", now=make.NOW)
    with pytest.raises(NotFound):
        services.renew_licence(
            actor=stranger.actor,
            institution_id=place,
            licence_no="L",
            from_on=date(2027, 1, 1),
            until_on=date(2031, 1, 1),
            now=make.NOW,
        )


def test_roles_are_given_and_taken_within_the_own_house() -> None:
    officer, system = make.a_medical_affairs_officer(), system_actor("setup")
    account = services.open_staff_account(
        actor=officer.actor, username="new-officer", display_name="新人", password=make.PASSWORD, now=make.NOW
    )
    with pytest.raises(errors.UsernameTaken):
        services.open_staff_account(
            actor=officer.actor, username="NEW-officer", display_name="x", password=make.PASSWORD, now=make.NOW
        )
    with pytest.raises(InvalidInput):
        services.open_staff_account(
            actor=officer.actor, username="another", display_name="x", password="short", now=make.NOW
        )
    give = {"account_id": account, "from_on": make.NOW.date(), "now": make.NOW}
    with pytest.raises(NotAllowed):
        services.assign_role(actor=officer.actor, role="auditor", institution_id=None, **give)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        services.assign_role(
            actor=officer.actor,
            role="medical_affairs",
            institution_id=make.an_institution().pk,
            **give,  # type: ignore[arg-type]
        )
    services.assign_role(
        actor=officer.actor,
        role="medical_affairs",
        institution_id=officer.institution_id,
        **give,  # type: ignore[arg-type]
    )
    services.assign_role(actor=system, role="auditor", institution_id=None, **give)  # type: ignore[arg-type]
    assert selectors.actor_for(account_id=account, now=make.NOW).roles == {Role.MEDICAL_AFFAIRS, Role.AUDITOR}
    row = StaffRole.objects.get(account_id=account, role="medical_affairs")
    services.end_role(actor=officer.actor, staff_role_id=row.pk, now=make.NOW)
    assert selectors.actor_for(account_id=account, now=make.NOW).roles == {Role.AUDITOR}
    with pytest.raises(NotFound):
        services.end_role(actor=officer.actor, staff_role_id=new_id(), now=make.NOW)
