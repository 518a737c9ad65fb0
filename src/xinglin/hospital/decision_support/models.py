"""Evidence tickets, acceptances, and a count that limits how often one account asks.

Tickets and acceptances are append-only in the database. People, visits and prescriptions are referred to by id: they
live above. A ticket holds a patient's facts as the record does: in the clear inside the database, never in a log.
"""

from django.db import models

from xinglin.hospital.decision_support.alarm_models import Alarm, AlarmStep
from xinglin.hospital.decision_support.diagnosis_models import Correction, DiagnosisTicket, Disagreement
from xinglin.hospital.decision_support.proposal_models import ModelOutcome, ModelRequest, Proposal, ProposalAnswer
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

__all__ = [
    "Acceptance",
    "Alarm",
    "AlarmStep",
    "CheckCount",
    "CheckTicket",
    "Correction",
    "DiagnosisTicket",
    "Disagreement",
    "ModelOutcome",
    "ModelRequest",
    "Proposal",
    "ProposalAnswer",
]

EVIDENCE = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "evidence of what was shown when a prescription was written, kept with the outpatient record; no law sets a figure",
)


class CheckTicket(models.Model):
    """One check: what went in, what came out, by which tables. Both are canonical text, so that bytes compare."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    given = models.TextField()
    answer = models.TextField()
    answer_sha256 = models.CharField(max_length=64)
    knowledge = models.CharField(max_length=64)
    at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "decision_support_ticket"
        indexes = [
            models.Index(fields=["subject_id", "at"], name="check_ticket_subject"),
            models.Index(fields=["patient_id", "-at"], name="check_ticket_patient"),
        ]

    def __str__(self) -> str:
        return f"check {self.id} of {self.subject_type} {self.subject_id}"


class Acceptance(models.Model):
    """A finding that a physician accepted for a patient, with a coded reason. `ticket` names lines and facts too."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    ticket = models.CharField(max_length=24)
    rule = models.CharField(max_length=8)
    tier = models.CharField(max_length=1)
    problem = models.CharField(max_length=40)
    row = models.CharField(max_length=80)
    reason_code = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=80, blank=True)  # what was done about it, where that changes no fact
    evidence = models.ForeignKey(CheckTicket, on_delete=models.PROTECT, related_name="acceptances")
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "decision_support_acceptance"
        indexes = [models.Index(fields=["patient_id", "-at"], name="acceptance_of_patient")]
        constraints = [
            models.CheckConstraint(condition=models.Q(tier__in=["X", "D", "C", "B"]), name="acceptance_tier"),
            models.CheckConstraint(condition=~models.Q(reason_code=""), name="acceptance_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} accepted ({self.reason_code})"


class CheckCount(models.Model):
    """How often one account had a case checked in one minute."""

    account_id = models.UUIDField()
    minute_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    keeping = Keeping(Sensitivity.INTERNAL, 0, "swept after an hour; only limits how often an account may ask")

    class Meta:
        db_table = "decision_support_check_count"
        constraints = [models.UniqueConstraint(fields=["account_id", "minute_at"], name="check_count_minute")]

    def __str__(self) -> str:
        return f"{self.minute_at:%H:%M}: {self.count}"
