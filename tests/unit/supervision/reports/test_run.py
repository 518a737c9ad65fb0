"""A whole audit over a small folder: findings, money, exit codes, and a run that is stopped and taken up again."""

import csv
import json
import select
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.supervision.intake import BadInput
from xinglin.supervision.reports.command import main
from xinglin.supervision.reports.progress import Silent
from xinglin.supervision.reports.run import Done, Exit, Wish, run_audit

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[4]
TABLES = {
    "encounters": """
        encounter_id,encounter_on,encounter_channel,patient_id,institution_id,institution_name_zh,institution_territory_code,institution_level,coverage_scheme,coverage_benefit,coverage_area_code
        e1,2026-03-01,online,p1,h1,演示医院,379900,2,employee,outpatient,379900
        e2,2026-03-05,online,p1,h1,演示医院,379900,2,employee,outpatient,379900
    """,
    "prescriptions": """
        prescription_id,prescription_encounter_id,prescription_on,prescription_kind,prescription_ended,prescription_reason_recorded,prescription_long_assessed,prescription_long_patient_signed
        rx1,e1,2026-03-01,ordinary,false,false,false,false
    """,
    "lines": """
        line_id,line_prescription_id,line_drug_code,line_drug_zh,line_quantity,line_pack_content,line_dose,line_frequency_code,line_dose_measured,line_amount_fen,line_decoction,line_solvent
        l1,rx1,d1,某药,10,14,1,bid,true,10000,false,false
        l2,rx1,d2,某药二,1,14,1,bid,true,2000,false,false
    """,
    "claims": """
        claim_id,claim_on,claim_encounter_id,claim_prescription_id,claim_total_fen,claim_in_scope_fen,claim_fund_fen
        c1,2026-03-01,e1,rx1,82000,82000,19200
        c2,2026-03-05,e2,,20000,20000,12000
    """,
    "items": """
        item_id,item_encounter_id,item_claim_id,item_prescription_id,item_line_id,item_on,item_amount_fen,item_fund_asked
        i1,e1,c1,rx1,l1,2026-03-01,80000,true
        i2,e1,c1,rx1,l2,2026-03-01,2000,true
        i3,e2,c2,,,2026-03-05,x,true
    """,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for name, text in TABLES.items():
        (made / f"{name}.csv").write_text("\n".join(line.strip() for line in text.strip().splitlines()), "utf-8")
    return made


def wish(folder: Path, **changed: Any) -> Wish:
    return Wish(folder, folder.parent / "out", **({"engine": "plain", "rules": ("B02", "B03")} | changed))


def audited(folder: Path, teller: Any = None, **changed: Any) -> Done:
    return run_audit(wish(folder, **changed), now=NOW, teller=teller or Silent())


def found(folder: Path) -> list[dict[str, Any]]:
    held = duckdb.sql(f"SELECT * FROM read_parquet('{folder.parent / 'out' / 'findings.parquet'}')")
    return [dict(zip(held.columns, row, strict=True)) for row in held.fetchall()]


def test_a_finding_carries_all_that_is_needed(folder: Path) -> None:
    done = audited(folder)
    (one,) = found(folder)
    assert (done.exit, done.findings) == (Exit.FINDINGS, 1)
    assert (one["rule"], one["subject"], one["role"], one["certainty"]) == ("B03", "l1", "principal", "definite")
    assert (one["event_on"], one["institution_name"], one["patient_id"]) == (date(2026, 3, 1), "演示医院", "p1")
    assert (one["in_breach_fen"], one["fund_loss_fen"]) == (9_000, 5_400)
    assert json.loads(one["evidence"])["line.quantity"] == 10
    assert "处方管理办法" in one["legal_basis_zh"]
    assert all(one[name] for name in ("sentence_zh", "sentence_en", "suggestion_zh", "suggestion_en", "hash"))
    with (folder.parent / "out/findings.csv").open(encoding="utf-8") as file:
        assert [row["rule"] for row in csv.DictReader(file)] == ["B03"]


def test_the_manifest_accounts_for_everything(folder: Path) -> None:
    made = audited(folder).manifest
    by_rule = {row["rule"]: row for row in made["rules"]}
    assert by_rule["B03"]["outcomes"] == {"not_applicable": 0, "clear": 1, "finding": 1, "cannot_tell": 0}
    assert made["input"]["quarantined"] == 1
    assert made["input"]["tables"]["items"]["reasons"] == {
        "item_amount_fen：应为整数 | item_amount_fen: must be a whole number": 1
    }
    assert made["money"]["together"] == {"in_breach_fen": 9_000, "fund_loss_fen": 5_400}
    assert json.loads((folder.parent / "out/manifest.json").read_text("utf-8")) == made
    assert all(row["asked"] == sum(row["outcomes"].values()) for row in made["rules"])


def test_what_was_missing_is_counted(folder: Path) -> None:
    (folder / "lines.csv").write_text("line_id,line_prescription_id,line_quantity\nl1,rx1,3\nl2,rx1,4\n", "utf-8")
    done = audited(folder)
    b03 = next(row for row in done.manifest["rules"] if row["rule"] == "B03")
    assert done.exit is Exit.CLEAN
    assert b03["outcomes"]["cannot_tell"] == 2
    assert {one["fact"]: one["subjects"] for one in b03["missing"]}["line.dose_measured"] == 2
    assert found(folder) == []


class StopsAt:
    """A kill in the middle: raised when a step begins."""

    def __init__(self, step: str) -> None:
        self.stop = step
        self.again: list[str] = []
        self.anew: list[str] = []

    def begin(self, steps: int) -> None:
        """Nothing."""

    def step(self, name: str, *, again: bool) -> None:
        """Remember; stop where it is wanted."""
        if name == self.stop:
            raise KeyboardInterrupt
        (self.again if again else self.anew).append(name)


@pytest.mark.parametrize("step", ["take in lines", "judge line", "money: losses", "findings"])
def test_a_stopped_run_goes_on_to_the_same_end(folder: Path, step: str) -> None:
    audited(folder)
    straight = found(folder)
    shutil.rmtree(folder.parent / "out")
    with pytest.raises(KeyboardInterrupt):
        audited(folder, StopsAt(step))
    assert not (folder.parent / "out" / "manifest.json").exists()
    second = StopsAt("never")
    done = audited(folder, second)
    assert done.resumed
    assert second.again
    assert step in second.anew
    assert found(folder) == straight


def test_a_finished_run_is_not_done_twice_unless_something_is_lost(folder: Path) -> None:
    first = audited(folder)
    teller = StopsAt("never")
    assert audited(folder, teller).manifest == first.manifest
    assert not teller.anew
    (folder.parent / "out" / "findings.csv").unlink()
    teller = StopsAt("never")
    assert audited(folder, teller).manifest == first.manifest
    assert not teller.again
    assert (folder.parent / "out" / "findings.csv").exists()


def test_changed_input_or_arguments_begin_anew(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        audited(folder, StopsAt("findings"))
    other = StopsAt("never")
    audited(folder, other, rules=("B03",))
    assert not other.again
    shutil.rmtree(folder.parent / "out")
    with pytest.raises(KeyboardInterrupt):
        audited(folder, StopsAt("findings"))
    (folder / "claims.csv").write_text("claim_id\nc1\n", "utf-8")
    changed = StopsAt("never")
    audited(folder, changed)
    assert not changed.again


def test_a_folder_of_somebody_else_is_left_alone(folder: Path) -> None:
    out = folder.parent / "out"
    out.mkdir()
    (out / "findings.csv").write_text("mine", "utf-8")
    with pytest.raises(BadInput, match="not from an audit"):
        audited(folder)
    assert (out / "findings.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"rules": ("Z99",)}, "there is no rule Z99"), ({"engine": "abacus"}, "the engine abacus is not known")],
)
def test_a_wish_that_cannot_be_met(folder: Path, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        audited(folder, **changed)


def test_law_of_a_day_holds_for_all_days(folder: Path) -> None:
    for name in ("encounters", "prescriptions", "claims", "items"):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text("utf-8").replace("2026-03", "1990-03"), "utf-8")
    before = audited(folder)
    assert (before.exit, {row["why_not"] for row in before.manifest["rules"]}) == (Exit.CLEAN, {"not_in_force"})
    today = audited(folder, law_of=date(2026, 3, 1))
    assert (today.exit, today.manifest["run"]["law_of"]) == (Exit.FINDINGS, "2026-03-01")
    assert today.manifest["run"]["knowledge"] != before.manifest["run"]["knowledge"]


def test_exit_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(folder.parent / "out")
    assert main([str(folder), "--out", out, "--engine", "plain", "--rules", "b03"]) == 1
    assert main([str(folder), "--out", out, "--engine", "plain", "--rules", "B02"]) == 0
    assert main([str(folder / "nowhere"), "--out", out]) == 2
    assert "is not a folder" in capsys.readouterr().err


REFUSING = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "django" or name.startswith("xinglin.hospital"):
            raise ModuleNotFoundError(f"{name} is not for the law")
sys.meta_path.insert(0, Refuse())
from xinglin.supervision.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def steps_done(folder: Path) -> int:
    """How many steps a run has written down; none while it writes."""
    try:
        return len(json.loads((folder / "progress.json").read_text("utf-8"))["done"])
    except (OSError, ValueError):
        return 0


def test_a_run_that_was_killed_goes_on_to_the_same_end(folder: Path) -> None:
    """Killed without a word, as by a lack of memory: the next run does what was left and ends as if nothing was."""
    command = [sys.executable, "-m", "xinglin.supervision", "audit", str(folder), "--engine", "plain", "--out"]
    out, whole = folder.parent / "killed", folder.parent / "whole"
    first = subprocess.Popen([*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while first.poll() is None and steps_done(out) < 5:
        select.select([], [], [], 0.01)
    first.kill()
    assert first.wait() == -signal.SIGKILL
    before = steps_done(out)
    assert before >= 5
    assert not (out / "report.html").exists()
    again = subprocess.run([*command, str(out)], capture_output=True, text=True, check=False)
    assert (again.returncode, "done before" in again.stderr) == (Exit.FINDINGS, True), again.stderr
    assert subprocess.run([*command, str(whole)], capture_output=True, check=False).returncode == Exit.FINDINGS
    assert (out / "findings.csv").read_bytes() == (whole / "findings.csv").read_bytes()
    told = [json.loads((one / "manifest.json").read_text("utf-8")) for one in (out, whole)]
    assert told[0]["rules"] == told[1]["rules"]
    assert told[0]["input"] == told[1]["input"]
    assert not (out / "work").exists()


def test_it_runs_where_no_framework_is(folder: Path) -> None:
    arguments = ["audit", str(folder), "--out", str(folder.parent / "out"), "--engine", "plain", "--rules", "B"]
    done = subprocess.run(
        [sys.executable, "-c", REFUSING, *arguments],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "1 findings" in done.stderr


def test_both_engines_find_the_same(folder: Path) -> None:
    plain = audited(folder, rules=("B",)).manifest
    by_reference = found(folder)
    columns = audited(folder, rules=("B",), engine="duckdb").manifest
    assert found(folder) == by_reference
    assert columns["rules"] == plain["rules"]
    assert columns["money"] == plain["money"]
