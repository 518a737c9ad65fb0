"""The journal: entries, their chain, signed checkpoints. Append-only in the database itself."""

from django.db import models

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

KEPT = Keeping(Sensitivity.INTERNAL, 15, "kept as long as the records it proves: outpatient records, 15 years")


class JournalEntry(models.Model):
    """One deed or one reading of a record: who, what, to which object, for what purpose, with what outcome."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    at = models.DateTimeField()
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    verb = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)

    keeping = KEPT

    class Meta:
        db_table = "journal_entry"
        indexes = [models.Index(fields=["object_id", "at"], name="journal_by_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class JournalWaiting(models.Model):
    """An entry not chained yet. Written with the entry, removed by the sealer: the only rows that ever go."""

    entry_id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()

    keeping = KEPT

    class Meta:
        db_table = "journal_waiting"


class JournalLink(models.Model):
    """The chain of one institution: sequence number, hash of the entry, hash over the previous link and this one."""

    institution_id = models.UUIDField()
    seq = models.BigIntegerField()
    entry_id = models.UUIDField()
    entry_hash = models.CharField(max_length=64)
    chain_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "journal_link"
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "seq"], name="journal_link_seq"),
            models.UniqueConstraint(fields=["entry_id"], name="journal_link_entry"),
        ]


class JournalCheckpoint(models.Model):
    """The hospital's signature over a chain's length and last hash: a chain rewritten or cut later will not fit."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    seq = models.BigIntegerField()
    chain_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    keeping = KEPT

    class Meta:
        db_table = "journal_checkpoint"
        constraints = [models.UniqueConstraint(fields=["institution_id", "seq"], name="journal_checkpoint_seq")]
