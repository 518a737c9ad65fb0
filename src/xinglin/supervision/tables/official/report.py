"""The report of an import, for people (Markdown, both languages) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterable

from xinglin.supervision.tables.official.importing import Entry, Imported
from xinglin.supervision.tables.official.words import CONTRADICTIONS, PARTLY, UNUSABLE
from xinglin.supervision.verdicts import Json, Words

ALL_WORDS = {**PARTLY, **UNUSABLE, **CONTRADICTIONS}


def words_of(what: str) -> Words:
    """What a reason is called."""
    return ALL_WORDS[what]


def totals(imported: Imported) -> dict[str, int]:
    """Counts over all classes. records = superseded + usable + partly + unusable."""
    names = ("records", "superseded", "usable", "partly", "unusable", "rows")
    return {
        "classes": len(imported.summaries),
        **{name: sum(getattr(one, name) for one in imported.summaries) for name in names},
        "contradictions": len(imported.contradictions),
        "pairs": len(imported.published.pairs),
        "mains": len({pair.main for pair in imported.published.pairs}),
        "dropped": len(imported.published.dropped),
    }


def as_json(imported: Imported) -> dict[str, Json]:
    """The whole report; every record that is not or not wholly used is named with its file and row."""
    classes: list[Json] = [
        {
            "seq": one.seq,
            "name": one.name,
            "table": one.table,
            "records": one.records,
            "superseded": one.superseded,
            "usable": one.usable,
            "partly": one.partly,
            "unusable": one.unusable,
            "contradictions": one.contradictions,
            "rows": one.rows,
            "reasons": dict(sorted(one.reasons.items())),
            "conditions": dict(sorted(one.conditions.items())),
        }
        for one in imported.summaries
    ]
    return {
        "totals": dict(totals(imported)),
        "windows": dict(sorted(imported.windows.items())),
        "files": [{"file": name, "sha256": digest} for name, digest in imported.published.files],
        "classes": classes,
        "dropped": [{"file": file, "row": row, "what": what} for file, row, what in imported.published.dropped],
        "unusable": [_entry(entry) for entry in imported.unusable],
        "partly": [_entry(entry) for entry in imported.partly],
        "contradictions": [_entry(entry) for entry in imported.contradictions],
    }


def _entry(entry: Entry) -> Json:
    words = words_of(entry.what)
    return {
        "what": entry.what,
        "zh": words.zh,
        "en": words.en,
        "file": entry.file,
        "row": entry.row,
        "id": entry.id,
        "class": entry.rule_class,
        "item": entry.item,
        "detail": entry.detail,
    }


def as_markdown(imported: Imported) -> str:
    """The report as a page."""
    count = totals(imported)
    lines = [
        "# 官方知识导入报告 · Report of the import of official knowledge",
        "",
        *(f"- {name}: {value:,}" for name, value in count.items()),
        *(f"- window {name}: {value:,}" for name, value in sorted(imported.windows.items())),
        "",
        "## 各类 · Classes",
        "",
        "| # | 类别 class | 表 table | records | superseded | usable | partly | unusable | contradictions | rows |",
        "| --: | --- | --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    lines += [
        f"| {one.seq} | {one.name} | {one.table or '—'} | {one.records} | {one.superseded} | {one.usable} "
        f"| {one.partly} | {one.unusable} | {one.contradictions} | {one.rows} |"
        for one in imported.summaries
        if one.records
    ]
    lines += _section("不能使用 · Not usable", imported.unusable)
    lines += _section("不能完整使用 · Used in part", imported.partly)
    lines += _section("相互矛盾 · Contradictions", imported.contradictions)
    return "\n".join(lines) + "\n"


def _section(title: str, entries: Iterable[Entry]) -> list[str]:
    by_reason: dict[str, list[Entry]] = {}
    for entry in entries:
        by_reason.setdefault(entry.what, []).append(entry)
    lines = ["", f"## {title}"]
    for what, found in sorted(by_reason.items()):
        words = words_of(what)
        lines += ["", f"### {words.zh} · {words.en} ({len(found):,})", ""]
        lines += [
            f"- {entry.file}:{entry.row} {entry.id} {entry.rule_class}: {_flat(entry.item)} — {_flat(entry.detail)}"
            for entry in found
        ]
    return lines


def _flat(text: str) -> str:
    return " ".join(text.split())
