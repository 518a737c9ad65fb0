"""Printing the rule book in both languages from the papers of the rules and the specifications that run as tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.reports.specification import LINES, Example, Specification, read_cell
from xinglin.supervision.tables.knowledge import NAMES, Knowledge
from xinglin.supervision.verdicts import Coded, Outcome, Words
from xinglin.supervision.vocabulary.papers import PLACEHOLDER, Reading, Rule

LANGUAGES = ("zh", "en")
UNITS = {
    "count": Words("项", "items"),
    "days": Words("天", "days"),
    "fen": Words("分", "fen"),
    "seconds": Words("秒", "seconds"),
}
SHOWS = {
    "clear": Words("符合", "clear"),
    "finding": Words("发现", "finding"),
    "at the limit": Words("临界", "at the limit"),
    "cannot tell": Words("无法判断", "cannot tell"),
    "not applicable": Words("不适用", "not applicable"),
    "trap": Words("易错", "trap"),
}


def print_rulebook(specifications: Mapping[str, Specification], knowledge: Knowledge) -> dict[str, str]:
    """Every page of the rule book by its path. Raises KeyError for a rule without a specification."""
    pages = {"README.md": _front()}
    for language in LANGUAGES:
        pages[f"{language}/README.md"] = _contents(language)
        for rule in RULES:
            pages[f"{language}/{rule.id}.md"] = _page(rule, specifications[rule.id], knowledge, language)
    return pages


def _say(language: str, zh: str, en: str) -> str:
    return Words(zh, en).in_language(language)


def _front() -> str:
    return (
        "# 规则手册 · Rule book\n\n"
        "[中文](zh/README.md) · [English](en/README.md)\n\n"
        "本手册由规则及其测试打印而成，请勿手改：`make rulebook`。\n"
        "This book is printed from the rules and their tests; do not edit it: `make rulebook`.\n"
    )


def _contents(language: str) -> str:
    lines = [
        f"# {_say(language, '规则手册', 'Rule book')}",
        "",
        _say(
            language,
            "每条规则是事实的函数，事前、事中、事后给出同一结论。没有律师或临床人员审阅过任何一条。",
            "Each rule is a function of facts and says the same before, during and after. No lawyer and no clinician "
            "has reviewed any of them.",
        ),
        "",
        _row(
            [
                _say(language, "编号", "Id"),
                _say(language, "规则", "Rule"),
                _say(language, "对象", "About"),
                _say(language, "性质", "Certainty"),
            ]
        ),
        _row(["---"] * 4),
    ]
    for rule in RULES:
        lines.append(
            _row(
                [
                    f"[{rule.id}]({rule.id}.md)",
                    rule.title.in_language(language),
                    rule.scope.words.in_language(language),
                    rule.certainty.words.in_language(language),
                ]
            )
        )
    return "\n".join(lines) + "\n"


def _page(rule: Rule, specification: Specification, knowledge: Knowledge, language: str) -> str:
    parts = [
        f"# {rule.id} {rule.title.in_language(language)}",
        rule.why.in_language(language),
        _papers(rule, language),
        f"**{_say(language, '结论用语', 'What is said')}**: {_told(rule.sentence, knowledge, language)}",
        f"**{_say(language, '怎样改正', 'What makes it right')}**: {_told(rule.hint, knowledge, language)}",
        _knowledge(rule, knowledge, language),
        _examples(specification, knowledge, language),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _told(text: Words, knowledge: Knowledge, language: str) -> str:
    """A sentence with the words for each fact that will stand in it, in square brackets."""

    def words(match: re.Match[str]) -> str:
        group, _, name = match.group(1).partition(".")
        if group == "excess":
            money = name == "fen"
            return (
                f"[{_say(language, '超出金额' if money else '超出数', 'money above it' if money else 'what is above')}]"
            )
        return f"[{knowledge.words_of(match.group(1)).in_language(language)}]"

    return PLACEHOLDER.sub(words, text.in_language(language))


def _papers(rule: Rule, language: str) -> str:
    reviewed = rule.reviewed.isoformat() if rule.reviewed else _say(language, "尚无", "nobody yet")
    facts = [
        (_say(language, "版本", "Version"), str(rule.version)),
        (_say(language, "对象", "About"), rule.scope.words.in_language(language)),
        (
            _say(language, "性质", "Certainty"),
            f"{rule.certainty.words.in_language(language)} · {rule.kind.words.in_language(language)}",
        ),
        (
            _say(language, "时点", "Moments"),
            " · ".join(moment.words.in_language(language) for moment in rule.moments),
        ),
        (_say(language, "生效", "In force"), f"{rule.since} – {rule.until or ''}".strip()),
        (_say(language, "地区", "Territory"), rule.territory or _say(language, "全国", "the whole country")),
        (_say(language, "审阅", "Reviewed by"), reviewed),
    ]
    for source in rule.source:
        read = source.reading is Reading.READ
        note = _say(language, "读过副本", "a copy was read") if read else _say(language, "凭记忆", "from memory")
        facts.append(
            (
                _say(language, "依据", "Source"),
                f"{source.law.in_language(language)}, {source.article.in_language(language)} ({note})",
            )
        )
    return "\n".join(f"- {name}: {value}" for name, value in facts)


def _knowledge(rule: Rule, knowledge: Knowledge, language: str) -> str:
    lines = []
    for name in rule.limits:
        limit = knowledge.limits[name]
        for row in limit.table.rows:
            place = row.territory or _say(language, "全国", "the whole country")
            lines.append(
                f"- `{name}` {limit.meaning.in_language(language)}: **{row.values['value']}** ({place}, "
                f"{_say(language, '自', 'from')} {row.since}; {row.basis.law.in_language(language)}, "
                f"{row.basis.article.in_language(language)})"
            )
    tables = sorted({knowledge.lookups[name].table for name in rule.lists})
    for name in tables:
        table = knowledge.tables[name]
        lines.append(
            f"- `{name}` {table.meaning.in_language(language)}: {len(table.rows)} {_say(language, '行', 'rows')}"
        )
    if not lines:
        return ""
    return f"## {_say(language, '限值与目录', 'Limits and lists')}\n\n" + "\n".join(lines)


def _examples(specification: Specification, knowledge: Knowledge, language: str) -> str:
    lines = [f"## {_say(language, '示例', 'Examples')}", ""]
    lines += [_say(language, "各行共有的事实：", "Facts that every row shares:"), ""]
    lines += [f"- {_name(path, language)}: {_cell(path, cell, language)}" for path, cell in specification.given.items()]
    lines.append("")
    for limit in specification.local:
        lines += [
            f"- {_say(language, '示例地区', 'example of a place')} {limit.territory}: `{limit.name}` = {limit.value} "
            f"({_say(language, '自', 'from')} {limit.since})",
            "",
        ]
    lines += [
        _row(
            [
                "",
                _say(language, "情形", "Case"),
                _say(language, "事实", "Facts"),
                _say(language, "结论", "Answer"),
            ]
        ),
        _row(["---"] * 4),
    ]
    lines += [
        _row(
            [
                SHOWS[example.shows].in_language(language),
                example.words.in_language(language),
                "<br>".join(
                    f"{_name(path, language)}: {_cell(path, cell, language)}"
                    for path, cell in example.cells.items()
                    if specification.given.get(path) != cell
                ),
                _answer(example, knowledge, language),
            ]
        )
        for example in specification.examples
    ]
    return "\n".join(lines)


def _answer(example: Example, knowledge: Knowledge, language: str) -> str:
    said = [f"**{Outcome.of(example.outcome).words.in_language(language)}**"]
    said += [f"+{value} {UNITS[unit].in_language(language)}" for unit, value in example.excess.items()]
    names = dict.fromkeys(knowledge.words_of(path).in_language(language) for path in example.missing)
    said += [f"{_say(language, '缺', 'missing')}: {name}" for name in names]
    return "<br>".join(said)


def _name(path: str, language: str) -> str:
    if path == LINES:
        return _say(language, "明细", "lines")
    return NAMES[path].in_language(language)


def _cell(path: str, cell: str, language: str) -> str:
    if cell == "?":
        return _say(language, "未知", "unknown")
    if cell == '""':
        return _say(language, "无", "none")
    if path == LINES:
        return cell
    value = read_cell(path, cell)
    if isinstance(value, Coded):
        return value.words.in_language(language)
    if isinstance(value, bool):
        return _say(language, "是", "yes") if value else _say(language, "否", "no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return cell


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
