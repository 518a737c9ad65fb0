"""Visits: choosing a physician, asking, judging evidence, starting, ending."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.problems import AskProblem, ask_of
from xinglin.hospital.api.routes.people import PersonCard
from xinglin.hospital.api.routes.practice import IMAGE, Profile
from xinglin.hospital.api.shapes import At, Code, Day, Id, In, Out, Picture, Text, Words
from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import (
    FOLLOW_OWN_VISIT,
    READ_VISIT,
    REQUEST_VISIT,
    SEE_PATIENTS,
    WATCH_PROMISES,
)
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.terminology import selectors as terminology

router = Router(tags=["visits"])


# BEFORE ASKING


class Wait(Out):
    """What can honestly be said of the wait; minutes are null where too little is known."""

    ahead: int
    low_minutes: int | None
    high_minutes: int | None
    promise_minutes: int
    sentence: Words


class Choice(Out):
    """A physician on duty, with wait and fee."""

    profile: Profile
    wait: Wait
    fee_fen: int


class Choose(In):
    """Department code (sub-departments count), language code, part of the name, order."""

    department: Text = Field("", max_length=10)
    language: Text = Field("", max_length=10)
    name: Text = Field("", max_length=60)
    order: Literal["wait", "name"] = "wait"


@operation(router, "get", "/physicians", EVERYONE, list[Choice])
def physicians(request: Request, query: Query[Choose]) -> Any:
    """在线医师及候诊估计｜Physicians on duty, with an honest wait and the fee"""
    found = selectors.choices(**query.model_dump(), now=request.now)
    return [
        Choice(
            profile=Profile.model_validate(one.profile),
            wait=Wait.model_validate(one.wait),
            fee_fen=terminology.visit_fee(one.profile.title).price_fen,
        )
        for one in found
    ]


class Consent(Out):
    """The consent text in force."""

    version: str
    from_on: date
    text: Words
    sha256: str


@operation(router, "get", "/consent", EVERYONE, Consent)
def consent(request: Request) -> Any:
    """现行知情同意书｜The informed consent in force"""
    return selectors.consent_at(request.now)


class Option(Out):
    """One answer to choose."""

    code: str
    label: Words


class Question(Out):
    """A question before the visit. `danger` questions are answered yes or no, always."""

    id: str
    kind: str
    text: Words
    required: bool
    options: list[Option]


class Questionnaire(Out):
    """The questions put to a person."""

    questions: list[Question]


class ForWhom(In):
    """Oneself or a ward."""

    person_id: Id


@operation(router, "get", "/questionnaire", REQUEST_VISIT, Questionnaire)
def questionnaire(request: Request, query: Query[ForWhom]) -> Any:
    """诊前问卷｜The questionnaire before a visit"""
    card = identity.person(actor=request.actor, person_id=query.person_id)
    months = selectors.age_months(card.birth_on, civil_day(request.now))
    return {"questions": selectors.questions_for(sex=card.sex, months=months)}


class Screening(In):
    """The complaint and the answers, before anything is written."""

    person_id: Id
    complaint: Text = Field(min_length=1, max_length=1000)
    answers: dict[Code, Text] = Field(default_factory=dict, max_length=100)


class Screened(Out):
    """Whether the answers forbid online care."""

    stops: bool


@operation(router, "post", "/questionnaire/screening", REQUEST_VISIT, Screened)
def screen_answers(request: Request, body: Screening) -> Any:
    """先看回答是否适合线上｜Whether the answers forbid online care; nothing is written"""
    return Screened(stops=services.screen_answers(actor=request.actor, now=request.now, **body.model_dump()))


class EarlierDiagnosis(Out):
    """A diagnosis of this house on which a follow-up may rest."""

    visit_id: UUID
    code: str
    name: Words
    on: date
    institution: Words


@operation(router, "get", "/earlier-diagnoses", REQUEST_VISIT, list[EarlierDiagnosis])
def earlier_diagnoses(request: Request, query: Query[ForWhom]) -> Any:
    """可作复诊依据的既往诊断｜Earlier diagnoses that can serve as evidence"""
    return selectors.earlier_diagnoses(actor=request.actor, person_id=query.person_id, now=request.now)


# ASKING


class Evidence(In):
    """A paper of the earlier diagnosis: a picture of it, or (in_house) the visit whose signed record it is."""

    kind: Literal["outpatient_record", "inpatient_record", "discharge_summary", "diagnosis_certificate", "in_house"]
    diagnosis_code: Code = Field(examples=["I10"])
    diagnosed_on: Day | None = None
    institution_name: Text = Field("", max_length=120)
    picture: Picture | None = None
    record_visit_id: Id | None = None

    def plain(self) -> services.EvidenceOffer:
        """For the service."""
        return services.EvidenceOffer(**(self.model_dump() | {"picture": self.picture or b""}))


class RequestVisit(In):
    """A follow-up visit. `answers` maps question ids to option codes or words."""

    id: Id
    person_id: Id
    physician_id: Id
    complaint: Text = Field(min_length=1, max_length=1000)
    evidence: list[Evidence] = Field(default_factory=list, max_length=5)
    answers: dict[Code, Text] = Field(default_factory=dict, max_length=100)
    consent_version: Code = Field(examples=["1"])


class Visit(Out):
    """One visit, from the request to its end."""

    id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    department: str
    mode: str
    channel: str
    state: str
    complaint: str
    fee_fen: int
    requested_at: At
    promised_by_at: At | None
    refund_by_at: At | None
    started_at: At | None
    first_reply_at: At | None
    ended_at: At | None
    closing_code: str
    closing_text: str
    last_seq: int


@operation(router, "post", "/visits", REQUEST_VISIT, Visit, 201)
def request_visit(request: Request, body: RequestVisit) -> Any:
    """申请复诊｜Ask a physician for a follow-up visit

    An answer of danger is no error: the visit then stands as referred, nothing is charged.
    """
    return services.request_visit(
        actor=request.actor,
        id=body.id,
        person_id=body.person_id,
        physician_id=body.physician_id,
        complaint=body.complaint,
        evidence=[paper.plain() for paper in body.evidence],
        answers=body.answers,
        consent_version=body.consent_version,
        now=request.now,
    )


class VisitLine(Out):
    """A visit in a list."""

    visit: Visit
    patient: str
    physician: str
    institution: Words
    state: Words
    unread: int


class Whose(In):
    """A ward, or nobody in particular."""

    person_id: Id | None = None


@operation(router, "get", "/visits", FOLLOW_OWN_VISIT, list[VisitLine])
def patient_visits(request: Request, query: Query[Whose]) -> Any:
    """我和家人的问诊｜One's own visits and one's wards'"""
    return selectors.patient_visits(actor=request.actor, now=request.now, person_id=query.person_id)


@operation(router, "get", "/visits/{uuid:visit_id}", READ_VISIT, Visit)
def visit(request: Request, visit_id: UUID) -> Any:
    """一次问诊｜One visit"""
    return selectors.visit(actor=request.actor, id=visit_id)


class Paper(Out):
    """A paper of the earlier diagnosis and what the physician said of it."""

    id: UUID
    kind: str
    institution_name: str
    physical: bool | None
    diagnosed_on: date
    diagnosis_code: str
    picture_id: UUID | None
    offered_at: At
    judgement: str
    judged_at: At | None
    judged_reason: str


@operation(router, "post", "/visits/{uuid:visit_id}/evidence", REQUEST_VISIT, Paper, 201)
def offer_evidence(request: Request, visit_id: UUID, body: Evidence) -> Any:
    """补充复诊依据｜Offer another paper for a visit that has not begun"""
    return services.offer_evidence(actor=request.actor, visit_id=visit_id, offer=body.plain(), now=request.now)


@operation(router, "post", "/evidence/{uuid:evidence_id}/acceptance", SEE_PATIENTS, Paper)
def accept_evidence(request: Request, evidence_id: UUID) -> Any:
    """认可复诊依据｜Accept a paper of the earlier diagnosis"""
    return services.accept_evidence(actor=request.actor, evidence_id=evidence_id, now=request.now)


class Refusal(In):
    """Why; the patient reads it."""

    reason: Text = Field(min_length=1, max_length=500)


@operation(router, "post", "/evidence/{uuid:evidence_id}/refusal", SEE_PATIENTS, Paper)
def refuse_evidence(request: Request, evidence_id: UUID, body: Refusal) -> Any:
    """不认可复诊依据，写明原因｜Refuse a paper, with the reason"""
    return services.refuse_evidence(actor=request.actor, evidence_id=evidence_id, reason=body.reason, now=request.now)


# THE COURSE OF A VISIT


@operation(router, "post", "/visits/{uuid:visit_id}/start", SEE_PATIENTS, Visit)
def start_visit(request: Request, visit_id: UUID) -> Any:
    """开始接诊｜Start a visit

    The rules of practising and consulting are judged. Rule A09 asks for a proof of identity (one-time code or passkey)
    within 15 minutes that has opened no other visit: POST /api/me/confirmation.
    """
    return services.start_visit(actor=request.actor, visit_id=visit_id, now=request.now)


class Reminders(Out):
    """What the rules say of the visit as it stands."""

    asks: list[AskProblem]


@operation(router, "get", "/visits/{uuid:visit_id}/reminders", SEE_PATIENTS, Reminders)
def preview_visit(request: Request, visit_id: UUID) -> Any:
    """接诊前的规则提醒，只留计数｜The rules' reminders for a visit as it stands; nothing is stored but counts"""
    asks = services.preview_visit(actor=request.actor, visit_id=visit_id, now=request.now)
    return {"asks": [ask_of(ask) for ask in asks]}


@operation(router, "post", "/visits/{uuid:visit_id}/end", SEE_PATIENTS, Visit)
def end_visit(request: Request, visit_id: UUID) -> Any:
    """结束问诊｜End a visit whose record is signed"""
    return services.end_visit(actor=request.actor, visit_id=visit_id, now=request.now)


class Letter(In):
    """What the physical institution should know."""

    letter: Text = Field(min_length=1, max_length=2000)


@operation(router, "post", "/visits/{uuid:visit_id}/referral", SEE_PATIENTS, Visit)
def refer_offline(request: Request, visit_id: UUID, body: Letter) -> Any:
    """转线下就诊｜Refer the patient to a physical institution"""
    return services.refer_offline(actor=request.actor, visit_id=visit_id, letter=body.letter, now=request.now)


class Cancel(In):
    """Why, if one likes to say."""

    reason: Text = Field("", max_length=500)


@operation(router, "post", "/visits/{uuid:visit_id}/cancellation", REQUEST_VISIT, Visit)
def cancel_visit(request: Request, visit_id: UUID, body: Cancel) -> Any:
    """取消尚未开始的问诊｜Give up a visit that has not begun"""
    return services.cancel_visit(actor=request.actor, visit_id=visit_id, reason=body.reason, now=request.now)


@operation(router, "get", "/pictures/{uuid:picture_id}", READ_VISIT, None, openapi_extra=IMAGE)
def picture(request: Request, picture_id: UUID) -> Any:
    """问诊中的图片（留痕）｜A picture of a visit; the look is journaled"""
    row = selectors.picture(actor=request.actor, picture_id=picture_id, now=request.now)
    return HttpResponse(bytes(row.content), content_type=row.media_type)


# THE PHYSICIAN'S SIDE


class QueueLine(Out):
    """A visit in the queue; `due` is empty in time, soon after half time, late after the promise."""

    visit: Visit
    patient: PersonCard
    age_years: int
    evidence: list[Paper]
    unread: int
    promised_by_at: At | None
    seconds_left: int | None
    due: str


class Queue(Out):
    """Who is next, who waits, who is being seen, who was seen."""

    next: QueueLine | None
    waiting: list[QueueLine]
    in_progress: list[QueueLine]
    done: list[VisitLine]


@operation(router, "get", "/queue", SEE_PATIENTS, Queue)
def queue(request: Request) -> Any:
    """我的候诊队列｜The acting physician's queue"""
    return selectors.queue(actor=request.actor, now=request.now)


@operation(router, "get", "/me/visits", SEE_PATIENTS, list[VisitLine])
def visits_of_physician(request: Request) -> Any:
    """我接诊的问诊｜The acting physician's visits, newest first"""
    return selectors.visits_of_physician(actor=request.actor, now=request.now)


class AnswerShown(Out):
    """One answer of the questionnaire in words."""

    question: Words
    answer: Words
    danger: bool
    ask_first: bool


class DiagnosisOf(Out):
    """A diagnosis of a record, as it stood."""

    rank: int
    code: str
    name_zh: str
    name_en: str


class Earlier(Out):
    """An earlier signed record of the patient."""

    visit_id: UUID
    at: At
    institution: Words
    diagnoses: list[DiagnosisOf]


class Background(Out):
    """The patient as the physician of the visit may know them."""

    patient: PersonCard
    evidence: list[Paper]
    answers: list[AnswerShown]
    earlier: list[Earlier]


@operation(router, "get", "/visits/{uuid:visit_id}/background", SEE_PATIENTS, Background)
def background(request: Request, visit_id: UUID) -> Any:
    """患者概况：依据、问卷、既往｜The patient: papers, answers, what was diagnosed before"""
    return selectors.background(actor=request.actor, visit_id=visit_id, now=request.now)


@operation(router, "get", "/promises/overdue", WATCH_PROMISES, list[VisitLine])
def promises_overdue(request: Request) -> Any:
    """超时未答的问诊｜Visits that wait too long for a reply"""
    return selectors.promises_overdue(actor=request.actor, now=request.now)
