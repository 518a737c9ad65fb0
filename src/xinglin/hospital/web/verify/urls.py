"""Addresses below /verify/."""

from django.urls import path

from xinglin.hospital.web.verify import views

app_name = "verify"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("trust", views.trust, name="trust"),
    path("keys.json", views.keys, name="keys"),
    path("<slug:purpose>.cer", views.certificate, name="certificate"),
    path("lists/<slug:serial>.crl", views.revocations, name="revocations"),
]
