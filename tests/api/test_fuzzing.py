"""The API against its own description: no failure of ours, answers as described, nothing invalid accepted.

Every operation is asked by the people who may use it, with requests that fit its schema (and name real visits,
prescriptions and people) and with requests that break it. `make test-long` asks many more times.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.pq import TransactionStatus
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.api.city import City

from xinglin.hospital.config.wsgi import application

SCHEMA = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
QUICK = settings(max_examples=6, derandomize=True)
LONG = settings(max_examples=120)
# One transaction a test: what an operation changed is undone before the next is asked.
pytestmark = pytest.mark.django_db
ALWAYS = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def breakable(label: str) -> bool:
    """Whether a request of this operation has anything that could be wrong in it."""
    raw = OPERATIONS[label].definition.raw
    return bool(raw.get("parameters") or raw.get("requestBody"))


def aimed(draw: Any, value: Any, known: dict[str, list[str]], name: str = "") -> Any:
    """The same request with ids and codes that exist, here and there."""
    if isinstance(value, dict):
        return {key: aimed(draw, part, known, key) for key, part in value.items()}
    if isinstance(value, list):
        return [aimed(draw, part, known, name) for part in value]
    if isinstance(value, str) and known.get(name) and draw(st.integers(0, 4)):
        return draw(st.sampled_from(known[name]))
    return value


def ask(city: City, tokens: dict[str, str], label: str, mode: GenerationMode, draw: Any) -> None:
    """One request, by somebody of the right role most of the time, and every check on the answer."""
    operation = OPERATIONS[label]
    roles = [role for role in operation.definition.raw["x-roles"] if role in tokens] or sorted(tokens)
    role = draw(st.sampled_from(roles if draw(st.integers(0, 9)) else sorted(tokens)))
    case = draw(operation.as_strategy(generation_mode=mode))
    if mode is GenerationMode.POSITIVE:
        case.path_parameters = aimed(draw, dict(case.path_parameters or {}), city.known)
        case.query = aimed(draw, dict(case.query or {}), city.known)
        if isinstance(case.body, dict):
            case.body = aimed(draw, case.body, city.known)
    with alone():
        case.call_and_validate(headers={"Authorization": f"Bearer {tokens[role]}"}, checks=CHECKS)


@contextmanager
def alone() -> Iterator[None]:
    """A request whose statement was refused by the database leaves the next one a sound transaction."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        connection = transaction.get_connection()
        if connection.needs_rollback or not sound(connection):
            transaction.savepoint_rollback(point)
            connection.needs_rollback = False


def sound(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database takes another statement in this transaction."""
    return connection.connection.info.transaction_status != TransactionStatus.INERROR


def run(city: City, label: str, mode: GenerationMode, how: settings) -> None:
    """Ask one operation many times."""
    tokens = {role: city.token(role) for role in city.people}

    @settings(how, **ALWAYS)
    @given(st.data())
    def many(data: st.DataObject) -> None:
        ask(city, tokens, label, mode, data.draw)

    many()


@pytest.mark.parametrize("label", OPERATIONS)
def test_requests_that_fit(city: City, label: str) -> None:
    run(city, label, GenerationMode.POSITIVE, QUICK)


@pytest.mark.parametrize("label", [label for label in OPERATIONS if breakable(label)])
def test_requests_that_do_not_fit(city: City, label: str) -> None:
    run(city, label, GenerationMode.NEGATIVE, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("label", OPERATIONS)
def test_many_requests_that_fit(city: City, label: str) -> None:
    run(city, label, GenerationMode.POSITIVE, LONG)


@pytest.mark.long
@pytest.mark.parametrize("label", [label for label in OPERATIONS if breakable(label)])
def test_many_requests_that_do_not_fit(city: City, label: str) -> None:
    run(city, label, GenerationMode.NEGATIVE, LONG)


@pytest.mark.long
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_edge_of_the_schema(city: City, label: str) -> None:
    """Each bound, each missing or surplus field, each other type and method, one at a time."""
    operation = OPERATIONS[label]
    role = next((role for role in operation.definition.raw["x-roles"] if role in city.people), "patient")
    token = city.token(role)
    cases = SCHEMA.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=SCHEMA.config.generation_for(operation=operation),
    )
    for case in cases:
        with alone():
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[*CHECKS, unsupported_method])
