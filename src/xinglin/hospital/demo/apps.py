"""The demo city as a Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The made town."""

    name = "xinglin.hospital.demo"
    label = "demo"
