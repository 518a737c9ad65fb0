"""Interop as a Django app."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """Adapters to the outside, one folder each, each with a mock counterparty that really answers."""

    name = "xinglin.hospital.interop"
    label = "interop"
