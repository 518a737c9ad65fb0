"""Consultation as a Django app."""

from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    """Visits, conversations and records."""

    name = "xinglin.hospital.consultation"
    label = "consultation"
