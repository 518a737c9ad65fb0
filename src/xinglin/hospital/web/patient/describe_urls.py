"""Addresses below /me/describe/."""

from django.urls import path

from xinglin.hospital.web.patient import describe

urlpatterns = [
    path("", describe.describe, name="describe"),
    path("<uuid:physician_id>", describe.choose, name="describe-choose"),
]
