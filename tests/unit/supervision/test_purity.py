"""The law runs where no framework and no hospital is: both are made impossible to import, then every row is judged."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
BLOCKED = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "django" or name.startswith("xinglin.hospital"):
            raise ModuleNotFoundError(f"{name} is not for the law")

sys.meta_path.insert(0, Refuse())
"""
SCRIPT = (
    BLOCKED
    + """
import xinglin.supervision as law

for module in pkgutil.walk_packages(law.__path__, "xinglin.supervision."):
    importlib.import_module(module.name)

from datetime import UTC, datetime
from pathlib import Path
from xinglin.supervision.__main__ import read_folder
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.moments import remind
from xinglin.supervision.reports.specification import case_of, knowledge_of
from xinglin.supervision.tables import load_knowledge

rows = 0
for spec in read_folder(Path("tests/spec")).values():
    for example in spec.examples:
        case = case_of(spec, example, find_rule(spec.rule).scope)
        judged = remind(case, knowledge=knowledge_of(spec, load_knowledge()), judged_at=datetime.now(UTC),
                        only={spec.rule})
        (verdict,) = judged.verdicts
        assert verdict.outcome.value == example.outcome
        rows += 1
assert not [name for name in sys.modules if name.split(".")[0] == "django"]
print(rows)
"""
)
AUDIT = (
    BLOCKED
    + """
from pathlib import Path
from tests.generative.worlds import a_world, joined, write_lake
from xinglin.supervision.__main__ import main

lake, out = Path(sys.argv[1]), Path(sys.argv[2])
write_lake(joined(a_world(number) for number in range(1, 30)), lake)
code = main(["audit", str(lake), "--out", str(out), "--rules", "A02,B03,H08"])
assert not [name for name in sys.modules if name.split(".")[0] == "django" or name.startswith("xinglin.hospital")]
sys.exit(code)
"""
)


def run(script: str, *arguments: str, warnings: str = "error") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", warnings, "-c", script, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_lake_is_audited_without_the_framework(tmp_path: Path) -> None:
    lake, out = tmp_path / "lake", tmp_path / "out"
    lake.mkdir()
    # DuckDB looks for libraries that are not there and warns; that is not ours to mend.
    done = run(AUDIT, str(lake), str(out), warnings="default")
    assert done.returncode == 1, done.stderr
    written = {path.name for path in out.iterdir()}
    assert {"report.html", "findings.csv", "findings.parquet"} <= written


def test_every_specification_holds_without_the_framework() -> None:
    done = run(SCRIPT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 16 * 4
