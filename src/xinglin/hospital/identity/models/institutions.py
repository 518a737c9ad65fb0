"""Institutions: licence, level, departments, what they may do online, agreements with insured areas, suspensions."""

from django.db import models
from django.db.models import Q

from xinglin.hospital.identity.models.constraints import both_or_neither, in_order, one_of
from xinglin.hospital.identity.words import InstitutionKind, InstitutionStatus
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

PUBLIC_REGISTER = Keeping(
    Sensitivity.PUBLIC, None, "public register of institutions; history is needed to judge old visits"
)


class Institution(models.Model):
    """A licensed institution. `level` is a two-digit code (words.LEVELS); 11 is none."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=InstitutionKind.choices)
    level = models.CharField(max_length=2, default="11")
    area = models.CharField(max_length=6)
    address = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="members")
    licence_no = models.CharField(max_length=40)
    licence_from_on = models.DateField()
    licence_until_on = models.DateField()
    online_scope = models.JSONField(default=list)  # of 'follow_up', 'family_doctor', 'consult', 'advice'; empty: none
    status = models.CharField(max_length=10, choices=InstitutionStatus.choices, default=InstitutionStatus.ACTIVE)

    keeping = PUBLIC_REGISTER

    class Meta:
        db_table = "identity_institution"
        constraints = [
            one_of("kind", InstitutionKind, "institution_kind"),
            one_of("status", InstitutionStatus, "institution_status"),
            in_order("licence_from_on", "licence_until_on", "institution_licence_interval"),
            models.CheckConstraint(condition=Q(area__regex=r"^\d{6}$"), name="institution_area_shape"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class InstitutionDepartment(models.Model):
    """A licensed department (code of the national list, such as 03.07) on days from–until inclusive."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="departments")
    code = models.CharField(max_length=10)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    keeping = PUBLIC_REGISTER

    class Meta:
        db_table = "identity_institution_department"
        constraints = [
            models.UniqueConstraint(fields=["institution", "code", "from_on"], name="institution_department_once"),
            in_order("from_on", "until_on", "institution_department_interval"),
        ]


class InstitutionAgreement(models.Model):
    """An agreement with the agency of an insured area (six-digit code), on days from–until inclusive."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="agreements")
    area = models.CharField(max_length=6)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    keeping = PUBLIC_REGISTER

    class Meta:
        db_table = "identity_institution_agreement"
        constraints = [
            models.UniqueConstraint(fields=["institution", "area", "from_on"], name="institution_agreement_once"),
            in_order("from_on", "until_on", "institution_agreement_interval"),
        ]


class InstitutionSuspension(models.Model):
    """A time in which the institution may not work: from `from_at` until `until_at` (open while empty)."""

    id = models.UUIDField(primary_key=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="suspensions")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)
    by = models.UUIDField()
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    keeping = PUBLIC_REGISTER

    class Meta:
        db_table = "identity_institution_suspension"
        constraints = [
            in_order("from_at", "until_at", "institution_suspension_interval"),
            both_or_neither("lifted_by", "lifted_at", "institution_suspension_lifted_pair"),
            models.UniqueConstraint(
                fields=["institution"], condition=Q(until_at__isnull=True), name="institution_suspension_one_open"
            ),
        ]
