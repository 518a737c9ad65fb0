"""People: registration by real name, checks, guardians."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.tokens import PHONE, SIX_DIGITS
from xinglin.hospital.api.shapes import At, Day, Flag, Formed, Id, In, Out, Picture, Text, Words
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import DECIDE_APPLICATIONS, REVIEW_GUARDIANS, SEE_OWN, SEE_PAPERS
from xinglin.hospital.identity.services import tokens
from xinglin.hospital.identity.services.registration import Declared
from xinglin.hospital.kernel.access import EVERYONE

router = Router(tags=["people"])

Document = Literal["resident", "hk_macao", "taiwan", "foreign", "passport"]
Sex = Literal["M", "F"]


class Declaration(In):
    """What a document says of a person. Sex and birth date are read from a resident number, else they are asked for."""

    name: Text = Field(min_length=1, max_length=60, examples=["演示甲"])
    id_type: Document
    number: Text = Field(min_length=1, max_length=40, examples=["370902197503120029"])
    sex: Sex | None = None
    birth_on: Day | None = None


class WardDeclaration(In):
    """The same of a ward; a newborn may stand under the mother's document (`mother`, without a number)."""

    name: Text = Field(min_length=1, max_length=60)
    id_type: Document | Literal["mother"]
    number: Text = Field("", max_length=40)
    sex: Sex | None = None
    birth_on: Day | None = None


def declared(request: Request, said: Declaration | WardDeclaration) -> Declared:
    """The cleaned declaration. Raises InvalidForm."""
    return services.declare(
        actor=request.actor,
        name=said.name,
        id_type=said.id_type,
        number=said.number,
        now=request.now,
        sex=said.sex or "",
        birth_on=said.birth_on,
    )


class Register(In):
    """A patient's registration. `id` becomes the person's id."""

    id: Id
    person: Declaration
    phone: Formed = Field(pattern=PHONE)
    code: Formed = Field(pattern=SIX_DIGITS, description="验证码（用途 register）。 The code sent for `register`.")
    address: Text = Field("", max_length=200)
    language: Literal["zh-hans", "en"] = "zh-hans"


class Registered(Out):
    """The account and person, and a token: the phone has just answered."""

    account_id: UUID
    person_id: UUID
    token: str
    expires_at: At


@operation(router, "post", "/people", EVERYONE, Registered, 201)
def register_patient(request: Request, body: Register) -> Any:
    """患者实名注册｜Register a patient by real name"""
    made = services.register_patient(
        actor=request.actor,
        id=body.id,
        declared=declared(request, body.person),
        phone=body.phone,
        code=body.code,
        address=body.address,
        language=body.language,
        now=request.now,
    )
    issued = tokens.issue_token(actor=request.actor, account_id=made.account_id, now=request.now)
    return Registered(
        account_id=made.account_id, person_id=made.person_id, token=issued.token, expires_at=issued.expires_at
    )


class PersonCard(Out):
    """A person as shown: the document's number is masked."""

    id: UUID
    name: str
    sex: str
    birth_on: date
    id_type: str
    id_number_masked: str
    phone_masked: str
    area: str
    registered_at: At


class Ward(Out):
    """Someone in the family."""

    guardianship_id: UUID
    person: PersonCard
    relation_name: Words
    state: str
    state_name: Words
    reason: str
    until: date | None


class OwnIdentity(Out):
    """How far one's registration has come; `step` is what comes next: photo, check or done."""

    person: PersonCard
    has_photo: bool
    state: str
    verified_on: date | None
    answer: str
    answered_at: At | None
    step: str
    wards: list[Ward]


@operation(router, "get", "/me/identity", SEE_OWN, OwnIdentity)
def own_identity(request: Request) -> Any:
    """我的实名信息和家人｜One's own identity and family"""
    return selectors.own_identity(actor=request.actor, at=request.now)


@operation(router, "put", "/me/identity", SEE_OWN, OwnIdentity)
def correct_identity(request: Request, body: Declaration) -> Any:
    """更正尚未核验的姓名或证件号｜Correct a name or number that no check has confirmed yet"""
    services.correct_identity(actor=request.actor, declared=declared(request, body), now=request.now)
    return selectors.own_identity(actor=request.actor, at=request.now)


@operation(router, "get", "/people/{uuid:person_id}", SEE_OWN, PersonCard)
def person(request: Request, person_id: UUID) -> Any:
    """本人或被监护人｜Oneself or a ward"""
    return selectors.person(actor=request.actor, person_id=person_id)


class CheckAnswer(Out):
    """The register's answer: match, mismatch, unknown, or down (then it is asked again later)."""

    result: str


@operation(router, "post", "/people/{uuid:person_id}/registry-check", (SEE_OWN, DECIDE_APPLICATIONS), CheckAnswer)
def verify_with_registry(request: Request, person_id: UUID) -> Any:
    """向人口库核验实名｜Ask the population register about name and number"""
    result = services.verify_with_registry(actor=request.actor, person_id=person_id, now=request.now)
    return CheckAnswer(result=result)


class DocumentPicture(In):
    """One side of a document."""

    kind: Literal["identity_front", "identity_back"]
    picture: Picture


class Kept(Out):
    """The id under which something is kept."""

    id: UUID


@operation(router, "post", "/people/{uuid:person_id}/documents", SEE_OWN, Kept, 201)
def attach_document(request: Request, person_id: UUID, body: DocumentPicture) -> Any:
    """上传证件照片｜Attach a picture of a document"""
    return Kept(
        id=services.attach_document(
            actor=request.actor, person_id=person_id, kind=body.kind, raw=body.picture, now=request.now
        )
    )


@operation(
    router,
    "get",
    "/document-photos/{uuid:photo_id}",
    (SEE_OWN, SEE_PAPERS),
    None,
    openapi_extra={"responses": {200: {"content": {"image/jpeg": {"schema": {"type": "string"}}}}}},
)
def document_photo(request: Request, photo_id: UUID) -> Any:
    """查看证件照片（留痕）｜Look at a document's picture; the look is journaled"""
    content, media_type = selectors.document_photo(actor=request.actor, photo_id=photo_id, now=request.now)
    return HttpResponse(content, content_type=media_type)


class DocumentReview(In):
    """Whether the photo shows this person's document."""

    matches: Flag
    reason: Text = Field("", max_length=200)


class Done(Out):
    """It is done."""

    done: bool = True


@operation(router, "post", "/people/{uuid:person_id}/document-review", SEE_PAPERS, Done)
def review_document(request: Request, person_id: UUID, body: DocumentReview) -> Any:
    """审核登记库不覆盖的证件｜Review a document that no register covers"""
    services.review_document(
        actor=request.actor, person_id=person_id, matches=body.matches, reason=body.reason, now=request.now
    )
    return Done()


class DocumentToReview(Out):
    """A person whose document waits for review."""

    person: PersonCard
    photos: list[UUID]


@operation(router, "get", "/document-reviews", SEE_PAPERS, list[DocumentToReview])
def documents_waiting(request: Request) -> Any:
    """待审核的证件｜Documents that wait for review"""
    return selectors.documents_waiting(actor=request.actor)


# GUARDIANS


class AddGuardian(In):
    """Ask to be confirmed as guardian. `id` becomes the id of the ward's entry and of the guardianship."""

    id: Id
    ward: WardDeclaration
    relation: Literal["mother", "father", "grandparent", "sibling", "spouse", "child", "appointed"]
    evidence: Picture | None = None


class GuardianState(Out):
    """accepted, or asked when the evidence has to be reviewed."""

    id: UUID
    state: str


@operation(router, "post", "/guardianships", SEE_OWN, GuardianState, 201)
def add_guardian(request: Request, body: AddGuardian) -> Any:
    """添加被监护人｜Add a ward"""
    state = services.add_guardian(
        actor=request.actor,
        id=body.id,
        declared=declared(request, body.ward),
        relation=body.relation,
        evidence=body.evidence,
        now=request.now,
    )
    return GuardianState(id=body.id, state=state)


class GuardianshipCard(Out):
    """A guardianship that waits for review."""

    id: UUID
    ward: PersonCard
    guardian: PersonCard
    relation_name: Words
    evidence_id: UUID | None
    asked_at: At


@operation(router, "get", "/guardianships", REVIEW_GUARDIANS, list[GuardianshipCard])
def guardianships_waiting(request: Request) -> Any:
    """待审核的监护关系｜Guardianships that wait for review"""
    return selectors.guardianships_waiting(actor=request.actor)


class Verdict(In):
    """Yes or no, with the reason that the other side reads."""

    accept: Flag
    reason: Text = Field("", max_length=300)


@operation(router, "post", "/guardianships/{uuid:guardianship_id}/decision", REVIEW_GUARDIANS, Done)
def decide_guardianship(request: Request, guardianship_id: UUID, body: Verdict) -> Any:
    """审核监护关系｜Confirm or refuse a guardianship"""
    services.decide_guardianship(
        actor=request.actor,
        guardianship_id=guardianship_id,
        accept=body.accept,
        reason=body.reason,
        now=request.now,
    )
    return Done()


@operation(router, "post", "/guardianships/{uuid:guardianship_id}/end", (SEE_OWN, REVIEW_GUARDIANS), Done)
def end_guardianship(request: Request, guardianship_id: UUID) -> Any:
    """结束监护关系｜End a guardianship"""
    services.end_guardianship(actor=request.actor, guardianship_id=guardianship_id, now=request.now)
    return Done()
