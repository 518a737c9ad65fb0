"""Who may practise: applications and papers, the credential record, filings, suspensions, payment rights, keys."""

from django.db import models
from django.db.models import Q

from xinglin.hospital.identity.models.accounts import Account
from xinglin.hospital.identity.models.constraints import both_or_neither, in_order, one_of
from xinglin.hospital.identity.models.institutions import Institution
from xinglin.hospital.identity.models.people import Person
from xinglin.hospital.identity.words import (
    ApplicationState,
    PaperKind,
    PaymentState,
    PractitionerKind,
    PractitionerStatus,
    Title,
)
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

REGISTER = Keeping(Sensitivity.PUBLIC, 15, "as long as the records that the practitioner signed")
INTERNAL = Keeping(Sensitivity.PERSONAL, 15, "as long as the records that the practitioner signed")


class Practitioner(models.Model):
    """The credential record of one person in one profession; the public profile is this row and nothing else.

    `department` and `scope` hold codes of the national list of departments. Valid on days from–until inclusive.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="practitioners")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="practitioner")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="practitioners")
    kind = models.CharField(max_length=10, choices=PractitionerKind.choices)
    register_no = models.CharField(max_length=30)
    title = models.CharField(max_length=30, choices=Title.choices)
    department = models.CharField(max_length=10, blank=True)
    scope = models.JSONField(default=list)
    independent_from_on = models.DateField(null=True)
    languages = models.JSONField(default=list)
    intro_zh = models.CharField(max_length=400, blank=True)
    intro_en = models.CharField(max_length=600, blank=True)
    status = models.CharField(max_length=10, choices=PractitionerStatus.choices, default=PractitionerStatus.ACTIVE)
    valid_from_on = models.DateField()
    valid_until_on = models.DateField(null=True)
    admitted_at = models.DateTimeField()
    on_duty_since_at = models.DateTimeField(null=True)
    primary_site = models.CharField(max_length=120, blank=True)  # where registered, when that is another institution
    first_visit_pilot = models.BooleanField(default=False)

    keeping = REGISTER

    class Meta:
        db_table = "identity_practitioner"
        indexes = [
            models.Index(
                fields=["department"], condition=Q(on_duty_since_at__isnull=False), name="practitioner_on_duty"
            )
        ]
        constraints = [
            one_of("kind", PractitionerKind, "practitioner_kind"),
            one_of("title", Title, "practitioner_title"),
            one_of("status", PractitionerStatus, "practitioner_status"),
            in_order("valid_from_on", "valid_until_on", "practitioner_interval"),
            models.UniqueConstraint(fields=["kind", "register_no"], name="practitioner_register_no_once"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(status="active"), name="practitioner_person_kind_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="physician") | (Q(independent_from_on__isnull=False) & ~Q(department="")),
                name="practitioner_physician_facts",
            ),
        ]


class PractitionerFiling(models.Model):
    """Multi-site practice filed at another institution, on days from–until inclusive."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="filings")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="filings")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    keeping = REGISTER

    class Meta:
        db_table = "identity_practitioner_filing"
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "institution", "from_on"], name="practitioner_filing_once"),
            in_order("from_on", "until_on", "practitioner_filing_interval"),
        ]


class PractitionerSuspension(models.Model):
    """A time in which the practitioner may not work: from `from_at` until `until_at` (open while empty)."""

    id = models.UUIDField(primary_key=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="suspensions")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)
    by = models.UUIDField()
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    keeping = INTERNAL

    class Meta:
        db_table = "identity_practitioner_suspension"
        constraints = [
            in_order("from_at", "until_at", "practitioner_suspension_interval"),
            both_or_neither("lifted_by", "lifted_at", "practitioner_suspension_lifted_pair"),
            models.UniqueConstraint(
                fields=["practitioner"], condition=Q(until_at__isnull=True), name="practitioner_suspension_one_open"
            ),
        ]


class PaymentStatus(models.Model):
    """A time in which the fund does not pay for the practitioner's services, on days from–until inclusive."""

    id = models.UUIDField(primary_key=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="payment_statuses")
    status = models.CharField(max_length=12, choices=PaymentState.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField()
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    keeping = INTERNAL

    class Meta:
        db_table = "identity_payment_status"
        constraints = [
            one_of("status", PaymentState, "payment_status_status"),
            in_order("from_on", "until_on", "payment_status_interval"),
            both_or_neither("withdrawn_by", "withdrawn_at", "payment_status_withdrawn_pair"),
        ]


class CredentialApplication(models.Model):
    """Someone asks to practise here. Decided once, by a medical affairs officer who has seen the papers."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="applications")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(max_length=10, choices=PractitionerKind.choices)
    register_no = models.CharField(max_length=30)
    title = models.CharField(max_length=30, choices=Title.choices)
    department = models.CharField(max_length=10, blank=True)
    scope = models.JSONField(default=list)
    independent_from_on = models.DateField(null=True)
    valid_from_on = models.DateField()
    valid_until_on = models.DateField(null=True)
    primary_site = models.CharField(max_length=120, blank=True)  # empty: registered at this institution itself
    filed_from_on = models.DateField(null=True)
    filed_until_on = models.DateField(null=True)
    languages = models.JSONField(default=list)
    intro_zh = models.CharField(max_length=400, blank=True)
    intro_en = models.CharField(max_length=600, blank=True)
    state = models.CharField(max_length=10, choices=ApplicationState.choices, default=ApplicationState.APPLIED)
    applied_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, null=True, related_name="applications")

    keeping = INTERNAL

    class Meta:
        db_table = "identity_credential_application"
        indexes = [models.Index(fields=["state", "applied_at"], name="application_waiting")]
        constraints = [
            one_of("kind", PractitionerKind, "application_kind"),
            one_of("title", Title, "application_title"),
            one_of("state", ApplicationState, "application_state"),
            in_order("valid_from_on", "valid_until_on", "application_interval"),
            both_or_neither("decided_by", "decided_at", "application_decided_pair"),
            models.CheckConstraint(
                condition=Q(state="applied", decided_at__isnull=True)
                | (~Q(state="applied") & Q(decided_at__isnull=False)),
                name="application_decided_state",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", practitioner__isnull=False)
                | (~Q(state="approved") & Q(practitioner__isnull=True)),
                name="application_approved_pair",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(state="applied"), name="application_one_waiting"
            ),
        ]


class CredentialPaper(models.Model):
    """A picture of one paper of an application."""

    id = models.UUIDField(primary_key=True)
    application = models.ForeignKey(CredentialApplication, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=30, default="image/jpeg")
    at = models.DateTimeField()

    keeping = INTERNAL

    class Meta:
        db_table = "identity_credential_paper"
        constraints = [one_of("kind", PaperKind, "credential_paper_kind")]


class SigningKey(models.Model):
    """A practitioner's Ed25519 key. The private half is encrypted; a revoked key still proves what it signed before."""

    id = models.UUIDField(primary_key=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="signing_keys")
    public_key = models.CharField(max_length=64, unique=True)
    private_sealed = models.BinaryField()
    from_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    keeping = Keeping(Sensitivity.SECRET, 15, "as long as the records that it signed")

    class Meta:
        db_table = "identity_signing_key"
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner"], condition=Q(revoked_at__isnull=True), name="signing_key_one_open"
            )
        ]
