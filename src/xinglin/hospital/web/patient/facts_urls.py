"""Addresses below /me/facts/."""

from django.urls import path

from xinglin.hospital.web.patient import facts

urlpatterns = [path("", facts.facts, name="facts")]
