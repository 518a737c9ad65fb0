"""What the fund gets back because a finding was upheld. Vouchers: both tables are append-only.

A recovery is one claim's share of one decided finding. Its amount is the fund's loss, not the money in breach: the
claim is settled again without the breach. The steps say what became of it: held while an appeal is still possible,
booked when the decision is final, released or returned when the decision fell or the claim was refunded.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity
from xinglin.hospital.settlement.words import OPEN_STEPS, RecoveryBasis, RecoveryStep

STEPS = tuple(RecoveryStep.values)
KEPT = Keeping(Sensitivity.SENSITIVE, 30, "accounting vouchers, 30 years (会计档案管理办法 2015; from memory)")


class Recovery(models.Model):
    """One claim's share of one decided finding. Its id is also the group of its transfers in the books.

    `claim_id` is a claim of ours, or one that was `reported` from elsewhere. `owed_fen` is what the decision owes on
    this claim, `breach_fen` what of it no other finding and no refusal at the till covers already, by line in `lines`
    (line id, fen); `amount_fen` is the fund's loss by that, and `funds` splits it by fund (fund, fen).
    """

    id = models.UUIDField(primary_key=True)
    case_id = models.UUIDField()
    verdict_id = models.UUIDField()
    rule = models.CharField(max_length=8)
    claim_id = models.UUIDField()
    reported = models.BooleanField()
    institution_id = models.UUIDField()
    person_id = models.UUIDField()
    area = models.CharField(max_length=6, blank=True)
    owed_fen = models.BigIntegerField()
    breach_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    lines = models.JSONField()
    funds = models.JSONField()
    basis = models.CharField(max_length=12, choices=RecoveryBasis.choices)
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_recovery"
        indexes = [
            models.Index(fields=["case_id"], name="settlement_recovery_case"),
            models.Index(fields=["claim_id"], name="settlement_recovery_claim"),
            models.Index(fields=["person_id"], name="settlement_recovery_person"),
            models.Index(fields=["institution_id", "at"], name="settlement_recovery_house"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, breach_fen__gte=0) & Q(owed_fen__gte=models.F("breach_fen")),
                name="settlement_recovery_amounts",
            )
        ]

    def __str__(self) -> str:
        return f"recovery {self.rule} {self.amount_fen} fen"

    @property
    def last(self) -> "RecoveryEntry":
        """The step that it has reached. Steps of one instant have an order of their own."""
        return max(self.entries.all(), key=lambda entry: STEPS.index(entry.step))

    @property
    def step(self) -> str:
        """The code of that step."""
        return self.last.step

    @property
    def is_open(self) -> bool:
        """Whether it holds money or has moved it."""
        return self.step in OPEN_STEPS


class RecoveryEntry(models.Model):
    """One step of a recovery; each is taken once. `because` says why nothing is owed, or why it went back."""

    id = models.UUIDField(primary_key=True)
    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="entries")
    institution_id = models.UUIDField()
    step = models.CharField(max_length=10, choices=RecoveryStep.choices)
    because = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)

    keeping = KEPT

    class Meta:
        db_table = "settlement_recovery_entry"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["institution_id", "at"], name="settlement_recovered_day")]
        constraints = [
            models.UniqueConstraint(fields=["recovery", "step"], name="settlement_recovery_step_once"),
            models.CheckConstraint(condition=Q(step__in=RecoveryStep.values), name="settlement_recovery_step"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.recovery_id}"
