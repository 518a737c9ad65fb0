"""Identity as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """People, institutions and credentials."""

    name = "xinglin.hospital.identity"
    label = "identity"
