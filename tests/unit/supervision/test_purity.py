"""The law runs where no framework and no hospital is: both are made impossible to import, then every row is judged."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "django" or name.startswith("xinglin.hospital"):
            raise ModuleNotFoundError(f"{name} is not for the law")

sys.meta_path.insert(0, Refuse())
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


def test_every_specification_holds_without_the_framework() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 16 * 4
