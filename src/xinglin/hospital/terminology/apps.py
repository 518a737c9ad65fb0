"""Terminology as a Django app."""

from django.apps import AppConfig


class TerminologyConfig(AppConfig):
    """Medicines, diagnoses, services, short lists."""

    name = "xinglin.hospital.terminology"
    label = "terminology"
