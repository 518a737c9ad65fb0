"""Reference pages generated from the code: permissions, events, settings. A test fails when they are stale."""

import ast
import importlib
import inspect
import pkgutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import xinglin.hospital
from xinglin.hospital.config import wiring
from xinglin.hospital.config.paths import CHECKOUT
from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.events import Event

FOLDER = CHECKOUT / "docs" / "reference"
HEAD = "<!-- Made by `xinglin reference`; do not edit. -->\n\n"


def _modules(leaf: str) -> list[Any]:
    found = []
    for info in pkgutil.walk_packages(xinglin.hospital.__path__, "xinglin.hospital."):
        if info.name.rsplit(".", 1)[-1] == leaf:
            found.append(importlib.import_module(info.name))
    return sorted(found, key=lambda module: str(module.__name__))


def all_permissions() -> list[Permission]:
    """Every permission that a module's access.py lists, by code."""
    found = {p.code: p for module in _modules("access") for p in getattr(module, "PERMISSIONS", [])}
    return [found[code] for code in sorted(found)]


def permissions_page() -> str:
    """Who may do what, as an auditor reads it."""
    roles = [role for role in Role if role is not Role.SYSTEM]
    lines = [
        "# Permissions\n",
        "Each permission, the roles that hold it, and what it allows. The system acts under its own names, journaled.",
        "What a role sees is further limited to its own patients, visits or institutions by the selectors.\n",
        "| code | 中文 | English | " + " | ".join(str(role.label.en) for role in roles) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in roles) + " |",
    ]
    for p in all_permissions():
        marks = " | ".join("●" if role in p.roles else "everyone" if p.anyone else "" for role in roles)
        lines.append(f"| `{p.code}` | {p.says.zh} | {p.says.en} | {marks} |")
    return HEAD + "\n".join(lines) + "\n"


def all_events() -> list[type[Event]]:
    """Every event that a module declares."""
    found = []
    for module in _modules("events"):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Event) and kind is not Event and kind.__module__ == module.__name__:
                found.append(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def events_page() -> str:
    """What is announced, with which fields, and who hears it."""
    heard = {key.rsplit(".", 1)[-1]: value for key, value in wiring.HEARS.items()}
    lines = [
        "# Events\n",
        "An event is a job written in the same transaction as the change, delivered after commit, at least once.\n",
    ]
    for kind in all_events():
        names = ", ".join(f"`{f.name}`" for f in fields(kind))
        listeners = ", ".join(f"`{path}`" for path in heard.get(kind.__name__, [])) or "nobody yet"
        doc = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
        where = kind.__module__.removeprefix("xinglin.hospital.")
        lines.append(f"## {kind.__name__}\n\n`{where}` · {doc}\n\nFields: {names}. Heard by: {listeners}.\n")
    return HEAD + "\n".join(lines)


def settings_page() -> str:
    """What the operator decides: every environment variable that the settings read, with its default."""
    source = (Path(__file__).parent / "settings.py").read_text(encoding="utf-8")
    rows: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
            variable, *rest = node.args
            if isinstance(variable, ast.Constant):
                rows.setdefault(str(variable.value), ast.unparse(rest[0]) if rest else READERS[node.func.attr])
    lines = ["# Settings\n", "Read from the environment when a process starts.\n"]
    lines += ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, default in sorted({**rows, **OTHERS}.items()):
        meaning = MEANINGS.get(name, "")
        lines.append(f"| `{name}` | `{default}` | {meaning} |")
    lines.append(
        "\nSecrets are made at first use in the state folder (`keys/`), or given as hexadecimal in `XINGLIN_SESSION`,"
    )
    lines.append("`XINGLIN_VAULT`, `XINGLIN_JOURNAL` and `XINGLIN_HOSPITAL`.")
    return HEAD + "\n".join(lines) + "\n"


READERS = {"flag": "0", "text": "(required)", "number": "(required)"}
OTHERS = {
    "DATABASE_URL": "the embedded PostgreSQL",
    "XINGLIN_HOME": "/var/lib/xinglin/… as root, the user's data folder otherwise",
}
MEANINGS = {
    "DATABASE_URL": "PostgreSQL 14 to 18 to use instead of the embedded one",
    "HOST": "address to listen on",
    "PORT": "port of the web pages; the event stream takes the next one",
    "XINGLIN_DEBUG": "Django's debug pages; never on a real network",
    "XINGLIN_DEMO": "demo mode: one-click sign-in and codes shown on the page; never on a real network",
    "XINGLIN_HOME": "state folder: database, keys, caches",
    "XINGLIN_HOSTS": "host names that the hospital answers to, separated by commas",
    "XINGLIN_ICE_LOOPBACK": "1 when calls may use the machine's own address; by itself where HOST is one",
    "XINGLIN_ICE_SERVERS": "STUN and TURN servers of video visits (`stun:host:port`, `turn:host:port`), by commas",
    "XINGLIN_LIVE_RECORD": "`policy`: live visits are recorded where the fund pays; `always`: all are",
    "XINGLIN_LLM_KEY": "key of the language model's server, sent as a bearer token; never logged",
    "XINGLIN_LLM_MODEL": "name of the language model on its server",
    "XINGLIN_LLM_OUTSIDE": "1 when the language model may lie outside the house's network; read its how-to page first",
    "XINGLIN_LLM_SECONDS": "seconds that a whole answer of the language model may take, 1 to 120",
    "XINGLIN_LLM_URL": "base address of a language model (OpenAI's chat completions); empty: none, nothing is sent",
    "XINGLIN_LOG": "log level; logs never hold patient data",
    "XINGLIN_MEDIA_PORT": "port of picture and sound, two above PORT; 0 offers text and pictures alone",
    "XINGLIN_MEDIA_URL": "address of the media process for browsers; empty: the page's own host on the media port",
    "XINGLIN_ORIGINS": "origins behind TLS that may post forms, separated by commas",
    "XINGLIN_PUBLIC_URL": "address of this hospital as printed on prescriptions and named in their certificates",
    "XINGLIN_STREAM_PORT": "port of the event stream",
    "XINGLIN_STREAM_URL": "address of the event stream as browsers see it, when a proxy stands before it",
    "XINGLIN_TEMPLATE_KEYS": "folder of the keys of faces and voices, one file a likeness; apart from the database",
    "XINGLIN_TLS": "1 when served over TLS: cookies are then sent over TLS only",
    "XINGLIN_TSA_ROOT": "file with the root certificate of the outside timestamp authority, PEM or DER",
    "XINGLIN_TSA_URL": "timestamp authority (RFC 3161) to use instead of the hospital's own",
    "XINGLIN_TURN_SECRET": "secret shared with the TURN server, from which passwords of a day are made; never logged",
}


def api_page() -> str:
    """Every operation of the JSON API."""
    from xinglin.hospital.api.pages import reference
    from xinglin.hospital.api.urls import api

    return HEAD + reference(api)


PAGES = {"api.md": api_page, "permissions.md": permissions_page, "events.md": events_page, "settings.md": settings_page}


def stale() -> list[str]:
    """The pages whose text is not what the code says now."""
    return [
        name
        for name, page in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != page()
    ]


def write() -> list[str]:
    """Write every page; returns the names of those that changed."""
    changed = stale()
    for name in changed:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
    return changed
