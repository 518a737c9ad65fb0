"""The live visit: who is let in, who is there, pauses and ends. The media process reports through the same verbs."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from xinglin.hospital.consultation import gate, law, people
from xinglin.hospital.consultation.access import KEEP_LIVE, TALK_LIVE
from xinglin.hospital.consultation.errors import LiveNotHere, LiveOver, NotStartedYet, OneLiveVisit, ProofForLive
from xinglin.hospital.consultation.events import LiveVisitEnded, LiveVisitStarted
from xinglin.hospital.consultation.live_policy import LivePolicy, policy_for, proof_window
from xinglin.hospital.consultation.live_words import LiveEnd, LiveKind, LiveMode, LiveState
from xinglin.hospital.consultation.models import LiveParty, LiveSession, Visit
from xinglin.hospital.consultation.services.live_tickets import LiveTicket, ticket_for
from xinglin.hospital.consultation.services.storing import first_reply, note, say
from xinglin.hospital.consultation.words import OPEN, Side, VisitState
from xinglin.hospital.kernel import live
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

MEDIA = "media"
"""The topic on which the media process hears pauses and ends."""
LOST_AFTER = timedelta(minutes=3)
"""A session of which the media process said nothing for so long is over: the process itself was lost."""


# COMING IN


def policy_of(*, actor: Actor, visit: Visit, now: datetime) -> LivePolicy:
    """What is done with live media of a visit, and why. The visit was looked up for the actor before."""
    known = people.known(
        patient_id=visit.patient_id,
        practitioner_id=visit.physician_id,
        institution_id=visit.institution_id,
        department=visit.department,
        diagnoses=(),
        at=now,
    )
    return policy_for(fund_asked=known.fund_asked, demanded=settings.XINGLIN_LIVE_RECORD == "always")


def open_live(*, actor: Actor, visit_id: UUID, kind: str, now: datetime) -> LiveSession:
    """The visit's open live session, made when there is none. For its physician rule I03 is judged at control.

    Raises LiveNotHere (no media process), NotStartedYet, LiveOver (the visit is over), OneLiveVisit, ProofForLive,
    NotEligibleOnline (another rule), NotFound for everybody but the two sides.
    """
    require(actor, TALK_LIVE)
    visit, side = _admitted(actor, visit_id)
    _proof(actor, visit, side, now)
    found = _open_session(visit.id)
    if found is not None:
        return found
    other = LiveSession.objects.filter(physician_id=visit.physician_id).exclude(state=LiveState.ENDED).first()
    if other is not None:
        raise OneLiveVisit(mine=side == Side.PHYSICIAN)
    if side == Side.PHYSICIAN:
        law.permit_live(actor=actor, visit=visit, now=now)
    policy = policy_of(actor=actor, visit=visit, now=now)
    session = LiveSession(
        id=new_id(),
        visit=visit,
        physician_id=visit.physician_id,
        patient_id=visit.patient_id,
        institution_id=visit.institution_id,
        kind=LiveKind(kind),
        mode=policy.mode,
        policy_id=policy.id,
        recorded=policy.recorded,
        opened_by=side,
        opened_at=now,
        seen_at=now,
    )
    return _kept(actor, visit, session, now)


def _kept(actor: Actor, visit: Visit, session: LiveSession, now: datetime) -> LiveSession:
    """Write the session; of two that come at once the first stays."""
    try:
        with transaction.atomic():
            gate.lock(visit.id)
            session.save(force_insert=True)
            detail = {"live": str(session.id), "mode": session.mode, "policy": session.policy_id}
            note(actor, visit, "open_live", now, detail=detail)
            _tell(session, "live")
    except IntegrityError:
        found = _open_session(visit.id)
        if found is not None:
            return found
        raise OneLiveVisit(mine=gate.is_physician_of(actor, visit)) from None
    return session


def join_live(
    *, actor: Actor, visit_id: UUID, kind: str, login: str, now: datetime, back_to: UUID | None = None
) -> LiveTicket:
    """Come in: the short signed token for the media process, bound to visit, side, session, account and login.

    `back_to`: only back into this session, after a reload or a change of network; once it has ended, LiveOver is
    raised and no new one is opened. Raises as `open_live` does.
    """
    if back_to is not None and not LiveSession.objects.filter(id=back_to, visit_id=visit_id, ended_at=None).exists():
        _admitted(actor, visit_id)
        raise LiveOver
    session = open_live(actor=actor, visit_id=visit_id, kind=kind, now=now)
    visit, side = _admitted(actor, visit_id)
    proof = _proof(actor, visit, side, now)
    with transaction.atomic():
        session = _locked(session.id)
        if session.state == LiveState.ENDED:
            raise LiveOver
        party = session.parties.filter(side=side, left_at=None).first()
        if party is not None and party.account_id != actor.id:
            party.left_at = now
            party.save(update_fields=["left_at"])
            party = None
        if party is None:
            party = LiveParty(
                id=new_id(),
                session=session,
                side=side,
                account_id=actor.id,
                person_id=actor.person_id,
                proof_id=proof.id,
                proof_method=proof.method,
                device=actor.device,
                joins=0,
                joined_at=now,
            )
        party.joins += 1
        party.save()
        session.seen_at = now
        session.save(update_fields=["seen_at"])
        note(actor, visit, "join_live", now, detail={"live": str(session.id), "side": side, "joins": party.joins})
        _tell(session, "live")
    return ticket_for(session=session, side=side, account_id=actor.id, login=login)


def _admitted(actor: Actor, visit_id: UUID) -> tuple[Visit, Side]:
    """The visit and the actor's side in it. A stranger finds nothing, whatever link led here."""
    visit = gate.visit_to_read(actor, visit_id)
    side = gate.side_of(actor, visit)
    if not settings.XINGLIN_VIDEO:
        raise LiveNotHere
    if visit.state not in OPEN:
        raise LiveOver
    if visit.state != VisitState.IN_PROGRESS:
        raise NotStartedYet
    return visit, side


def _proof(actor: Actor, visit: Visit, side: Side, now: datetime) -> people.Proof:
    """The proof of identity under which the side comes in: one within the window of rule A09, or the one under which
    the same account is in this session already. Raises ProofForLive.
    """
    place = people.place_of(visit.institution_id, now)
    window = proof_window(now, place)
    found = people.live_proof(actor, window, now, physician=side == Side.PHYSICIAN, territory=place)
    if found is not None:
        return found
    again = LiveParty.objects.filter(session__visit=visit, session__ended_at=None, side=side, account_id=actor.id)
    party = again.order_by("-joined_at").first()
    if party is not None and (party.left_at is None or now - party.left_at <= window):
        return people.Proof(party.proof_id, party.proof_method)
    raise ProofForLive(minutes=int(window.total_seconds() // 60), physician=side == Side.PHYSICIAN)


def _open_session(visit_id: UUID) -> LiveSession | None:
    return LiveSession.objects.filter(visit_id=visit_id).exclude(state=LiveState.ENDED).first()


def _locked(session_id: UUID) -> LiveSession:
    row = LiveSession.objects.select_for_update(no_key=True).filter(id=session_id).first()
    if row is None:
        raise NotFound
    return row


# BEING THERE


def note_present(
    *, actor: Actor, session_id: UUID, sides: list[str], now: datetime, coming_back: Collection[str] = ()
) -> str:
    """The media process says which sides are connected now; returns the session's state. Raises NotFound.

    Who is no longer connected has left; who comes back goes on. `coming_back`: sides whose connection is lost for the
    moment and whose browser is still there, as in a change of network: their stretch goes on, the seconds do not.
    Done twice it is done once.
    """
    require(actor, KEEP_LIVE)
    with transaction.atomic():
        fresh = LiveSession.objects.filter(id=session_id, started_at=None).first()
        if fresh is not None:
            gate.lock(fresh.visit_id)  # Always the visit before its session: whoever closes the visit does the same.
        session = _locked(session_id)
        if session.state == LiveState.ENDED:
            return session.state
        before = session.state
        for side in (Side.PHYSICIAN, Side.PATIENT):
            _attend(session, side, side.value in {*sides, *coming_back}, now)
        session.seen_at = now
        both = {Side.PHYSICIAN.value, Side.PATIENT.value} <= set(sides)
        if session.state != LiveState.PAUSED:
            _count(session, now)
            session.state = LiveState.LIVE if both else LiveState.RINGING
            session.live_since_at = now if both else None
        if both and session.started_at is None:
            session.started_at = now
            _started(actor, session, now)
        session.save()
        if session.state != before:
            _tell(session, "live")
    return session.state


def _attend(session: LiveSession, side: Side, there: bool, now: datetime) -> None:
    """Close the open stretch of a side that is gone; begin another when it is back without a new join."""
    row = session.parties.filter(side=side, left_at=None).first()
    if row is not None and not there and now - row.joined_at > timedelta(seconds=20):
        row.left_at = now
        row.save(update_fields=["left_at"])
    if row is None and there:
        last = session.parties.filter(side=side).order_by("-joined_at").first()
        if last is not None:
            last.pk, last.joined_at, last.left_at, last.joins = new_id(), now, None, 1
            last.save(force_insert=True)


def _count(session: LiveSession, now: datetime) -> None:
    """Add what has passed since both were there."""
    if session.live_since_at is not None:
        session.seconds += max(0, round((now - session.live_since_at).total_seconds()))
        session.live_since_at = None


def _started(actor: Actor, session: LiveSession, now: datetime) -> None:
    note(actor, session.visit, "live_started", now, detail={"live": str(session.id), "kind": session.kind})
    visit = gate.lock(session.visit_id)
    if visit.first_reply_at is None:
        first_reply(visit, now)  # Being there in person is the answer that was promised.
    words = T(zh="{kind}通话开始。{how}", en="The {kind} call has begun. {how}")
    how = T(zh="本次通话录存，保存至少三年。", en="It is recorded and kept for three years at least.")
    plain = T(zh="本次通话不录存。", en="It is not recorded.")
    say(visit, words.with_(kind=LiveKind(session.kind).label, how=how if session.recorded else plain), now=now)
    live.announce(f"visit:{visit.id}", "message", visit.id)
    publish(
        LiveVisitStarted(
            session_id=session.id,
            visit_id=session.visit_id,
            physician_id=session.physician_id,
            institution_id=session.institution_id,
            at=now,
        )
    )


def leave_live(*, actor: Actor, visit_id: UUID, now: datetime) -> None:
    """Leave the line; the visit goes on, and one may come back. Raises NotFound."""
    require(actor, TALK_LIVE)
    visit = gate.visit_to_read(actor, visit_id)
    side = gate.side_of(actor, visit)
    with transaction.atomic():
        found = _open_session(visit.id)
        if found is None:
            return
        session = _locked(found.id)
        if session.state == LiveState.ENDED:
            return
        if session.state == LiveState.LIVE:
            _count(session, now)
            session.state = LiveState.RINGING
        session.save()
        session.parties.filter(side=side, left_at=None).update(left_at=now)
        note(actor, visit, "leave_live", now, detail={"live": str(session.id), "side": side})
        _tell(session, "live")
        live.announce(MEDIA, f"leave-{side.value}", session.id)


def change_live_kind(*, actor: Actor, visit_id: UUID, kind: str, now: datetime) -> None:
    """Go from picture to voice, or back. The session goes on. Raises NotFound."""
    require(actor, TALK_LIVE)
    visit = gate.visit_to_read(actor, visit_id)
    side = gate.side_of(actor, visit)
    with transaction.atomic():
        found = _open_session(visit.id)
        if found is None or found.kind == LiveKind(kind):
            return
        session = _locked(found.id)
        session.kind = LiveKind(kind)
        session.save(update_fields=["kind"])
        note(actor, visit, "change_live_kind", now, detail={"live": str(session.id), "kind": kind, "side": side})
        _tell(session, "live")
        live.announce(MEDIA, "kind", session.id)


def relay_live(*, actor: Actor, session_id: UUID, reason: str, now: datetime) -> None:
    """From now on the hospital forwards a session that went between the two sides; it is not recorded for that.

    `reason`: `pause` (a pause holds only so) or `unreachable` (the browsers did not meet). Done twice it is done once.
    Raises NotFound.
    """
    require(actor, KEEP_LIVE)
    with transaction.atomic():
        session = _locked(session_id)
        if session.state == LiveState.ENDED or session.mode == LiveMode.RELAY:
            return
        session.mode = LiveMode.RELAY
        session.save(update_fields=["mode"])
        note(actor, session.visit, "relay_live", now, detail={"live": str(session.id), "reason": reason[:60]})
        _tell(session, "live")


# PAUSE AND END


def pause_live(*, actor: Actor, session_id: UUID, reason: str, now: datetime) -> None:
    """Stop forwarding picture and sound until `resume_live`; `reason` is a code of the policy. Raises NotFound."""
    require(actor, KEEP_LIVE)
    with transaction.atomic():
        session = _locked(session_id)
        if session.state in {LiveState.ENDED, LiveState.PAUSED}:
            return
        _count(session, now)
        session.state, session.paused_at, session.pause_reason = LiveState.PAUSED, now, reason[:60]
        session.save()
        note(actor, session.visit, "pause_live", now, detail={"live": str(session.id), "reason": reason[:60]})
        _tell(session, "live")
        live.announce(MEDIA, "pause", session.id)


def resume_live(*, actor: Actor, session_id: UUID, now: datetime) -> None:
    """Forward again. Raises NotFound."""
    require(actor, KEEP_LIVE)
    with transaction.atomic():
        session = _locked(session_id)
        if session.state != LiveState.PAUSED:
            return
        session.state, session.paused_at, session.pause_reason = LiveState.RINGING, None, ""
        session.save()
        note(actor, session.visit, "resume_live", now, detail={"live": str(session.id)})
        _tell(session, "live")
        live.announce(MEDIA, "resume", session.id)


def end_live(*, actor: Actor, session_id: UUID, reason: str, now: datetime) -> None:
    """End the session for good; the visit goes on by text. The two sides end it themselves, or the system does.

    Done twice it is done once. Raises NotFound.
    """
    require(actor, TALK_LIVE)
    session = LiveSession.objects.filter(id=session_id).select_related("visit").first()
    if session is None:
        raise NotFound
    code = LiveEnd(reason)
    if not actor.has(Role.SYSTEM):
        side = gate.side_of(actor, session.visit)
        code = LiveEnd.BY_PHYSICIAN if side == Side.PHYSICIAN else LiveEnd.BY_PATIENT
    with transaction.atomic():
        _end(actor, _locked(session_id), code, now)


def end_live_of_visit(*, actor: Actor, visit: Visit, now: datetime) -> None:
    """The visit is over: so is its live session. Called inside the transaction that closes the visit."""
    found = _open_session(visit.id)
    if found is not None:
        _end(actor, _locked(found.id), LiveEnd.VISIT_OVER, now)


def _end(actor: Actor, session: LiveSession, reason: LiveEnd, now: datetime) -> None:
    if session.state == LiveState.ENDED:
        return
    _count(session, min(now, session.seen_at) if reason == LiveEnd.LOST else now)
    session.state, session.ended_at, session.end_reason = LiveState.ENDED, now, reason
    session.save()
    session.parties.filter(left_at=None).update(left_at=now)
    detail = {"live": str(session.id), "reason": reason.value, "seconds": session.seconds}
    note(actor, session.visit, "end_live", now, detail=detail)
    publish(
        LiveVisitEnded(
            session_id=session.id,
            visit_id=session.visit_id,
            physician_id=session.physician_id,
            institution_id=session.institution_id,
            reason=reason.value,
            seconds=session.seconds,
            at=now,
        )
    )
    _tell(session, "live")
    live.announce(MEDIA, "end", session.id)


def sweep_live(*, actor: Actor, now: datetime) -> int:
    """End sessions of which the media process has said nothing for three minutes; returns how many."""
    require(actor, KEEP_LIVE)
    lost = LiveSession.objects.filter(seen_at__lt=now - LOST_AFTER).exclude(state=LiveState.ENDED)
    ids = list(lost.values_list("id", flat=True))
    for session_id in ids:
        end_live(actor=actor, session_id=session_id, reason=LiveEnd.LOST, now=now)
    return len(ids)


def _tell(session: LiveSession, kind: str) -> None:
    """Wake both pages of the visit after the commit."""
    live.announce_all([(f"visit:{session.visit_id}", kind, session.id), (f"live:{session.visit_id}", kind, session.id)])
