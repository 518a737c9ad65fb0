"""`xinglin verify` without the hospital: no settings, no database, no network; and what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.pharmacy.documents import handed_out
from tests.unit.pharmacy.world import World

from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.pharmacy import services


@pytest.fixture
def world(db: None) -> World:
    return World()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which cannot reach a database."""
    surroundings = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "-m", "xinglin", "verify", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)


def test_offline_with_the_key_list_alone(world: World, tmp_path: Path) -> None:
    row = world.approved()
    made = handed_out(world, row)
    now = world.later(6)
    keys, root, pdf = tmp_path / "keys.json", tmp_path / "root.cer", tmp_path / "p.pdf"
    keys.write_bytes(services.published_keys(actor=ANONYMOUS, now=now))
    root.write_bytes(services.published_certificate(actor=ANONYMOUS, purpose="root", now=now))
    pdf.write_bytes(made.content)
    with_list = ("--keys", str(keys), "--root", str(root))
    # The tests' present is not the machine's: everything holds but the three days of validity.
    done = run(str(pdf), *with_list, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert {point["code"] for point in said["points"] if not point["good"]} <= {"code.expired", "code.not_yet"}
    assert said["signers"]
    assert said["unknown"]
    pdf.write_bytes(made.content.replace(b"%%EOF", b"%%EOX", 1))
    done = run(str(pdf), *with_list)
    assert done.returncode == 1
    assert "REFUSED" in done.stdout
    done = run(made.code, "--keys", str(keys), "--json")
    assert json.loads(done.stdout)["shown"]["version"] == 1
    keys.write_text(keys.read_text().replace("until_at", "until_ot"))
    done = run(made.code, *with_list)
    assert done.returncode == 2
    assert "key list" in done.stderr


def test_neither_a_file_nor_a_code() -> None:
    done = run("nothing-here.pdf", "--keys", "nowhere.json")
    assert done.returncode == 2
    assert "no file" in done.stderr


def test_offline_verifying_loads_no_database_code() -> None:
    words = (
        "import sys; sys.modules['django.db'] = None; sys.modules['psycopg'] = None\n"
        "from xinglin.hospital.pharmacy.authentic import code, document, keylist, reading, token\n"
        "import xinglin.cli.verify"
    )
    subprocess.run([sys.executable, "-c", words], check=True)
