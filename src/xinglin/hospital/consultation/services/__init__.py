"""The verbs of the consultation."""

from xinglin.hospital.consultation.services.assessing import correct_finding, keep_draft
from xinglin.hospital.consultation.services.clocks import check_promise, expire_promises
from xinglin.hospital.consultation.services.danger import (
    acknowledge_alarm,
    draft_referral,
    keep_alarms,
    stand_down_alarm,
)
from xinglin.hospital.consultation.services.live import (
    change_live_kind,
    end_live,
    join_live,
    leave_live,
    note_present,
    open_live,
    pause_live,
    relay_live,
    resume_live,
    sweep_live,
)
from xinglin.hospital.consultation.services.live_recording import (
    PURPOSE_LENGTH,
    begin_recording,
    close_broken_recordings,
    delete_recordings,
    play_recording,
    store_recording,
)
from xinglin.hospital.consultation.services.live_tickets import LivePass, LiveTicket, device_ticket, read_ticket
from xinglin.hospital.consultation.services.live_watching import (
    Watching,
    keep_live_checks,
    note_observation,
    open_watch,
    sweep_live_checks,
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
    "PURPOSE_LENGTH",
    "EvidenceOffer",
    "LivePass",
    "LiveTicket",
    "Measured",
    "RecordDraft",
    "Watching",
    "accept_evidence",
    "acknowledge_alarm",
    "add_addendum",
    "ask_language_model",
    "attach_picture",
    "begin_recording",
    "cancel_visit",
    "change_live_kind",
    "check_promise",
    "close_broken_recordings",
    "confirm_proposal",
    "correct_finding",
    "decline_proposal",
    "delete_recordings",
    "detach_picture",
    "device_ticket",
    "draft_referral",
    "end_live",
    "end_visit",
    "expire_promises",
    "fetch_proposals",
    "hold_medicine",
    "join_live",
    "keep_alarms",
    "keep_draft",
    "keep_live_checks",
    "leave_live",
    "mark_read",
    "measure_at_home",
    "note_observation",
    "note_present",
    "offer_evidence",
    "open_live",
    "open_watch",
    "pause_live",
    "plan_test",
    "play_recording",
    "preview_visit",
    "read_ticket",
    "refer_offline",
    "refuse_evidence",
    "relay_live",
    "request_visit",
    "resume_live",
    "save_record",
    "screen_answers",
    "send_message",
    "send_picture",
    "sign_record",
    "stand_down_alarm",
    "start_visit",
    "store_recording",
    "sweep_live",
    "sweep_live_checks",
    "tell_allergy",
    "tell_life_state",
    "tell_measures",
    "tell_medicine",
    "typing",
    "withdraw_fact",
]
