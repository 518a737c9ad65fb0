"""What is announced is past, plain and strict: frozen dataclasses of ids and values, each with its sentence."""

import dataclasses
import importlib
from datetime import date, datetime
from typing import get_type_hints
from uuid import UUID

from tests.structure.source import HOSPITAL, layers

from xinglin.hospital.config import wiring
from xinglin.hospital.kernel.events import Event

PLAIN = {str, int, bool, UUID, date, datetime}


def events() -> list[type[Event]]:
    """Every event of the hospital."""
    found = []
    for name in layers():
        if (HOSPITAL / name / "events.py").exists() and name != "kernel":
            module = importlib.import_module(f"xinglin.hospital.{name}.events")
            # Not __subclasses__(): a dataclass with slots leaves its first version behind there.
            found += [
                kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__
            ]
    return [kind for kind in found if issubclass(kind, Event)]


def test_events_are_frozen_dataclasses_with_a_sentence() -> None:
    found = []
    for kind in events():
        if not dataclasses.is_dataclass(kind) or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            found.append(f"{kind.__name__}: make it @dataclass(frozen=True, slots=True)")
        if not (kind.__doc__ or "").strip() or (kind.__doc__ or "").startswith(f"{kind.__name__}("):
            found.append(f"{kind.__name__}: say in a docstring what has happened")
    assert found == []


def test_events_carry_plain_values() -> None:
    found = []
    for kind in events():
        for name, hint in get_type_hints(kind).items():
            options = set(getattr(hint, "__args__", (hint,))) - {type(None)}
            if name != "name" and not options <= PLAIN:
                found.append(f"{kind.__name__}.{name}: {hint}")
    assert found == []


def test_names_of_events_are_unique() -> None:
    names = [kind.__name__ for kind in events()]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_wiring_names_what_exists_and_points_up() -> None:
    heights = layers()
    found = []
    for event, handlers in wiring.HEARS.items():
        for handler in handlers:
            sender, listener = event.split(".")[0], handler.split(".")[0]
            if heights[listener] <= heights[sender]:
                found.append(f"{event} → {handler}: a module hears only modules below it")
            module, _, function = handler.rpartition(".")
            if not hasattr(importlib.import_module(f"xinglin.hospital.{module}"), function):
                found.append(f"{handler} does not exist")
    assert found == []
