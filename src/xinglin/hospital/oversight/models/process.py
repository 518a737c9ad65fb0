"""Due process: one case a finding, its steps, the points that follow, the stops of payment that follow from them."""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.oversight.models.judging import GivenVerdict
from xinglin.hospital.oversight.models.keeping import PROCESS
from xinglin.hospital.oversight.words import Decision, Degree, FindingState, PointReason


class FindingCase(models.Model):
    """How far a finding has come. One core of one institution is one case, however often it was given.

    Absent: new. `due_at` ends the present state's clock; `chased_at` says that its passing was noticed. `fen` is the
    money in breach, `upheld_fen` what of it was decided to be owed. The history stands in the steps.
    """

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    territory = models.CharField(max_length=12, blank=True)
    rule = models.CharField(max_length=8)
    subject = models.CharField(max_length=160)
    core_hash = models.CharField(max_length=64)
    verdict = models.ForeignKey(GivenVerdict, on_delete=models.PROTECT, related_name="cases")
    practitioner_id = models.UUIDField(null=True)
    certainty = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=FindingState.choices)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    fen = models.BigIntegerField(null=True)
    upheld_fen = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by_person_id = models.UUIDField(null=True)
    heard_from_id = models.UUIDField(null=True)
    turned_on_appeal = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    keeping = PROCESS

    class Meta:
        db_table = "oversight_finding_case"
        indexes = [
            models.Index(fields=["institution_id", "state", "due_at"], name="oversight_case_clock"),
            models.Index(fields=["practitioner_id", "state"], name="oversight_case_whose"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution_id", "rule", "subject", "core_hash"], name="oversight_case_once"
            ),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="oversight_case_state"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="oversight_case_decision"),
            models.CheckConstraint(
                condition=Q(upheld_fen__isnull=True) | Q(upheld_fen__gte=0, upheld_fen__lte=F("fen")),
                name="oversight_case_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.rule} {self.subject}: {self.state}"


class FindingStep(models.Model):
    """One step of a case, in the words of whoever took it."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(FindingCase, on_delete=models.PROTECT, related_name="steps")
    institution_id = models.UUIDField()
    verb = models.CharField(max_length=20)
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    decision = models.CharField(max_length=10, blank=True)
    upheld_fen = models.BigIntegerField(null=True)
    words = models.CharField(max_length=1000, blank=True)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    due_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    keeping = PROCESS

    class Meta:
        db_table = "oversight_finding_step"
        indexes = [models.Index(fields=["case", "at"], name="oversight_step_order")]

    def __str__(self) -> str:
        return f"{self.verb}: {self.before} to {self.after}"


class PointEntry(models.Model):
    """Points given to a practitioner in a calendar year, or taken back (below zero)."""

    id = models.UUIDField(primary_key=True)
    practitioner_id = models.UUIDField()
    institution_id = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    points = models.SmallIntegerField()
    case = models.ForeignKey(FindingCase, null=True, on_delete=models.PROTECT, related_name="points")
    reason = models.CharField(max_length=12, choices=PointReason.choices)
    severity = models.PositiveSmallIntegerField(default=0)
    degree = models.CharField(max_length=10, choices=Degree.choices, blank=True)
    basis_zh = models.CharField(max_length=200, blank=True)
    basis_en = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = PROCESS

    class Meta:
        db_table = "oversight_points"
        indexes = [models.Index(fields=["practitioner_id", "year"], name="oversight_points_year")]
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="oversight_points_something"),
            models.CheckConstraint(condition=Q(reason__in=PointReason.values), name="oversight_points_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} points in {self.year}"


class PaymentStop(models.Model):
    """A stop of payment that follows from points; who keeps the practitioners hears of it and acts.

    Its id is the id under which the stop itself is kept there. `level` is the number of points that was reached.
    """

    id = models.UUIDField(primary_key=True)
    practitioner_id = models.UUIDField()
    institution_id = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    single = models.BooleanField(default=False)
    ends = models.BooleanField()
    from_on = models.DateField()
    until_on = models.DateField()
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    keeping = PROCESS

    class Meta:
        db_table = "oversight_payment_stop"
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner_id", "year", "level", "single"],
                condition=Q(withdrawn_at__isnull=True),
                name="oversight_stop_once",
            ),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="oversight_stop_interval"),
        ]

    def __str__(self) -> str:
        return f"stop at {self.level} points, {self.from_on:%Y-%m-%d} to {self.until_on:%Y-%m-%d}"
