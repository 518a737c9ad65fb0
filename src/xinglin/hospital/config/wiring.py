"""The one list of who hears which event, and which adapter answers for which outside party."""

from procrastinate import App

HEARS: dict[str, list[str]] = {
    "oversight.events.PointsReachedStop": ["identity.handlers.stop_payment"],
    "oversight.events.PointsFellBelowStop": ["identity.handlers.resume_payment"],
    "oversight.events.FindingDecided": ["settlement.handlers.recover_decided"],
    "oversight.events.DecisionBecameFinal": ["settlement.handlers.recover_final"],
    "consultation.events.VisitRequested": ["settlement.handlers.hold_fee"],
    "consultation.events.VisitEnded": ["settlement.handlers.charge_fee"],
    "consultation.events.VisitReferred": ["settlement.handlers.decide_fee_of_referral"],
    "consultation.events.VisitCancelled": ["settlement.handlers.refund_cancelled"],
    "consultation.events.VisitPromiseBroken": ["settlement.handlers.refund_broken_promise"],
    "pharmacy.events.PrescriptionCancelled": ["settlement.handlers.reverse_cancelled"],
    "pharmacy.events.MedicineReturned": ["settlement.handlers.reverse_returned"],
}
"""Event class → handler functions, both as dotted paths below xinglin.hospital."""

PORTS: dict[str, str] = {
    "decision_support.ports.LanguageModel": "interop.language_model.chat.ChatCompletions",
    "identity.ports.PopulationRegistry": "interop.registry.demo.DemoRegistry",
    "identity.ports.TextMessages": "interop.sms.echo.EchoMessages",
    "oversight.ports.History": "interop.history.house.HouseHistory",
    "pharmacy.ports.Courier": "interop.courier.mock.DemoCourier",
    "regulator.ports.CityLake": "demo.city_lake.LoadedCity",
    "settlement.ports.Insurer": "interop.insurer.demo.DemoInsurer",
}
"""Port protocol → implementation class, both as dotted paths below xinglin.hospital."""


def subscribe_all() -> None:
    """Subscribe every handler of HEARS."""
    from django.utils.module_loading import import_string

    from xinglin.hospital.kernel.events import subscribe

    for event, handlers in HEARS.items():
        for handler in handlers:
            subscribe(import_string(f"xinglin.hospital.{event}"), import_string(f"xinglin.hospital.{handler}"))


def bind_ports() -> None:
    """Bind every adapter of PORTS."""
    from django.utils.module_loading import import_string

    from xinglin.hospital.kernel.ports import bind

    for port, adapter in PORTS.items():
        bind(import_string(f"xinglin.hospital.{port}"), import_string(f"xinglin.hospital.{adapter}")())


def on_jobs_ready(app: App) -> None:
    """Called by procrastinate when its app is ready; tasks are found in each module's tasks.py."""
