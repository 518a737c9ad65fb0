"""What the reading of a conversation was, how the physician corrected it, and how it compares with what was signed.

All three are append-only. A ticket holds a patient's words as the record does: inside the database, never in a log.
A disagreement names a department and a ticket, no physician: it measures the tables, not the person who knew better.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

DIAGNOSIS_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "possible diagnoses that stood beside a record, kept with the outpatient record; no law sets a figure",
)
VERDICTS = ("yes", "no", "unsure", "removed", "as_read")
MOMENTS = ("draft", "signed")


class DiagnosisTicket(models.Model):
    """One case and its answer (docs/reference/diagnose.md), both canonical text, so that bytes compare."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    subject_id = models.UUIDField()  # the visit
    department = models.CharField(max_length=20)
    moment = models.CharField(max_length=20)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    given = models.TextField()
    answer = models.TextField()
    answer_sha256 = models.CharField(max_length=64)
    knowledge = models.CharField(max_length=64)
    insufficient = models.BooleanField()
    at = models.DateTimeField()

    keeping = DIAGNOSIS_KEPT

    class Meta:
        db_table = "decision_support_diagnosis_ticket"
        indexes = [
            models.Index(fields=["subject_id", "at"], name="diagnosis_ticket_subject"),
            models.Index(fields=["institution_id", "department", "at"], name="diagnosis_ticket_house"),
        ]
        constraints = [models.CheckConstraint(condition=Q(moment__in=MOMENTS), name="diagnosis_ticket_moment")]

    def __str__(self) -> str:
        return f"diagnosis {self.moment} of {self.subject_id}"


class Correction(models.Model):
    """A physician's word about one finding of a visit; the latest counts. `as_read` takes earlier words back."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    subject_id = models.UUIDField()  # the visit
    code = models.CharField(max_length=120)
    verdict = models.CharField(max_length=20)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = DIAGNOSIS_KEPT

    class Meta:
        db_table = "decision_support_correction"
        indexes = [models.Index(fields=["subject_id", "at"], name="correction_of_subject")]
        constraints = [models.CheckConstraint(condition=Q(verdict__in=VERDICTS), name="correction_verdict")]

    def __str__(self) -> str:
        return f"{self.code} {self.verdict}"


class Disagreement(models.Model):
    """The main signed diagnosis was not among the first five. `place` counts from 1; null: not in the list at all."""

    id = models.UUIDField(primary_key=True)
    ticket = models.OneToOneField(DiagnosisTicket, on_delete=models.PROTECT, related_name="disagreement")
    institution_id = models.UUIDField()
    department = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    place = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()

    keeping = DIAGNOSIS_KEPT

    class Meta:
        db_table = "decision_support_disagreement"
        indexes = [models.Index(fields=["institution_id", "department", "at"], name="disagreement_house")]

    def __str__(self) -> str:
        return f"{self.code} at {self.place}"
