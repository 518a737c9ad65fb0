"""Accounts and transfers. Both are append-only in the database, which also checks reservations and floors itself."""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity
from xinglin.hospital.ledger.entries import Entry, Kind

KEPT = Keeping(
    Sensitivity.SENSITIVE, 30, "accounting vouchers and books, 30 years (会计档案管理办法 2015; from memory)"
)


class Account(models.Model):
    """An account. `code` names it for people and programs; it may not fall below `floor_fen` (empty: no floor)."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    owner_id = models.UUIDField(null=True)
    floor_fen = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "ledger_account"
        indexes = [models.Index(fields=["owner_id"], name="ledger_account_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["fund", "person", "hospital", "outside"]), name="ledger_account_kind"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One transfer of an amount from `debit` to `credit`. `group_id` is the deed to which it belongs."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    group_id = models.UUIDField()
    reason = models.CharField(max_length=40)
    pending = models.OneToOneField("self", models.PROTECT, null=True, related_name="decision")
    expires_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)

    keeping = KEPT

    class Meta:
        db_table = "ledger_transfer"
        indexes = [
            models.Index(fields=["group_id"], name="ledger_transfer_group"),
            models.Index(fields=["expires_at"], name="ledger_transfer_expiry", condition=Q(kind="pending")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in Kind]), name="ledger_transfer_kind"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="ledger_transfer_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(kind__in=["direct", "pending"], pending__isnull=True)
                | Q(kind__in=["posted", "voided"], pending__isnull=False),
                name="ledger_transfer_decides",
            ),
            models.CheckConstraint(
                condition=Q(kind="pending", expires_at__isnull=False) | ~Q(kind="pending") & Q(expires_at__isnull=True),
                name="ledger_transfer_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_fen} fen ({self.reason})"

    def entry(self) -> Entry:
        """The row as the pure books see it."""
        return Entry(
            id=self.id,
            kind=Kind(self.kind),
            debit=self.debit_id,
            credit=self.credit_id,
            amount_fen=self.amount_fen,
            group=self.group_id,
            reason=self.reason,
            pending=self.pending_id,
            expires_at=self.expires_at,
        )
