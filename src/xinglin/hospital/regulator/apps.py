"""The regulator's part as a Django app."""

from django.apps import AppConfig


class RegulatorConfig(AppConfig):
    """Journal verification and the board of institutions."""

    name = "xinglin.hospital.regulator"
    label = "regulator"
