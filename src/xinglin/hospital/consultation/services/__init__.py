"""The verbs of the consultation."""

from xinglin.hospital.consultation.services.assessing import correct_finding, keep_draft
from xinglin.hospital.consultation.services.clocks import check_promise, expire_promises
from xinglin.hospital.consultation.services.danger import (
    acknowledge_alarm,
    draft_referral,
    keep_alarms,
    stand_down_alarm,
)
from xinglin.hospital.consultation.services.measuring import measure_at_home
from xinglin.hospital.consultation.services.offering import (
    EvidenceOffer,
    accept_evidence,
    offer_evidence,
    refuse_evidence,
)
from xinglin.hospital.consultation.services.proposing import (
    ask_language_model,
    confirm_proposal,
    decline_proposal,
    fetch_proposals,
)
from xinglin.hospital.consultation.services.recording import (
    RecordDraft,
    add_addendum,
    attach_picture,
    detach_picture,
    save_record,
    sign_record,
)
from xinglin.hospital.consultation.services.requesting import cancel_visit, request_visit, screen_answers
from xinglin.hospital.consultation.services.seeing import end_visit, preview_visit, refer_offline, start_visit
from xinglin.hospital.consultation.services.talking import mark_read, send_message, send_picture, typing
from xinglin.hospital.consultation.services.telling import (
    Measured,
    hold_medicine,
    plan_test,
    tell_allergy,
    tell_life_state,
    tell_measures,
    tell_medicine,
    withdraw_fact,
)

__all__ = [
    "EvidenceOffer",
    "Measured",
    "RecordDraft",
    "accept_evidence",
    "acknowledge_alarm",
    "add_addendum",
    "ask_language_model",
    "attach_picture",
    "cancel_visit",
    "check_promise",
    "confirm_proposal",
    "correct_finding",
    "decline_proposal",
    "detach_picture",
    "draft_referral",
    "end_visit",
    "expire_promises",
    "fetch_proposals",
    "hold_medicine",
    "keep_alarms",
    "keep_draft",
    "mark_read",
    "measure_at_home",
    "offer_evidence",
    "plan_test",
    "preview_visit",
    "refer_offline",
    "refuse_evidence",
    "request_visit",
    "save_record",
    "screen_answers",
    "send_message",
    "send_picture",
    "sign_record",
    "stand_down_alarm",
    "start_visit",
    "tell_allergy",
    "tell_life_state",
    "tell_measures",
    "tell_medicine",
    "typing",
    "withdraw_fact",
]
