"""A database of one's own on a running server, migrated, and dropped at the end also after Ctrl-C or an error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from xinglin.hospital.config.postgres_files import DatabaseTrouble


@contextmanager
def database(server: str, prefix: str, *, durable: bool = False, template: str = "") -> Iterator[str]:
    """Make an empty database on the server of this address; yields its address. Names are prefix and process number.

    With `template` it is a copy of that database, to which nobody may be connected.
    Unless `durable`, its commits do not wait for the disk: nothing in it is worth keeping.
    Raises DatabaseTrouble when the server does not answer or the role may not create databases.
    """
    import psycopg

    name = f"{prefix}_{os.getpid()}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
            copied = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
    except psycopg.Error as error:
        raise DatabaseTrouble(f"A throw-away database cannot be made on this server: {str(error).strip()}") from None
    try:
        yield _renamed(server, name, durable)
    finally:
        _drop(server, name)


def _renamed(server: str, name: str, durable: bool) -> str:
    from urllib.parse import quote, urlsplit, urlunsplit

    parts = urlsplit(server)
    lazy = "options=" + quote("-c synchronous_commit=off")
    query = "&".join(part for part in (parts.query, "" if durable or "options=" in parts.query else lazy) if part)
    return urlunsplit(parts._replace(path=f"/{name}", query=query))


def _drop(server: str, name: str) -> None:
    """Drop it whoever is still connected: nothing in it is worth keeping."""
    import psycopg

    with suppress(psycopg.Error), psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
