"""Registration and its refusals; a refusal leaves nothing changed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders as make
from tests.unit.identity.conftest import Messages, Register

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.models import Account, AuthEvent, DocumentPhoto, Person, PersonVerification, PhoneCode
from xinglin.hospital.kernel.access import ANONYMOUS, Role, system_actor
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.signing import unseal

pytestmark = pytest.mark.django_db

PHONE = "13900001111"
BORN = date(1975, 5, 6)


def declared(number: str = "", name: str = "孙小杏") -> services.Declared:
    return services.declare(
        actor=ANONYMOUS, name=name, id_type="resident", number=number or make.a_number(BORN, "F"), now=make.NOW
    )


def a_code(messages: Messages, phone: str = PHONE, purpose: str = "register") -> str:
    services.request_phone_code(actor=ANONYMOUS, phone=phone, purpose=purpose, now=make.NOW)
    return messages.code


def register_one(messages: Messages, **changes: Any) -> services.Registered:
    values: dict[str, Any] = {"id": new_id(), "declared": declared(), "phone": PHONE}
    if "code" not in changes:
        changes["code"] = a_code(messages, changes.get("phone", PHONE))
    return services.register_patient(actor=ANONYMOUS, now=make.NOW, **(values | changes))


def nothing_changed() -> bool:
    return not (Account.objects.exists() or Person.objects.exists() or AuthEvent.objects.exists())


def test_a_person_registers_and_may_act(messages: Messages, register: Register, picture: bytes) -> None:
    number = make.a_number(BORN, "F")
    done = register_one(messages, declared=declared(number))
    row = Person.objects.get(pk=done.person_id)
    assert (row.birth_on, row.sex, row.phone, row.area) == (BORN, "F", PHONE, make.AREA)
    assert number.encode() not in bytes(row.id_number_sealed or b"")
    assert unseal(bytes(row.id_number_sealed or b""), "identity.number").decode() == number
    actor = selectors.actor_for(account_id=done.account_id, now=make.NOW)
    assert (actor.roles, actor.person_id) == ({Role.PATIENT}, done.person_id)
    assert selectors.person_facts(person_id=done.person_id, at=make.NOW)["identity_state"] == "none"

    services.attach_document(actor=actor, person_id=done.person_id, kind="identity_front", raw=picture, now=make.NOW)
    assert services.verify_with_registry(actor=actor, person_id=done.person_id, now=make.NOW) == "match"
    assert register.asked == [("孙小杏", number)]
    facts = selectors.person_facts(person_id=done.person_id, at=make.NOW)
    assert (facts["identity_state"], facts["identity_verified_on"]) == ("verified", make.NOW.date())
    verbs = set(JournalEntry.objects.values_list("verb", flat=True))
    assert {"register_patient", "attach_document", "verify_with_registry"} <= verbs
    card = selectors.person(actor=actor, person_id=done.person_id)
    assert card.id_number_masked == number[:6] + "*" * 10 + number[-2:]


def test_no_table_holds_the_number_in_the_clear(messages: Messages, register: Register) -> None:
    number = make.a_number(BORN, "F")
    done = register_one(messages, declared=declared(number))
    actor = selectors.actor_for(account_id=done.account_id, now=make.NOW)
    services.verify_with_registry(actor=actor, person_id=done.person_id, now=make.NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{number}%"])
            assert cursor.fetchone() == (0,), table


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidForm) as refused:
        services.declare(actor=ANONYMOUS, name="1", id_type="resident", number="12", now=make.NOW)
    assert [error.field for error in refused.value.errors] == ["name", "number"]
    with pytest.raises(InvalidForm) as refused:
        services.declare(actor=ANONYMOUS, name="Ann Lee", id_type="passport", number="E1234567", now=make.NOW)
    assert [error.field for error in refused.value.errors] == ["sex", "birth_on"]


def test_a_code_opens_once_dies_with_age_and_by_guessing(messages: Messages) -> None:
    code = a_code(messages)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.WrongCode) as refused:
            register_one(messages, code=wrong)
        assert refused.value.fields["left"] == left
    with pytest.raises(errors.CodeDead):
        register_one(messages, code=wrong)
    with pytest.raises(errors.CodeDead):
        register_one(messages, code=code)
    assert nothing_changed()
    assert not PhoneCode.objects.filter(code_hash__contains=code).exists()


def test_codes_are_few_and_bound_to_their_purpose(messages: Messages) -> None:
    code = a_code(messages)
    with pytest.raises(errors.CodeTooSoon):
        a_code(messages)
    with pytest.raises(errors.CodeDead):
        services.sign_in_with_code(actor=ANONYMOUS, phone=PHONE, code=code, now=make.NOW)
    too_late = make.NOW + timedelta(minutes=5)
    with pytest.raises(errors.CodeDead):
        services.register_patient(
            actor=ANONYMOUS,
            id=new_id(),
            declared=declared(),
            phone=PHONE,
            code=code,
            now=too_late,
        )
    for minute in range(1, 5):
        at = make.NOW + timedelta(minutes=minute)
        services.request_phone_code(actor=ANONYMOUS, phone=PHONE, purpose="register", now=at)
    with pytest.raises(errors.TooManyCodes):
        services.request_phone_code(
            actor=ANONYMOUS, phone=PHONE, purpose="sign_in", now=make.NOW + timedelta(minutes=6)
        )
    assert len(messages.sent) == 5
    assert nothing_changed()


def test_a_provider_that_is_down_is_said_so(messages: Messages) -> None:
    messages.down = True
    with pytest.raises(errors.MessagesDown):
        a_code(messages)
    with pytest.raises(errors.CodeDead):
        services.sign_in_with_code(actor=ANONYMOUS, phone=PHONE, code="000000", now=make.NOW)


def test_the_same_number_and_phone_register_once(messages: Messages) -> None:
    number = make.a_number(BORN, "F")
    register_one(messages, declared=declared(number))
    with pytest.raises(errors.NumberTaken):
        register_one(messages, declared=declared(number), phone="13900002222")
    later = make.NOW + timedelta(minutes=1)
    services.request_phone_code(actor=ANONYMOUS, phone=PHONE, purpose="register", now=later)
    with pytest.raises(errors.PhoneTaken):
        services.register_patient(
            actor=ANONYMOUS, id=new_id(), declared=declared(), phone=PHONE, code=messages.code, now=later
        )
    assert (Account.objects.count(), Person.objects.count()) == (1, 1)


def test_someone_known_here_gets_the_own_entry_only_with_the_known_phone(messages: Messages) -> None:
    number = make.a_number(BORN, "F")
    known = make.a_person(name="孙小杏", number=number, phone=PHONE)
    with pytest.raises(errors.NumberTaken):
        register_one(messages, declared=declared(number), phone="13900002222")
    assert register_one(messages, declared=declared(number)).person_id == known.pk


def test_a_minor_does_not_register_alone(messages: Messages) -> None:
    child = declared(make.a_number(date(2008, 9, 2), "F"))
    with pytest.raises(errors.MinorNeedsGuardian):
        register_one(messages, declared=child)
    assert nothing_changed()
    grown = declared(make.a_number(date(2008, 9, 1), "F"))
    assert services.register_patient(
        actor=ANONYMOUS, id=new_id(), declared=grown, phone=PHONE, code=messages.code, now=make.NOW
    )


@pytest.mark.parametrize(
    ("answer", "state"), [("match", "verified"), ("mismatch", "failed"), ("unknown", "failed"), ("down", "pending")]
)
def test_each_answer_of_the_register(register: Register, answer: str, state: str) -> None:
    someone = make.a_patient(verified=False)
    register.answer = answer
    assert services.verify_with_registry(actor=someone.actor, person_id=someone.person_id, now=make.NOW) == answer
    assert selectors.person_facts(person_id=someone.person_id, at=make.NOW)["identity_state"] == state
    waiting = ProcrastinateJob.objects.filter(task_name="identity.verify_again")
    assert waiting.count() == (1 if answer == "down" else 0)


def test_a_register_out_of_reach_is_asked_again_and_never_counts(register: Register) -> None:
    someone = make.a_patient(verified=False)
    register.answer = "down"
    for minute in range(3):
        at = make.NOW + timedelta(minutes=minute)
        services.verify_with_registry(actor=someone.actor, person_id=someone.person_id, now=at)
    assert ProcrastinateJob.objects.filter(task_name="identity.verify_again").count() == 1, "one waiting job is enough"
    assert selectors.person_facts(person_id=someone.person_id, at=make.NOW)["identity_state"] == "pending"
    register.answer = "match"
    clock = system_actor("registry-clock")
    services.verify_with_registry(actor=clock, person_id=someone.person_id, now=make.NOW + timedelta(minutes=5))
    register.answer = "down"
    at = make.NOW + timedelta(minutes=6)
    services.verify_with_registry(actor=clock, person_id=someone.person_id, now=at)
    facts = selectors.person_facts(person_id=someone.person_id, at=at)
    assert facts["identity_state"] == "verified", "an answer that did not come takes nothing back"


def test_the_register_is_not_asked_about_others_nor_too_often(register: Register) -> None:
    someone, other = make.a_patient(verified=False), make.a_patient()
    with pytest.raises(NotFound):
        services.verify_with_registry(actor=someone.actor, person_id=other.person_id, now=make.NOW)
    with pytest.raises(NotFound):
        services.verify_with_registry(actor=someone.actor, person_id=new_id(), now=make.NOW)
    register.answer = "mismatch"
    for _ in range(6):
        services.verify_with_registry(actor=someone.actor, person_id=someone.person_id, now=make.NOW)
    with pytest.raises(errors.RegistryAskedTooOften):
        services.verify_with_registry(actor=someone.actor, person_id=someone.person_id, now=make.NOW)
    assert len(register.asked) == 6


def test_a_permit_is_reviewed_with_its_photo(register: Register, picture: bytes) -> None:
    someone = make.a_patient(verified=False, id_type="passport", number="E1234567")
    with pytest.raises(errors.NotCheckable):
        services.verify_with_registry(actor=someone.actor, person_id=someone.person_id, now=make.NOW)
    officer = make.a_medical_affairs_officer()
    with pytest.raises(InvalidInput):
        services.review_document(actor=officer.actor, person_id=someone.person_id, matches=True, now=make.NOW)
    services.attach_document(
        actor=someone.actor, person_id=someone.person_id, kind="identity_front", raw=picture, now=make.NOW
    )
    services.review_document(actor=officer.actor, person_id=someone.person_id, matches=True, now=make.NOW)
    assert selectors.person_facts(person_id=someone.person_id, at=make.NOW)["identity_state"] == "verified"


def test_a_photo_that_is_none_and_a_foreign_person_are_refused(picture: bytes) -> None:
    someone, other = make.a_patient(), make.a_patient()
    with pytest.raises(InvalidInput):
        services.attach_document(
            actor=someone.actor, person_id=someone.person_id, kind="identity_front", raw=b"no picture", now=make.NOW
        )
    with pytest.raises(NotFound):
        services.attach_document(
            actor=someone.actor, person_id=other.person_id, kind="identity_front", raw=picture, now=make.NOW
        )
    assert not DocumentPhoto.objects.exists()


def test_signing_in_needs_an_account_and_tells_only_the_holder(messages: Messages) -> None:
    someone = make.a_patient(phone="13900003333")
    code = a_code(messages, "13900003333", "sign_in")
    found = services.sign_in_with_code(actor=ANONYMOUS, phone="13900003333", code=code, now=make.NOW, session="s")
    assert found == someone.account.pk
    proof = AuthEvent.objects.get(account=someone.account)
    assert proof.method == "code"
    assert proof.session != "s"
    with pytest.raises(errors.CodeDead):
        services.sign_in_with_code(actor=ANONYMOUS, phone="13900003333", code=code, now=make.NOW)
    with pytest.raises(errors.NoAccountForPhone):
        services.sign_in_with_code(
            actor=ANONYMOUS, phone="13900004444", code=a_code(messages, "13900004444", "sign_in"), now=make.NOW
        )


def test_checks_are_never_changed() -> None:
    make.a_patient()
    row = PersonVerification.objects.first()
    assert row is not None
    with pytest.raises(Exception, match="never changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_person_verification SET result = 'match'")
