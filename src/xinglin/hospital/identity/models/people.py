"""Natural persons, the checks of who they are, their guardians and the pictures of their documents."""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.identity.models.accounts import Account
from xinglin.hospital.identity.models.constraints import both_or_neither, one_of
from xinglin.hospital.identity.words import (
    CheckMethod,
    CheckResult,
    GuardianshipState,
    PersonStatus,
    PhotoKind,
    Relation,
    Sex,
)
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

RECORD_YEARS = 15
BASIS = "15 years from the last visit, with the outpatient record that it identifies"


class Person(models.Model):
    """One natural person. The document's number is encrypted; a keyed hash finds the person and forbids a second."""

    class IdType(models.TextChoices):
        RESIDENT = "resident"  # resident identity card
        HK_MACAO = "hk_macao"  # travel permit of Hong Kong and Macao residents
        TAIWAN = "taiwan"  # travel permit of Taiwan residents
        FOREIGN = "foreign"  # foreign permanent resident card
        PASSPORT = "passport"
        MOTHER = "mother"  # a newborn under the mother's document

    id = models.UUIDField(primary_key=True)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="person")
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=120, blank=True)  # pinyin, for sorting and finding
    sex = models.CharField(max_length=1, choices=Sex.choices)
    birth_on = models.DateField()
    id_type = models.CharField(max_length=10, choices=IdType.choices)
    id_number_sealed = models.BinaryField(null=True)
    id_number_index = models.CharField(max_length=64, null=True)
    identity_changed_on = models.DateField(null=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    area = models.CharField(max_length=6, blank=True)  # administrative code of residence
    status = models.CharField(max_length=10, choices=PersonStatus.choices, default=PersonStatus.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()

    keeping = Keeping(Sensitivity.SENSITIVE, RECORD_YEARS, BASIS)

    class Meta:
        db_table = "identity_person"
        indexes = [
            models.Index(fields=["phone"], name="person_phone"),
            models.Index(fields=["name_key"], name="person_name_key"),
        ]
        constraints = [
            one_of("sex", Sex, "person_sex"),
            models.UniqueConstraint(fields=["id_number_index"], name="person_number_once"),
            both_or_neither("id_number_sealed", "id_number_index", "person_number_pair"),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_name"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="person_merged_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.id}"


class PersonVerification(models.Model):
    """One check of who someone is, with its result. Never changed; a new check is a new row."""

    class Result(models.TextChoices):
        MATCH = "match"
        MISMATCH = "mismatch"
        UNKNOWN = "unknown"
        DOWN = "down"
        PASS = "pass"  # the phone answered with the code

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="verifications")
    method = models.CharField(max_length=10, choices=CheckMethod.choices)
    result = models.CharField(max_length=10, choices=CheckResult.choices)
    at = models.DateTimeField()
    by = models.UUIDField()
    score_permille = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=80)

    keeping = Keeping(Sensitivity.SENSITIVE, RECORD_YEARS, BASIS)

    class Meta:
        db_table = "identity_person_verification"
        indexes = [models.Index(fields=["person", "method", "-at"], name="verification_latest")]
        constraints = [
            one_of("method", CheckMethod, "verification_method"),
            one_of("result", CheckResult, "verification_result"),
        ]


class DocumentPhoto(models.Model):
    """A picture of a document, decoded and encoded anew before it is kept."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="photos")
    kind = models.CharField(max_length=20, choices=PhotoKind.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=30, default="image/jpeg")
    at = models.DateTimeField()
    by = models.UUIDField()
    erased_at = models.DateTimeField(null=True)  # from then on the content is empty: what it showed has been checked

    keeping = Keeping(Sensitivity.SENSITIVE, RECORD_YEARS, BASIS)

    class Meta:
        db_table = "identity_document_photo"
        constraints = [one_of("kind", PhotoKind, "document_photo_kind")]


class Guardianship(models.Model):
    """Who may act for whom. Counts once accepted: by someone who saw the evidence, or by the register's answer."""

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True)
    ward = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    evidence = models.ForeignKey(DocumentPhoto, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=GuardianshipState.choices, default=GuardianshipState.ASKED)
    basis = models.CharField(max_length=20, blank=True)  # 'registry' or 'reviewed'
    accepted_by = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True)

    keeping = Keeping(Sensitivity.SENSITIVE, RECORD_YEARS, BASIS)

    class Meta:
        db_table = "identity_guardianship"
        constraints = [
            one_of("relation", Relation, "guardianship_relation"),
            one_of("state", GuardianshipState, "guardianship_state"),
            models.CheckConstraint(condition=~Q(ward=F("guardian")), name="guardianship_of_another"),
            both_or_neither("accepted_by", "accepted_at", "guardianship_accepted_pair"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False), name="guardianship_accepted_by_someone"
            ),
            models.UniqueConstraint(
                fields=["ward", "guardian"], condition=Q(state__in=["asked", "accepted"]), name="guardianship_once"
            ),
        ]
