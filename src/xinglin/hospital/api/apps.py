"""The API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Serves /api/, /api/openapi.json and /api/docs."""

    name = "xinglin.hospital.api"
    label = "api"
