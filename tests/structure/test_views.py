"""Deny by default: every address of ours names its permission, and screens ask modules instead of tables."""

import ast
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from tests.structure.source import HOSPITAL, functions, python_files, tree, where

from xinglin.hospital.kernel.access import Permission

OPEN = {"healthz", "api/openapi.json", "api/"}
"""Addresses that answer everybody and show nothing of anybody; operations below api/ declare their permission."""

OTHERS = ("allauth.", "ninja.", "django.")
"""Views of libraries: sign-in (guarded by itself) and the JSON API (its own test)."""


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its pattern."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


def test_every_view_declares_its_permission() -> None:
    bare = []
    for path, pattern in addresses(get_resolver()):
        view = pattern.callback
        module = getattr(view, "__module__", "")
        if path in OPEN or module.startswith(OTHERS):
            continue
        permission = getattr(view, "permission", getattr(getattr(view, "view_class", None), "permission", None))
        if not isinstance(permission, Permission):
            bare.append(f"/{path} ({module})")
    assert bare == []


def test_screens_and_interfaces_never_touch_tables() -> None:
    found = []
    for path in python_files(with_tests=False):
        if HOSPITAL not in path.parents or path.relative_to(HOSPITAL).parts[0] not in {"web", "api", "interop"}:
            continue
        own_models = path.relative_to(HOSPITAL).parts[0] == "interop"
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"} and not own_models:
                found.append(f"{where(path, node)}: ask a selector or call a service")
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_model"):
                found.append(f"{where(path, node)}: ask a selector or call a service")
    assert found == []


def test_views_are_short_translations() -> None:
    """A view turns a request into one call and its answer into a page; what is longer belongs below."""
    long = [
        f"{where(path, node)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in python_files(with_tests=False)
        if HOSPITAL / "web" in path.parents and path.name.startswith("views")
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > 40
    ]
    assert long == []
