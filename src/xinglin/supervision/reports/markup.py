"""Pieces of the report's page: text in both languages, and charts drawn as SVG. Everything that is shown is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from xinglin.supervision.verdicts import Words

LABEL: Final = 48
"""Room for a month's label in the units of a chart."""


def both(zh: object, en: object) -> str:
    """A text in both languages; the page shows one of them."""
    if zh == en:
        return escape(str(zh))
    return f'<span class="zh" lang="zh">{escape(str(zh))}</span><span class="en" lang="en">{escape(str(en))}</span>'


def words(text: Words) -> str:
    """Words in both languages."""
    return both(text.zh, text.en)


def yuan(fen: int) -> str:
    """Whole fen as yuan, with commas between thousands."""
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def share(part: int, whole: int) -> str:
    """A part in per cent; what is there is never shown as nothing."""
    if not part or not whole:
        return "0%"
    return "<0.1%" if part * 1000 < whole else f"{part * 100 / whole:.1f}%"


def card(title: str, body: str, remark: str = "", anchor: str = "") -> str:
    """A card with a heading."""
    mark = f' id="{escape(anchor)}"' if anchor else ""
    told = f'<span class="small quiet">{remark}</span>' if remark else ""
    return (
        f'<section class="card"{mark}><header><h2>{title}</h2>{told}</header><div class="body">{body}</div></section>'
    )


def tile(name: str, value: str, remark: str = "") -> str:
    """A number with its name."""
    told = f'<small class="quiet">{remark}</small>'
    return f'<div class="card tile"><small class="quiet">{name}</small><b>{value}</b>{told}</div>'


def bars(rows: Sequence[tuple[str, str, Sequence[tuple[float, str]]]]) -> str:
    """Bars lying on their side: name, value in words, and the parts of the bar as shares of the longest with a class.

    Name and value are markup already.
    """
    drawn = []
    for label, value, parts in rows:
        x, pieces = 0.0, []
        for share, kind in parts:
            pieces.append(f'<rect x="{x:.3f}" y="0" width="{share * 100:.3f}" height="8" class="{kind}"/>')
            x += share * 100
        svg = (
            '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect width="100" height="8" class="f-0"/>{"".join(pieces)}</svg>'
        )
        drawn.append(f'<div class="bar"><span>{label}</span><span class="num">{value}</span>{svg}</div>')
    return f'<div class="bars">{"".join(drawn)}</div>'


def columns_chart(points: Sequence[tuple[str, int]], title: Words) -> str:
    """Upright columns over time; every label that fits is written."""
    if not points:
        return ""
    width, height, base = 400.0, 150.0, 120.0
    top = max(value for _, value in points) or 1
    step = width / len(points)
    shown = max(1, -(-len(points) // 6))
    drawn = [f'<line x1="0" x2="{width:.0f}" y1="{base}" y2="{base}" stroke="var(--line-2)"/>']
    drawn.append(f'<text x="0" y="10">{top:,}</text>')
    for place, (label, value) in enumerate(points):
        tall = (base - 16) * value / top
        left = place * step + step * 0.15
        drawn.append(
            f'<rect x="{left:.2f}" y="{base - tall:.2f}" width="{step * 0.7:.2f}" height="{tall:.2f}" rx="1.5" '
            f'class="f-1"><title>{escape(label)}: {value:,}</title></rect>'
        )
        if place % shown == 0:
            last = left > width - LABEL
            at, anchor = (width, ' text-anchor="end"') if last else (left, "")
            drawn.append(f'<text x="{at:.2f}" y="{base + 16}"{anchor}>{escape(label)}</text>')
    name = escape(f"{title.zh} · {title.en}")
    box = f'viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg class="chart" {box} role="img" aria-label="{name}">{"".join(drawn)}</svg>'


def legend(entries: Iterable[tuple[str, str]]) -> str:
    """What the colours mean: the variable of the colour and its name as markup."""
    shown = "".join(f'<span><i style="background:var(--{colour})"></i>{name}</span>' for colour, name in entries)
    return f'<p class="legend small">{shown}</p>'


def table(head: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table; the head says which columns are numbers. Cells are markup already."""
    sides = [' class="num"' if number else "" for _, number in head]
    top = "".join(f"<th{side}>{name}</th>" for side, (name, _) in zip(sides, head, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{side}>{cell}</td>' for side, cell in zip(sides, row, strict=True))}</tr>" for row in rows
    )
    return f'<div class="scroll {kind}"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
