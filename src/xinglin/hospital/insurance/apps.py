"""Insurance as a Django app."""

from django.apps import AppConfig


class InsuranceConfig(AppConfig):
    """Coverage, qualifications, accumulators."""

    name = "xinglin.hospital.insurance"
    label = "insurance"
