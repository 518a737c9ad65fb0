"""Sealed files: what was written comes back, and nothing else does."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.sealed_files import (
    CHUNK_BYTES,
    CutOff,
    SealBroken,
    SealedWriter,
    digest_of,
    key_id_of,
    read_sealed,
)

KEY = bytes(range(32))


def sealed(path: Path, *parts: bytes) -> UUID:
    """A sealed file of these parts."""
    file_id = new_id()
    with SealedWriter(path, KEY, file_id) as writer:
        for part in parts:
            writer.write(part)
    return file_id


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 17])
def test_what_was_written_comes_back(tmp_path: Path, length: int) -> None:
    content = os.urandom(length)
    file_id = sealed(tmp_path / "a", content[: length // 3], content[length // 3 :])
    assert b"".join(read_sealed(tmp_path / "a", KEY, file_id)) == content
    assert content[:32] not in (tmp_path / "a").read_bytes() or length < 16


def test_the_checksum_is_that_of_the_file(tmp_path: Path) -> None:
    writer = SealedWriter(tmp_path / "a", KEY, new_id())
    writer.write(b"sound")
    writer.close()
    writer.close()
    assert digest_of(tmp_path / "a") == (writer.sha256, writer.size)


def test_another_key_or_id_opens_nothing(tmp_path: Path) -> None:
    file_id = sealed(tmp_path / "a", b"picture")
    with pytest.raises(SealBroken):
        list(read_sealed(tmp_path / "a", bytes(32), file_id))
    with pytest.raises(SealBroken):
        list(read_sealed(tmp_path / "a", KEY, new_id()))


@pytest.mark.parametrize("place", [21, 40, 100, -1])
def test_an_altered_byte_shows(tmp_path: Path, place: int) -> None:
    file_id = sealed(tmp_path / "a", os.urandom(300))
    raw = bytearray((tmp_path / "a").read_bytes())
    raw[place] ^= 1
    (tmp_path / "a").write_bytes(raw)
    with pytest.raises(SealBroken):
        list(read_sealed(tmp_path / "a", KEY, file_id))


def test_chunks_cannot_change_places_or_files(tmp_path: Path) -> None:
    one = sealed(tmp_path / "one", b"a" * CHUNK_BYTES, b"b" * CHUNK_BYTES)
    raw = (tmp_path / "one").read_bytes()
    size = 4 + CHUNK_BYTES + 16
    first, second = raw[20 : 20 + size], raw[20 + size : 20 + 2 * size]
    (tmp_path / "one").write_bytes(raw[:20] + second + first + raw[20 + 2 * size :])
    with pytest.raises(SealBroken):
        list(read_sealed(tmp_path / "one", KEY, one))


def test_a_file_that_was_cut_off_gives_its_beginning_and_says_so(tmp_path: Path) -> None:
    writer = SealedWriter(tmp_path / "a", KEY, file_id := new_id())
    writer.write(b"first")
    writer.flush()
    writer.write(b"second")  # Never sealed: the process died.
    writer._file.flush()
    got = []
    with pytest.raises(CutOff):
        got.extend(iter_into(read_sealed(tmp_path / "a", KEY, file_id), got))
    assert got == [b"first"]
    writer.close()


def iter_into(parts, got):  # type: ignore[no-untyped-def]
    """Keep each part as it comes, so that those before the end are there."""
    for part in parts:
        got.append(part)
    return []


def test_what_follows_the_end_shows(tmp_path: Path) -> None:
    file_id = sealed(tmp_path / "a", b"x")
    with (tmp_path / "a").open("ab") as file:
        file.write(b"more")
    with pytest.raises(SealBroken):
        list(read_sealed(tmp_path / "a", KEY, file_id))


def test_a_keys_name_gives_nothing_away() -> None:
    assert key_id_of(KEY) != key_id_of(bytes(32))
    assert KEY.hex()[:8] not in key_id_of(KEY)
