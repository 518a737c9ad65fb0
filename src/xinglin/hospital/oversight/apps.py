"""Oversight as a Django app."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """The fact log, verdicts given, answers, findings."""

    name = "xinglin.hospital.oversight"
    label = "oversight"
