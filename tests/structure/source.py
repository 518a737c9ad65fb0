"""What the structure tests look at: our files, their syntax trees, and the order of the modules."""

import ast
import configparser
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "xinglin"
HOSPITAL = SRC / "hospital"
GENERATED = ("migrations",)
"""Folders whose files a tool writes; nothing else is excused from the limits."""


def python_files(*, with_tests: bool) -> list[Path]:
    """Our Python files, without generated ones."""
    folders = [SRC, ROOT / "scripts"] + ([ROOT / "tests"] if with_tests else [])
    return sorted(
        path for folder in folders for path in folder.rglob("*.py") if not set(GENERATED) & set(path.parts[:-1])
    )


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, nested ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def where(path: Path, node: ast.AST | None = None) -> str:
    """`src/xinglin/x.py:12`, as editors open it."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def published_files() -> list[Path]:
    """Every file that belongs to the repository, with those about to be added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # A copy without its history, such as a release archive.
        return [
            path for path in ROOT.rglob("*") if path.is_file() and not any(part[0] == "." for part in path.parts[1:])
        ]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@cache
def layers() -> dict[str, int]:
    """The hospital's modules and their height, lowest 0, as .importlinter draws them."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    lines = config["importlinter:contract:hospital-layers"]["layers"].split("\n")
    heights: dict[str, int] = {}
    for height, line in enumerate(reversed([line for line in lines if line.strip()])):
        for name in line.split("|"):
            heights[name.strip().strip("()")] = height
    return heights
