"""What was verified, when, and what was found."""

from django.db import models

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity


class JournalVerification(models.Model):
    """One walk along one institution's chain. Append-only."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField()
    links = models.BigIntegerField()
    checkpoints = models.IntegerField()
    problem = models.CharField(max_length=20, blank=True)
    problem_seq = models.BigIntegerField(null=True)
    problem_entry_id = models.UUIDField(null=True)

    keeping = Keeping(Sensitivity.INTERNAL, 15, "kept as long as the journal it speaks of")

    class Meta:
        db_table = "regulator_verification"
        indexes = [models.Index(fields=["institution_id", "-at"], name="regulator_by_institution")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(problem="", problem_seq=None, problem_entry_id=None) | ~models.Q(problem=""),
                name="regulator_no_place_without_problem",
            )
        ]


class RuleTrial(models.Model):
    """A rule tried with other limits: who asked for what, and what came of it. Never changed once it is done."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", "等待"
        DONE = "done", "完成"
        REFUSED = "refused", "未能完成"

    id = models.UUIDField(primary_key=True)
    rule = models.CharField(max_length=8)
    given = models.JSONField(default=dict)
    territory = models.CharField(max_length=12, blank=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    refusal_zh = models.TextField(blank=True)
    refusal_en = models.TextField(blank=True)

    keeping = Keeping(Sensitivity.INTERNAL, 15, "a trial explains why a rule was changed; no law sets a figure")

    class Meta:
        db_table = "regulator_rule_trial"
        indexes = [models.Index(fields=["rule", "-at"], name="regulator_trial_rule")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", result__isnull=False) | ~models.Q(state="done"),
                name="regulator_trial_done_has_result",
            )
        ]

    def __str__(self) -> str:
        return f"trial of {self.rule} ({self.state})"
