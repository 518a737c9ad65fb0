"""The top of the hospital: binds outside parties and listeners when everything is loaded."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Loaded last in spirit: reads config/wiring.py."""

    name = "xinglin.hospital.config"
    label = "config"

    def ready(self) -> None:
        from xinglin.hospital.config import wiring

        wiring.bind_ports()
        wiring.subscribe_all()
