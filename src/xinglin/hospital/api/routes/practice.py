"""Physicians and pharmacists: applying, deciding, stopping, being on duty, and the public profile."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Declaration, Done, Kept, PersonCard, declared
from xinglin.hospital.api.routes.tokens import PHONE, SIX_DIGITS
from xinglin.hospital.api.shapes import At, Code, Day, Flag, Formed, Id, In, Instant, Out, Picture, Text, Words
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import (
    AFFAIRS,
    BE_ON_DUTY,
    DECIDE_APPLICATIONS,
    SEE_PAPERS,
    SET_PAYMENT_RIGHT,
    STOP_PRACTICE,
)
from xinglin.hospital.kernel.access import EVERYONE

router = Router(tags=["practice"])
Paper = Literal["practice_licence", "qualification", "title", "consent", "filing"]
IMAGE: dict[str, Any] = {"responses": {200: {"content": {"image/jpeg": {"schema": {"type": "string"}}}}}}


# PROFILES


class Profile(Out):
    """The credential record as anyone may read it."""

    id: UUID
    kind: str
    name: str
    title: str
    title_name: Words
    department: str
    scope: list[str]
    register_no: str
    institution_id: UUID
    institution: Words
    primary_site: str
    independent_from_on: date | None
    languages: list[str]
    intro: Words
    valid_from_on: date
    valid_until_on: date | None
    admitted_at: At
    standing: str
    standing_name: Words
    on_duty: bool


@operation(router, "get", "/practitioners/{uuid:practitioner_id}", EVERYONE, Profile)
def practitioner_profile(request: Request, practitioner_id: UUID) -> Any:
    """医师或药师的执业公示｜The public credential record of a practitioner"""
    return selectors.practitioner_profile(practitioner_id=practitioner_id, at=request.now)


@operation(router, "get", "/me/practice", BE_ON_DUTY, Profile)
def own_profile(request: Request) -> Any:
    """我的执业记录｜One's own credential record"""
    return selectors.own_profile(actor=request.actor, at=request.now)


class Duty(In):
    """On or off duty."""

    on_duty: Flag


@operation(router, "put", "/me/duty", BE_ON_DUTY, Done)
def set_on_duty(request: Request, body: Duty) -> Any:
    """上线或下线｜Go on or off duty"""
    services.set_on_duty(actor=request.actor, on_duty=body.on_duty, now=request.now)
    return Done()


class PublicKey(Out):
    """The public half of a signing key."""

    id: UUID
    practitioner_id: UUID
    public_key: str
    from_at: At
    revoked_at: At | None


@operation(router, "get", "/signing-keys/{uuid:key_id}", EVERYONE, PublicKey)
def signing_key(request: Request, key_id: UUID) -> Any:
    """签名公钥｜A public signing key (Ed25519, hexadecimal)"""
    return selectors.signing_key(key_id=key_id)


# APPLYING


class Practice(In):
    """What an applicant says of the own practice. Days are inclusive."""

    institution_id: Id
    kind: Literal["physician", "pharmacist"]
    register_no: Formed = Field(pattern=r"^[A-Za-z0-9]{6,30}$", examples=["110000000000001"])
    title: Literal[
        "resident",
        "attending",
        "associate_chief",
        "chief",
        "pharmacist",
        "pharmacist_in_charge",
        "associate_chief_pharmacist",
        "chief_pharmacist",
    ]
    department: Text = Field("", max_length=10, examples=["03.07"])
    scope: list[Code] = Field(default_factory=list, max_length=30)
    independent_from_on: Day | None = None
    valid_from_on: Day
    valid_until_on: Day | None = None
    primary_site: Text = Field("", max_length=120)
    filed_from_on: Day | None = None
    filed_until_on: Day | None = None
    languages: list[Code] = Field(default_factory=lambda: ["zh"], min_length=1, max_length=20)
    intro_zh: Text = Field("", max_length=400)
    intro_en: Text = Field("", max_length=600)

    def plain(self) -> services.Practice:
        """For the service."""
        lists = {"scope": tuple(self.scope), "languages": tuple(self.languages)}
        return services.Practice(**(self.model_dump() | lists))


class SignIn(In):
    """How a new applicant will sign in, and the code that the phone answered (sent for `apply`)."""

    username: Formed = Field(pattern=r"^[A-Za-z0-9-]{3,60}$")
    password: Text = Field(min_length=10, max_length=128)
    phone: Formed = Field(pattern=PHONE)
    code: Formed = Field(pattern=SIX_DIGITS)


class PaperPicture(In):
    """One paper."""

    kind: Paper
    picture: Picture


class Apply(In):
    """An application. A newcomer gives `person` and `sign_in`; the applicant of a returned one is signed in instead."""

    id: Id
    person: Declaration | None = None
    sign_in: SignIn | None = None
    practice: Practice
    papers: list[PaperPicture] = Field(default_factory=list, max_length=5)


class Applied(Out):
    """The application and the applicant's account."""

    id: UUID
    account_id: UUID


@operation(router, "post", "/applications", EVERYONE, Applied, 201)
def apply_for_practice(request: Request, body: Apply) -> Any:
    """申请执业｜Apply to practise here"""
    sign = services.Sign(**body.sign_in.model_dump()) if body.sign_in else None
    account_id = services.apply_for_practice(
        actor=request.actor,
        id=body.id,
        declared=declared(request, body.person) if body.person else None,
        practice=body.practice.plain(),
        papers={paper.kind: paper.picture for paper in body.papers},
        sign=sign,
        now=request.now,
    )
    return Applied(id=body.id, account_id=account_id)


class ApplicationCard(Out):
    """An application in the list."""

    id: UUID
    name: str
    kind_name: Words
    title_name: Words
    department: str
    register_no: str
    applied_at: At
    state: str


class ApplicationList(In):
    """Which applications."""

    state: Literal["waiting", "decided"] = "waiting"


@operation(router, "get", "/applications", DECIDE_APPLICATIONS, list[ApplicationCard])
def applications(request: Request, query: Query[ApplicationList]) -> Any:
    """待审核或已审核的申请｜Applications that wait for a decision, or the latest decided ones"""
    if query.state == "decided":
        return selectors.applications_decided(actor=request.actor)
    return selectors.applications_waiting(actor=request.actor)


class PaperCard(Out):
    """A paper to look at."""

    id: UUID
    kind: str
    sha256: str
    at: At


class Check(Out):
    """One check of a person."""

    method: str
    result: str
    at: At
    source: str


class ApplicationDetail(Out):
    """Everything the officer needs in view, and what stands against approval now."""

    card: ApplicationCard
    person: PersonCard
    identity_state: str
    checks: list[Check]
    papers: list[PaperCard]
    missing: list[Words]
    hindrances: list[Words]
    institution: Words
    valid_from_on: date
    valid_until_on: date | None
    independent_from_on: date | None
    independent_years: int
    years_needed: int
    decided_at: At | None
    decision_reason: str
    practitioner_id: UUID | None


@operation(router, "get", "/applications/{uuid:application_id}", DECIDE_APPLICATIONS, ApplicationDetail)
def application(request: Request, application_id: UUID) -> Any:
    """一份申请及其材料｜One application with its papers in view"""
    found = selectors.application(actor=request.actor, application_id=application_id, at=request.now)
    shown = {name: getattr(found, name) for name in ApplicationDetail.model_fields}
    return shown | {"hindrances": [refusal.sentence for refusal in found.hindrances]}


@operation(router, "get", "/credential-papers/{uuid:paper_id}", SEE_PAPERS, None, openapi_extra=IMAGE)
def credential_paper(request: Request, paper_id: UUID) -> Any:
    """查看执业材料（留痕）｜Look at a paper; the look is journaled"""
    content, media_type = selectors.credential_paper(actor=request.actor, paper_id=paper_id, now=request.now)
    return HttpResponse(content, content_type=media_type)


class Decision(In):
    """Approve, return for correction, or refuse; the applicant reads the reason."""

    decision: Literal["approved", "returned", "refused"]
    reason: Text = Field("", max_length=300)


class Decided(Out):
    """The new credential record, when approved."""

    practitioner_id: UUID | None


@operation(router, "post", "/applications/{uuid:application_id}/decision", DECIDE_APPLICATIONS, Decided)
def decide_application(request: Request, application_id: UUID, body: Decision) -> Any:
    """审核执业申请｜Decide on an application"""
    made = services.decide_application(
        actor=request.actor,
        application_id=application_id,
        decision=body.decision,
        reason=body.reason,
        now=request.now,
    )
    return Decided(practitioner_id=made)


# STOPPING


class Stop(In):
    """Why, and when: from now and until lifted, unless told otherwise."""

    reason: Text = Field(min_length=1, max_length=300)
    from_at: Instant | None = None
    until_at: Instant | None = None


class StopReason(In):
    """Why."""

    reason: Text = Field(min_length=1, max_length=300)


@operation(router, "post", "/practitioners/{uuid:practitioner_id}/suspension", STOP_PRACTICE, Kept, 201)
def suspend_practitioner(request: Request, practitioner_id: UUID, body: Stop) -> Any:
    """暂停执业，立即生效｜Suspend a practitioner; it acts at once"""
    return Kept(
        id=services.suspend_practitioner(
            actor=request.actor,
            practitioner_id=practitioner_id,
            reason=body.reason,
            from_at=body.from_at,
            until_at=body.until_at,
            now=request.now,
        )
    )


@operation(router, "post", "/practitioners/{uuid:practitioner_id}/reinstatement", STOP_PRACTICE, Done)
def reinstate_practitioner(request: Request, practitioner_id: UUID, body: StopReason) -> Any:
    """恢复执业｜Lift a practitioner's suspension"""
    services.reinstate_practitioner(
        actor=request.actor, practitioner_id=practitioner_id, reason=body.reason, now=request.now
    )
    return Done()


@operation(router, "post", "/practitioners/{uuid:practitioner_id}/end", STOP_PRACTICE, Done)
def end_practice(request: Request, practitioner_id: UUID, body: StopReason) -> Any:
    """终止执业，吊销签名密钥｜End a practice here; signing keys are revoked"""
    services.end_practice(actor=request.actor, practitioner_id=practitioner_id, reason=body.reason, now=request.now)
    return Done()


class PaymentStop(In):
    """Days, inclusive, on which the fund does not pay for the practitioner."""

    status: Literal["suspended", "terminated"]
    from_on: Day
    until_on: Day | None = None
    reason: Text = Field(min_length=1, max_length=300)


@operation(router, "post", "/practitioners/{uuid:practitioner_id}/payment-stops", SET_PAYMENT_RIGHT, Kept, 201)
def record_payment_stop(request: Request, practitioner_id: UUID, body: PaymentStop) -> Any:
    """登记医保支付资格暂停｜Record that the fund does not pay for a practitioner"""
    return Kept(
        id=services.record_payment_stop(
            actor=request.actor,
            practitioner_id=practitioner_id,
            status=body.status,
            from_on=body.from_on,
            until_on=body.until_on,
            reason=body.reason,
            now=request.now,
        )
    )


@operation(router, "post", "/payment-stops/{uuid:payment_status_id}/withdrawal", SET_PAYMENT_RIGHT, Done)
def withdraw_payment_stop(request: Request, payment_status_id: UUID, body: StopReason) -> Any:
    """撤回支付资格暂停｜Withdraw a payment stop"""
    services.withdraw_payment_stop(
        actor=request.actor, payment_status_id=payment_status_id, reason=body.reason, now=request.now
    )
    return Done()


class Directory(In):
    """Part of a name, pinyin or register number; a profession."""

    q: Text = Field("", max_length=60)
    kind: Literal["", "physician", "pharmacist"] = ""


@operation(router, "get", "/practitioners", AFFAIRS, list[Profile])
def practitioner_directory(request: Request, query: Query[Directory]) -> Any:
    """本机构的医师和药师｜The institution's practitioners with their standing"""
    return selectors.practitioner_directory(actor=request.actor, at=request.now, q=query.q, kind=query.kind)
