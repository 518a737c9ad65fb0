"""What a language model was asked and proposed, and what the physician said to it. Append-only.

A proposal holds a quote of a patient as the record does: inside the database, never in a log.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

PROPOSAL_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "proposals of a language model beside a record, kept with the outpatient record; no law sets a figure",
)
KINDS = ("finding", "condition")
ANSWERS = ("confirmed", "declined")
OUTCOMES = ("answered", "off", "leak", "down", "silent", "busy", "refused", "long", "garbled", "resting", "unreadable")


class ModelRequest(models.Model):
    """A physician asked the language model about a visit. `model` and `host` as configured then."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    subject_id = models.UUIDField()  # the visit
    model = models.CharField(max_length=120)
    host = models.CharField(max_length=255)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = PROPOSAL_KEPT

    class Meta:
        db_table = "decision_support_model_request"
        indexes = [models.Index(fields=["subject_id", "at"], name="model_request_subject")]

    def __str__(self) -> str:
        return f"{self.model} on {self.subject_id}"


class ModelOutcome(models.Model):
    """What became of a request. `dropped` counts, by reason, the items that were not fit to be shown."""

    request = models.OneToOneField(ModelRequest, on_delete=models.PROTECT, primary_key=True, related_name="outcome")
    outcome = models.CharField(max_length=20)
    sent_sha256 = models.CharField(max_length=64, blank=True)
    answer_sha256 = models.CharField(max_length=64, blank=True)
    masked = models.PositiveIntegerField(default=0)
    dropped = models.JSONField(default=dict)
    knowledge = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    keeping = PROPOSAL_KEPT

    class Meta:
        db_table = "decision_support_model_outcome"
        constraints = [models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="model_outcome_known")]

    def __str__(self) -> str:
        return self.outcome


class Proposal(models.Model):
    """One finding with the patient's words (`quote`, of message `seq`), or one condition with the model's reason."""

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(ModelRequest, on_delete=models.PROTECT, related_name="proposals")
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    subject_id = models.UUIDField()  # the visit
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=120)
    quote = models.CharField(max_length=200, blank=True)
    seq = models.PositiveIntegerField(null=True)
    read_as = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = PROPOSAL_KEPT

    class Meta:
        db_table = "decision_support_proposal"
        indexes = [models.Index(fields=["subject_id", "at"], name="proposal_of_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="proposal_kind"),
            models.CheckConstraint(
                condition=Q(kind="condition") | (~Q(quote="") & Q(seq__isnull=False)), name="proposal_finding_quoted"
            ),
            models.CheckConstraint(condition=Q(kind="finding") | ~Q(reason=""), name="proposal_condition_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class ProposalAnswer(models.Model):
    """The physician's answer to a proposal; the first is the only one."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, primary_key=True, related_name="answer")
    answer = models.CharField(max_length=20)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = PROPOSAL_KEPT

    class Meta:
        db_table = "decision_support_proposal_answer"
        constraints = [models.CheckConstraint(condition=Q(answer__in=ANSWERS), name="proposal_answer_known")]

    def __str__(self) -> str:
        return self.answer
