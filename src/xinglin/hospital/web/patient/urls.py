"""Addresses below /me/."""

from importlib import import_module
from pathlib import Path

from django.urls import URLPattern, URLResolver, include, path

from xinglin.hospital.web.clinician import live
from xinglin.hospital.web.patient import home

app_name = "patient"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("device-test", live.devices, name="device-test"),
]
for part in ("visits", "prescriptions", "facts", "measurements", "describe"):
    if (Path(__file__).parent / f"{part}_urls.py").exists():
        urlpatterns.append(path(f"{part}/", include(import_module(f"{__package__}.{part}_urls").urlpatterns)))
