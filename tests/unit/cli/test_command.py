"""The command as a whole: quick help, exit codes, sentences instead of tracebacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("django", "rich.markdown", "psycopg", "granian")


def xinglin(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "xinglin", *arguments]
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from xinglin.cli import main; sys.argv = ['xinglin', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"sys.stderr.write(repr([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
    assert done.stderr == "[]"


def test_status_tells_programs_that_nothing_runs(tmp_path: Path) -> None:
    done = xinglin("db", "status", "--json", XINGLIN_HOME=str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert json.loads(done.stdout)["running"] is False
    assert not (tmp_path / "nothing").exists()


def test_a_missing_database_is_one_sentence(tmp_path: Path) -> None:
    done = xinglin("worker", XINGLIN_HOME=str(tmp_path / "nothing"))
    assert done.returncode == 3
    assert "xinglin db start" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_named() -> None:
    done = xinglin("demo", "--port", "seventy")
    assert done.returncode == 2
    assert "--port" in done.stderr
