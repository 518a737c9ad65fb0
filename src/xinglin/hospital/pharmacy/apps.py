"""Pharmacy as a Django app."""

from django.apps import AppConfig


class PharmacyConfig(AppConfig):
    """Prescriptions, review, dispensing, delivery."""

    name = "xinglin.hospital.pharmacy"
    label = "pharmacy"
