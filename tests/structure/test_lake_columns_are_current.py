"""The page of the lake's columns says what the facts say today; write it with `make rulebook`."""

from pathlib import Path

from xinglin.supervision.__main__ import main
from xinglin.supervision.facts.lake import TABLES, column_name, table_columns
from xinglin.supervision.reports.columns_page import columns_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lake-columns.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == columns_page()


def test_every_column_stands_on_it(tmp_path: Path) -> None:
    assert main(["columns", "--to", str(tmp_path / "page.md")]) == 0
    page = (tmp_path / "page.md").read_text("utf-8")
    for table in TABLES:
        section = page.partition(f"\n## {table}\n")[2].partition("\n## ")[0]
        assert all(f"| `{column_name(column.path)}` |" in section for column in table_columns(table))
