"""A rule tried with other limits over a small lake: both sides, their difference, and what cannot be tried."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.intake.store import lake_schema
from xinglin.supervision.reports.backtest import Asked, Comparison, backtest
from xinglin.supervision.reports.backtest_told import as_json, said
from xinglin.supervision.reports.trial import BadTrial, limits_of, tried
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Outcome

B03 = find_rule("B03")
E = "encounter_id, encounter_on, patient_id, institution_id, institution_name_zh, institution_territory_code"
ROWS = {
    "encounters": (
        E,
        "('e1', '2026-03-01', 'p1', 'h1', '演示一院', '379900'), "
        "('e2', '2026-04-05', 'p2', 'h2', '演示二院', '370100')",
    ),
    "prescriptions": (
        "prescription_id, prescription_encounter_id, prescription_on, prescription_kind, prescription_ended, "
        "prescription_reason_recorded, prescription_long_assessed, prescription_long_patient_signed",
        "('r1', 'e1', '2026-03-01', 'ordinary', false, false, false, false), "
        "('r2', 'e2', '2026-04-05', 'ordinary', false, false, false, false)",
    ),
    # Two units a pack and two a day: as many packs as days.
    "lines": (
        "line_id, line_prescription_id, line_drug_code, line_drug_zh, line_quantity, line_pack_content, line_dose, "
        "line_frequency_code, line_dose_measured, line_amount_fen, line_decoction, line_solvent",
        "('l1', 'r1', 'd1', '甲药', 10, 2, 1, 'bid', true, 10000, false, false), "
        "('l2', 'r1', 'd2', '乙药', 5, 2, 1, 'bid', true, 2000, false, false), "
        "('l3', 'r2', 'd3', '丙药', 6, 2, 1, 'bid', true, 3000, false, false), "
        "('l4', 'r2', 'd4', '丁药', 6, 2, 1, 'bid', NULL, 3000, false, false)",
    ),
    "claims": (
        "claim_id, claim_on, claim_encounter_id, claim_prescription_id, claim_total_fen, claim_in_scope_fen",
        "('c1', '2026-03-01', 'e1', 'r1', 12000, 12000), ('c2', '2026-04-05', 'e2', 'r2', 300, 300)",
    ),
    "items": (
        "item_id, item_encounter_id, item_claim_id, item_prescription_id, item_line_id, item_on, item_amount_fen, "
        "item_in_scope_fen, item_fund_asked",
        "('i1', 'e1', 'c1', 'r1', 'l1', '2026-03-01', 10000, 8000, true), "
        "('i2', 'e1', 'c1', 'r1', 'l2', '2026-03-01', 2000, 2000, false)",
    ),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two visits in two places with four lines; one table lies in a folder of months."""
    made = tmp_path_factory.mktemp("lake")
    with duckdb.connect() as sql:
        for table, (columns, rows) in ROWS.items():
            kinds = dict(lake_schema(table))
            casts = ", ".join(f"CAST({name} AS {kinds[name]}) AS {name}" for name in columns.split(", "))
            target = made / f"{table}.parquet"
            if table == "lines":
                (made / "lines").mkdir()
                target = made / "lines" / "2026-03.parquet"
            sql.execute(f"COPY (SELECT {casts} FROM (VALUES {rows}) AS t({columns})) TO '{target}' (FORMAT parquet)")
    return made


def compared(lake: Path, **given: Any) -> Comparison:
    return backtest(lake, B03, load_knowledge(), Asked(**given))


def test_both_sides_stand_side_by_side(lake: Path) -> None:
    made = compared(lake, given={"supply_days_ordinary": "5"})
    assert (made.before.looked_at, made.after.looked_at) == (4, 4)
    assert (made.before.findings, made.after.findings) == (1, 2)
    assert (made.before.undecided, made.after.undecided) == (1, 1)
    assert (made.only_before, made.only_after) == (0, 1)
    (example,) = made.examples_after
    assert (example.subject, example.institution, example.elsewhere.en) == ("l3", "演示二院", "clear")
    assert "丙药" in example.sentence.zh
    assert (made.rate_of, made.per_hundred(made.before), made.per_hundred(made.after)) == (2, 50.0, 100.0)
    assert made.reminds
    assert made.rate_name.en == "per 100 prescriptions"


def test_money_is_what_is_in_scope_and_never_more_than_the_claim(lake: Path) -> None:
    made = compared(lake, given={"supply_days_ordinary": "1"})
    # l1: nine of ten packs are 9,000, of which the fund sees 8,000; l2 asks no money of the fund; l3: claim of 300.
    assert made.after.places["h1"].fen == 8_000
    assert made.after.places["h2"].fen == 300
    assert made.after.fen == 8_300
    assert made.before.fen == 3_000


def test_institutions_and_months_are_told_for_both(lake: Path) -> None:
    made = compared(lake, given={"supply_days_ordinary": "5"})
    assert [(name, one.findings, other.findings) for _, name, one, other in made.top()] == [
        ("演示一院", 1, 1),
        ("演示二院", 0, 1),
    ]
    assert [(month, one.findings, other.findings) for month, one, other in made.months()] == [
        ("2026-03", 1, 1),
        ("2026-04", 0, 1),
    ]


def test_a_place_and_a_period_narrow_what_is_counted(lake: Path) -> None:
    near = compared(lake, given={"supply_days_ordinary": "5"}, territory="3701")
    assert (near.before.looked_at, near.before.findings, near.after.findings, near.rate_of) == (2, 0, 1, 1)
    march = compared(lake, given={"supply_days_ordinary": "5"}, until_on=date(2026, 3, 31))
    assert (march.before.looked_at, march.before.findings, march.after.findings) == (2, 1, 1)


def test_a_looser_limit_frees(lake: Path) -> None:
    made = compared(lake, given={"supply_days_ordinary": "30"})
    assert (made.only_before, made.only_after, made.after.findings) == (1, 0, 0)
    assert made.examples_before[0].subject == "l1"
    assert "1 fewer" in said(made).en


def test_without_a_change_both_sides_are_the_rule_in_force(lake: Path) -> None:
    made = compared(lake)
    assert made.changed == ()
    assert made.before == made.after
    assert (made.only_before, made.only_after) == (0, 0)


def test_the_sides_are_what_the_audit_says(lake: Path) -> None:
    """The counts are those of the engine under the same knowledge, not a second arithmetic."""
    from xinglin.supervision.reports.auditing import PlainAuditor

    whole = lake.parent / "whole"
    whole.mkdir(exist_ok=True)
    with duckdb.connect() as sql:
        from xinglin.supervision.facts.lake import TABLES
        from xinglin.supervision.reports.backtest_money import source

        for table in TABLES:
            sql.execute(f"COPY (FROM {source(lake, table)}) TO '{whole / f'{table}.parquet'}' (FORMAT parquet)")
    knowledge, _ = tried(B03, load_knowledge(), {"supply_days_ordinary": "5"})
    (tally,), _ = PlainAuditor(whole, knowledge, [B03]).judge(B03.scope)
    made = compared(lake, given={"supply_days_ordinary": "5"})
    assert {code: tally.outcomes.get(code, 0) for code in made.after.outcomes} == made.after.outcomes
    assert sum(made.after.outcomes.values()) == tally.asked


def test_a_document_for_programs(lake: Path) -> None:
    told = json.loads(json.dumps(as_json(compared(lake, given={"supply_days_ordinary": "5"}))))
    assert told["after"]["findings"] == 2
    assert told["changed"][0]["tried"] == 5
    assert told["changed"][0]["in_force"][0]["value"] == 7
    assert told["seconds"] > 0


def test_a_wrong_name_lists_the_limits(lake: Path) -> None:
    with pytest.raises(BadTrial) as refused:
        compared(lake, given={"dayz": "5"})
    for limit in limits_of(B03, load_knowledge()):
        assert limit.name in refused.value.said.en
        assert limit.now.en in refused.value.said.en
    assert "unit: days" in refused.value.said.en
    assert "单位：天" in refused.value.said.zh
    assert refused.value.field == "dayz"


@pytest.mark.parametrize("value", ["", "-3", "ten", "3.5", "9" * 13, "٣"])
def test_a_wrong_value_says_what_would_be_right(value: str) -> None:
    with pytest.raises(BadTrial, match="whole number"):
        tried(B03, load_knowledge(), {"supply_days_ordinary": value})


def test_a_rule_without_limits_says_so() -> None:
    bare = next(rule for rule in RULES if not rule.limits)
    with pytest.raises(BadTrial, match="no limits to change"):
        tried(bare, load_knowledge(), {"limit": "3"})


def test_the_only_limit_may_be_called_limit() -> None:
    single = next(rule for rule in RULES if len(rule.limits) == 1)
    _, (changed,) = tried(single, load_knowledge(), {"limit": "1"})
    assert changed.limit.name == single.limits[0]


def test_yes_or_no() -> None:
    switch = next(rule for rule in RULES if any(one.kind is bool for one in limits_of(rule, load_knowledge())))
    limit = next(one for one in limits_of(switch, load_knowledge()) if one.kind is bool)
    _, (changed,) = tried(switch, load_knowledge(), {limit.name: "no"})
    assert changed.value is False
    with pytest.raises(BadTrial, match="yes or no"):
        tried(switch, load_knowledge(), {limit.name: "2"})


def test_wrong_surroundings_are_refused(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(BadTrial, match="no table lines"):
        compared(tmp_path)
    with pytest.raises(BadTrial, match="before the first"):
        compared(lake, from_on=date(2026, 2, 1), until_on=date(2026, 1, 1))
    with pytest.raises(BadTrial, match="digits"):
        compared(lake, territory="37x")


def test_every_limit_has_a_unit_in_both_languages() -> None:
    knowledge = load_knowledge()
    for rule in RULES:
        for limit in limits_of(rule, knowledge):
            assert any("一" <= letter <= "鿿" or letter == "/" for letter in limit.unit.zh), limit.unit


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xinglin", "rules", *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_prints_both_sides(lake: Path) -> None:
    done = run("backtest", "b03", "--with", "supply_days_ordinary=5", "--lake", str(lake), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["before"]["findings"], told["after"]["findings"]) == (0, 1, 2)
    shown = run("backtest", "B03", "--with", "supply_days_ordinary=5", "--lake", str(lake))
    assert "演示二院" in shown.stdout
    assert "7 → 5" in shown.stdout


def test_the_command_refuses_in_a_sentence(lake: Path) -> None:
    wrong = run("backtest", "B03", "--with", "x=1", "--lake", str(lake))
    assert (wrong.returncode, "supply_days_ordinary" in wrong.stderr, wrong.stdout) == (2, True, "")
    letters = run("backtest", "B03", "--with", "supply_days_ordinary=many", "--lake", str(lake))
    assert (letters.returncode, "whole number" in letters.stderr) == (2, True)
    assert run("backtest", "Z99").returncode == 2
    assert run("backtest", "B03", "--with", "supply").returncode == 2
    assert run("backtest", "B03", "--from", "yesterday").returncode == 2
    assert run("show", "Z99").returncode == 2


def test_list_and_show() -> None:
    listed = json.loads(run("list", "--json").stdout)
    assert [one["id"] for one in listed] == [rule.id for rule in RULES]
    shown = json.loads(run("show", "B03", "--json").stdout)
    assert [limit["name"] for limit in shown["limits"]] == list(B03.limits)
    assert Outcome.FINDING not in run("list", "--family", "Q").stdout
