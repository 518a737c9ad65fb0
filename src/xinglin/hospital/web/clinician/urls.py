"""Addresses below /clinic/."""

from importlib import import_module
from pathlib import Path

from django.urls import URLPattern, URLResolver, path

from xinglin.hospital.web.clinician import (
    alarms,
    diagnosis,
    facts,
    live,
    live_badge,
    proposals,
    record,
    standing,
    talk,
    views,
)

app_name = "clinician"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("queue", views.queue, name="queue"),
    path("duty", views.duty, name="duty"),
    path("device-test", live.devices, name="device-test"),
    path("points/", standing.points, name="points"),
    path("points/<uuid:verdict_id>/", standing.finding, name="own-finding"),
    path("alarms", alarms.waiting, name="alarms"),
    path("alarms/<uuid:alarm_id>/acknowledge", alarms.acknowledge, name="alarm-acknowledge"),
    path("alarms/<uuid:alarm_id>/stand-down", alarms.stand_down, name="alarm-stand-down"),
    path("visits/", views.visits, name="visits"),
    path("visits/<uuid:visit_id>/", views.room, name="room"),
    path("visits/<uuid:visit_id>/state", views.state, name="state"),
    path("visits/<uuid:visit_id>/alarms", alarms.bar, name="alarm-bar"),
    path("visits/<uuid:visit_id>/start", views.start, name="start"),
    path("visits/<uuid:visit_id>/refer", views.refer, name="refer"),
    path("visits/<uuid:visit_id>/end", views.end, name="end"),
    path("visits/<uuid:visit_id>/evidence/<uuid:evidence_id>", views.judge_evidence, name="evidence"),
    path("visits/<uuid:visit_id>/messages", talk.conversation, name="messages"),
    path("visits/<uuid:visit_id>/typing", talk.typing, name="typing"),
    path("visits/<uuid:visit_id>/read", talk.read, name="read"),
    path("visits/<uuid:visit_id>/live", live.live, name="live"),
    path("visits/<uuid:visit_id>/live/badge", live_badge.badges, name="live-badge"),
    path("visits/<uuid:visit_id>/live/join", live.join, name="live-join"),
    path("visits/<uuid:visit_id>/live/leave", live.leave, name="live-leave"),
    path("visits/<uuid:visit_id>/live/end", live.end, name="live-end"),
    path("visits/<uuid:visit_id>/live/kind", live.kind, name="live-kind"),
    path("visits/<uuid:visit_id>/facts", facts.facts, name="facts"),
    path("visits/<uuid:visit_id>/record", record.save, name="record"),
    path("visits/<uuid:visit_id>/record/sign", record.sign, name="record-sign"),
    path("visits/<uuid:visit_id>/record/addenda", record.addendum, name="record-addendum"),
    path("visits/<uuid:visit_id>/record/attachments", record.attach, name="record-attach"),
    path("visits/<uuid:visit_id>/record/read", record.read, name="record-read"),
    path("visits/<uuid:visit_id>/diagnosis", diagnosis.panel, name="diagnosis"),
    path("visits/<uuid:visit_id>/diagnosis/correct", diagnosis.correct, name="diagnosis-correct"),
    path("visits/<uuid:visit_id>/diagnosis/findings", diagnosis.findings, name="diagnosis-findings"),
    path("visits/<uuid:visit_id>/diagnosis/drafted", diagnosis.drafted, name="diagnosis-drafted"),
    path("visits/<uuid:visit_id>/proposals", proposals.proposals, name="proposals"),
    path("visits/<uuid:visit_id>/proposals/answer", proposals.answer, name="proposals-answer"),
    path("visits/<uuid:visit_id>/diagnoses", record.diagnoses, name="diagnoses"),
    path("visits/<uuid:visit_id>/advice", views.advice, name="advice"),
    path("pictures/<uuid:picture_id>", talk.picture, name="picture"),
]
if (Path(__file__).parent / "prescription_urls.py").exists():
    urlpatterns += import_module(f"{__package__}.prescription_urls").urlpatterns
