"""The rules are written in the closed vocabulary, and every rule carries complete papers.

Both engines refuse most offences at run time anyway; this test says what to write instead before anything runs.
"""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from xinglin.supervision import rules, vocabulary
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.plain import KINDS, PlainFacts
from xinglin.supervision.facts.case import READABLE
from xinglin.supervision.facts.words import Coded
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import EXCESS_UNITS, Moment, Outcome
from xinglin.supervision.vocabulary.papers import PLACEHOLDER, Rule

FOLDER = Path(rules.__file__).parent
FILES = sorted(path for path in FOLDER.glob("*.py") if path.name not in {"__init__.py", "sources.py"})
INSTEAD: dict[type[ast.AST], str] = {
    ast.BoolOp: "write & and | between bracketed comparisons",
    ast.Not: "write ~",
    ast.If: "write choose(condition, then, else)",
    ast.IfExp: "write choose(condition, then, else)",
    ast.For: "a rule never walks a list: add a measure",
    ast.While: "a rule never walks a list: add a measure",
    ast.ListComp: "a rule never walks a list: add a measure",
    ast.SetComp: "a rule never walks a list: add a measure",
    ast.DictComp: "a rule never walks a list: add a measure",
    ast.GeneratorExp: "a rule never walks a list: add a measure",
    ast.Lambda: "write a named function of facts in the same file",
    ast.Try: "a missing fact is not an error: it makes the answer unknown",
    ast.With: "a rule has no surroundings",
    ast.Await: "a rule waits for nothing",
    ast.JoinedStr: "sentences stand in the papers",
    ast.Div: "write divide_down or divide_up",
    ast.FloorDiv: "write divide_down",
    ast.Mod: "engines differ in it: not in the vocabulary",
    ast.Pow: "not in the vocabulary",
    ast.In: "write isin(x, [...])",
    ast.NotIn: "write ~isin(x, [...])",
    ast.Is: "write missing(x)",
    ast.IsNot: "write ~missing(x)",
    ast.Global: "a rule knows nothing but its facts",
    ast.Nonlocal: "a rule knows nothing but its facts",
    ast.AugAssign: "name every step",
}

FIRST_RELEASE = {
    "A": "01 02 03 05 06 07 09 10 11 12 13",
    "B": "01 02 03 04 05 06 07 08 09 10 11 12",
    "C": "01 02 03 04 05 06 07 08 09 10 11 12 13 14",
    "D": "01 02 03 04 05 07 09 10 11 13 14 15",
    "E": "01 02 03 05 06 09 10 12 17",
    "F": "05",
    "G": "02 05 07 09 10 12",
    "H": "01 02 04 06 07 08 09",
    "I": "01 02 03 04 06 09 10 12 18 19",
    "J": "01 02 03 06 09 11",
    "L": "01 03 07",
}
"""The rules of the first release, by family."""
ADDED = {"B13", "B14", "D06", "D08", "D19", "J14"}
"""What came after it: the check of medicines told to the law, and the watch over prescribing and reviewing itself."""


SHARED = {
    node.name
    for name in ("payable.py", "checked.py")
    for node in ast.parse((FOLDER / name).read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef)
}
"""Conditions that families share: held to the vocabulary like every file here."""


def offences(source: str) -> list[str]:
    """Everything in the functions of a file that is outside the vocabulary, with what to write instead."""
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    known = set(vocabulary.__all__) | {function.name for function in functions} | SHARED
    found = [
        f"line {node.lineno}: only functions and imports stand in a file of rules"
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.ImportFrom | ast.Expr)
    ]
    for function in functions:
        for node in (part for statement in function.body for part in ast.walk(statement)):
            found += [f"line {getattr(node, 'lineno', function.lineno)}: {word}" for word in _wrong(node, known)]
    return found


def _wrong(node: ast.AST, known: set[str]) -> Iterator[str]:
    if type(node) in INSTEAD:
        yield f"{type(node).__name__}: {INSTEAD[type(node)]}"
    if isinstance(node, ast.Compare):
        if len(node.ops) > 1:
            yield "chained comparison: write (a < b) & (b < c)"
        if any(isinstance(part, ast.Constant) and part.value is None for part in (node.left, *node.comparators)):
            yield "comparison with None: write missing(x)"
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield f"float {node.value}: count whole numbers of the smallest unit"
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in known):
        yield f"{ast.unparse(node.func)}() is not in the vocabulary; add a measure, or a word in every engine"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rules_use_the_vocabulary_only(path: Path) -> None:
    assert offences(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return f.a.b and f.a.c", "BoolOp"),
        ("return not f.a.b", "Not"),
        ("if f.a.b:\n        return f.a.c", "choose"),
        ("return 1 if f.a.b else 2", "choose"),
        ("return f.a.b in [1, 2]", "isin"),
        ("return 1 < f.a.b < 3", "chained"),
        ("return f.a.b == None", "missing"),
        ("return f.a.b is None", "missing"),
        ("return f.a.b > 0.5", "float"),
        ("return len(f.a.b)", "len()"),
        ("return f.a.b.lower()", "lower()"),
        ("return [x for x in f.a.b]", "measure"),
        ("for x in f.a.b:\n        pass", "measure"),
        ("return f.a.b / 2", "divide"),
        ("return f.a.b % 2", "Mod"),
        ("return (lambda: f.a.b)()", "named function"),
        ("try:\n        return f.a.b\n    finally:\n        pass", "unknown"),
    ],
)
def test_every_offence_is_reported(body: str, says: str) -> None:
    assert any(says in offence for offence in offences(f"def a99(f):\n    {body}\n"))


def test_a_file_of_rules_holds_nothing_but_rules() -> None:
    assert offences("LIMIT = 5\n") == ["line 1: only functions and imports stand in a file of rules"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rules_import_facts_and_vocabulary_only(path: Path) -> None:
    allowed = {"__future__", "datetime", "xinglin.supervision.facts", "xinglin.supervision.vocabulary"}
    tree = ast.parse(path.read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    shared = {f"xinglin.supervision.rules.{name}" for name in ("sources", "payable", "checked")}
    assert imported <= allowed | shared


# PAPERS


def test_the_catalogue_lists_every_rule_once() -> None:
    modules = [importlib.import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules([FOLDER])]
    written = {id(value) for module in modules for value in vars(module).values() if isinstance(value, Rule)}
    assert written == {id(rule) for rule in RULES}
    assert len({(rule.id, rule.version) for rule in RULES}) == len(RULES)
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)


def test_the_first_release_is_complete() -> None:
    promised = [family + number for family, numbers in FIRST_RELEASE.items() for number in numbers.split()]
    assert len(promised) == 91
    assert {rule.id for rule in RULES} == set(promised) | ADDED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_papers_are_complete(rule: Rule) -> None:
    assert set(rule.moments) == set(Moment)
    assert all(text.strip() for text in (*rule.title, *rule.sentence, *rule.hint, *rule.why))
    assert rule.reviewed is None, "nobody has reviewed a rule yet; a date here needs a person"
    for source in rule.source:
        assert all((*source.law, *source.article))
    for language in (rule.sentence.zh, rule.sentence.en):
        for path in PLACEHOLDER.findall(language):
            group, _, name = path.partition(".")
            known = {"excess": name in EXCESS_UNITS, "limits": name in rule.limits, "lists": name in rule.lists}
            assert known.get(group, group in READABLE[rule.scope] and path in KINDS), path
    assert set(PLACEHOLDER.findall(rule.sentence.zh)) >= {
        path for path in PLACEHOLDER.findall(rule.sentence.en) if not path.endswith("_en")
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_reads_exactly_the_limits_and_lists_of_its_papers(rule: Rule) -> None:
    asked: set[str] = set()

    class Watching(PlainFacts):
        def term(self, path: str):  # type: ignore[no-untyped-def]
            asked.add(path)
            return super().term(path)

    rule.body(Watching(rule.id, rule, rule.scope, {}, load_knowledge()))
    looked_up = {path for path in asked if path.split(".")[0] in {"limits", "lists"}}
    assert looked_up == {f"limits.{name}" for name in rule.limits} | {f"lists.{name}" for name in rule.lists}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_knows_no_moment_and_no_consequence(rule: Rule) -> None:
    assert rule.body.__code__.co_argcount == 1
    assert not {"Moment", "moment"} & set(rule.body.__code__.co_names)


def test_every_limit_and_list_is_asked_by_some_rule_or_measure() -> None:
    knowledge = load_knowledge()
    asking = (*RULES, *MEASURES)
    assert {name for one in asking for name in one.limits} == set(knowledge.limits)
    assert {name for one in asking for name in one.lists} == set(knowledge.lookups)


def test_every_row_of_knowledge_names_its_source() -> None:
    knowledge = load_knowledge()
    tables = [*knowledge.tables.values(), *(limit.table for limit in knowledge.limits.values())]
    for table in tables:
        assert all(table.meaning)
        for row in table.rows:
            assert all((*row.basis.law, *row.basis.article)), row


def test_enumerations_are_in_both_languages() -> None:
    for kind in (Outcome, *(kind for kind in KINDS.values() if issubclass(kind, Coded))):
        assert all(member.zh and member.en for member in kind)
