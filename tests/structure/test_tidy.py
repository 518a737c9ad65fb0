"""Limits that are tests. One walk over all files; each offence names its place and what to do."""

import ast
import re
from pathlib import Path

import pytest
from tests.structure.source import HOSPITAL, ROOT, SRC, functions, published_files, python_files, tree, where

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 500
LEFTOVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
ABBREVIATIONS = {"mgr", "ctx_mgr", "tmp_val", "cfg_mgr", "utils", "misc", "lib", "core", "common", "helpers"}
"""Names of files that become attics or say nothing."""

ELSEWHERE = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/\w",  # A path of one machine.
            r"(?<![\w.])/t" + r"mp/\w",
            "files.python" + "hosted", "py" + r"pi\.org/simple", "registry.npm" + "js", r"\.\./sha" + "red",
            r"--(?:extra-)?index-url|--find" + "-links",
        )
    )
)  # fmt: skip
ELSEWHERE_ALLOWED = {".ci/run": r"\.\./sha" + "red/data", "Makefile": "--no-emit-[a-z-]+"}
CLOCKS = {"timezone.now", "clock.now", "time.time"}
TEXT_BYTES_MAX = 2_000_000


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{where(path, node)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in python_files(with_tests=True)
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_files_stay_short() -> None:
    long = [
        f"{where(path)}: {count} lines"
        for path in python_files(with_tests=True)
        if (count := len(path.read_text().splitlines())) > FILE_LINES_MAX
    ]
    assert long == []


def test_nothing_is_left_over() -> None:
    found = [
        f"{where(path)}:{number}: {line.strip()[:80]}"
        for path in python_files(with_tests=True)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LEFTOVER.search(line)
    ]
    assert found == []


def test_no_bare_except_and_no_print() -> None:
    found = []
    for path in python_files(with_tests=False):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                found.append(f"{where(path, node)}: name the exception")
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == "print" and SRC in path.parents:
                found.append(f"{where(path, node)}: nothing in src prints")
    assert found == []


def _naive(node: ast.Call) -> bool:
    """`datetime.now()`, `datetime.utcnow()`, `datetime.today()`, `date.today()`, or an instant built without a zone."""
    called = ast.unparse(node.func)
    named = {keyword.arg for keyword in node.keywords}
    if called.endswith(("datetime.utcnow", "datetime.today", "date.today", "utcfromtimestamp")):
        return True
    if called.endswith(("datetime.now", "datetime.fromtimestamp")):
        return "tz" not in named and len(node.args) < (1 if called.endswith("now") else 2)
    return called in {"datetime", "datetime.datetime"} and "tzinfo" not in named and len(node.args) < 8


def test_every_instant_has_a_zone() -> None:
    found = [
        f"{where(path, node)}: {ast.unparse(node)[:70]}"
        for path in python_files(with_tests=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _naive(node) and not _excused(path, node)
    ]
    assert found == []


def _excused(path: Path, node: ast.Call) -> bool:
    """A test that hands over a naive instant on purpose says so to ruff, and so to us."""
    return "noqa: DTZ" in path.read_text().splitlines()[node.lineno - 1]


@pytest.mark.parametrize(
    ("text", "naive"),
    [
        ("datetime.now()", True),
        ("datetime.datetime.utcnow()", True),
        ("datetime(2026, 1, 1)", True),
        ("date.today()", True),
        ("datetime.now(tz=SHANGHAI)", False),
        ("datetime.now(SHANGHAI)", False),
        ("datetime(2026, 1, 1, tzinfo=SHANGHAI)", False),
        ("date(2026, 1, 1)", False),
    ],
)
def test_the_test_knows_a_naive_instant(text: str, naive: bool) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert _naive(call) is naive


def test_services_and_selectors_read_no_clock() -> None:
    """Time is passed in as `now`; the clock is read at the edges (web, api, cli, tasks, config) alone."""
    edges = {"web", "api", "interop", "demo", "config"}
    found = []
    for path in python_files(with_tests=False):
        if HOSPITAL not in path.parents or path.relative_to(HOSPITAL).parts[0] in edges or path.name == "tasks.py":
            continue
        for node in ast.walk(tree(path)):
            clock = isinstance(node, ast.ImportFrom) and node.module == "xinglin.hospital.kernel.clock"
            imported = clock and any(alias.name == "now" for alias in node.names)
            called = isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS
            if imported or called:
                found.append(f"{where(path, node)}: take `now` as an argument")
    assert found == []


def test_names_say_something() -> None:
    found = [where(path) for path in python_files(with_tests=True) if path.stem in ABBREVIATIONS]
    found += [where(path.parent) for path in python_files(with_tests=True) if path.parent.name in ABBREVIATIONS]
    assert found == []


def _text(path: Path) -> str:
    if path.stat().st_size > TEXT_BYTES_MAX:
        return ""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = []
    for path in published_files():
        name = str(path.relative_to(ROOT))
        allowed = ELSEWHERE_ALLOWED.get(name)
        for number, line in enumerate(_text(path).splitlines(), 1):
            looked_at = re.sub(allowed, "", line) if allowed else line
            if hit := ELSEWHERE.search(looked_at):
                found.append(f"{name}:{number}: {hit.group()}")
    assert found == []
