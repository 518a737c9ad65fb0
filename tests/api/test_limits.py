"""A limit changed by programs alone: tried by the worker, proposed, in shadow, approved by another, in force by day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.world import Caller, House
from tests.unit.web.test_auditor_trying import records as records

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight.selectors import knowledge_in_force
from xinglin.hospital.regulator.services import run_trial

LIMIT = "supply_days_ordinary"


@pytest.fixture
def desk(records: Path, real_house: House, settings: Any, tmp_path: Path) -> tuple[Caller, Caller]:
    """An auditor and a regulator of an installation of its own (made first: its keys are), with records to try on."""
    settings.XINGLIN_KNOWLEDGE = tmp_path / "knowledge"
    return real_house.staff(real_house.auditor), real_house.staff(real_house.regulator)


def tried(house: House, desk: Caller, **given: str) -> str:
    """A trial that the worker has done."""
    trial = str(desk.post("/rules/B03/trials", given=given)["id"])
    assert desk.get(f"/rule-trials/{trial}")["state"] == "waiting"
    run_trial(actor=system_actor("worker"), trial_id=trial, now=house.clock.at)  # type: ignore[arg-type]
    told = desk.get(f"/rule-trials/{trial}")
    assert told["state"] == "done", told
    sides = [(told["result"][side]["findings"], told["result"][side]["in_breach_fen"]) for side in ("before", "after")]
    assert sides == [(1, 3000), (0, 0)]
    return trial


def test_the_four_steps(desk: tuple[Caller, Caller], real_house: House) -> None:
    auditor, regulator = desk
    (limit,) = [one for one in auditor.get("/rules/B03/limits") if one["limit"] == LIMIT]
    assert [row["value"] for row in limit["rows"]] == ["7"]
    trial = tried(real_house, auditor, **{LIMIT: "14"})
    first = (real_house.clock.at + timedelta(days=30)).date()
    change = auditor.post(
        "/limit-changes", trial_id=trial, limit=LIMIT, territory="3709", from_on=str(first), basis="文件", reason="试算"
    )["id"]
    way = f"/limit-changes/{change}"
    assert auditor.refused("POST", f"{way}/approval", {"words": "早"})[1] == "oversight.limit_out_of_order"
    assert regulator.refused("POST", f"{way}/shadow", {})[0] == 403
    auditor.post(f"{way}/shadow", {})
    assert auditor.refused("POST", f"{way}/approval", {"words": "自批"})[1] == "oversight.another_person_needed"
    regulator.post(f"{way}/approval", words="已看")
    (told,) = regulator.get("/rules/B03/limit-changes")
    assert (told["state"], told["value"]["en"], told["territory"], told["in_force"]) == (
        "approved",
        "14",
        "3709",
        False,
    )
    known = knowledge_in_force()
    assert [known.limit(LIMIT, day, "370902") for day in (first - timedelta(days=1), first)] == [7, 14]
    (limit,) = [one for one in auditor.get("/rules/B03/limits") if one["limit"] == LIMIT]
    assert {"value": "14", "territory": "3709", "since": str(first), "until": None} in limit["rows"]
    assert regulator.refused("POST", f"{way}/withdrawal", {"words": "不"})[1] == "oversight.limit_out_of_order"


def test_what_cannot_be_said_of_a_limit(desk: tuple[Caller, Caller], real_house: House) -> None:
    auditor, _ = desk
    for path in ("/rules/Z99/limits", "/rules/Z99/limit-changes"):
        assert auditor.refused("GET", path)[0] == 404
    assert auditor.refused("POST", "/rules/Z99/trials", {"given": {}})[0] == 404
    for given in ({LIMIT: "many"}, {"no_such_limit": "3"}, {LIMIT: "-1"}):
        status, _code = auditor.refused("POST", "/rules/B03/trials", {"given": given})[:2]
        assert status == 422
    trial = tried(real_house, auditor, **{LIMIT: "14"})
    asked = {
        "trial_id": trial,
        "limit": LIMIT,
        "basis": "文件",
        "reason": "试算",
        "from_on": str(real_house.clock.at.date()),
    }
    assert auditor.refused("POST", "/limit-changes", asked)[0] == 422, "a day that has begun"
    later = asked | {"from_on": str((real_house.clock.at + timedelta(days=2)).date())}
    for wrong in ({"territory": "Shandong"}, {"basis": " "}, {"reason": ""}):
        assert auditor.refused("POST", "/limit-changes", later | wrong)[0] == 422
    assert auditor.refused("POST", "/limit-changes", later | {"limit": "supply_days_long"})[0] == 404, "was not tried"
    assert auditor.refused("POST", f"/limit-changes/{trial}/shadow", {})[0] == 404
    assert auditor.get("/rules/B03/limit-changes") == []
