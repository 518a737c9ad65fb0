"""Who acts, in which roles, for what purpose; and the permissions that roles hold. There is no current user."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from xinglin.hospital.kernel.errors import NotAllowed
from xinglin.hospital.kernel.texts import T


class Role(StrEnum):
    """Every part a person or program can have in the hospital."""

    PATIENT = "patient"
    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    MEDICAL_AFFAIRS = "medical_affairs"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    SYSTEM = "system"

    @property
    def label(self) -> T:
        """The role's name for people."""
        return ROLE_NAMES[self]


ROLE_NAMES = {
    Role.PATIENT: T(zh="患者", en="Patient"),
    Role.PHYSICIAN: T(zh="医师", en="Physician"),
    Role.PHARMACIST: T(zh="药师", en="Pharmacist"),
    Role.MEDICAL_AFFAIRS: T(zh="医务管理", en="Medical affairs"),
    Role.AUDITOR: T(zh="医保稽核", en="Insurance auditor"),
    Role.REGULATOR: T(zh="监管", en="Regulator"),
    Role.SYSTEM: T(zh="系统", en="System"),
}
STAFF = frozenset({Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. Built once at the edge, passed down as the first keyword of every service and selector.

    `person_id` is the natural person (None for programs); `institution_ids` limit what staff see; `wards` are the
    persons for whom this one is the verified guardian; `purpose` is written into the journal with every reading.
    `id` is the account's; `practitioner_id` is the credential record of a physician or pharmacist. `device` is a keyed
    hash of the browser's own random mark, "" where there is none (programs, patients): it names nobody.
    """

    id: UUID
    label: str
    roles: frozenset[Role]
    person_id: UUID | None = None
    institution_ids: frozenset[UUID] = field(default_factory=frozenset)
    wards: frozenset[UUID] = field(default_factory=frozenset)
    purpose: str = "care"
    practitioner_id: UUID | None = None
    device: str = ""

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds any of the roles."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, person_id: UUID) -> bool:
        """Whether the actor is this person or the person's verified guardian."""
        return person_id == self.person_id or person_id in self.wards


def system_actor(name: str) -> Actor:
    """The system itself acting under a name, e.g. 'promise-clock'."""
    return Actor(id=SYSTEM_ID, label=f"system:{name}", roles=frozenset({Role.SYSTEM}), purpose="operation")


SYSTEM_ID = UUID("00000000-0000-7000-8000-000000000001")
ANONYMOUS = Actor(id=UUID(int=0), label="anonymous", roles=frozenset(), purpose="visit")


@dataclass(frozen=True, slots=True)
class Permission:
    """A right: its stable code, the roles that hold it, and a sentence that an auditor can read."""

    code: str
    roles: frozenset[Role]
    says: T
    anyone: bool = False

    def held_by(self, actor: Actor) -> bool:
        """Whether the actor holds it. The system holds every permission under its own name."""
        return self.anyone or actor.has(Role.SYSTEM) or not self.roles.isdisjoint(actor.roles)


EVERYONE = Permission("everyone", frozenset(), T(zh="任何人可看", en="Anyone may see this"), anyone=True)


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor holds the permission."""
    if not permission.held_by(actor):
        raise NotAllowed(permission=permission.says)
