"""A stolen database, a stolen key, a likeness moved to somebody else: none of them opens a template."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xinglin.biometrics.errors import BadTemplate
from xinglin.biometrics.matching import Template, unit
from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.errors import TemplateForeign
from xinglin.hospital.kernel.ids import new_id

RAW = Template("onnx-faces", "1", unit(np.arange(1, 513, dtype=np.float32))).to_bytes()


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Path:
    settings.XINGLIN_TEMPLATE_KEYS = tmp_path / "keys"
    return tmp_path / "keys"


def test_it_opens_for_its_own_row_person_and_kind_only(keys: Path) -> None:
    row, person, other = new_id(), new_id(), new_id()
    sealed = vault.lock_away(RAW, id=row, person_id=person, kind="face")
    assert vault.open_again(sealed, id=row, person_id=person, kind="face") == RAW
    for stolen in ({"person_id": other}, {"kind": "voice"}):
        with pytest.raises(TemplateForeign):
            vault.open_again(sealed, **({"id": row, "person_id": person, "kind": "face"} | stolen))  # type: ignore[arg-type]


def test_a_row_and_a_key_moved_together_to_somebody_else_do_not_open(keys: Path) -> None:
    """Whoever may write to the database and to the folder of keys still cannot give a likeness another owner."""
    mine, theirs, me, them = (new_id() for _ in range(4))
    sealed = vault.lock_away(RAW, id=mine, person_id=me, kind="face")
    shutil.copy(keys / f"{mine}.key", keys / f"{theirs}.key")
    for person in (me, them):
        with pytest.raises(TemplateForeign):
            vault.open_again(sealed, id=theirs, person_id=person, kind="face")
    with pytest.raises(TemplateForeign):
        vault.open_again(sealed, id=mine, person_id=them, kind="face")


def test_the_database_and_the_keys_without_the_template_key_open_nothing(keys: Path, settings: Any) -> None:
    row, person = new_id(), new_id()
    sealed = vault.lock_away(RAW, id=row, person_id=person, kind="face")
    assert RAW not in sealed
    assert (keys / f"{row}.key").stat().st_mode & 0o077 == 0
    settings.XINGLIN_TEMPLATE_KEY = bytes(32)
    with pytest.raises(TemplateForeign):
        vault.open_again(sealed, id=row, person_id=person, kind="face")


def test_an_erased_key_opens_nothing_and_a_second_key_is_not_made(keys: Path) -> None:
    row, person = new_id(), new_id()
    sealed = vault.lock_away(RAW, id=row, person_id=person, kind="face")
    with pytest.raises(FileExistsError):
        vault.lock_away(RAW, id=row, person_id=new_id(), kind="face")
    vault.forget(row)
    with pytest.raises(TemplateForeign):
        vault.open_again(sealed, id=row, person_id=person, kind="face")


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_a_changed_template_is_no_template(keys: Path, at: int) -> None:
    row, person = new_id(), new_id()
    sealed = bytearray(vault.lock_away(RAW, id=row, person_id=person, kind="face"))
    sealed[at] ^= 1
    with pytest.raises(TemplateForeign):
        vault.open_again(bytes(sealed), id=row, person_id=person, kind="face")


@pytest.mark.parametrize(
    "raw",
    [b"", RAW[:-1], RAW + b"\0", b"XLT2" + RAW[4:], RAW[:8] + b"\xff\xfe" + RAW[10:], RAW[:-4] + b"\x00\x00\xc0\x7f"],
    ids=["empty", "short", "long", "another form", "no text", "not a number"],
)
def test_bytes_that_are_no_template_are_refused(raw: bytes) -> None:
    with pytest.raises(BadTemplate):
        Template.from_bytes(raw)
