"""The law runs where no framework and no hospital is: both are made impossible to import, then every row is judged."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from tests.generative.worlds import a_world, joined, write_lake

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


ALONE = """
import json, sys
from importlib.util import find_spec

assert not [name for name in ("django", "psycopg", "xinglin.hospital", "xinglin.clinical") if find_spec(name)]
from xinglin.supervision.__main__ import main

code = main(["audit", sys.argv[1], "--out", sys.argv[2], "--rules", "A02,B03,H08"])
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
sys.exit(code)
"""


def declared() -> list[Requirement]:
    """What the law says that it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["optional-dependencies"]["audit"]]


def with_all_they_need(wanted: list[Requirement]) -> set[str]:
    """The names of these packages and of whatever they require here, in the versions that are installed."""
    found: set[str] = set()
    waiting = [(one.name, extra) for one in wanted for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        found.add(re.sub(r"[-_.]+", "-", name).lower())
        for line in distribution(name).requires or ():
            one = Requirement(line)
            if one.marker is not None and not one.marker.evaluate({"extra": extra}):
                continue
            known = re.sub(r"[-_.]+", "-", one.name).lower() in found
            waiting += [(one.name, more) for more in (*(() if known else ("",)), *one.extras)]
    return found


def laid_out(names: set[str], folder: Path) -> None:
    """A folder of packages that holds these and no other, and of this project the law and its arithmetic."""
    for name in names:
        of = distribution(name)
        for top in {file.parts[0] for file in of.files or () if file.parts[0] not in {"..", "__pycache__"}}:
            (folder / top).symlink_to(Path(str(of.locate_file(top))))
    (folder / "xinglin").mkdir()
    for own in ("__init__.py", "supervision", "benefits"):
        (folder / "xinglin" / own).symlink_to(ROOT / "src" / "xinglin" / own)


def test_the_packages_it_declares_are_all_it_needs(tmp_path: Path) -> None:
    """Not blocked but absent: a Python that finds the declared packages, the law and the arithmetic, nothing else."""
    lake, out, packages = (tmp_path / name for name in ("lake", "out", "packages"))
    lake.mkdir()
    packages.mkdir()
    write_lake(joined(a_world(number) for number in range(1, 30)), lake)
    laid_out(with_all_they_need(declared()), packages)
    script = f"import sys; sys.path.append({str(packages)!r}); " + f"exec({ALONE!r})"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(lake), str(out)],
        cwd=tmp_path,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "django" not in json.loads(done.stdout.splitlines()[-1])
    assert (out / "report.html").is_file()


def test_the_hospital_pins_what_the_law_declares() -> None:
    lines = (ROOT / "requirements" / "run.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0].partition("[")[0]: line.partition("==")[2] for line in lines if "==" in line}
    for one in declared():
        assert one.specifier.contains(pinned[one.name].split()[0]), one


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
