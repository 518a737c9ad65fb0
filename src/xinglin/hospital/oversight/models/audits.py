"""Audits whose verdicts were stored; which rules were shown, only counted or not asked, since when and where."""

from django.db import models
from django.db.models import Q

from xinglin.hospital.oversight.models.keeping import EVIDENCE, SETTINGS
from xinglin.hospital.oversight.words import AuditView, RuleUse


class AuditRun(models.Model):
    """One audit over many cases. `key` is the run's own id: the same run is stored once.

    `view` says whether it judged with what was known then or in hindsight; `manifest` is what it covered.
    """

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    view = models.CharField(max_length=10, choices=AuditView.choices)
    knowledge = models.CharField(max_length=64)
    manifest = models.JSONField()
    content_hash = models.CharField(max_length=64)
    findings = models.PositiveIntegerField()
    undecided = models.PositiveIntegerField()
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = EVIDENCE

    class Meta:
        db_table = "oversight_audit_run"
        constraints = [models.CheckConstraint(condition=Q(view__in=AuditView.values), name="oversight_audit_run_view")]

    def __str__(self) -> str:
        return f"audit {self.key} ({self.view}): {self.findings} findings"


class RuleSwitch(models.Model):
    """From a day on, in a territory (the beginning of its code; empty: everywhere), a rule is used in this way."""

    id = models.UUIDField(primary_key=True)
    rule = models.CharField(max_length=8)
    territory = models.CharField(max_length=12, blank=True)
    use = models.CharField(max_length=10, choices=RuleUse.choices)
    from_on = models.DateField()
    reason = models.CharField(max_length=500)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = SETTINGS

    class Meta:
        db_table = "oversight_rule_switch"
        indexes = [models.Index(fields=["rule", "from_on"], name="oversight_rule_switch_rule")]
        constraints = [models.CheckConstraint(condition=Q(use__in=RuleUse.values), name="oversight_rule_switch_use")]

    def __str__(self) -> str:
        return f"{self.rule} {self.use} from {self.from_on:%Y-%m-%d}"
