"""Claims, their lines, settlements and calls to the insurer. What was reserved, settled or said is append-only.

A claim is one attempt to settle a bill (a prescription, or the fee of a visit). It has one part for each scheme that
pays a share. People, visits and prescriptions are kept by id. All amounts are fen.
"""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity
from xinglin.hospital.settlement.recovered import Recovery, RecoveryEntry  # noqa: F401 - a page of its own
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine  # noqa: F401 - a page of its own
from xinglin.hospital.settlement.words import CallStep, ClaimKind, ClaimState

KEPT = Keeping(Sensitivity.SENSITIVE, 30, "accounting vouchers, 30 years (会计档案管理办法 2015; from memory)")


class Amounts(models.Model):
    """The two identities of money, as columns and as constraints that the database holds by itself."""

    total_fen = models.BigIntegerField()
    full_selfpay_fen = models.BigIntegerField()
    over_limit_fen = models.BigIntegerField()
    selfpay_first_fen = models.BigIntegerField()
    in_scope_fen = models.BigIntegerField()
    fund_fen = models.BigIntegerField()
    hospital_fen = models.BigIntegerField()
    account_fen = models.BigIntegerField()
    family_account_fen = models.BigIntegerField()
    cash_fen = models.BigIntegerField()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total_fen=F("full_selfpay_fen") + F("over_limit_fen") + F("selfpay_first_fen") + F("in_scope_fen")
                ),
                name="%(app_label)s_%(class)s_scope",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_fen=F("fund_fen")
                    + F("hospital_fen")
                    + F("account_fen")
                    + F("family_account_fen")
                    + F("cash_fen")
                ),
                name="%(app_label)s_%(class)s_payers",
            ),
        ]


class Claim(models.Model):
    """One attempt to settle a bill. `number` counts a person's claims in the order in which limits were used.

    `key` is the caller's: a retry with the same key is the same payment. `self_pay` says why insurance is not used
    (empty: it is).
    """

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=ClaimKind.choices)
    subject_id = models.UUIDField()
    visit_id = models.UUIDField()
    patient_id = models.UUIDField()
    physician_id = models.UUIDField()
    institution_id = models.UUIDField()
    number = models.PositiveBigIntegerField()
    on = models.DateField()
    area = models.CharField(max_length=6, blank=True)
    insurance_type = models.CharField(max_length=3, blank=True)
    person_type = models.CharField(max_length=4, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    filing = models.CharField(max_length=10)
    self_pay = models.CharField(max_length=20, blank=True)
    diagnosis_codes = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ClaimState.choices)
    reserved_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=60, blank=True)
    asked_by_id = models.UUIDField()
    asked_by_label = models.CharField(max_length=120)

    keeping = KEPT

    class Meta:
        db_table = "settlement_claim"
        indexes = [
            models.Index(fields=["institution_id", "on"], name="settlement_claim_day"),
            models.Index(
                fields=["reserved_at"], name="settlement_claim_open", condition=Q(state__in=["reserved", "reversing"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["patient_id", "number"], name="settlement_claim_number"),
            models.UniqueConstraint(fields=["key"], condition=~Q(state="given_up"), name="settlement_claim_key_once"),
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(state__in=["reserved", "settled", "reversing"]),
                name="settlement_claim_subject_once",
            ),
            models.CheckConstraint(
                condition=Q(state="reserved", decided_at__isnull=True)
                | ~Q(state="reserved") & Q(decided_at__isnull=False),
                name="settlement_claim_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.id} ({self.state})"


class ClaimPart(Amounts):
    """The part of a claim that one scheme pays, as it was reserved. `told` are the sentences of the receipt."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="parts")
    part = models.PositiveSmallIntegerField()
    care_type = models.CharField(max_length=10)
    disease = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField()
    policy = models.CharField(max_length=120)
    deductible_fen = models.BigIntegerField()
    basic_fen = models.BigIntegerField()
    large_sum_fen = models.BigIntegerField()
    serious_fen = models.BigIntegerField()
    aid_fen = models.BigIntegerField()
    told = models.JSONField()

    keeping = KEPT

    class Meta(Amounts.Meta):
        db_table = "settlement_claim_part"
        ordering = ["claim_id", "part"]
        constraints = [
            *Amounts.Meta.constraints,
            models.UniqueConstraint(fields=["claim", "part"], name="settlement_claimpart_once"),
            models.CheckConstraint(
                condition=Q(fund_fen=F("basic_fen") + F("large_sum_fen") + F("serious_fen") + F("aid_fen"))
                & Q(fund_fen__gte=0, fund_fen__lte=F("in_scope_fen")),
                name="settlement_claimpart_funds",
            ),
        ]


class ClaimLine(models.Model):
    """One line of a part, classified. `source_id` is the prescription's line, or the visit of a fee."""

    id = models.UUIDField(primary_key=True)
    part = models.ForeignKey(ClaimPart, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    source_id = models.UUIDField()
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=250)
    quantity = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    line_class = models.CharField(max_length=1)
    selfpay_first_permille = models.PositiveSmallIntegerField()
    price_limit_fen = models.BigIntegerField(null=True)
    atc = models.CharField(max_length=7, blank=True)
    denied_rule = models.CharField(max_length=12, blank=True)
    denied_fen = models.BigIntegerField()
    full_selfpay_fen = models.BigIntegerField()
    over_limit_fen = models.BigIntegerField()
    selfpay_first_fen = models.BigIntegerField()
    in_scope_fen = models.BigIntegerField()
    hospital_fen = models.BigIntegerField()
    deductible_share_fen = models.BigIntegerField()
    fund_share_fen = models.BigIntegerField()
    told = models.JSONField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_claim_line"
        ordering = ["part_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["part", "position"], name="settlement_line_position"),
            models.CheckConstraint(
                condition=Q(
                    amount_fen=F("full_selfpay_fen") + F("over_limit_fen") + F("selfpay_first_fen") + F("in_scope_fen")
                ),
                name="settlement_line_scope",
            ),
        ]


class Settlement(Amounts):
    """What was settled, or taken back: a reversal stands beside it with every amount negative. Never changed."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="settlements")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")
    patient_id = models.UUIDField()
    institution_id = models.UUIDField()
    insurer_ref = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)

    keeping = KEPT

    class Meta(Amounts.Meta):
        db_table = "settlement_settlement"
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="settlement_of_patient"),
            models.Index(fields=["institution_id", "at"], name="settlement_of_day"),
        ]
        constraints = [
            *Amounts.Meta.constraints,
            models.UniqueConstraint(
                fields=["claim"], condition=Q(reverses__isnull=True), name="settlement_settlement_once"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, total_fen__gte=0) | Q(reverses__isnull=False, total_fen__lte=0),
                name="settlement_settlement_sign",
            ),
        ]


class VisitFee(models.Model):
    """The fee of a visit: held when it is asked for, then charged through a claim, or released."""

    visit_id = models.UUIDField(primary_key=True)
    patient_id = models.UUIDField()
    institution_id = models.UUIDField()
    fee_fen = models.BigIntegerField()
    group_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10)
    held_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    keeping = KEPT

    class Meta:
        db_table = "settlement_visit_fee"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["held", "charged", "released"]), name="settlement_fee_state")
        ]


class ReversalWish(models.Model):
    """A reversal that was asked for by what happened (a cancelled prescription) and has to wait for later ones."""

    claim = models.OneToOneField(Claim, models.PROTECT, primary_key=True, related_name="wish")
    reason = models.CharField(max_length=60)
    blocked_by = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    keeping = KEPT

    class Meta:
        db_table = "settlement_reversal_wish"


class InsurerCall(models.Model):
    """One message to the insurer: written down before it is sent. The id is the message's."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="calls")
    kind = models.CharField(max_length=10)
    sent_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_insurer_call"
        ordering = ["sent_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["settle", "revoke"]), name="settlement_call_kind")]


class InsurerCallStep(models.Model):
    """What became of a message, step by step: sent, answered, timed out, queried, reversed."""

    id = models.UUIDField(primary_key=True)
    call = models.ForeignKey(InsurerCall, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20, choices=CallStep.choices)
    reference = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_insurer_call_step"
        ordering = ["at", "id"]


class Reconciliation(models.Model):
    """One day of an institution compared with the insurer's own copy. Compared again, it is another row."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    on = models.DateField()
    ours = models.JSONField()
    theirs = models.JSONField()
    differences = models.JSONField()
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "settlement_reconciliation"
        indexes = [models.Index(fields=["institution_id", "-on"], name="settlement_reconciled")]
