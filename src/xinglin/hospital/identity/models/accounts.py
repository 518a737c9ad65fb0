"""Ways to sign in, the proofs given, and the roles of staff who do not practise."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from xinglin.hospital.identity.models.constraints import in_order, one_of
from xinglin.hospital.identity.words import AccountKind, CodePurpose, OfficeRole, ProofMethod
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

WITH_RECORDS = Keeping(Sensitivity.PERSONAL, 15, "as long as the records signed with it: outpatient records, 15 years")


class Account(AbstractUser):
    """A way to sign in: a patient's by phone and code, a staff member's by user name, password and second factor.

    A person who works here and is also seen here has two accounts, so that rights never mix.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=10, choices=AccountKind.choices, default=AccountKind.STAFF)
    phone = models.CharField(max_length=20, unique=True, null=True, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")

    keeping = WITH_RECORDS

    class Meta:
        db_table = "identity_account"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="staff", phone__isnull=True) | Q(kind="patient", phone__isnull=False),
                name="account_patient_has_phone",
            ),
        ]


class StaffRole(models.Model):
    """A role of staff who do not practise (medical affairs, auditor, regulator), on days from–until inclusive."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=20, choices=OfficeRole.choices)
    institution = models.ForeignKey("identity.Institution", on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    granted_by = models.UUIDField()
    granted_at = models.DateTimeField()

    keeping = WITH_RECORDS

    class Meta:
        db_table = "identity_staff_role"
        constraints = [
            one_of("role", OfficeRole, "staff_role_name"),
            in_order("from_on", "until_on", "staff_role_interval"),
            models.CheckConstraint(
                condition=~Q(role="medical_affairs") | Q(institution__isnull=False),
                name="staff_role_affairs_of_a_house",
            ),
        ]


class AuthEvent(models.Model):
    """One proof of identity, as it was given. Never changed: rules and signatures lean on it."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="auth_events")
    method = models.CharField(max_length=10, choices=ProofMethod.choices)
    at = models.DateTimeField()
    session = models.CharField(max_length=64, blank=True)  # hash of the session key, never the key

    keeping = WITH_RECORDS

    class Meta:
        db_table = "identity_auth_event"
        indexes = [models.Index(fields=["account", "-at"], name="auth_event_latest")]
        constraints = [one_of("method", ProofMethod, "auth_event_method")]


class AuthFailure(models.Model):
    """One failed proof of a signed-in person, counted so that a password cannot be guessed at an open screen."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    keeping = Keeping(
        Sensitivity.INTERNAL, 1, "network logs: at least six months (Cybersecurity Law, article 21; from memory)"
    )

    class Meta:
        db_table = "identity_auth_failure"
        indexes = [models.Index(fields=["account", "-at"], name="auth_failure_latest")]


class PhoneCode(models.Model):
    """A six-digit code sent to a phone. Only its keyed hash is kept; it dies by use, age or too many tries."""

    id = models.UUIDField(primary_key=True)
    phone = models.CharField(max_length=20)
    purpose = models.CharField(max_length=10, choices=CodePurpose.choices)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    keeping = Keeping(
        Sensitivity.PERSONAL, 1, "network logs: at least six months (Cybersecurity Law, article 21; from memory)"
    )

    class Meta:
        db_table = "identity_phone_code"
        indexes = [models.Index(fields=["phone", "-sent_at"], name="phone_code_latest")]
        constraints = [one_of("purpose", CodePurpose, "phone_code_purpose")]
