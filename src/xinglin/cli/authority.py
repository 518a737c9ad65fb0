"""`xinglin authority`: the keys that sign prescriptions: look, publish, revoke, change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from datetime import datetime

    from xinglin.hospital.kernel.access import Actor

app = typer.Typer(help="The keys that sign prescriptions: list, publish, revoke, change.", no_args_is_help=True)


def _begin() -> tuple[Actor, datetime]:
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now

    return system_actor("authority-command"), now()


@app.command("list")
def list_keys(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List every key with its serial number, life and revocation."""
    actor, _ = _begin()
    from xinglin.hospital.pharmacy.services import authority_keys

    rows = [
        {
            "serial": row.serial,
            "purpose": row.purpose,
            "name": row.name,
            "from": row.from_at.isoformat(timespec="minutes"),
            "until": row.until_at.isoformat(timespec="minutes"),
            "state": "revoked" if row.revoked_at else "retired" if row.retired_at else "in use",
            "reason": row.revoked_reason,
        }
        for row in authority_keys(actor=actor)
    ]
    if as_json:
        frame.write_json(rows)
        return
    for row in rows:
        line = f"{row['serial']:<42} {row['purpose']:<11} {row['state']:<8} until {row['until'][:10]}  {row['name']}"
        frame.console().print(line, markup=False, soft_wrap=True)
    frame.say(f"{len(rows)} keys")


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="Where xinglin-keys.json and xinglin-root.cer are written.")],
) -> None:
    """Write the key list and the root certificate for verifying offline."""
    actor, at = _begin()
    from xinglin.hospital.pharmacy.authentic.keylist import fingerprint
    from xinglin.hospital.pharmacy.services import published_certificate, published_keys

    root = published_certificate(actor=actor, purpose="root", now=at)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "xinglin-keys.json").write_bytes(published_keys(actor=actor, now=at))
    (folder / "xinglin-root.cer").write_bytes(root)
    frame.say(f"Written. SHA-256 of the root: {fingerprint(root)}")


@app.command()
def revoke(
    serial: Annotated[str, typer.Argument(help="Serial number of the certificate, or id of the code key.")],
    reason: Annotated[
        str, typer.Option(help="key_compromise, affiliation_changed, superseded or cessation_of_operation.")
    ],
) -> None:
    """Revoke a key for good; the lists are published anew at once."""
    actor, at = _begin()
    from xinglin.hospital.pharmacy.services import revoke_certificate

    row = revoke_certificate(actor=actor, serial=serial, reason=reason, now=at)
    frame.say(f"Revoked: {row.purpose} {row.name} ({row.serial})")


@app.command()
def rotate(purpose: Annotated[str, typer.Argument(help="issuing, seal, timestamp or code.")]) -> None:
    """Retire the key in use and make another; what the old one signed stays good."""
    actor, at = _begin()
    from xinglin.hospital.pharmacy.services import rotate_key

    row = rotate_key(actor=actor, purpose=purpose, now=at)
    frame.say(f"In use from now on: {row.purpose} {row.serial}")
