"""A module is entered through its doors, and every arrow points down, also those that hide in strings."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.db import models
from tests.structure.source import ROOT, layers

DOORS = {"services", "selectors", "events", "errors", "access"}
EXTRA_DOORS = {"bulk": {"demo", "interop"}, "ports": {"interop"}}
"""Doors for some: loading many rows at once, and the protocols that adapters implement."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("xinglin", cache_dir=None)


def offences(graph: grimp.ImportGraph) -> list[str]:
    """Imports that enter a module of the hospital otherwise than through a door."""
    found = []
    for importer in graph.modules:
        here = importer.split(".")
        if here[:2] != ["xinglin", "hospital"] or len(here) < 4:
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            there = imported.split(".")
            if there[:2] != ["xinglin", "hospital"] or len(there) < 3:
                continue
            if there[2] in {here[2], "kernel"} or here[2] == "config":
                continue
            door = there[3] if len(there) > 3 else ""
            if door not in DOORS and here[2] not in EXTRA_DOORS.get(door, set()):
                found.append(f"{importer} → {imported}")
    return sorted(found)


def test_modules_are_entered_through_their_doors(graph: grimp.ImportGraph) -> None:
    assert offences(graph) == []


def test_the_test_sees_an_offence() -> None:
    planted = grimp.ImportGraph()
    planted.add_import(importer="xinglin.hospital.settlement.services", imported="xinglin.hospital.pharmacy.models")
    planted.add_import(importer="xinglin.hospital.web.patient", imported="xinglin.hospital.identity.bulk")
    planted.add_import(importer="xinglin.hospital.settlement.services", imported="xinglin.hospital.pharmacy.selectors")
    assert len(offences(planted)) == 2


def test_arrows_between_modules_point_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_relations_between_tables_point_down() -> None:
    heights = layers()
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("xinglin."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, models.ForeignKey | models.ManyToManyField) else None
            if target is None or isinstance(target, str) or not target.__module__.startswith("xinglin."):
                continue
            own, other = model._meta.app_label, target._meta.app_label
            if own != other and heights[other] >= heights[own]:
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_every_app_has_its_place() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("xinglin.hospital.")}
    assert ours <= set(layers()) | {"config"}
