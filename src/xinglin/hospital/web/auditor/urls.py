"""Addresses below /audit/."""

from django.urls import path

from xinglin.hospital.web.auditor import fund, rulebook, views

app_name = "auditor"
urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("findings/<uuid:verdict_id>/", views.finding, name="finding"),
    path("findings/<uuid:verdict_id>/<slug:verb>", views.step, name="step"),
    path("fund/", fund.fund, name="fund"),
    path("rules/", rulebook.rules, name="rules"),
    path("rules/<str:rule_id>/", rulebook.rule, name="rule"),
    path("rules/<str:rule_id>/use", rulebook.switch, name="switch"),
]
