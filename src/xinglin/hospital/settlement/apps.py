"""Settlement as a Django app."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Claims, settlements, the insurer's calls."""

    name = "xinglin.hospital.settlement"
    label = "settlement"
