"""Web as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The screens, one folder per person who looks at them. Nothing here decides."""

    name = "xinglin.hospital.web"
    label = "web"
