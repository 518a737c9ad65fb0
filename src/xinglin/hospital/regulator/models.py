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
