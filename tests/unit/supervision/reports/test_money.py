"""The money of whole runs: refunds, revoked claims, claims over several visits, amounts that make no sense.

Lakes are invented, and what may be in breach at most is counted a second time here, row by row.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.worlds import write_lake

from xinglin.benefits.policy import demo_book
from xinglin.supervision.facts.lake import World
from xinglin.supervision.intake.store import Places, opened
from xinglin.supervision.reports import money
from xinglin.supervision.reports.findings import CORE_SCHEMA
from xinglin.supervision.verdicts import Concern

DAY = date(2026, 3, 1)
VISITS, CLAIMS, ITEMS = ("e0", "e1", "e2"), ("c0", "c1"), ("i0", "i1", "i2", "i3", "i4")


@dataclass
class Lake:
    """Rows by table, and findings."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    prescriptions: list[dict[str, Any]] = field(default_factory=list)
    encounters: list[dict[str, Any]] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)

    def write(self, places: Places) -> None:
        """As an audit finds it when money is shared out."""
        places.prepare()
        world = World()
        for name in ("encounters", "prescriptions", "lines", "claims", "items"):
            for row in getattr(self, name):
                world.add(name, row)
        write_lake(world, places.lake)
        (places.work / "found").mkdir()
        pq.write_table(pa.Table.from_pylist(self.found, CORE_SCHEMA), places.work / "found" / "all.parquet")


def a_claim(ident: str, total: int | None = 10_000, **more: Any) -> dict[str, Any]:
    made = {"claim.id": ident, "claim.on": DAY, "claim.encounter_id": "e0", "claim.total_fen": total}
    return made | {"claim.prescription_id": ""} | more


def an_item(ident: str, fen: int | None, claim: str = "c0", visit: str = "e0", **more: Any) -> dict[str, Any]:
    made = {"item.id": ident, "item.claim_id": claim, "item.encounter_id": visit, "item.amount_fen": fen}
    return made | {"item.quantity_milli": 1000, "item.fund_asked": True, "item.origin_id": ""} | more


def a_finding(key: str, scope: str, subject: str, fen: int | None = None, rule: str = "B03") -> dict[str, Any]:
    lines = [{"line": subject, "quantity": None, "fen": fen}] if scope in {"item", "line"} else []
    made: dict[str, Any] = dict.fromkeys(CORE_SCHEMA.names)
    made |= {"rule": rule, "scope": scope, "subject": subject, "hash": key, "lines": lines, "excess_fen": fen}
    return made | {"certainty": "definite", "concern": Concern.EXCESS.value, "concern_order": 6}


@dataclass(frozen=True)
class Told:
    """What was shared out: fen by finding and claim, the role of each finding, the fund's loss where it is told."""

    shares: dict[tuple[str, str], int]
    roles: dict[str, str]
    loss: dict[str, tuple[int | None, str | None]]

    def of(self, key: str) -> int:
        """All that a finding holds."""
        return sum(fen for (one, _), fen in self.shares.items() if one == key)


def shared_out(lake: Lake) -> Told:
    with TemporaryDirectory() as folder:
        places = Places(Path(folder))
        lake.write(places)
        with opened(places) as connection:
            money.prepare(connection, places)
            money.share_out(connection, places)
            money.lose(connection, places, demo_book())
        shares: Counter[tuple[str, str]] = Counter()
        for key, claim, fen in duckdb.sql(
            f"SELECT hash, claim_id, claim_fen FROM read_parquet('{places.work / 'shares.parquet'}')"
        ).fetchall():
            shares[key, claim] += fen
        rows = duckdb.sql(
            "SELECT hash, role, in_breach_fen, fund_loss_fen, no_loss "
            f"FROM read_parquet('{places.work / 'money.parquet'}')"
        ).fetchall()
    told = Told(dict(shares), {row[0]: row[1] for row in rows}, {row[0]: (row[3], row[4]) for row in rows})
    assert {row[0]: row[2] for row in rows} == {one["hash"]: told.of(one["hash"]) for one in lake.found}
    return told


def test_a_refund_a_withdrawal_and_a_revoked_claim_leave_nothing() -> None:
    lake = Lake(
        claims=[a_claim("c0"), a_claim("c1", **{"claim.reversed_at": datetime.fromisoformat("2026-03-02T00:00:00Z")})],
        items=[
            an_item("i0", 1_000),
            an_item("i0-back", -1_000, **{"item.origin_id": "i0", "item.quantity_milli": -1000}),
            an_item("i1", 1_000, **{"item.withdrawn": True}),
            an_item("i2", 1_000, "c1"),
            an_item("i3", 1_000, **{"item.fund_asked": False}),
            an_item("i4", 1_000, **{"item.refunded_milli": 1000}),
        ],
        found=[a_finding(f"f{number}", "item", f"i{number}") for number in range(5)],
    )
    told = shared_out(lake)
    assert [told.of(f"f{number}") for number in range(5)] == [0, 0, 0, 0, 0]
    assert set(told.roles.values()) == {"without_money"}


def test_what_is_left_after_a_part_went_back() -> None:
    lake = Lake(
        claims=[a_claim("c0")],
        items=[
            an_item("i0", 3_000, **{"item.quantity_milli": 3000, "item.refunded_milli": 2000}),
            an_item("i0-back", -2_000, **{"item.origin_id": "i0", "item.quantity_milli": -2000}),
            an_item("i1", 3_000, **{"item.quantity_milli": 3000, "item.refunded_milli": 1000}),
            an_item("i2", 3_000, **{"item.quantity_milli": 3000}),
            an_item("i2-back", -500, **{"item.origin_id": "i2", "item.quantity_milli": -500}),
            an_item("i2-not", -500, **{"item.origin_id": "i2", "item.quantity_milli": -500, "item.withdrawn": True}),
            an_item("i3", 3_000, **{"item.in_scope_fen": 1_200}),
        ],
        found=[a_finding(f"f{number}", "item", f"i{number}") for number in range(4)],
    )
    told = shared_out(lake)
    assert [told.of(f"f{number}") for number in range(4)] == [1_000, 2_000, 2_500, 1_200]


def test_a_claim_over_two_visits_is_one_bound() -> None:
    lake = Lake(
        claims=[a_claim("c0", 1_000)],
        items=[an_item("i0", 900, visit="e0"), an_item("i1", 900, visit="e1")],
        found=[a_finding("f0", "item", "i0"), a_finding("f1", "item", "i1")],
    )
    told = shared_out(lake)
    assert sum(told.shares.values()) == 1_000


def test_what_a_finding_may_take_holds_over_all_its_visits() -> None:
    lake = Lake(
        claims=[a_claim("c0", 10_000)],
        items=[an_item("i0", 900, visit="e0"), an_item("i1", 900, visit="e1")],
        found=[a_finding("f0", "claim", "c0", 1_000)],
    )
    told = shared_out(lake)
    assert (told.of("f0"), told.roles["f0"]) == (1_000, "principal")


def test_a_loss_that_is_known_for_one_claim_alone_is_not_told() -> None:
    """The fund's loss is told for the whole finding or not at all."""
    of_both = {"encounter.id": "e0", "patient.id": "p", "coverage.scheme": "employee", "coverage.benefit": "outpatient"}
    place = {"coverage.area_code": "379900", "institution.level": 2}
    known = {"claim.in_scope_fen": 60_000, "claim.fund_fen": 6_000}
    last = {"claim.on": date(2025, 3, 1), "claim.in_scope_fen": None}
    lake = Lake(
        encounters=[of_both | place],
        claims=[a_claim("c0", 60_000, **known), a_claim("c1", 60_000, **known | last)],
        items=[an_item("i0", 60_000), an_item("i1", 60_000, "c1")],
        found=[a_finding("f0", "encounter", "e0"), a_finding("f1", "item", "i0")],
    )
    told = shared_out(lake)
    assert told.of("f0") == 120_000
    assert told.loss["f0"] == (None, "unknown_cover")
    lake.found = [a_finding("f1", "item", "i0")]
    assert shared_out(lake).loss == {"f1": (6_000, None)}


MAYBE = st.none() | st.booleans()
FEN = st.none() | st.integers(-3_000, 9_000)
MILLI = st.none() | st.integers(-2_000, 4_000)


@st.composite
def lakes(draw: st.DrawFn) -> Lake:
    """Small lakes with everything that comes in from outside: also what makes no sense."""
    lake = Lake()
    for ident in CLAIMS:
        revoked = draw(st.sampled_from([None, None, datetime.fromisoformat("2026-03-02T00:00:00Z")]))
        visit = draw(st.sampled_from([*VISITS, None]))
        rx = draw(st.sampled_from(["", "r0", None]))
        more = {"claim.reversed_at": revoked, "claim.encounter_id": visit, "claim.prescription_id": rx}
        lake.claims.append(a_claim(ident, draw(FEN), **more))
    lake.prescriptions.append({"prescription.id": "r0", "prescription.encounter_id": draw(st.sampled_from(VISITS))})
    lake.lines = [{"line.id": f"l{n}", "line.prescription_id": "r0", "line.amount_fen": draw(FEN)} for n in range(2)]
    for ident in ITEMS:
        more = {
            "item.quantity_milli": draw(MILLI),
            "item.refunded_milli": draw(MILLI),
            "item.in_scope_fen": draw(FEN),
            "item.withdrawn": draw(MAYBE),
            "item.fund_asked": draw(MAYBE),
            "item.origin_id": draw(st.sampled_from(["", "", *ITEMS, None])),
            "item.line_id": draw(st.sampled_from(["", "l0", None])),
            "item.prescription_id": draw(st.sampled_from(["", "r0", None])),
        }
        claim, visit = draw(st.sampled_from([*CLAIMS, "", None])), draw(st.sampled_from([*VISITS, None]))
        lake.items.append(an_item(ident, draw(FEN), **more | {"item.claim_id": claim, "item.encounter_id": visit}))
    subjects = {"item": ITEMS, "line": ("l0", "l1"), "claim": CLAIMS, "encounter": VISITS, "prescription": ("r0",)}
    for number in range(draw(st.integers(1, 6))):
        scope = draw(st.sampled_from(sorted(subjects)))
        fen = draw(st.none() | st.integers(-10, 9_000))
        lake.found.append(a_finding(f"f{number}", scope, draw(st.sampled_from(subjects[scope])), fen))
    return lake


def at_most(lake: Lake, item: dict[str, Any]) -> int:
    """What of an item can be in breach: its money in scope as far as it stands."""
    claim = next((one for one in lake.claims if one["claim.id"] == item["item.claim_id"]), {})
    whole = item["item.amount_fen"] if item["item.in_scope_fen"] is None else item["item.in_scope_fen"]
    stands = item["item.fund_asked"] is not False and not item["item.withdrawn"] and not claim.get("claim.reversed_at")
    if not stands or whole is None or (item["item.amount_fen"] or 0) < 0:
        return 0
    back = 0
    for one in lake.items:
        if one["item.origin_id"] == item["item.id"] and (one["item.amount_fen"] or 0) < 0 and not one["item.withdrawn"]:
            back += one["item.amount_fen"] if one["item.in_scope_fen"] is None else one["item.in_scope_fen"]
    return max(0, whole + back)


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(lakes())
def test_no_lake_makes_findings_exceed_what_stands(lake: Lake) -> None:
    told = shared_out(lake)
    assert all(fen >= 0 for fen in told.shares.values())
    worth = {one["item.id"]: at_most(lake, one) for one in lake.items}
    lines = sum(max(0, one["line.amount_fen"] or 0) for one in lake.lines)
    assert sum(told.shares.values()) <= sum(worth.values()) + lines
    for claim in lake.claims:
        mine = sum(fen for (_, of), fen in told.shares.items() if of == claim["claim.id"])
        if claim["claim.total_fen"] is not None:
            assert mine <= max(0, claim["claim.total_fen"])
        if claim["claim.reversed_at"] is not None:
            assert mine == 0
    for one in lake.found:
        fen = told.of(one["hash"])
        assert one["excess_fen"] is None or fen <= max(0, one["excess_fen"])
        assert one["scope"] != "item" or fen <= worth[one["subject"]]
        assert (told.roles[one["hash"]] == "principal") == (fen > 0)
