"""Questions of the monthly comments: what was drawn, what was said, and the figures of the report.

Totals by physician and by medicine are for the head of the pharmacy and medical affairs only (rule B15); every reading
of the report and every export is in the journal.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import sampling
from xinglin.hospital.pharmacy.access import COMMENT, COMMENT_REPORT
from xinglin.hospital.pharmacy.heads import require_head
from xinglin.hospital.pharmacy.models import Line, Prescription, Review
from xinglin.hospital.pharmacy.review_figures import permille
from xinglin.hospital.pharmacy.review_models import Comment, CommentSample, SampledPrescription
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode

MONTHS = 12
INJECTED = frozenset({"iv", "ivd", "ivgtt", "im", "sc", "id", "ih"})


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _start(month: date) -> datetime:
    return datetime.combine(month, time(), tzinfo=SHANGHAI)


def approved_of(institution_ids: Collection[UUID], month: date) -> QuerySet[Prescription]:
    """What was signed in a month and approved by a pharmacist: what took effect is what is commented."""
    return Prescription.objects.filter(
        Exists(Review.objects.filter(prescription_id=OuterRef("id"), outcome="approve")),
        institution_id__in=institution_ids,
        issued_at__gte=_start(month),
        issued_at__lt=_start(month_after(month)),
    )


def sample_of(institution_id: UUID, month: date) -> CommentSample | None:
    """The sample of a month, once it is drawn."""
    return CommentSample.objects.filter(institution_id=institution_id, month_on=month).first()


# COMMENTING


@dataclass(frozen=True, slots=True)
class ToComment:
    """A prescription of a sample with the comment that counts."""

    id: UUID
    position: int
    row: Prescription
    content: dict[str, Any]
    lines: list[Line]
    comment: Comment | None


@dataclass(frozen=True, slots=True)
class Round:
    """One month's sample as its commenters see it. `rows` is empty while nothing is drawn."""

    institution_id: UUID
    month: date
    sample: CommentSample | None
    rows: list[ToComment]

    @property
    def done(self) -> int:
        """How many have a comment."""
        return sum(1 for one in self.rows if one.comment is not None)


def comment_round(*, actor: Actor, institution_id: UUID, month_on: date) -> Round:
    """The month's sample with what was said so far. Raises NotFound."""
    require(actor, COMMENT)
    if institution_id not in actor.institution_ids:
        raise NotFound
    sample = sample_of(institution_id, month_of(month_on))
    return Round(institution_id, month_of(month_on), sample, _rows(sample) if sample is not None else [])


def _rows(sample: CommentSample) -> list[ToComment]:
    rows = sample.prescriptions.select_related("prescription__signed").prefetch_related(
        "prescription__lines", "comments"
    )
    return [
        ToComment(
            id=one.id,
            position=one.position,
            row=one.prescription,
            content=json.loads(one.prescription.signed.content),
            lines=list(one.prescription.lines.all()),
            comment=_latest(one),
        )
        for one in rows
    ]


def _latest(one: SampledPrescription) -> Comment | None:
    said = list(one.comments.all())
    return said[-1] if said else None


def drawn_again(*, actor: Actor, sample_id: UUID, now: datetime) -> bool:
    """Draw a sample again from its seed: whether the same prescriptions come. Raises NotFound, OnlyTheHead."""
    require(actor, COMMENT_REPORT)
    require_head(actor, now)
    sample = CommentSample.objects.filter(id=sample_id, institution_id__in=actor.institution_ids).first()
    if sample is None:
        raise NotFound
    ids = list(approved_of([sample.institution_id], sample.month_on).values_list("id", flat=True))
    held = list(sample.prescriptions.values_list("prescription_id", flat=True))
    return sampling.fingerprint(ids) == sample.ids_sha256 and sampling.draw(ids, sample.seed, sample.size) == held


# THE REPORT


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a kind were commented, and how many of them not reasonable."""

    key: str
    name: T
    commented: int
    unreasonable: int

    @property
    def permille(self) -> int:
        """Not reasonable among the commented."""
        return permille(self.unreasonable, self.commented)


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many prescriptions carry a code."""

    code: str
    name: T
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """One month of the trend; `permille` None: nothing was commented."""

    month: date
    commented: int
    permille: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """A month's comments in figures. Averages are in hundredths, money in fen, shares in permille."""

    institution_id: UUID
    month: date
    sample: CommentSample | None
    population: int
    wanted: int
    commented: int
    unreasonable: int
    medicines_hundredths: int
    antimicrobial_permille: int
    injection_permille: int
    average_fen: int
    by_code: list[CodeCount]
    by_department: list[Tally]
    by_physician: list[Tally]
    by_medicine: list[Tally]
    trend: list[Point]

    @property
    def permille(self) -> int:
        """Not reasonable among the commented."""
        return permille(self.unreasonable, self.commented)

    @property
    def complete(self) -> bool:
        """Every prescription of the sample has its comment."""
        return self.sample is not None and self.commented == self.sample.size


def comment_report(*, actor: Actor, institution_id: UUID, month_on: date, now: datetime) -> Report:
    """The report of a month. The reading is journaled. Raises OnlyTheHead, NotFound."""
    rows = _for_report(actor, institution_id, month_on, now, "read_comment_report")
    month = month_of(month_on)
    sample = sample_of(institution_id, month)
    said = [one for one in rows if one.comment is not None]
    population = sample.population if sample else approved_of([institution_id], month).count()
    return Report(
        institution_id=institution_id,
        month=month,
        sample=sample,
        population=population,
        wanted=sampling.OUTPATIENT.size(population),
        commented=len(said),
        unreasonable=sum(1 for one in said if _bad(one)),
        by_code=_codes(said),
        by_department=_tallies(said, _department),
        by_physician=_tallies(said, _physician),
        by_medicine=_medicines(said),
        trend=_trend(institution_id, month),
        **_averages(rows),
    )


def comment_rows(*, actor: Actor, institution_id: UUID, month_on: date, now: datetime) -> list[list[str]]:
    """One row a sampled prescription for the file; the export is journaled. No patient is named in it.

    Raises OnlyTheHead, NotFound.
    """
    rows = _for_report(actor, institution_id, month_on, now, "export_comment_report")
    head = ["序号 no", "处方 prescription", "开具 issued", "科室 department", "医师 physician", "诊断 diagnoses"]
    head += [
        "药品 medicines",
        "点评 comment",
        "问题代码 codes",
        "问题药品 medicines concerned",
        "说明 words",
        "点评人 by",
    ]
    return [head, *(_csv(one) for one in rows)]


def _csv(one: ToComment) -> list[str]:
    comment = one.comment
    concerned = set(comment.line_ids) if comment else set()
    verdict = "" if comment is None else "合理 reasonable" if comment.reasonable else "不合理 not reasonable"
    return [
        str(one.position),
        str(one.row.id),
        one.row.issued_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        str(one.content["institution"].get("department", "")),
        one.content["prescriber"]["name"],
        " ".join(one.row.diagnosis_codes),
        "；".join(f"{line.name_zh} {line.strength_text}" for line in one.lines),
        verdict,
        " ".join(comment.codes) if comment else "",
        "；".join(line.name_zh for line in one.lines if line.id in concerned),
        comment.text if comment else "",
        comment.by_label if comment else "",
    ]


def _for_report(actor: Actor, institution_id: UUID, month_on: date, now: datetime, verb: str) -> list[ToComment]:
    require(actor, COMMENT_REPORT)
    require_head(actor, now)
    if institution_id not in actor.institution_ids:
        raise NotFound
    month = month_of(month_on)
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb=verb,
        object_type="institution",
        object_id=institution_id,
        now=now,
        detail={"month": f"{month:%Y-%m}"},
    )
    sample = sample_of(institution_id, month)
    return _rows(sample) if sample is not None else []


def _bad(one: ToComment) -> bool:
    return one.comment is not None and not one.comment.reasonable


def _codes(said: Iterable[ToComment]) -> list[CodeCount]:
    counts = Counter(code for one in said if one.comment for code in one.comment.codes)
    known = terminology.review_codes()
    return [CodeCount(row.code, row.name, row.kind, counts[row.code]) for row in known if counts[row.code]]


def _department(one: ToComment) -> tuple[str, T]:
    code = str(one.content["institution"].get("department", ""))
    known = {row.code: row.name for row in terminology.departments()}
    return code, known.get(code, T(zh=code or "未写", en=code or "not written"))


def _physician(one: ToComment) -> tuple[str, T]:
    party = one.content["prescriber"]
    return str(party["id"]), T(zh=party["name"], en=party["name"])


def _tallies(said: Iterable[ToComment], key: Any) -> list[Tally]:
    all_, bad, names = Counter[str](), Counter[str](), dict[str, T]()
    for one in said:
        code, names_of = key(one)
        names[code] = names_of
        all_[code] += 1
        bad[code] += _bad(one)
    found = [Tally(code, names[code], all_[code], bad[code]) for code in all_]
    return sorted(found, key=lambda one: (-one.unreasonable, -one.commented, one.key))


def _medicines(said: Iterable[ToComment]) -> list[Tally]:
    """By medicine: prescriptions that hold it, and those in which the comment names its line."""
    all_, bad, names = Counter[str](), Counter[str](), dict[str, T]()
    for one in said:
        concerned = set(one.comment.line_ids) if one.comment else set()
        held: dict[str, bool] = defaultdict(bool)
        for line in one.lines:
            names[line.product_code] = T(zh=line.name_zh, en=line.name_en)
            held[line.product_code] |= line.id in concerned
        all_.update(held.keys())
        bad.update(code for code, wrong in held.items() if wrong)
    found = [Tally(code, names[code], all_[code], bad[code]) for code in all_]
    return sorted(found, key=lambda one: (-one.unreasonable, -one.commented, one.key))


def _averages(rows: Sequence[ToComment]) -> dict[str, int]:
    """The general figures of the sample: medicines a prescription, antimicrobials, injections, money."""
    count = len(rows)
    lines = [line for one in rows for line in one.lines]
    return {
        "medicines_hundredths": len(lines) * 100 // count if count else 0,
        "antimicrobial_permille": permille(sum(1 for one in rows if any(map(_antimicrobial, one.lines))), count),
        "injection_permille": permille(sum(1 for one in rows if any(map(_injected, one.lines))), count),
        "average_fen": sum(one.row.total_fen for one in rows) // count if count else 0,
    }


def _antimicrobial(line: Line) -> bool:
    try:
        return terminology.product(line.product_code).antimicrobial_grade not in {"", "none"}
    except UnknownCode:
        return False


def _injected(line: Line) -> bool:
    try:
        return terminology.product(line.product_code).is_injection
    except UnknownCode:
        return line.route in INJECTED


def _trend(institution_id: UUID, month: date) -> list[Point]:
    """The share of what was not reasonable over a year, from the comments that count."""
    months = [month]
    while len(months) < MONTHS:
        months.append(month_before(months[-1]))
    latest: dict[UUID, tuple[date, bool]] = {}
    said = Comment.objects.filter(
        sampled__sample__institution_id=institution_id, sampled__sample__month_on__in=months
    ).order_by("at", "id")
    for sampled, drawn, fine in said.values_list("sampled_id", "sampled__sample__month_on", "reasonable"):
        latest[sampled] = (drawn, fine)
    counts = Counter(drawn for drawn, _ in latest.values())
    bad = Counter(drawn for drawn, fine in latest.values() if not fine)
    return [
        Point(one, counts[one], permille(bad[one], counts[one]) if counts[one] else None) for one in reversed(months)
    ]
