"""What the counterparties of the demonstration remember. None of it belongs to the hospital."""

from django.db import models

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity


class InsurerEntry(models.Model):
    """One entry of the demonstration insurer's own books: an opening, a settlement, a revocation,
    a recovery or an undoing.

    The id is the message's. `effects` are what the parts used, amounts are fen and carry their sign.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    claim_id = models.UUIDField(null=True)
    undoes_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    institution_id = models.UUIDField(null=True)
    on = models.DateField()
    reference = models.CharField(max_length=40, blank=True)
    effects = models.JSONField(default=list)
    total_fen = models.BigIntegerField(default=0)
    fund_fen = models.BigIntegerField(default=0)
    account_fen = models.BigIntegerField(default=0)
    cash_fen = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    keeping = Keeping(Sensitivity.SENSITIVE, 15, "the counterparty's copy of settlements; kept like them")

    class Meta:
        db_table = "interop_insurer_entry"
        indexes = [
            models.Index(fields=["claim_id"], name="interop_insurer_claim"),
            models.Index(fields=["person_id"], name="interop_insurer_person"),
            models.Index(fields=["undoes_id"], name="interop_insurer_undoes"),
            models.Index(fields=["institution_id", "on"], name="interop_insurer_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["opening", "settle", "revoke", "recover", "undo"]),
                name="interop_insurer_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
