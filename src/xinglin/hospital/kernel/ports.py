"""Outside parties. A module declares a Protocol in its ports.py, interop implements it, config/wiring binds the two."""

from typing import Any, TypeVar

P = TypeVar("P")

_bound: dict[type, Any] = {}


def bind(port: type[P], implementation: P) -> None:
    """Bind an implementation; the last binding counts, so that a test can bind its own."""
    _bound[port] = implementation


def outside(port: type[P]) -> P:
    """The bound implementation. Raises LookupError naming the port when config/wiring bound none."""
    if port not in _bound:
        raise LookupError(f"no implementation is bound for {port.__name__}; see config/wiring.py")
    implementation: P = _bound[port]
    return implementation
