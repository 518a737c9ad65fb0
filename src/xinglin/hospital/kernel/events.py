"""Announce up: an event is a job enqueued in the same transaction as the change, delivered after commit, at least once.

Modules declare frozen dataclasses in their events.py; `config/wiring.py` is the one list of who hears what.
Handlers are idempotent and take (event, now).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar, get_type_hints
from uuid import UUID

from xinglin.hospital.kernel.signing import canonical_bytes


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in the past tense: ids and plain values (str, int, bool, UUID, date, datetime), nothing else."""

    name: ClassVar[str] = ""


E = TypeVar("E", bound=Event)
Handler = Callable[..., None]
_handlers: dict[str, dict[str, Handler]] = {}
_types: dict[str, type[Event]] = {}


def subscribe(event_type: type[Event], handler: Handler) -> None:
    """Called by config/wiring only. The handler's dotted name identifies it in stored jobs."""
    _types[event_type.__name__] = event_type
    dotted = f"{handler.__module__}.{handler.__qualname__}"
    _handlers.setdefault(event_type.__name__, {})[dotted] = handler


def listeners() -> dict[str, list[str]]:
    """Who hears what, for the reference page."""
    return {name: sorted(handlers) for name, handlers in sorted(_handlers.items())}


def publish(event: Event) -> None:
    """Enqueue one job a listener in the current transaction. An event that nobody hears costs nothing."""
    from xinglin.hospital.kernel.tasks import deliver  # Django's apps must be loaded first

    name = type(event).__name__
    payload = canonical_bytes(asdict(event)).decode()
    for dotted in _handlers.get(name, {}):
        deliver.defer(event=name, payload=payload, handler=dotted)


def revive(name: str, values: dict[str, Any]) -> Event:
    """The event from its stored form. Unknown or missing fields raise, so that a changed event is noticed."""
    event_type = _types[name]
    hints = get_type_hints(event_type)
    unknown = set(values) - {f.name for f in fields(event_type)}
    if unknown:
        raise TypeError(f"{name} has no fields {sorted(unknown)}")
    return event_type(**{key: _typed(hints[key], value) for key, value in values.items()})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    for kind, make in ((UUID, UUID), (datetime, datetime.fromisoformat), (date, date.fromisoformat)):
        if hint is kind or hint == kind | None:
            return make(value)
    return value


def run_handler(name: str, payload: dict[str, Any], handler: str, at: datetime) -> None:
    """Deliver one event to one handler (the worker's side)."""
    _handlers[name][handler](revive(name, payload), now=at)
