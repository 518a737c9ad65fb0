"""Addresses below /me/prescriptions/."""

from django.urls import path

from xinglin.hospital.web.patient import prescriptions as views
from xinglin.hospital.web.verify import downloads

urlpatterns = [
    path("", views.listing, name="prescriptions"),
    path("<uuid:prescription_id>/", views.detail, name="prescription"),
    path("<uuid:prescription_id>/document", downloads.own, name="prescription-document"),
    path("<uuid:prescription_id>/delivery", views.choose, name="prescription-delivery"),
    path("<uuid:prescription_id>/received", views.receive, name="prescription-received"),
    path("<uuid:prescription_id>/cancel", views.cancel, name="prescription-cancel"),
]
