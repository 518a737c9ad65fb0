"""Claims of other institutions, as the insurer passes them on: seen for oversight, not settled here.

One row is the part of a claim that one scheme pays, like ClaimPart of our own; lines carry what the audit looks at:
days' supply and trace codes. Amounts are fen. What was reported is never changed; a correction is another report.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

KEPT = Keeping(Sensitivity.SENSITIVE, 15, "evidence of later audits; kept like the records that it is about")


class ReportedClaim(models.Model):
    """What one scheme paid for one contact with care elsewhere. `kind` says which: outpatient, emergency, inpatient,
    pharmacy or dialysis. `practitioner_id` is who answered for it; a pharmacist in a pharmacy."""

    id = models.UUIDField(primary_key=True)
    claim_id = models.UUIDField()
    part = models.PositiveSmallIntegerField()
    contact_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    person_id = models.UUIDField()
    institution_id = models.UUIDField()
    practitioner_id = models.UUIDField()
    department = models.CharField(max_length=20, blank=True)
    diagnosis_codes = ArrayField(models.CharField(max_length=16))
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    insurance_type = models.CharField(max_length=3)
    person_type = models.CharField(max_length=4)
    care_type = models.CharField(max_length=10)
    disease = models.CharField(max_length=40, blank=True)
    policy = models.CharField(max_length=120)
    deductible_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    full_selfpay_fen = models.BigIntegerField()
    over_limit_fen = models.BigIntegerField()
    selfpay_first_fen = models.BigIntegerField()
    in_scope_fen = models.BigIntegerField()
    basic_fen = models.BigIntegerField()
    fund_fen = models.BigIntegerField()
    hospital_fen = models.BigIntegerField()
    account_fen = models.BigIntegerField()
    cash_fen = models.BigIntegerField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_reported_claim"
        indexes = [
            models.Index(fields=["person_id", "started_at"], name="settlement_reported_person"),
            models.Index(fields=["institution_id", "started_at"], name="settlement_reported_house"),
            models.Index(fields=["practitioner_id", "started_at"], name="settlement_reported_staff"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["claim_id", "part"], name="settlement_reported_once"),
            models.CheckConstraint(
                condition=Q(
                    total_fen=F("full_selfpay_fen") + F("over_limit_fen") + F("selfpay_first_fen") + F("in_scope_fen")
                )
                & Q(total_fen=F("fund_fen") + F("hospital_fen") + F("account_fen") + F("cash_fen")),
                name="settlement_reported_identity",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at"), settled_at__gte=F("ended_at")),
                name="settlement_reported_times",
            ),
        ]

    def __str__(self) -> str:
        return f"reported claim {self.claim_id}/{self.part}"


class ReportedLine(models.Model):
    """One line of it. `trace_codes` holds one code a pack; empty for services and for what was sold untraced."""

    claim = models.ForeignKey(ReportedClaim, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    days_supply = models.PositiveIntegerField(null=True)
    amount_fen = models.BigIntegerField()
    full_selfpay_fen = models.BigIntegerField()
    over_limit_fen = models.BigIntegerField()
    selfpay_first_fen = models.BigIntegerField()
    in_scope_fen = models.BigIntegerField()
    fund_share_fen = models.BigIntegerField()
    trace_codes = ArrayField(models.CharField(max_length=20), default=list)

    keeping = KEPT

    class Meta:
        db_table = "settlement_reported_line"
        indexes = [GinIndex(fields=["trace_codes"], name="settlement_reported_codes")]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="settlement_reported_position"),
            models.CheckConstraint(
                condition=Q(
                    amount_fen=F("full_selfpay_fen") + F("over_limit_fen") + F("selfpay_first_fen") + F("in_scope_fen")
                ),
                name="settlement_reported_line_scope",
            ),
        ]
