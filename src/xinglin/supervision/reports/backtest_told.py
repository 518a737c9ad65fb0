"""A comparison for programs, and the sentences that the command and the desk both say."""

from __future__ import annotations

from typing import Any

from xinglin.supervision.reports.backtest import Comparison, Example, Place, Side
from xinglin.supervision.verdicts import Words


def as_json(made: Comparison) -> dict[str, Any]:
    """Everything of a comparison as one document: money in fen, rates as text with one digit."""
    first, last = made.days
    return {
        "rule": made.rule.id,
        "version": made.rule.version,
        "title_zh": made.rule.title.zh,
        "title_en": made.rule.title.en,
        "scope": made.rule.scope.value,
        "lake": made.lake,
        "territory": made.asked.territory,
        "from": str(first) if first else None,
        "until": str(last) if last else None,
        "seconds": made.seconds,
        "changed": [one.as_json() for one in made.changed],
        "reminds": made.reminds,
        "rate_of": made.rate_of,
        "rate_name_zh": made.rate_name.zh,
        "rate_name_en": made.rate_name.en,
        "before": _side(made, made.before),
        "after": _side(made, made.after),
        "months": [_pair({"month": name}, before, after) for name, before, after in made.months()],
        "institutions": [_pair({"id": one, "name": name}, before, after) for one, name, before, after in made.top()],
        "institutions_before": len(made.before.places),
        "institutions_after": len(made.after.places),
        "only_before": made.only_before,
        "only_after": made.only_after,
        "examples_before": [_example(one) for one in made.examples_before],
        "examples_after": [_example(one) for one in made.examples_after],
    }


def _side(made: Comparison, side: Side) -> dict[str, Any]:
    return {
        "looked_at": side.looked_at,
        "outcomes": side.outcomes,
        "findings": side.findings,
        "cannot_tell": side.undecided,
        "in_breach_fen": side.fen,
        "per_hundred": rate(made, side),
    }


def _pair(about: dict[str, Any], before: Place, after: Place) -> dict[str, Any]:
    return {
        **about,
        "before": before.findings,
        "before_fen": before.fen,
        "after": after.findings,
        "after_fen": after.fen,
    }


def _example(one: Example) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "on": str(one.day) if one.day else None,
        "institution": one.institution,
        "patient": one.patient,
        "sentence_zh": one.sentence.zh,
        "sentence_en": one.sentence.en,
        "in_breach_fen": one.fen,
        "elsewhere_zh": one.elsewhere.zh,
        "elsewhere_en": one.elsewhere.en,
    }


def rate(made: Comparison, side: Side) -> str:
    """Findings per hundred, with so many digits that a small rate is not shown as none."""
    value = made.per_hundred(side)
    return f"{value:.1f}" if value >= 1 or value == 0 else f"{value:.3g}"


def share(part: int, whole: int) -> str:
    """A share in whole percent."""
    return f"{round(100 * part / whole)}%" if whole else "–"


def said(made: Comparison) -> Words:
    """What the trial comes to, in one sentence."""
    first, last = made.days
    if not made.changed:
        return Words(
            f"{first} 至 {last}，规则 {made.rule.id} 看了 {made.before.looked_at} 个对象，"
            f"发现 {made.before.findings} 个。",
            f"From {first} to {last}, rule {made.rule.id} looked at {made.before.looked_at} subjects "
            f"and found {made.before.findings}.",
        )
    change = made.after.findings - made.before.findings
    if change == 0:
        zh, en = "发现数不变", "as many findings"
    else:
        zh = f"{'多' if change > 0 else '少'} {abs(change)} 个发现"
        en = f"{abs(change)} {'more' if change > 0 else 'fewer'} findings"
    rule, one, other = made.rule.id, made.before.findings, made.after.findings
    return Words(
        f"{first} 至 {last}，改限值后规则 {rule} 的发现从 {one} 变为 {other}：{zh}。",
        f"From {first} to {last}, with the tried limits rule {rule} goes from {one} findings to {other}: {en}.",
    )


def rate_said(made: Comparison) -> Words:
    """What the rate counts, said plainly."""
    if made.reminds:
        return Words(
            f"提醒次数：{made.rate_name.zh}（共 {made.rate_of}）", f"Reminders {made.rate_name.en} (of {made.rate_of})"
        )
    return Words(
        f"事前不提醒；事后发现：{made.rate_name.zh}（共 {made.rate_of}）",
        f"Never a reminder; found afterwards {made.rate_name.en} (of {made.rate_of})",
    )
