"""The report: one page that loads nothing, in both languages, with everything escaped."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from xinglin.supervision.reports.figures import _periods
from xinglin.supervision.reports.manifest import suppressed
from xinglin.supervision.reports.markup import bars, both, columns_chart, table
from xinglin.supervision.reports.progress import Silent
from xinglin.supervision.reports.run import Wish, run_audit
from xinglin.supervision.verdicts import Words

CSV = {
    "encounters": "encounter_id,encounter_on,patient_id,institution_id,institution_name_zh,institution_territory_code\n"
    "e1,2026-03-01,p1,h1,<b>演示</b>医院,379900\n",
    "prescriptions": "prescription_id,prescription_encounter_id,prescription_on,prescription_kind,prescription_ended,"
    "prescription_reason_recorded,prescription_long_assessed,prescription_long_patient_signed\n"
    "rx1,e1,2026-03-01,ordinary,false,false,false,false\n",
    "lines": "line_id,line_prescription_id,line_drug_zh,line_quantity,line_pack_content,line_dose,line_frequency_code,"
    "line_dose_measured,line_amount_fen\n"
    "l1,rx1,<script>alert(1)</script>,10,14,1,bid,true,10000\n"
    "l2,rx1,某药,,14,1,bid,true,10000\n",
}


def page(folder: Path, *, publish: bool = False) -> str:
    (folder / "in").mkdir(exist_ok=True)
    for name, text in CSV.items():
        (folder / "in" / f"{name}.csv").write_text(text, "utf-8")
    wish = Wish(folder / "in", folder / f"out{publish}", engine="plain", rules=("B03", "J01"), publish=publish)
    run_audit(wish, now=datetime(2026, 6, 1, tzinfo=UTC), teller=Silent())
    return (wish.out / "report.html").read_text("utf-8")


class Reader(HTMLParser):
    """Checks that tags close in order, and gathers what the page would load."""

    VOID = {"meta", "rect", "line", "i", "br"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loads += [
            value or "" for name, value in attrs if name in {"src", "srcset"} or (tag, name) == ("link", "href")
        ]
        if given.get("id"):
            self.ids.add(given["id"] or "")
        if tag == "a":
            self.targets.add((given.get("href") or "").removeprefix("#"))
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stays open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_it_is_one_page_that_loads_nothing(tmp_path: Path) -> None:
    text = page(tmp_path)
    reader = read(text)
    assert reader.loads == []
    assert not re.search(r"https?://", text)
    assert "url(" not in text
    assert reader.targets <= reader.ids


def test_both_languages_say_the_same_things(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert text.count('class="zh"') == text.count('class="en"') > 50
    assert "主要发现与证据" in text
    assert "What could not be judged, and why" in text
    assert "no subject of its kind" in text


def test_what_comes_from_the_input_is_escaped(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;b&gt;演示&lt;/b&gt;医院" in text


def test_evidence_money_and_reasons_are_there(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "¥90.00" in text
    assert "no claim to settle again" in text
    assert "line.quantity" in text
    assert "《处方管理办法" in text


def test_a_published_page_tells_of_nobody(tmp_path: Path) -> None:
    text = page(tmp_path, publish=True)
    read(text)
    assert "&lt;script&gt;" not in text
    assert "A published report shows no single finding." in text
    assert "&lt;10" in text
    assert "<b>1</b>" not in text


@pytest.mark.parametrize(
    ("count", "own", "published"),
    [(0, "0", "0"), (1, "1", "<10"), (9, "9", "<10"), (10, "10", "10"), (1234, "1,234", "1,234")],
)
def test_small_counts(count: int, own: str, published: str) -> None:
    assert suppressed(count, publish=False) == own
    assert suppressed(count, publish=True) == published


def test_periods_have_no_gaps() -> None:
    months = ({"p": "2025-11", "n": 2}, {"p": "2026-02", "n": 1})
    assert _periods(months) == (("2025-11", 2), ("2025-12", 0), ("2026-01", 0), ("2026-02", 1))
    years = ({"p": "1999-11", "n": 2}, {"p": "2003-02", "n": 1}, {"p": "2003-03", "n": 4})
    assert _periods(years) == (("1999", 2), ("2000", 0), ("2001", 0), ("2002", 0), ("2003", 5))
    assert _periods(()) == ()


def test_pieces() -> None:
    assert both("同", "同") == "同"
    assert columns_chart((), Words("a", "b")) == ""
    assert 'height="104.00"' in columns_chart((("2026", 3),), Words("a", "b"))
    assert 'width="50.000"' in bars([("n", "1", [(0.5, "f-1")])])
    assert table((("a", False), ("b", True)), [("x", "1")]).count('class="num"') == 2
