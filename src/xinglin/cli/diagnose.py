"""`xinglin diagnose` and `xinglin intake`: from words to probabilities, red flags and questions, without a hospital."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from xinglin.cli import frame

YES = frozenset({"y", "yes", "yeah", "是", "有", "对", "嗯"})
NO = frozenset({"n", "no", "nope", "否", "没", "没有", "不", "不是", "无"})
UNSURE = frozenset({"?", "？", "u", "unsure", "don't know", "不知道", "不清楚", "不确定"})


def diagnose(
    jsonl: Annotated[Path, typer.Option("--jsonl", metavar="IN", help="Cases, one JSON object a line; - for stdin.")],
    out: Annotated[Path | None, typer.Option(help="Where the answers go. [default: stdout]")] = None,
) -> None:
    """Findings, probabilities, triage, red flags and next questions. Exit code 2 when a line was bad, else 0.

    Answers come in the order of the cases and are written as they are made: a file of any length needs no more memory.
    """
    from xinglin.clinical.assessment.diagnosing import diagnose_lines

    if str(jsonl) != "-" and not jsonl.is_file():
        typer.echo(f"{jsonl} is no file / 不是文件", err=True)
        raise typer.Exit(2)
    bad = False
    with ExitStack() as stack:
        source = sys.stdin if str(jsonl) == "-" else stack.enter_context(jsonl.open(encoding="utf-8"))
        sink = sys.stdout if out is None else stack.enter_context(out.open("w", encoding="utf-8"))
        for told in diagnose_lines(source):
            bad = bad or "error" in told
            sink.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")
    raise typer.Exit(2 if bad else 0)


def intake(
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Take a history in the terminal: tell what is wrong, answer questions, see what is likely. Nothing is kept."""
    from xinglin.clinical.assessment.case import BadCase
    from xinglin.clinical.assessment.intake import Intake

    zh = language == "zh"
    console = frame.console()
    text = typer.prompt("哪里不舒服？多久了？" if zh else "What is wrong, and since when?")
    try:
        state = Intake.begin({"id": "intake", "text": text, "language": language})
        while (asked := state.question) is not None:
            state = _answered(state, typer.prompt(asked.zh if zh else asked.en), zh)
    except BadCase as wrong:
        typer.echo(wrong.zh if zh else str(wrong), err=True)
        raise typer.Exit(2) from wrong
    for line in _summary(state.answer, zh):
        console.print(line, markup=False)


def _answered(state: Any, said: str, zh: bool) -> Any:
    word = said.strip().lower().rstrip("。.!！")
    if word in YES:
        return state.reply(present=True)
    if word in NO:
        return state.reply(present=False)
    if word in UNSURE or not word:
        return state.reply(present=None)
    return state.say(said)


def _summary(answer: dict[str, Any], zh: bool) -> list[str]:
    name, do = ("name_zh", "do_zh") if zh else ("name_en", "do_en")
    lines = [f"!! {one[name]}: {one[do]}" for one in answer["red_flags"]]
    lines += [answer["triage_text"]["zh" if zh else "en"]]
    lines += [("科室：" if zh else "Department: ") + answer["department"][name]]
    for one in answer["differential"][:8]:
        bar = "█" * max(1, round(one["probability"] * 40))
        lines.append(f"{one['probability']:6.1%} {bar} {one[name]} ({one['icd10']})")
    lines.append(f"{answer['other']:6.1%} " + ("其他或未覆盖" if zh else "other or not covered"))
    lines.append(answer["note"]["zh" if zh else "en"])
    return lines
