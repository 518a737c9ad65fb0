"""Tables of the review desk and of the monthly comments: who holds a sheet, what was found, on which device, what a
sample holds and what was said of it. What was decided or said is append-only in the database.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

WITH_THE_REVIEW = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "shows what a review had before it; kept with the prescription, which is part of the outpatient record",
)
COMMENTED = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "comments of prescriptions are proof of quality control; kept with the prescriptions they are about",
)


class ReviewClaim(models.Model):
    """Which pharmacist has a prescription open, until when. One a prescription; gone when it is decided or left."""

    prescription = models.OneToOneField(
        "pharmacy.Prescription", on_delete=models.CASCADE, primary_key=True, related_name="claim"
    )
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()

    keeping = Keeping(Sensitivity.INTERNAL, None, "swept with the decision; only keeps two people off one sheet")

    class Meta:
        db_table = "pharmacy_review_claim"


class DeskCheck(models.Model):
    """What the check of medicines said when the desk last asked: for the order of the queue. Computed again at will."""

    prescription = models.OneToOneField(
        "pharmacy.Prescription", on_delete=models.CASCADE, primary_key=True, related_name="desk_check"
    )
    tier = models.CharField(max_length=1, blank=True)
    x = models.PositiveSmallIntegerField(default=0)
    d = models.PositiveSmallIntegerField(default=0)
    c = models.PositiveSmallIntegerField(default=0)
    unchecked = models.PositiveSmallIntegerField(default=0)
    knowledge = models.CharField(max_length=64)
    checked_at = models.DateTimeField()

    keeping = Keeping(Sensitivity.SENSITIVE, None, "computed from the prescription; written anew at each look")

    class Meta:
        db_table = "pharmacy_desk_check"


class DeviceUse(models.Model):
    """On which browser a prescription was signed or reviewed: a keyed hash, which names neither person nor machine."""

    deed_id = models.UUIDField(primary_key=True)
    device = models.CharField(max_length=64)
    at = models.DateTimeField()

    keeping = Keeping(Sensitivity.INTERNAL, 15, "fact of rule B12, kept as long as the deed that it belongs to")

    class Meta:
        db_table = "pharmacy_device_use"


class SeenFinding(models.Model):
    """A finding that stood before the pharmacist at the decision, with the physician's reason, if one was given."""

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("pharmacy.Review", on_delete=models.PROTECT, related_name="seen")
    ticket = models.CharField(max_length=24)
    rule = models.CharField(max_length=8)
    tier = models.CharField(max_length=1)
    problem = models.CharField(max_length=40)
    row = models.CharField(max_length=120)
    review_code = models.CharField(max_length=10, blank=True)
    text_zh = models.TextField()
    text_en = models.TextField()
    line_ids = ArrayField(models.UUIDField(), default=list)
    reason_code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    keeping = WITH_THE_REVIEW

    class Meta:
        db_table = "pharmacy_seen_finding"
        indexes = [models.Index(fields=["row", "at"], name="pharmacy_seen_row")]
        constraints = [models.CheckConstraint(condition=Q(tier__in=["X", "D", "C"]), name="pharmacy_seen_tier")]


class CommentSample(models.Model):
    """The prescriptions of a month that are commented: drawn once, by a seed that lets anybody draw them again."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    month_on = models.DateField()
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    ids_sha256 = models.CharField(max_length=64)  # of the population's ids in order: what the seed was applied to
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = COMMENTED

    class Meta:
        db_table = "pharmacy_comment_sample"
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "month_on"], name="pharmacy_comment_sample_month")
        ]


class SampledPrescription(models.Model):
    """One prescription of a sample, at its place."""

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(CommentSample, on_delete=models.PROTECT, related_name="prescriptions")
    prescription = models.ForeignKey("pharmacy.Prescription", on_delete=models.PROTECT, related_name="sampled")
    position = models.PositiveIntegerField()

    keeping = COMMENTED

    class Meta:
        db_table = "pharmacy_sampled_prescription"
        ordering = ["sample_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="pharmacy_sampled_position"),
            models.UniqueConstraint(fields=["sample", "prescription"], name="pharmacy_sampled_once"),
        ]


class Comment(models.Model):
    """What a pharmacist said of a sampled prescription: reasonable, or the codes and lines. The latest counts."""

    id = models.UUIDField(primary_key=True)
    sampled = models.ForeignKey(SampledPrescription, on_delete=models.PROTECT, related_name="comments")
    reasonable = models.BooleanField()
    codes = ArrayField(models.CharField(max_length=10), default=list)
    line_ids = ArrayField(models.UUIDField(), default=list)
    text = models.CharField(max_length=500, blank=True)
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = COMMENTED

    class Meta:
        db_table = "pharmacy_comment"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reasonable=True, codes__len=0) | Q(reasonable=False, codes__len__gt=0),
                name="pharmacy_comment_coded",
            )
        ]
