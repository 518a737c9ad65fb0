"""Who of the made city can be signed in as with one click, and which accounts its people have. Pure."""

from dataclasses import dataclass, field
from uuid import UUID

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import Dice, instant
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.staff import Practitioner
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Part:
    """A part to be played: a key, the role, an account, what to expect of it."""

    key: str
    role: str
    name: str
    account_id: UUID
    note: T


@dataclass(slots=True)
class Cast:
    """Everybody with an account. `by_person` and `by_practitioner` go from the city's indexes to account ids."""

    parts: dict[str, Part] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    """Key of a patient's part → index of the resident."""
    practitioners: dict[str, int] = field(default_factory=dict)
    by_person: dict[int, UUID] = field(default_factory=dict)
    by_practitioner: dict[int, UUID] = field(default_factory=dict)
    offices: dict[str, UUID] = field(default_factory=dict)
    """medical_affairs, auditor and regulator → account."""


PHYSICIANS = {
    "physician_general": (
        "02",
        T(zh="全科；有人候诊，有一段对话正在进行", en="General practice; a queue, a visit under way"),
    ),
    "physician_cardiology": ("03.04", T(zh="心内科；有一张处方被药师退回", en="Cardiology; a prescription came back")),
    "physician_endocrinology": ("03.07", T(zh="内分泌科", en="Endocrinology")),
    "physician_paediatrics": ("07", T(zh="儿科；有家长替孩子提出复诊", en="Paediatrics; a parent asks for a child")),
}
PATIENTS = {
    "patient_hypertension": ("hypertension", T(zh="高血压，门诊慢特病，来复诊", en="Hypertension, chronic scheme")),
    "patient_diabetes": ("diabetes", T(zh="2 型糖尿病，对话进行中", en="Type 2 diabetes, a conversation under way")),
    "patient_paying": ("hypertension", T(zh="处方已配好，等您付款", en="A prescription waits for payment")),
    "patient_waiting": ("hypertension", T(zh="正在候诊", en="In the waiting room")),
    "patient_picking": ("hypertension", T(zh="处方已审，正在配药", en="Prescription approved, to be picked")),
    "patient_returned": ("hypertension", T(zh="处方被药师退回", en="The prescription came back")),
}
HIDDEN = frozenset({"patient_returned", "physician_endocrinology"})
"""Parts that are played but not listed."""
OFFICES = {
    "medical_affairs": T(zh="有一份执业申请待决定", en="An application to practise waits for a decision"),
    "auditor": T(zh="有规则疑点待核查", en="Findings of the rules wait"),
    "regulator": T(zh="每家机构与其日志状态", en="Every institution and the state of its journal"),
}
OFFICE_NAMES = {"medical_affairs": "演示医务 01", "auditor": "演示稽核 01", "regulator": "演示监管 01"}


def make_cast(city: City) -> Cast:
    """Choose the parts; the same city gives the same cast. Raises LookupError when the city is too small for them."""
    cast, dice = Cast(), Dice(city.seed, "cast")
    began = instant(city.city_date, 0)
    online = _online_by_person(city)
    for person in city.residents:
        if person.own_phone and (person.index in online or person.digital):
            cast.by_person[person.index] = UUID(dice.id_at(instant(person.registered_on, 481)))
    for one in city.staff.practitioners:
        if one.place == city.places.internet:
            cast.by_practitioner[one.index] = UUID(dice.id_at(instant(one.admitted_on, 600)))
    _patients(city, cast, online)
    _staff(city, cast)
    for role in OFFICES:
        cast.offices[role] = UUID(dice.id_at(began))
        cast.parts[role] = Part(role, role, OFFICE_NAMES[role], cast.offices[role], OFFICES[role])
    return cast


def _online_by_person(city: City) -> dict[int, list[Encounter]]:
    found: dict[int, list[Encounter]] = {}
    for encounter in city.encounters:
        if encounter.kind == "online":
            found.setdefault(encounter.person, []).append(encounter)
    return found


def _patients(city: City, cast: Cast, online: dict[int, list[Encounter]]) -> None:
    planted = {index for plant in city.plants for index in plant.persons}
    honest = [
        city.residents[i] for i in cast.by_person
        if i not in planted and city.residents[i].died_on is None and city.residents[i].age_on(city.city_date) >= 20
    ]  # fmt: skip
    used: set[int] = set()

    def take(key: str, note: T, *tests: list[Resident]) -> None:
        for options in tests:
            person = next((p for p in options if p.index not in used), None)
            if person is not None:
                used.add(person.index)
                cast.people[key] = person.index
                cast.parts[key] = Part(key, "patient", person.name, cast.by_person[person.index], note)
                return
        raise LookupError(f"the city is too small to cast {key}; raise the scale")

    def regular(condition: str, least: int) -> list[Resident]:
        """Those who have come online for the condition before and are certified for its scheme."""
        return [
            p for p in honest
            if condition in p.known and len(online.get(p.index, ())) >= least
            and condition in city.qualified.get(p.index, ())
        ]  # fmt: skip

    parents = _parents(city, cast, honest)
    for key, (condition, note) in PATIENTS.items():
        take(key, note, regular(condition, 3), regular(condition, 1), [p for p in honest if p.known], honest)
    take("patient_parent", T(zh="4 岁孩子的家长", en="Parent of a child of four"), parents)
    new = [p for p in honest if p.index not in online and p.mother < 0 and not p.children]
    take("patient_new", T(zh="刚注册，尚未实名核验", en="Newly registered, not verified yet"), new, honest)


def _parents(city: City, cast: Cast, honest: list[Resident]) -> list[Resident]:
    """Honest parents of a child of four, else of a child between two and five."""
    index = {p.index for p in honest}
    found: dict[bool, list[Resident]] = {True: [], False: []}
    for child in city.residents:
        age = child.age_on(city.city_date)
        if child.mother >= 0 and 2 <= age <= 5 and child.insutype and child.died_on is None:
            parent = next((p for p in (child.mother, child.father) if p in index), None)
            if parent is not None:
                found[age == 4].append(city.residents[parent])
    return found[True] + found[False]


def _staff(city: City, cast: Cast) -> None:
    planted = {index for plant in city.plants for index in plant.practitioners}
    staff = [p for p in city.staff.practitioners if p.place == city.places.internet]

    def part(key: str, role: str, one: Practitioner, note: T) -> None:
        cast.practitioners[key] = one.index
        cast.parts[key] = Part(key, role, one.name, cast.by_practitioner[one.index], note)

    for key, (department, note) in PHYSICIANS.items():
        here = [p for p in staff if p.department == department]
        honest = [p for p in here if p.index not in planted] or here
        part(key, "physician", max(honest, key=lambda p: (p.title != "resident", -p.index)), note)
    pharmacists = [p for p in staff if p.kind == "pharmacist"]
    part(
        "pharmacist_review", "pharmacist", pharmacists[0], T(zh="审方台有处方待审", en="Prescriptions wait for review")
    )
    part(
        "pharmacist_dispense",
        "pharmacist",
        pharmacists[1],
        T(zh="配药台有处方待配", en="Prescriptions wait to be picked"),
    )
