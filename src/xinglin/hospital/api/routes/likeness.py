"""Faces and voices: consent, cards, challenges, proofs, and what a person has to look at."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done, Kept, PersonCard
from xinglin.hospital.api.shapes import At, Flag, Id, In, Out, Picture, Recording, Text, Words
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import REVIEW_LIKENESS, VERIFY_SELF
from xinglin.hospital.kernel.errors import NotFound

router = Router(tags=["likeness"])

Kind = Literal["face", "voice"]
Purpose = Literal["register", "sign_in", "confirm", "visit", "live"]


def own_person(request: Request) -> UUID:
    """The acting person. Raises NotFound for accounts without one."""
    if request.actor.person_id is None:
        raise NotFound
    return request.actor.person_id


# ONE'S OWN


class Enrolment(Out):
    """A live template; it counts once accepted and while the engine of this server can read it."""

    id: UUID
    kind: str
    engine: str
    enrolled_at: At
    accepted_at: At | None
    outdated: bool


class LikenessConsentRow(Out):
    """A consent in force."""

    kind: str
    text_version: str
    given_at: At


class Attempt(Out):
    """One attempt; scores are thousandths."""

    at: At
    kind: str
    purpose: str
    decision: str
    similarity_permille: int | None
    live_permille: int | None
    reasons: list[str]
    why: list[Words]
    engine: str


class Asked(Out):
    """A request for another way, or a review about oneself."""

    id: UUID
    kind: str
    kind_name: Words
    reason_name: Words
    state: str
    state_name: Words
    asked_at: At
    decided_at: At | None
    decision_reason: str
    until: At | None


class Installed(Out):
    """The engines of this server by name and version; empty where none is installed and nothing can be verified."""

    face: str
    voice: str


class Likeness(Out):
    """Everything that is kept of one's own likeness; never the likeness itself."""

    person_id: UUID
    face: Enrolment | None
    voice: Enrolment | None
    face_consent: LikenessConsentRow | None
    voice_consent: LikenessConsentRow | None
    alternative: Asked | None
    waiting: list[Asked]
    attempts: list[Attempt]
    installed: Installed
    face_counts: bool


@operation(router, "get", "/me/likeness", VERIFY_SELF, Likeness)
def own_likeness(request: Request) -> Any:
    """我登记的人脸和声音｜What is enrolled of oneself"""
    return selectors.likeness(actor=request.actor, person_id=own_person(request), at=request.now)


class ConsentPart(Out):
    """One part of the text."""

    title: Words
    text: Words


class ConsentText(Out):
    """The text in force; its version is sent back with the consent."""

    kind: str
    version: str
    sha256: str
    parts: list[ConsentPart]
    source: Words


@operation(router, "get", "/me/likeness/consents/{kind}/text", VERIFY_SELF, ConsentText)
def consent_text(request: Request, kind: Kind) -> Any:
    """单独同意书｜The text of the separate consent"""
    found = selectors.consent_text(kind)
    parts = [{"title": title.as_json(), "text": text.as_json()} for title, text in found.parts]
    return {
        "kind": found.kind,
        "version": found.version,
        "sha256": found.sha256,
        "parts": parts,
        "source": found.source.as_json(),
    }


class GiveConsent(In):
    """Consent to one kind, to the text of this version."""

    text_version: Text = Field(min_length=1, max_length=20)


@operation(router, "post", "/me/likeness/consents/{kind}", VERIFY_SELF, Kept, 201)
def give_consent(request: Request, kind: Kind, body: GiveConsent) -> Any:
    """单独同意｜Give the separate consent"""
    given = services.give_likeness_consent(
        actor=request.actor, kind=kind, text_version=body.text_version, now=request.now
    )
    return Kept(id=given)


@operation(router, "post", "/me/likeness/consents/{kind}/withdrawal", VERIFY_SELF, Done)
def withdraw_consent(request: Request, kind: Kind) -> Any:
    """撤回同意，模板当场销毁｜Withdraw: templates are destroyed at once"""
    services.withdraw_likeness_consent(actor=request.actor, kind=kind, now=request.now)
    return Done()


class Revoke(In):
    """Why a template goes."""

    reason: Text = Field("", max_length=200)


@operation(
    router,
    "post",
    "/likeness-templates/{uuid:template_id}/revocation",
    (VERIFY_SELF, REVIEW_LIKENESS),
    Done,
)
def revoke_template(request: Request, template_id: UUID, body: Revoke) -> Any:
    """删除登记｜Destroy a template"""
    services.revoke_template(actor=request.actor, template_id=template_id, reason=body.reason, now=request.now)
    return Done()


# CARDS


class SendCard(In):
    """A picture of one side."""

    side: Literal["front", "back"]
    picture: Picture


class ComparedField(Out):
    """A field as read and as typed."""

    name: str
    label: Words
    read: str
    typed: str
    differs: bool
    confidence_permille: int | None


class Card(Out):
    """What was read; with `open` the person has to say which is right."""

    id: UUID
    photo_id: UUID
    side: str
    at: At
    engine: str
    fields: list[ComparedField]
    notes: list[Words]
    differs: list[str]
    kept: str
    open: bool


@operation(router, "post", "/people/{uuid:person_id}/cards", VERIFY_SELF, Card, 201)
def read_card(request: Request, person_id: UUID, body: SendCard) -> Any:
    """识别身份证并与填写对照｜Read a card and compare it with the entry"""
    return services.read_card(
        actor=request.actor, person_id=person_id, side=body.side, raw=body.picture, now=request.now
    )


class SettleCard(In):
    """Which is right."""

    keep: Literal["card", "typed"]


@operation(router, "post", "/me/likeness/cards/{uuid:reading_id}/settlement", VERIFY_SELF, Done)
def settle_card(request: Request, reading_id: UUID, body: SettleCard) -> Any:
    """证件与填写不一致时，以哪个为准｜Say which is right where card and entry differ"""
    services.settle_card(actor=request.actor, reading_id=reading_id, keep=body.keep, now=request.now)
    return Done()


# CHALLENGES AND PROOFS


class BeginChallenge(In):
    """What the challenge is for; `register` enrols the face that answers it."""

    purpose: Purpose
    visit_id: Id | None = None


class ChallengeWord(Out):
    """A movement that is asked for, or what would help now."""

    code: str
    says: Words


class ChallengeView(Out):
    """Where a challenge stands. `step` is asked now (null: look straight ahead); the next picture brings `ticket`."""

    id: UUID
    purpose: str
    ticket: str
    step: ChallengeWord | None
    hint: ChallengeWord
    done: int
    steps: int
    seconds_left: float
    expires_at: At
    tries_left: int


@operation(router, "post", "/me/likeness/challenges", VERIFY_SELF, ChallengeView, 201)
def begin_challenge(request: Request, body: BeginChallenge) -> Any:
    """开始动作核验，动作逐个告知｜Begin a challenge; its movements are asked one by one"""
    return services.begin_challenge(actor=request.actor, purpose=body.purpose, visit_id=body.visit_id, now=request.now)


@operation(router, "get", "/me/likeness/challenges/{uuid:challenge_id}", VERIFY_SELF, ChallengeView)
def challenge_now(request: Request, challenge_id: UUID) -> Any:
    """动作核验进行到哪一步｜Where a challenge stands, for who did not hear the last answer"""
    return services.challenge_now(actor=request.actor, challenge_id=challenge_id, now=request.now)


class ShowFrame(In):
    """One picture, taken after the last answer was heard, and the ticket which that answer gave."""

    ticket: Text = Field(min_length=1, max_length=40)
    picture: Picture


class LikenessReason(Out):
    """A code in words."""

    code: str
    says: Words


class LikenessResult(Out):
    """What came of a challenge; `proof_at` is set when it counts as a proof of identity."""

    check_id: UUID
    purpose: str
    decision: str
    decision_name: Words
    reasons: list[LikenessReason]
    similarity_permille: int | None
    live_permille: int | None
    engine: str
    template_id: UUID | None
    counts: bool
    proof_at: At | None


class ShownFrame(Out):
    """Either the challenge goes on, or it has ended."""

    view: ChallengeView | None
    result: LikenessResult | None


@operation(router, "post", "/me/likeness/challenges/{uuid:challenge_id}/frames", VERIFY_SELF, ShownFrame)
def show_frame(request: Request, challenge_id: UUID, body: ShowFrame) -> Any:
    """送一张画面，由服务器计时｜Show the next picture; the server's clock times each step"""
    shown = services.show_frame(
        actor=request.actor, challenge_id=challenge_id, ticket=body.ticket, picture=body.picture, now=request.now
    )
    return {"view": shown.view, "result": shown.result and _result(shown.result)}


def _result(made: services.LikenessResult) -> dict[str, Any]:
    return {
        "check_id": made.check_id,
        "purpose": made.purpose,
        "decision": made.decision,
        "decision_name": made.decision_name.as_json(),
        "reasons": [{"code": code, "says": text.as_json()} for code, text in made.reasons],
        "similarity_permille": made.similarity_permille,
        "live_permille": made.live_permille,
        "engine": made.engine,
        "template_id": made.template_id,
        "counts": made.counts,
        "proof_at": made.proof.at if made.proof else None,
    }


class SendVoice(In):
    """Several WAV recordings of different sentences."""

    samples: list[Recording] = Field(min_length=1, max_length=6)


@operation(router, "post", "/me/likeness/voices", VERIFY_SELF, Kept, 201)
def enrol_voice(request: Request, body: SendVoice) -> Any:
    """登记声音｜Enrol a voice"""
    return Kept(id=services.enrol_voice(actor=request.actor, samples=body.samples, now=request.now))


class ProofState(Out):
    """The methods that suffice for the purpose, and the proof that is fresh enough, if any."""

    purpose: str
    enough: list[str]
    method: str | None
    at: At | None


@operation(router, "get", "/me/likeness/proof", VERIFY_SELF, ProofState)
def own_proof(request: Request, purpose: Purpose = "visit") -> Any:
    """我现在的身份确认是否够用｜Whether one's latest proof is enough now"""
    person_id, account_id = own_person(request), request.actor.id
    proof = selectors.proof_within(person_id=person_id, account_id=account_id, at=request.now, purpose=purpose)
    enough = selectors.enough_methods(account_id=account_id, person_id=person_id, at=request.now, purpose=purpose)
    at: datetime | None = proof.at if proof else None
    return ProofState(purpose=purpose, enough=sorted(enough), method=proof.method if proof else None, at=at)


# ANOTHER WAY, AND THE DESK


class AskAlternative(In):
    """Why a person should check instead."""

    reason: Literal["refuses", "failed", "no_camera", "impairment", "changed"]
    note: Text = Field("", max_length=300)


@operation(router, "post", "/me/likeness/alternatives", VERIFY_SELF, Kept, 201)
def ask_alternative(request: Request, body: AskAlternative) -> Any:
    """申请人工核验｜Ask to be checked by a person"""
    return Kept(id=services.ask_alternative(actor=request.actor, reason=body.reason, note=body.note, now=request.now))


@operation(router, "post", "/me/likeness/alternatives/{uuid:review_id}/withdrawal", VERIFY_SELF, Done)
def withdraw_alternative(request: Request, review_id: UUID) -> Any:
    """撤回申请｜Take the request back"""
    services.withdraw_alternative(actor=request.actor, review_id=review_id, now=request.now)
    return Done()


class ReviewCard(Out):
    """Something that waits for a person."""

    id: UUID
    name: str
    kind: str
    kind_name: Words
    reason_name: Words
    state: str
    state_name: Words
    asked_at: At
    decided_at: At | None
    overdue: bool


class LikenessReviewRow(Out):
    """Everything the officer needs in view."""

    card: ReviewCard
    person: PersonCard
    phone: str
    staff: bool
    identity_state: str
    note: str
    other: PersonCard | None
    photo_id: UUID | None
    attempts: list[Attempt]
    decision_reason: str
    until: At | None


@operation(router, "get", "/likeness-reviews", REVIEW_LIKENESS, list[ReviewCard])
def likeness_reviews(request: Request) -> Any:
    """待人工核对的身份核验｜What a person has to look at"""
    return selectors.likeness_reviews(actor=request.actor, at=request.now)


@operation(router, "get", "/likeness-reviews/{uuid:review_id}", REVIEW_LIKENESS, LikenessReviewRow)
def likeness_review(request: Request, review_id: UUID) -> Any:
    """一件待核对的身份核验（留痕）｜One of them; the look is journaled"""
    return selectors.likeness_review(actor=request.actor, review_id=review_id, now=request.now)


class DecideReview(In):
    """The decision, how one made sure, and why."""

    accept: Flag
    way: Literal["talk", "in_person", "papers", ""] = ""
    reason: Text = Field(min_length=1, max_length=300)


@operation(router, "post", "/likeness-reviews/{uuid:review_id}/decision", REVIEW_LIKENESS, Done)
def decide_alternative(request: Request, review_id: UUID, body: DecideReview) -> Any:
    """审核身份核验｜Decide it"""
    services.decide_alternative(
        actor=request.actor,
        review_id=review_id,
        accept=body.accept,
        way=body.way,
        reason=body.reason,
        now=request.now,
    )
    return Done()
