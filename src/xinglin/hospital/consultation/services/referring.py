"""A visit ends in a referral: by the physician's letter, or by the hospital's when nobody answered an emergency."""

from datetime import datetime

from xinglin.hospital.consultation.events import VisitReferred
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.services.live import end_live_of_visit
from xinglin.hospital.consultation.services.storing import note, say, tell
from xinglin.hospital.consultation.words import VisitState
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.texts import T

RED_FLAG, REFERRAL = "red_flag", "referral"


def refer_now(actor: Actor, visit: Visit, letter: str, words: T, now: datetime) -> None:
    """Close the visit as referred and answer its alarms by that. Under the visit's lock, in an open state."""
    answered = decision_support.refer(actor=actor, subject_id=visit.id, now=now)
    reason = RED_FLAG if any(one.level == "emergency" for one in answered) else REFERRAL
    visit.state = VisitState.REFERRED
    visit.ended_at = now
    visit.closing_code = reason
    visit.closing_text = letter
    visit.save(update_fields=["state", "ended_at", "closing_code", "closing_text"])
    end_live_of_visit(actor=actor, visit=visit, now=now)
    say(visit, words, now=now)
    started = visit.started_at is not None
    note(actor, visit, "refer_offline", now, detail={"started": started, "alarms": [one.code for one in answered]})
    announce_referral(visit, reason, fee_due=started, now=now)


def announce_referral(visit: Visit, reason: str, *, fee_due: bool, now: datetime) -> None:
    """Tell the other modules and the screens that a visit ended in a referral. `fee_due`: it had begun."""
    publish(
        VisitReferred(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            physician_id=visit.physician_id,
            institution_id=visit.institution_id,
            reason=reason,
            fee_due=fee_due,
            at=now,
        )
    )
    tell(visit, "state")
