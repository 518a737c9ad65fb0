"""Addresses that belong to nobody in particular."""

from django.urls import path

from xinglin.hospital.web.shared import views

app_name = "shared"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("preferences", views.preferences, name="preferences"),
    path("sign-out", views.sign_out, name="sign-out"),
]
