"""The monthly comments of prescriptions: draw the sample, say of each whether it is reasonable."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import sampling
from xinglin.hospital.pharmacy.access import COMMENT, COMMENT_REPORT
from xinglin.hospital.pharmacy.comments import approved_of, month_after, month_of, sample_of
from xinglin.hospital.pharmacy.errors import MonthNotOver, NothingToSample, ReviewerIsPrescriber
from xinglin.hospital.pharmacy.heads import require_commenter, require_head
from xinglin.hospital.pharmacy.review_models import Comment, CommentSample, SampledPrescription
from xinglin.hospital.terminology import selectors as terminology

TEXT_MAX = 500


def draw_sample(*, actor: Actor, institution_id: UUID, month_on: date, now: datetime) -> CommentSample:
    """Draw the prescriptions of a month that are commented, once; drawing again gives the first sample.

    The seed is random and kept. Raises OnlyTheHead, NotFound, MonthNotOver, NothingToSample.
    """
    require(actor, COMMENT_REPORT)
    require_head(actor, now)
    if institution_id not in actor.institution_ids:
        raise NotFound
    month = month_of(month_on)
    if month_after(month) > civil_day(now):
        raise MonthNotOver(month=f"{month:%Y-%m}")
    held = sample_of(institution_id, month)
    if held is not None:
        return held
    ids = list(approved_of([institution_id], month).values_list("id", flat=True))
    if not ids:
        raise NothingToSample(month=f"{month:%Y-%m}")
    try:
        return _draw(actor, institution_id, month, ids, now)
    except IntegrityError:  # Somebody drew it at the same instant: theirs is the sample.
        first = sample_of(institution_id, month)
        if first is None:
            raise
        return first


@transaction.atomic
def _draw(actor: Actor, institution_id: UUID, month: date, ids: Sequence[UUID], now: datetime) -> CommentSample:
    seed, size = secrets.token_hex(16), sampling.OUTPATIENT.size(len(ids))
    sample = CommentSample(
        id=new_id(),
        institution_id=institution_id,
        month_on=month,
        seed=seed,
        population=len(ids),
        size=size,
        ids_sha256=sampling.fingerprint(ids),
        by_id=actor.id,
        by_label=actor.label[:120],
        at=now,
    )
    sample.save(force_insert=True)
    drawn = sampling.draw(ids, seed, size)
    SampledPrescription.objects.bulk_create(
        SampledPrescription(id=new_id(), sample=sample, prescription_id=one, position=place)
        for place, one in enumerate(drawn, start=1)
    )
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb="draw_comment_sample",
        object_type="comment_sample",
        object_id=sample.id,
        now=now,
        detail={"month": f"{month:%Y-%m}", "population": len(ids), "size": size, "seed": seed},
    )
    return sample


@transaction.atomic
def comment_prescription(
    *,
    actor: Actor,
    sampled_id: UUID,
    reasonable: bool,
    codes: Sequence[str],
    line_ids: Sequence[UUID],
    text: str,
    now: datetime,
) -> Comment:
    """Say of a sampled prescription that it is reasonable, or by codes what is not, and at which lines.

    A later comment replaces the earlier one, which stays on record. Raises TitleBelowCommenter, NotFound,
    ReviewerIsPrescriber, InvalidInput.
    """
    require(actor, COMMENT)
    require_commenter(actor, now)
    one = _sampled(actor, sampled_id)
    lines = list(one.prescription.lines.values_list("id", flat=True))
    _check(reasonable, codes, line_ids, lines, text)
    if not reasonable and not line_ids and len(lines) == 1:
        line_ids = lines
    row = Comment(
        id=new_id(),
        sampled=one,
        reasonable=reasonable,
        codes=sorted(set(codes)),
        line_ids=list(dict.fromkeys(line_ids)),
        text=text.strip(),
        by_id=actor.id,
        by_label=actor.label[:120],
        at=now,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=one.sample.institution_id,
        verb="comment_prescription",
        object_type="prescription",
        object_id=one.prescription_id,
        now=now,
        detail={"reasonable": reasonable, "codes": row.codes},
    )
    return row


def _sampled(actor: Actor, sampled_id: UUID) -> SampledPrescription:
    found = (
        SampledPrescription.objects.select_related("sample", "prescription")
        .filter(id=sampled_id, sample__institution_id__in=actor.institution_ids)
        .first()
    )
    if found is None:
        raise NotFound
    if found.prescription.prescriber_person_id == actor.person_id:
        raise ReviewerIsPrescriber
    return found


def _check(reasonable: bool, codes: Sequence[str], line_ids: Sequence[UUID], lines: Sequence[UUID], text: str) -> None:
    def wrong(field: str, zh: str, en: str) -> InvalidInput:
        return InvalidInput(field=field, reason=T(zh=zh, en=en))

    known = {row.code for row in terminology.review_codes()}
    if any(code not in known for code in codes):
        raise wrong("codes", "请从列表中选择问题代码。", "Choose codes from the list.")
    if reasonable and codes:
        raise wrong("codes", "合理的处方不带问题代码。", "A reasonable prescription carries no code.")
    if not reasonable and not codes:
        raise wrong("codes", "不合理须至少选择一项问题代码。", "What is not reasonable takes at least one code.")
    if not set(line_ids) <= set(lines):
        raise wrong("lines", "请从这张处方中选择药品。", "Choose medicines of this prescription.")
    if len(text) > TEXT_MAX:
        raise wrong("text", f"最多 {TEXT_MAX} 字。", f"At most {TEXT_MAX} characters.")
