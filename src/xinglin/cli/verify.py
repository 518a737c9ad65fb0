"""`xinglin verify`: is a prescription genuine? With a key list it needs neither the hospital nor a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.pharmacy.authentic.answers import Answer
    from xinglin.hospital.pharmacy.authentic.keylist import KeyList


def verify(
    prescription: Annotated[str, typer.Argument(help="A signed PDF, a picture of the code, a text file, or the code.")],
    keys: Annotated[Path | None, typer.Option(help="Published key list: verify offline with it.")] = None,
    root: Annotated[Path | None, typer.Option(help="The root certificate that you trust, PEM or DER.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Verify a prescription: offline with --keys, else by asking this hospital. Exit code 1 when it is refused."""
    given = _given(prescription)
    if keys is None:
        answer = _asked(given)
    else:
        trusted = _key_list(keys, root)
        answer = _offline(given, trusted)
        if root is None and not as_json:
            frame.say(f"The root was taken from the key list itself. Compare its SHA-256: {trusted.root_fingerprint}")
    if as_json:
        frame.write_json(answer.as_json())
    else:
        _print(answer)
    raise typer.Exit(frame.DONE if answer.genuine else frame.REFUSED)


def _given(text: str) -> bytes:
    """The file's content, or the text itself when it is a code."""
    if text.startswith("XL1:"):
        return text.encode()
    path = Path(text)
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {text}, and it is no code (a code begins with XL1:)")
    return path.read_bytes()


def _key_list(keys: Path, root: Path | None) -> KeyList:
    from xinglin.hospital.pharmacy.authentic import keylist

    for path in (keys, root):
        if path is not None and not path.is_file():
            raise typer.BadParameter(f"there is no file {path}")
    try:
        return keylist.read(keys.read_bytes(), root.read_bytes() if root else None)
    except keylist.KeyListRefused as refusal:
        raise typer.BadParameter(refusal.says.en) from refusal


def _offline(given: bytes, keys: KeyList) -> Answer:
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.pharmacy.authentic import code, reading
    from xinglin.hospital.pharmacy.authentic.answers import refused

    if reading.is_document(given):
        from xinglin.hospital.pharmacy.authentic import document

        return document.verify(given, keys, now())
    try:
        return code.verify(reading.code_in(given), keys, now())
    except reading.NothingToVerify as nothing:
        return refused("code", "code.unreadable", nothing.says, keys_at=keys.issued_at)


def _asked(given: bytes) -> Answer:
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.pharmacy.services import verify_prescription

    return verify_prescription(actor=system_actor("verify-command"), given=given, now=now())


def _print(answer: Answer) -> None:
    from xinglin.hospital.pharmacy.authentic.answers import when

    console = frame.console()
    console.print(f"{'GENUINE' if answer.genuine else 'REFUSED'}  {answer.sentence.en}", markup=False, soft_wrap=True)
    if answer.shown is not None:
        said = answer.shown
        rows = {
            "issued by": f"{said.institution} ({said.issuer.en})",
            "for": said.masked_name,
            "issued": when(said.issued_at),
            "valid until": when(said.valid_until_at),
            "number": f"{said.prescription_id}, version {said.version}",
            "key": said.key_id,
        }
        for name, value in rows.items():
            console.print(f"  {name:<12} {value}", markup=False, soft_wrap=True)
    for text in answer.signers:
        console.print(f"  {'signature':<12} {text.en}", markup=False, soft_wrap=True)
    for point in answer.points:
        console.print(
            f"  {'ok' if point.good else 'NO':<4} {point.code:<32} {point.says.en}", markup=False, soft_wrap=True
        )
    if answer.online:
        console.print("  Asked of the hospital itself.", markup=False)
    for text in answer.unknown:
        console.print(f"  ?    {text.en}", markup=False, soft_wrap=True)
