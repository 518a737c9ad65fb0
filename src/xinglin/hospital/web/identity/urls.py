"""Addresses of registering, signing in, choosing a physician, applying."""

from django.urls import path

from xinglin.hospital.web.identity import applying, checking, likeness, physicians, registering, signing

app_name = "identity"
urlpatterns = [
    path("register", registering.who, name="register"),
    path("register/phone", registering.phone, name="register-phone"),
    path("register/photo", registering.photo, name="register-photo"),
    path("register/card", registering.card, name="register-card"),
    path("register/check", registering.check, name="register-check"),
    path("me/likeness", likeness.mine, name="likeness"),
    path("identity/check/<slug:purpose>", checking.check, name="check"),
    path("family", registering.family, name="family"),
    path("family/<uuid:guardianship_id>/end", registering.end_ward, name="end-ward"),
    path("documents/<uuid:photo_id>", registering.own_photo, name="document"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("confirm", signing.confirm, name="confirm"),
    path("confirm/passkey", signing.confirmed_by_passkey, name="confirm-passkey"),
    path("physicians", physicians.physicians, name="physicians"),
    path("physicians/<uuid:practitioner_id>", physicians.profile, name="physician"),
    path("apply", applying.apply, name="apply"),
    path("apply/status", applying.status, name="apply-status"),
    path("demo/enter/<str:token>", signing.enter_demo, name="demo-enter"),
    path("demo/register", signing.demo_register, name="demo-register"),
]
