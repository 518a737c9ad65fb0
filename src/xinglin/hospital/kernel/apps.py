"""The kernel as a Django app."""

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured


class KernelConfig(AppConfig):
    """Refuses to start when a table does not say how sensitive it is and how long it is kept."""

    name = "xinglin.hospital.kernel"
    label = "kernel"

    def ready(self) -> None:
        silent = [
            model._meta.label
            for model in apps.get_models()
            if model.__module__.startswith("xinglin.") and not hasattr(model, "keeping")
        ]
        if silent:
            raise ImproperlyConfigured(f"These models declare no `keeping` (sensitivity and retention): {silent}")
