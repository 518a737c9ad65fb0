"""One verb, one function: every public service is keyword-only and is told who acts; none has hidden state."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.structure.source import HOSPITAL

import xinglin.hospital


def modules_with(door: str) -> list[str]:
    """Modules of the hospital that have this door."""
    return sorted(
        info.name
        for info in pkgutil.iter_modules(xinglin.hospital.__path__)
        if (HOSPITAL / info.name / f"{door}.py").exists() or (HOSPITAL / info.name / door / "__init__.py").exists()
    )


def public_functions(module: str, door: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions of a door that other modules can call and that are its own."""
    name = f"xinglin.hospital.{module}.{door}"
    for key, value in vars(importlib.import_module(name)).items():
        if inspect.isfunction(value) and not key.startswith("_") and value.__module__.startswith(name):
            yield f"{module}.{door}.{key}", value


def faults(name: str, function: Callable[..., Any]) -> list[str]:
    """What the house rules say against this signature."""
    parameters = inspect.signature(function).parameters.values()
    found = []
    if any(p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL} for p in parameters):
        found.append(f"{name}: make its parameters keyword-only")
    actor = next((p for p in parameters if p.name == "actor"), None)
    if actor is None:
        found.append(f"{name}: let it take `actor`; the system itself is system_actor(…)")
    elif actor.default is not actor.empty:
        found.append(f"{name}: `actor` must have no default")
    if not (function.__doc__ or "").strip():
        found.append(f"{name}: say in a docstring what it does and refuses")
    return found


@pytest.mark.parametrize("module", modules_with("services"))
def test_services_are_keyword_only_and_take_the_actor(module: str) -> None:
    assert [fault for name, function in public_functions(module, "services") for fault in faults(name, function)] == []


def test_the_test_sees_faults() -> None:
    def fine(*, actor: str) -> None:
        """Does it."""

    def wrong(actor: str = "anyone") -> None: ...

    assert faults("fine", fine) == []
    assert len(faults("wrong", wrong)) == 3
