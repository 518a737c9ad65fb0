"""The audit moment: runs are stored whole and once, beside what was said of the same subjects before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.oversight.people import AFFAIRS, AUDITOR, HOUSE, OTHER_HOUSE, PHYSICIAN, STRANGER, SYSTEM
from tests.unit.oversight.test_due_process import NOW, a_finding

from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import errors, selectors, services
from xinglin.hospital.oversight.models import AuditRun, Fact, GivenVerdict, Judgement, PointEntry
from xinglin.hospital.oversight.selectors import Filters
from xinglin.hospital.oversight.services import Audited

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> list[Audited]:
    """What an audit says of a finding that control had made: the same."""
    verdict = GivenVerdict.objects.select_related("judgement").get(pk=a_finding())
    return [
        Audited(
            institution_id=HOUSE,
            encounter_id=verdict.judgement.encounter_id,
            subject_type="prescription",
            subject_id=verdict.judgement.subject_id,
            core=verdict.core,
            core_hash=verdict.core_hash,
            sentence=T(zh=verdict.sentence_zh, en=verdict.sentence_en),
            hint=T(zh=verdict.hint_zh, en=verdict.hint_en),
            happened_at=NOW,
            facts=(("physician", {"id": str(new_id())}),),
        )
    ]


def store(found: list[Audited], **given: Any) -> Any:
    asked: dict[str, Any] = {
        "actor": AUDITOR,
        "key": "run-1",
        "view": "then",
        "knowledge": "k",
        "manifest": {"rules": 1},
    }
    return services.store_audit(**(asked | {"rows": found, "now": NOW + timedelta(days=1)} | given))


def stored() -> tuple[int, ...]:
    kinds = (AuditRun, Judgement, Fact, GivenVerdict, JournalEntry)
    return tuple(kind.objects.count() for kind in kinds)  # type: ignore[attr-defined]


def test_the_page_of_a_finding_shows_control_and_audit_side_by_side() -> None:
    found = rows()
    store(found, view="hindsight")
    (row,) = selectors.findings(actor=AUDITOR, filters=Filters(moment="audit")).rows
    detail = selectors.finding(actor=AUDITOR, verdict_id=row.id)
    assert [(one.moment_code, one.same, one.view.en if one.view else None) for one in detail.moments] == [
        ("control", True, None),
        ("audit", True, "in hindsight"),
    ]
    assert detail.practitioner_id is not None
    assert selectors.findings(actor=AUDITOR, filters=Filters(rule="B03", once=True)).total == 1
    run = AuditRun.objects.get()
    assert (run.findings, run.undecided, run.manifest) == (1, 0, {"rules": 1})


def test_a_run_is_stored_once() -> None:
    found = rows()
    first = store(found)
    before = stored()
    assert store(list(found), now=NOW + timedelta(days=2)) == first
    assert stored() == before
    with pytest.raises(errors.RunDiffers):
        store([])
    with pytest.raises(errors.RunDiffers):
        store(found, view="hindsight")
    assert stored() == before


def test_what_an_audit_could_not_tell_stands_in_its_answers() -> None:
    found = rows()
    unknown = replace(found[0], core=found[0].core | {"rule": "A01", "outcome": "cannot_tell"}, core_hash="0" * 64)
    store([*found, unknown])
    assert AuditRun.objects.get().undecided == 1
    judgement = Judgement.objects.get(moment="audit")
    assert [answer[3] for answer in judgement.answers] == ["cannot_tell", "finding"]
    assert judgement.verdicts.count() == 1


@pytest.mark.parametrize(("view", "points"), [("hindsight", False), ("then", True)])
def test_what_only_hindsight_gives_brings_no_points(view: str, points: bool) -> None:
    found = rows()
    later = replace(found[0], core_hash="1" * 64)
    store([later], view=view)
    verdict = GivenVerdict.objects.get(core_hash="1" * 64)
    asked: dict[str, Any] = {
        "actor": AUDITOR, "verdict_id": verdict.pk, "decision": "upheld", "words": "x", "now": NOW, "degree": "main",
    }  # fmt: skip
    if not points:
        with pytest.raises(InvalidInput) as refused:
            services.decide_finding(**asked, severity=3)
        assert refused.value.field == "severity"
        services.decide_finding(**asked)
    else:
        services.decide_finding(**asked, severity=3)
    assert PointEntry.objects.exists() is points


WRONG: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    ({"actor": AFFAIRS}, NotAllowed),
    ({"actor": PHYSICIAN}, NotAllowed),
    ({"actor": STRANGER}, NotFound),
    ({"key": " "}, InvalidInput),
    ({"key": "x" * 81}, InvalidInput),
    ({"view": "now"}, InvalidInput),
)


@pytest.mark.parametrize(("given", "kind"), WRONG)
def test_a_refused_audit_leaves_nothing(given: dict[str, Any], kind: type[Exception]) -> None:
    found = rows()
    before = stored()
    with pytest.raises(kind):
        store(found, **given)
    assert stored() == before


@pytest.mark.parametrize("change", [{"rule": "Z99"}, {"outcome": "maybe"}, {"certainty": "?"}, {"scope": "town"}])
def test_a_row_that_is_no_verdict_spoils_the_whole_run(change: dict[str, str]) -> None:
    (found,) = rows()
    before = stored()
    with pytest.raises(InvalidInput) as wrong:
        store([found, replace(found, core=found.core | change)])
    assert wrong.value.field == "rows"
    assert stored() == before


def test_a_day_is_judged_again_with_the_same_result() -> None:
    a_finding()
    a_finding(house=OTHER_HOUSE)
    asked = {"since": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=1), "now": NOW + timedelta(days=1)}
    assert selectors.institutions_judged(actor=SYSTEM, since=asked["since"], until=asked["until"]) == sorted(
        [HOUSE, OTHER_HOUSE]
    )
    for _ in range(2):
        services.audit_day(actor=SYSTEM, institution_id=HOUSE, key="nightly", **asked)
    run = AuditRun.objects.get()
    audit = GivenVerdict.objects.get(rule="B03", moment="audit")
    control = GivenVerdict.objects.get(rule="B03", moment="control", institution_id=HOUSE)
    assert (audit.core_hash, audit.subject, audit.judgement.run_id) == (control.core_hash, control.subject, run.pk)
    assert run.manifest["outcomes"]["B03 finding"] == 1
    before = stored()
    for actor, kind in ((STRANGER, NotFound), (AFFAIRS, NotAllowed)):
        with pytest.raises(kind):
            services.audit_day(actor=actor, institution_id=HOUSE, key="other", **asked)
    assert stored() == before
