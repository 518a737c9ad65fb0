"""Limits that the hospital changes: proposed with a trial, tried in shadow, approved by a second person, dated."""

from django.db import models
from django.db.models import Q

from xinglin.hospital.oversight.models.keeping import COUNTS, SETTINGS
from xinglin.hospital.oversight.words import LimitState

OPEN = (LimitState.PROPOSED, LimitState.SHADOW)


class LimitChange(models.Model):
    """Another value for a limit of a rule, in a territory (the beginning of its code; empty: everywhere), from a day.

    The rule's text stays as it is. `value` is what is to hold, `before` what held when it was proposed, as read.
    `basis` names the document that allows it; `backtest` is the trial on past records that was attached.
    """

    id = models.UUIDField(primary_key=True)
    rule = models.CharField(max_length=8)
    limit = models.CharField(max_length=60)
    value = models.JSONField()
    before_zh = models.CharField(max_length=300)
    before_en = models.CharField(max_length=300)
    territory = models.CharField(max_length=12, blank=True)
    from_on = models.DateField()
    basis = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    trial_id = models.UUIDField()
    backtest = models.JSONField()
    state = models.CharField(max_length=10, choices=LimitState.choices)
    proposed_by_id = models.UUIDField()
    proposed_by_person_id = models.UUIDField(null=True)
    proposed_by_label = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    shadow_at = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by_label = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=500, blank=True)

    keeping = SETTINGS

    class Meta:
        db_table = "oversight_limit_change"
        indexes = [models.Index(fields=["rule", "-proposed_at"], name="oversight_limit_rule")]
        constraints = [
            models.UniqueConstraint(
                fields=["limit", "territory"], condition=Q(state__in=OPEN), name="oversight_limit_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=LimitState.values), name="oversight_limit_state"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(shadow_at__isnull=False, decided_at__isnull=False),
                name="oversight_limit_shadow_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit} = {self.value} from {self.from_on:%Y-%m-%d} ({self.state})"


class LimitShadow(models.Model):
    """What a proposed limit would have said beside what was said: a count a day, without persons."""

    change = models.ForeignKey(LimitChange, on_delete=models.PROTECT, related_name="shadows")
    on = models.DateField()
    institution_id = models.UUIDField()
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField()

    keeping = COUNTS

    class Meta:
        db_table = "oversight_limit_shadow"
        constraints = [
            models.UniqueConstraint(
                fields=["change", "on", "institution_id", "before", "after"], name="oversight_limit_shadow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.before} to {self.after}: {self.count}"
