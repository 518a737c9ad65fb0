"""Addresses below /audit/."""

from django.urls import path

from xinglin.hospital.web.auditor import fund, likeness, limits, recordings, rulebook, trying, views

app_name = "auditor"
urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("findings/<uuid:verdict_id>/", views.finding, name="finding"),
    path("findings/<uuid:verdict_id>/<slug:verb>", views.step, name="step"),
    path("fund/", fund.fund, name="fund"),
    path("visits/<uuid:visit_id>/likeness", likeness.timeline, name="likeness"),
    path("visits/<uuid:visit_id>/recordings", recordings.recordings, name="recordings"),
    path("visits/<uuid:visit_id>/recordings/<uuid:recording_id>/play", recordings.play, name="recording-play"),
    path("recordings/<uuid:recording_id>/stream", recordings.stream, name="recording-stream"),
    path("rules/", rulebook.rules, name="rules"),
    path("rules/try", trying.choose, name="choose-rule"),
    path("rules/<str:rule_id>/try", trying.attempt, name="try"),
    path("rules/trials/<uuid:trial_id>/", trying.trial, name="trial"),
    path("rules/trials/<uuid:trial_id>/use", trying.use, name="trial-use"),
    path("rules/trials/<uuid:trial_id>/propose", limits.propose, name="trial-propose"),
    path("rules/<str:rule_id>/limits/<uuid:change_id>/<slug:verb>", limits.step, name="limit-step"),
    path("lake/refresh", trying.make_lake, name="make-lake"),
    path("lake/audit", trying.audit_lake, name="audit-lake"),
    path("rules/<str:rule_id>/", rulebook.rule, name="rule"),
    path("rules/<str:rule_id>/use", rulebook.switch, name="switch"),
]
