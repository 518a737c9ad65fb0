"""Decision support as a Django app."""

from django.apps import AppConfig


class DecisionSupportConfig(AppConfig):
    """The check of medicines, acceptances, evidence tickets."""

    name = "xinglin.hospital.decision_support"
    label = "decision_support"
