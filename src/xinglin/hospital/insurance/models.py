"""Coverage, qualifications, suspensions and use. People are kept by id; days are inclusive, an empty end is open."""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

KEPT = Keeping(
    Sensitivity.SENSITIVE, 15, "needed to judge old settlements again; kept with outpatient records, 15 years"
)


def in_order(name: str) -> models.CheckConstraint:
    """The last day is not before the first."""
    return models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name=name)


class Coverage(models.Model):
    """A person's basic insurance: the area that owns the fund, insurance type and kind of person (national codes)."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    area = models.CharField(max_length=6)
    insurance_type = models.CharField(max_length=3)
    person_type = models.CharField(max_length=4)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "insurance_coverage"
        constraints = [
            models.UniqueConstraint(fields=["person_id", "from_on"], name="insurance_coverage_from"),
            models.UniqueConstraint(
                fields=["person_id"], condition=Q(until_on__isnull=True), name="insurance_coverage_open_once"
            ),
            models.CheckConstraint(condition=Q(area__regex=r"^\d{6}$"), name="insurance_coverage_area"),
            in_order("insurance_coverage_days"),
        ]

    def __str__(self) -> str:
        return f"{self.insurance_type} in {self.area} from {self.from_on}"


class ChronicQualification(models.Model):
    """The right to a chronic-disease scheme. `disease` is a code of the policy book, `certified_by` says by whom."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    disease = models.CharField(max_length=40)
    certified_by = models.CharField(max_length=120)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "insurance_chronic_qualification"
        constraints = [
            models.UniqueConstraint(fields=["person_id", "disease", "from_on"], name="insurance_qualification_from"),
            in_order("insurance_qualification_days"),
        ]


class OnlineSuspension(models.Model):
    """Days on which a person's care is not settled online (they pay in full and claim at the agency), and why."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    basis = models.CharField(max_length=200)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "insurance_online_suspension"
        indexes = [models.Index(fields=["person_id", "from_on"], name="insurance_suspension_person")]
        constraints = [in_order("insurance_suspension_days")]


class PersonLimit(models.Model):
    """A row to hold on to while a person's limits are used, so that two claims pass one after the other."""

    person_id = models.UUIDField(primary_key=True)

    keeping = Keeping(Sensitivity.INTERNAL, None, "a lock, no content")

    class Meta:
        db_table = "insurance_person_limit"


class Usage(models.Model):
    """What one part of a claim uses of a scheme, or gives back: `reserved` adds, `released` and `revoked` take away.

    Amounts are fen and are stored with their sign, so that the accumulator is the plain sum.
    """

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    claim_id = models.UUIDField()
    part = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    care_type = models.CharField(max_length=10)
    disease = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField()
    deductible_fen = models.BigIntegerField()
    basic_fund_fen = models.BigIntegerField()
    in_scope_fen = models.BigIntegerField()
    burden_fen = models.BigIntegerField()
    serious_fen = models.BigIntegerField()
    visits = models.SmallIntegerField()
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "insurance_usage"
        indexes = [models.Index(fields=["person_id", "year"], name="insurance_usage_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reserved", visits=1) | Q(kind__in=["released", "revoked"], visits=-1),
                name="insurance_usage_kind",
            ),
            models.UniqueConstraint(
                fields=["claim_id", "part"], condition=Q(kind="reserved"), name="insurance_usage_reserved_once"
            ),
            models.UniqueConstraint(
                fields=["claim_id", "part"], condition=~Q(kind="reserved"), name="insurance_usage_undone_once"
            ),
        ]
