"""Tables and models agree, migrations do not fork, and none of them imports code that will change."""

import ast

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation
from tests.structure.source import HOSPITAL, tree, where

LASTING = ("xinglin.hospital.kernel.immutable", "xinglin.hospital.kernel.ids")
"""What migrations may import: what never changes its meaning."""


def ours() -> set[str]:
    return {config.label for config in apps.get_app_configs() if config.name.startswith("xinglin.")}


def test_no_migration_is_missing() -> None:
    loader = MigrationLoader(None)
    with translation.override(None):  # Labels of libraries are translated; migrations hold the originals.
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph)
    assert {label: [m.operations for m in made] for label, made in changes.items() if label in ours()} == {}


def test_migrations_do_not_fork() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}


def test_migrations_import_no_project_code() -> None:
    found = []
    for path in sorted(HOSPITAL.glob("*/migrations/*.py")):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [
                f"{where(path, node)}: {name}"
                for name in names
                if name.startswith("xinglin.") and not name.startswith(LASTING)
            ]
    assert found == []
