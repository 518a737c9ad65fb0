"""Addresses below /me/visits/."""

from django.urls import path

from xinglin.hospital.web.clinician import live, live_badge, talk
from xinglin.hospital.web.patient import visits, visits_asking

urlpatterns = [
    path("", visits.index, name="visits"),
    path("new", visits_asking.choose, name="visit-new"),
    path("new/diagnoses", visits_asking.diagnoses, name="visit-diagnoses"),
    path("new/<uuid:physician_id>", visits_asking.ask, name="visit-ask"),
    path("pictures/<uuid:picture_id>", talk.picture, name="visit-picture"),
    path("<uuid:visit_id>/", visits.visit, name="visit"),
    path("<uuid:visit_id>/status", visits.status, name="visit-status"),
    path("<uuid:visit_id>/danger", visits.danger, name="visit-danger"),
    path("<uuid:visit_id>/messages", talk.conversation, name="visit-messages"),
    path("<uuid:visit_id>/typing", talk.typing, name="visit-typing"),
    path("<uuid:visit_id>/read", talk.read, name="visit-read"),
    path("<uuid:visit_id>/live", live.live, name="visit-live"),
    path("<uuid:visit_id>/live/badge", live_badge.badges, name="visit-live-badge"),
    path("<uuid:visit_id>/live/join", live.join, name="visit-live-join"),
    path("<uuid:visit_id>/live/leave", live.leave, name="visit-live-leave"),
    path("<uuid:visit_id>/live/end", live.end, name="visit-live-end"),
    path("<uuid:visit_id>/live/kind", live.kind, name="visit-live-kind"),
    path("<uuid:visit_id>/cancel", visits.cancel, name="visit-cancel"),
    path("<uuid:visit_id>/evidence", visits.evidence, name="visit-evidence"),
    path("<uuid:visit_id>/record", visits.record, name="visit-record"),
]
