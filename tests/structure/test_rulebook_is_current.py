"""The printed rule book says what the rules and their specifications say today; print it with `make rulebook`."""

from pathlib import Path

from xinglin.supervision.__main__ import read_folder, stale_pages, write_pages
from xinglin.supervision.reports.rulebook import print_rulebook
from xinglin.supervision.tables import load_knowledge

ROOT = Path(__file__).parents[2]


def _pages() -> dict[str, str]:
    return print_rulebook(read_folder(ROOT / "tests" / "spec"), load_knowledge())


def test_the_rulebook_is_current() -> None:
    assert stale_pages(_pages(), ROOT / "docs" / "rulebook") == []


def test_a_stale_page_and_a_left_over_page_are_noticed_and_mended(tmp_path: Path) -> None:
    pages = _pages()
    write_pages(pages, tmp_path)
    assert stale_pages(pages, tmp_path) == []
    (tmp_path / "zh" / "B02.md").write_text("changed by hand", "utf-8")
    (tmp_path / "zh" / "Z99.md").write_text("a rule that is gone", "utf-8")
    (tmp_path / "en" / "A01.md").unlink()
    assert stale_pages(pages, tmp_path) == ["en/A01.md", "zh/B02.md", "zh/Z99.md"]
    write_pages(pages, tmp_path)
    assert stale_pages(pages, tmp_path) == []
