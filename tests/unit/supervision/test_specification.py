"""Reading specifications, and the command that prints the rule book."""

from datetime import date
from pathlib import Path

import pytest

from xinglin.supervision.__main__ import main
from xinglin.supervision.reports.specification import BadSpecification, case_of, read_cell, read_specification
from xinglin.supervision.verdicts import Scope

HEAD = "# B02\n\n## Then\n| shows | zh | en | lines | outcome | excess | missing |\n| --- |\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "first line"),
        ("B02", "first line"),
        ("# B02\n## Elsewhere\n| a |\n| --- |\n", "unknown section Elsewhere"),
        ("# B02\n## Given\n| fact | value |\n", "a head, a rule beneath it"),
        ("# B02\n## Given\n| fact | value |\n| --- | --- |\n| line.colour | red |\n", "no fact line.colour"),
        (HEAD + "| clear | 甲 | one | A |\n", "has 4 cells"),
        (HEAD + "| maybe | 甲 | one | A | clear | | |\n", "is one of clear"),
        (HEAD + "| clear | 甲 | one | A | clear | 3 apples | |\n", "counted in count"),
    ],
)
def test_a_wrong_specification_names_its_row(text: str, says: str) -> None:
    with pytest.raises(BadSpecification, match=says):
        read_specification(text)


def test_words_between_tables_are_allowed() -> None:
    spec = read_specification("# B02\n\nWhy this table stands here.\n" + HEAD.removeprefix("# B02\n"))
    assert spec.examples == ()


def test_cells() -> None:
    assert read_cell("line.dose", "?") is None
    assert read_cell("line.atc_code", '""') == ""
    assert read_cell("line.dose", "3") == 3
    assert read_cell("encounter.on", "2026-05-20") == date(2026, 5, 20)
    with pytest.raises(BadSpecification, match="yes, no or"):
        read_cell("line.solvent", "true")


def test_lines_in_short() -> None:
    spec = read_specification(HEAD + "| trap | 甲 | one | A B:solvent C:decoction ? | cannot_tell | | |\n")
    lines = case_of(spec, spec.examples[0], Scope.PRESCRIPTION).lines
    assert [(line.drug_code, line.solvent, line.decoction) for line in lines] == [
        ("A", False, False),
        ("B", True, False),
        ("C", False, True),
        (None, False, False),
    ]


def test_the_command_prints_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = str(Path(__file__).parents[2] / "spec")
    assert main(["rulebook", "--specs", specs, "--to", str(tmp_path), "--check"]) == 1
    assert "stale: zh/B02.md" in capsys.readouterr().err
    assert main(["rulebook", "--specs", specs, "--to", str(tmp_path)]) == 0
    assert main(["rulebook", "--specs", specs, "--to", str(tmp_path), "--check"]) == 0
