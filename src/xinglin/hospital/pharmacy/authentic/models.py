"""The hospital's certificates and keys, its revocation lists, the signed documents, the public page's counter."""

from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity
from xinglin.hospital.pharmacy.authentic.authority import LABELS, Purpose

PROOF = Keeping(Sensitivity.SECRET, 15, "as long as the prescriptions that it signed can be asked about")
PUBLISHED = Keeping(Sensitivity.PUBLIC, 15, "published; proves what was known of a key on a day")
DOCUMENT = Keeping(
    Sensitivity.SENSITIVE, 15, "the prescription as handed out: part of the outpatient record, 15 years (from memory)"
)


class AuthorityKey(models.Model):
    """A key of the hospital's own authority, with its certificate (DER) unless it signs codes.

    A trigger lets `retired_at` and the revocation be set once and nothing else change.
    """

    id = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=12, choices=[(purpose.value, LABELS[purpose].en) for purpose in Purpose])
    holder_id = models.UUIDField()  # the practitioner, for physicians and pharmacists; zero: the hospital
    name = models.CharField(max_length=120)
    serial = models.CharField(max_length=40, unique=True)  # of a code key: its key id
    public_key = models.CharField(max_length=64, blank=True)  # of code keys: Ed25519, hexadecimal
    certificate = models.BinaryField(null=True)
    issuer = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="issued")
    private_sealed = models.BinaryField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=40, blank=True)
    revoked_by_id = models.UUIDField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "pharmacy_authority_key"
        indexes = [models.Index(fields=["holder_id"], name="pharmacy_authority_holder")]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=[p.value for p in Purpose]), name="pharmacy_authority_use"),
            models.CheckConstraint(
                condition=Q(purpose="code", certificate__isnull=True)
                | (~Q(purpose="code") & Q(certificate__isnull=False)),
                name="pharmacy_authority_certificate",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="", revoked_by_id__isnull=True)
                | (Q(revoked_at__isnull=False, revoked_by_id__isnull=False) & ~Q(revoked_reason="")),
                name="pharmacy_authority_revoked",
            ),
            models.UniqueConstraint(
                fields=["purpose", "holder_id"],
                condition=Q(retired_at__isnull=True, revoked_at__isnull=True),
                name="pharmacy_authority_one_open",
            ),
        ]


class RevocationList(models.Model):
    """A signed revocation list (CRL) as it was published."""

    id = models.UUIDField(primary_key=True)
    issuer = models.ForeignKey(AuthorityKey, on_delete=models.PROTECT, related_name="revocation_lists")
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    issued_at = models.DateTimeField()
    next_at = models.DateTimeField()

    keeping = PUBLISHED

    class Meta:
        db_table = "pharmacy_revocation_list"
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="pharmacy_revocation_number")]


class SignedDocument(models.Model):
    """A prescription as a signed PDF. `revision` 1 carries the prescriber's signature, 2 the reviewer's as well.

    A new `version` is made when the key of an older one was revoked; the older one then counts no more.
    """

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey("pharmacy.Prescription", on_delete=models.PROTECT, related_name="documents")
    version = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=900)
    code_key = models.ForeignKey(AuthorityKey, on_delete=models.PROTECT, related_name="+")
    signer_key = models.ForeignKey(AuthorityKey, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    keeping = DOCUMENT

    class Meta:
        db_table = "pharmacy_signed_document"
        constraints = [
            models.UniqueConstraint(fields=["prescription", "version", "revision"], name="pharmacy_document_revision"),
            models.CheckConstraint(condition=Q(version__gte=1, revision__in=[1, 2]), name="pharmacy_document_numbers"),
        ]


class VerifyCount(models.Model):
    """How often one address asked the public page in one minute; the address is kept as a keyed hash only."""

    key = models.CharField(max_length=64)
    minute_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    keeping = Keeping(Sensitivity.INTERNAL, 0, "swept after an hour; only limits how often a stranger may ask")

    class Meta:
        db_table = "pharmacy_verify_count"
        constraints = [models.UniqueConstraint(fields=["key", "minute_at"], name="pharmacy_verify_minute")]
