"""The monthly comments: how many, which by the seed, who may, what is said, and the numbers of the report. No one here
exists."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import builders as make
from tests.unit.pharmacy.world import ATORVASTATIN, METFORMIN, PARACETAMOL, VALSARTAN, World, a_line

from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.pharmacy import sampling, selectors, services
from xinglin.hospital.pharmacy.errors import MonthNotOver, NothingToSample, OnlyTheHead, TitleBelowCommenter
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.review_models import Comment, CommentSample

MONTH = make.NOW.date().replace(day=1)
LATER = 60 * 24 * 40
"""Minutes after which the month is over."""


@pytest.mark.parametrize(
    ("population", "outpatient", "discharged"),
    [
        (0, 0, 0),
        (30, 30, 30),
        (99, 99, 30),
        (100, 100, 30),
        (5000, 100, 50),
        (100_000, 100, 1000),
        (100_001, 101, 1001),
    ],
)
def test_the_size_is_share_or_number_whichever_is_more(population: int, outpatient: int, discharged: int) -> None:
    assert sampling.OUTPATIENT.size(population) == outpatient
    assert sampling.DISCHARGED.size(population) == discharged


@given(st.lists(st.uuids(), unique=True, max_size=60), st.integers(0, 80), st.text("0123456789abcdef", min_size=1))
def test_a_draw_can_be_drawn_again_in_any_order(ids: list[UUID], size: int, seed: str) -> None:
    drawn = sampling.draw(ids, seed, size)
    assert drawn == sampling.draw(reversed(ids), seed, size)
    assert len(drawn) == len(set(drawn)) == min(size, len(ids))
    assert set(drawn) <= set(ids)
    assert sampling.draw(ids, seed, size + 1)[: len(drawn)] == drawn, "a larger sample holds the smaller"
    assert sampling.fingerprint(ids) == sampling.fingerprint(reversed(ids))


def test_the_draw_is_fair() -> None:
    ids = [UUID(int=n) for n in range(200)]
    counts = dict.fromkeys(ids, 0)
    for seed in range(400):
        for one in sampling.draw(ids, f"{seed:x}", 50):
            counts[one] += 1
    assert 60 <= min(counts.values()) <= max(counts.values()) <= 145, "each is expected a hundred times of 400"


def approved(world: World) -> list[Prescription]:
    """Three approved prescriptions of the month, and one that was returned."""
    lines = [a_line(), a_line(METFORMIN, dose_units=500000, frequency="bid")]
    statin = world.draft(lines=[a_line(ATORVASTATIN, dose_units=20000, frequency="qn")])
    first = world.approved(world.draft(lines=lines))
    second = world.approved(statin)
    third = world.approved(world.draft(lines=[a_line(PARACETAMOL, dose_units=500000, frequency="tid", days=3)]))
    world.review(world.issue(world.draft(lines=[a_line(VALSARTAN, dose_units=80000)])), "return", codes=["2-5"])
    return [first, second, third]


def head() -> make.Someone:
    """The head of the pharmacy."""
    return make.a_pharmacist(title="chief_pharmacist")


def draw(world: World, who: make.Someone, at: int = LATER, month: date = MONTH) -> CommentSample:
    """Draw the sample."""
    now = world.later(at)
    house = world.pharmacist.institution_id
    return services.draw_sample(actor=who.at(now), institution_id=house, month_on=month, now=now)


def say(world: World, who: make.Someone, sampled_id: UUID, codes: Sequence[str] = (), **changes: Any) -> Comment:
    """Comment one."""
    now = world.later(changes.pop("at", LATER + 5))
    values: dict[str, Any] = {"reasonable": not codes, "codes": codes, "line_ids": (), "text": ""} | changes
    return services.comment_prescription(actor=who.at(now), sampled_id=sampled_id, now=now, **values)


def report(world: World, who: make.Someone) -> Any:
    """The report of the month."""
    now = world.later(LATER + 9)
    return selectors.comment_report(
        actor=who.at(now), institution_id=world.pharmacist.institution_id, month_on=MONTH, now=now
    )


def test_the_sample_is_drawn_once_from_what_was_approved(world: World) -> None:
    rows, boss = approved(world), head()
    with pytest.raises(MonthNotOver):
        draw(world, boss, at=20)
    with pytest.raises(NothingToSample):
        draw(world, boss, month=date(2020, 2, 1))
    sample = draw(world, boss)
    assert (sample.population, sample.size) == (3, 3), "all, where there are fewer than a hundred"
    assert set(sample.prescriptions.values_list("prescription_id", flat=True)) == {row.id for row in rows}
    assert draw(world, boss, at=LATER + 1).id == sample.id
    now = world.later(LATER + 2)
    assert selectors.drawn_again(actor=boss.at(now), sample_id=sample.id, now=now)
    assert JournalEntry.objects.filter(verb="draw_comment_sample", object_id=sample.id).count() == 1


def test_only_the_head_and_medical_affairs_draw_and_read(world: World) -> None:
    approved(world)
    for someone in (world.pharmacist, make.a_pharmacist(title="pharmacist")):
        with pytest.raises(OnlyTheHead):
            draw(world, someone)
        with pytest.raises(OnlyTheHead):
            report(world, someone)
    for stranger in (world.doctor, world.patient, make.an_auditor(), make.a_regulator()):
        with pytest.raises(NotAllowed):
            report(world, stranger)
    away = make.a_medical_affairs_officer(institution=make.an_institution(kind="hospital"))
    with pytest.raises(NotFound):
        report(world, away)
    assert report(world, make.a_medical_affairs_officer()).sample is None
    assert JournalEntry.objects.filter(verb="read_comment_report").count() == 1, "who was refused read nothing"


def test_comments_are_made_by_title_and_the_latest_counts(world: World) -> None:
    approved(world)
    boss = head()
    sample = draw(world, boss)
    one = sample.prescriptions.select_related("prescription").first()
    assert one is not None
    with pytest.raises(TitleBelowCommenter):
        say(world, make.a_pharmacist(title="pharmacist"), one.id)
    with pytest.raises(NotFound):
        say(world, boss, uuid4())
    for wrong, field in (
        ({"codes": ["9-9"]}, "codes"),
        ({"reasonable": True, "codes": ["2-1"]}, "codes"),
        ({"reasonable": False}, "codes"),
        ({"codes": ["2-1"], "line_ids": [uuid4()]}, "lines"),
        ({"text": "x" * 501}, "text"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            say(world, boss, one.id, **wrong)
        assert refusal.value.field == field
    assert not Comment.objects.exists()
    say(world, boss, one.id)
    say(world, world.pharmacist, one.id, ["2-5"], at=LATER + 6)
    found = report(world, boss)
    assert (found.commented, found.unreasonable) == (1, 1)
    assert Comment.objects.count() == 2


def test_the_report_counts_by_code_department_physician_and_medicine(world: World) -> None:
    first, second, third = approved(world)
    boss = head()
    sample = draw(world, boss)
    place = {one.prescription_id: one.id for one in sample.prescriptions.all()}
    line = first.lines.get(product_code=METFORMIN)
    say(world, boss, place[first.id], ["2-5", "2-8"], line_ids=[line.id], text="剂量")
    say(world, boss, place[second.id], ["2-5"])
    assert not report(world, boss).complete
    say(world, boss, place[third.id])
    found = report(world, boss)
    assert found.complete
    assert (found.commented, found.unreasonable, found.permille) == (3, 2, 666)
    assert {row.code: row.count for row in found.by_code} == {"2-5": 2, "2-8": 1}
    assert sum(row.commented for row in found.by_department) == 3
    assert [(row.commented, row.unreasonable) for row in found.by_physician] == [(3, 2)]
    medicines = {row.key: (row.commented, row.unreasonable) for row in found.by_medicine}
    assert medicines[METFORMIN] == (1, 1)
    assert medicines[ATORVASTATIN] == (1, 1), "the only line is the one concerned"
    assert medicines[first.lines.exclude(id=line.id).get().product_code] == (1, 0)
    assert found.medicines_hundredths == 133
    assert (found.antimicrobial_permille, found.injection_permille) == (0, 0)
    assert found.average_fen == sum(row.total_fen for row in (first, second, third)) // 3
    assert (found.trend[-1].month, found.trend[-1].permille) == (MONTH, 666)
    assert [point.permille for point in found.trend[:-1]] == [None] * 11


def test_the_export_names_no_patient_and_is_written_down(world: World) -> None:
    approved(world)
    boss = head()
    draw(world, boss)
    now, house = world.later(LATER + 9), world.pharmacist.institution_id
    head_row, *rows = selectors.comment_rows(actor=boss.at(now), institution_id=house, month_on=MONTH, now=now)
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(head_row)}
    name = Prescription.objects.select_related("signed").first()
    assert name is not None
    assert name.signed.content.count('"name"') > 0
    patient = selectors.prescription(actor=world.patient.actor, prescription_id=name.id, now=world.later(9))
    assert patient.content["patient"]["name"] not in str(rows)
    assert JournalEntry.objects.filter(verb="export_comment_report", actor_id=boss.account.pk).count() == 1
    with pytest.raises(OnlyTheHead):
        selectors.comment_rows(actor=world.pharmacist.at(now), institution_id=house, month_on=MONTH, now=now)


# FIGURES


def test_own_figures_and_those_of_all_desks(world: World) -> None:
    row = world.issue()
    opened = world.later(4)
    selectors.prescription(actor=world.pharmacist.at(opened), prescription_id=row.id, now=opened)
    world.review(row, at=5)
    statin = world.issue(world.draft(lines=[a_line(ATORVASTATIN, dose_units=20000, frequency="qn")]))
    opened = world.later(6) - timedelta(seconds=4)
    selectors.prescription(actor=world.pharmacist.at(opened), prescription_id=statin.id, now=opened)
    world.review(statin, "return", at=6, codes=["2-1"])
    since, until, now = world.later(0), world.later(30), world.later(30)
    own = selectors.own_desk(actor=world.pharmacist.at(now), since=since, until=until)
    assert (own.decided, own.approved, own.returned) == (2, 1, 1)
    assert (own.timed, own.seconds, own.quick) == (2, 4, 1)
    assert (own.returned_permille, own.clean_permille, own.quick_permille) == (500, 1000, 500)
    assert own.few
    other = make.a_pharmacist()
    empty = selectors.own_desk(actor=other.at(now), since=since, until=until)
    assert (empty.decided, empty.seconds, empty.returned_permille) == (0, None, 0)
    with pytest.raises(OnlyTheHead):
        selectors.all_desks(actor=other.at(now), since=since, until=until, now=now)
    house, mine = selectors.all_desks(actor=head().at(now), since=since, until=until, now=now)
    assert (house.name, house.decided) == ("", 2)
    assert mine.decided == 2
    with pytest.raises(NotAllowed):
        selectors.own_desk(actor=world.doctor.actor, since=since, until=until)


def test_findings_that_were_passed_are_counted_by_row(world: World) -> None:
    from tests.unit.pharmacy.test_review_desk import grave, review

    row, other = grave(world), make.a_pharmacist()
    review(world, row, world.pharmacist, "endorse", text="电话确认")
    review(world, row, other, "approve", at=7)
    since, until, now = world.later(0), world.later(30), world.later(30)
    found = selectors.overrides(actor=head().at(now), since=since, until=until, now=now)
    worst = next(one for one in found if one.tier == "X")
    assert (worst.shown, worst.passed, worst.returned, worst.unreasoned) == (1, 1, 0, 1)
    assert not worst.unheeded, "one decision shows nothing"
    assert worst.row
    with pytest.raises(OnlyTheHead):
        selectors.overrides(actor=world.pharmacist.at(now), since=since, until=until, now=now)
