"""The fact log, the judgements and their verdicts, answers, links to deeds, counts of previews.

Facts, judgements, verdicts, answers and links are append-only in the database. People, visits and prescriptions are
referred to by id: they live above. Every table carries the institution, by which a larger house would distribute it.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.oversight.models.audits import AuditRun
from xinglin.hospital.oversight.models.keeping import COUNTS, EVIDENCE
from xinglin.hospital.oversight.words import Consequence


class Judgement(models.Model):
    """One case judged once: who asked, at which moment, and what every rule answered (outcome and hash of its core).

    `run` is the audit that judged it; empty for judgements made while the work was done.
    """

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    moment = models.CharField(max_length=10)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    encounter_id = models.CharField(max_length=64, blank=True)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    knowledge = models.CharField(max_length=64)
    answers = models.JSONField()
    run = models.ForeignKey(AuditRun, null=True, on_delete=models.PROTECT, related_name="judgements")

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_judgement"
        indexes = [
            models.Index(fields=["subject_id", "at"], name="oversight_judged_subject"),
            models.Index(fields=["encounter_id", "at"], name="oversight_judged_encounter"),
        ]

    def __str__(self) -> str:
        return f"judgement {self.id} of {self.subject_type} {self.subject_id} ({self.moment})"


class Fact(models.Model):
    """One group of facts as it was known: when it happened and when we knew it."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    judgement = models.ForeignKey(Judgement, null=True, on_delete=models.PROTECT, related_name="facts")
    position = models.PositiveSmallIntegerField(default=0)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    group = models.CharField(max_length=40)
    payload = models.JSONField()
    happened_at = models.DateTimeField()
    known_at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_fact"
        indexes = [models.Index(fields=["subject_id", "group", "known_at"], name="oversight_fact_known")]

    def __str__(self) -> str:
        return f"{self.group} of {self.subject_type} {self.subject_id}, known {self.known_at:%Y-%m-%d %H:%M}"


class GivenVerdict(models.Model):
    """A finding or a *cannot tell*, whole: core, sentences and what follows by policy.

    `fund_loss_fen` is known where an audit settled the claim again without the breach.
    """

    id = models.UUIDField(primary_key=True)
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="verdicts")
    institution_id = models.UUIDField()
    rule = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20)
    certainty = models.CharField(max_length=20)
    scope = models.CharField(max_length=20)
    subject = models.CharField(max_length=160)
    moment = models.CharField(max_length=10)
    consequence = models.CharField(max_length=20, choices=Consequence.choices)
    core_hash = models.CharField(max_length=64)
    core = models.JSONField()
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    hint_zh = models.TextField(blank=True)
    hint_en = models.TextField(blank=True)
    excess_fen = models.BigIntegerField(null=True)
    fund_loss_fen = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_verdict"
        indexes = [
            models.Index(fields=["institution_id", "-at"], name="oversight_verdict_recent"),
            models.Index(fields=["rule", "-at"], name="oversight_verdict_rule"),
            models.Index(fields=["subject", "rule"], name="oversight_verdict_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["finding", "cannot_tell"]), name="oversight_verdict_told"),
            models.CheckConstraint(
                condition=Q(consequence__in=Consequence.values), name="oversight_verdict_consequence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.version} {self.outcome} ({self.moment})"


class Answer(models.Model):
    """The coded reason with which somebody went on in spite of a reminder."""

    id = models.UUIDField(primary_key=True)
    verdict = models.ForeignKey(GivenVerdict, on_delete=models.PROTECT, related_name="answers")
    institution_id = models.UUIDField()
    rule = models.CharField(max_length=8)
    subject = models.CharField(max_length=160)
    reason_code = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_answer"
        indexes = [models.Index(fields=["subject", "rule"], name="oversight_answer_subject")]

    def __str__(self) -> str:
        return f"answer {self.reason_code} to {self.rule}"


class DeedLink(models.Model):
    """Which deed followed a judgement. A judgement without one was asked and then given up or refused."""

    id = models.UUIDField(primary_key=True)
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="deeds")
    deed_id = models.UUIDField()

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_deed"
        constraints = [models.UniqueConstraint(fields=["judgement", "deed_id"], name="oversight_deed_once")]

    def __str__(self) -> str:
        return f"deed {self.deed_id}"


class PreviewCount(models.Model):
    """How often a rule answered what while somebody typed: a count a day, without persons."""

    pk = models.CompositePrimaryKey("on", "institution_id", "rule", "outcome")
    on = models.DateField()
    institution_id = models.UUIDField()
    rule = models.CharField(max_length=8)
    outcome = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField()

    keeping = COUNTS

    class Meta:
        db_table = "oversight_preview_count"

    def __str__(self) -> str:
        return f"{self.on} {self.rule} {self.outcome}: {self.count}"
