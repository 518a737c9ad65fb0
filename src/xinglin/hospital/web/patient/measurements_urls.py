"""Addresses below /me/measurements/."""

from django.urls import path

from xinglin.hospital.web.patient import measurements

urlpatterns = [path("", measurements.measurements, name="measurements")]
