"""Addresses below /affairs/."""

from django.urls import path

from xinglin.hospital.web.affairs import (
    agreement,
    alarms,
    deciding,
    findings,
    houses,
    likeness,
    likeness_course,
    money,
    practitioners,
    promises,
    rights,
    staff,
)

app_name = "affairs"
urlpatterns = [
    path("", deciding.home, name="home"),
    path("applications/<uuid:application_id>/", deciding.application, name="application"),
    path("applications/<uuid:application_id>/check", deciding.check_applicant, name="check-applicant"),
    path("papers/<uuid:paper_id>", deciding.paper, name="paper"),
    path("guardians/<uuid:guardianship_id>/", deciding.guardianship, name="guardianship"),
    path("documents/<uuid:person_id>/", deciding.document, name="document"),
    path("practitioners/", practitioners.directory, name="practitioners"),
    path("practitioners/<uuid:practitioner_id>/", practitioners.practitioner, name="practitioner"),
    path("institutions/", houses.directory, name="institutions"),
    path("institutions/new", houses.enter, name="enter-institution"),
    path("institutions/<uuid:institution_id>/", houses.institution, name="institution"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<uuid:alarm_id>/acknowledge", alarms.acknowledge, name="alarm-acknowledge"),
    path("alarms/<uuid:alarm_id>/stand-down", alarms.stand_down, name="alarm-stand-down"),
    path("promises/", promises.promises, name="promises"),
    path("payment-rights/", rights.directory, name="payment-rights"),
    path("payment-rights/<uuid:practitioner_id>/", rights.practitioner, name="payment-right"),
    path("staff/", staff.staff, name="staff"),
    path("findings/", findings.directory, name="findings"),
    path("findings/<uuid:verdict_id>/", findings.finding, name="finding"),
    path("likeness/", likeness.directory, name="likeness"),
    path("likeness/<uuid:review_id>/", likeness.review, name="likeness-review"),
    path("likeness/stills/<uuid:picture_id>", likeness.still, name="likeness-still"),
    path("live-visits/", likeness_course.visits, name="likeness-visits"),
    path("live-visits/<uuid:visit_id>/", likeness_course.timeline, name="likeness-course"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("money/", money.money, name="money"),
]
