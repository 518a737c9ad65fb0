"""Likeness: consent, sealed templates, challenges, every attempt, cards read, pictures that go, reviews by a person.

No table here holds a picture longer than its `delete_after`, and no template can be opened from the database alone.
"""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.identity.likeness_words import (
    CardKept,
    CardSide,
    CheckedKind,
    LikenessDecision,
    LikenessKind,
    LikenessPurpose,
    ReviewKind,
    ReviewReason,
    ReviewState,
    ReviewWay,
)
from xinglin.hospital.identity.models.accounts import Account
from xinglin.hospital.identity.models.constraints import both_or_neither, one_of
from xinglin.hospital.identity.models.people import DocumentPhoto, Person
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

PROOF = Keeping(Sensitivity.SENSITIVE, 15, "with the outpatient record whose parties it shows to have been verified")
SHORT = Keeping(
    Sensitivity.SENSITIVE,
    0,
    "no longer than the purpose needs (Personal Information Protection Law, article 19; from memory)",
)


class BiometricConsent(models.Model):
    """A separate consent to one kind of likeness: which text, when given, when withdrawn. Withdrawn ones stay."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="likeness_consents")
    kind = models.CharField(max_length=10, choices=LikenessKind.choices)
    text_version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    given_by = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "identity_biometric_consent"
        constraints = [
            one_of("kind", LikenessKind, "biometric_consent_kind"),
            both_or_neither("withdrawn_at", "withdrawn_by", "biometric_consent_withdrawn_pair"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(withdrawn_at__isnull=True), name="biometric_consent_once"
            ),
        ]


class LikenessTemplate(models.Model):
    """A face or voice as numbers, sealed under a key of its own that lies apart from the database.

    It counts once accepted: by the portrait on the card, or by a person. Erased means that its key and its numbers are
    gone; the row says when.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="likeness_templates")
    consent = models.ForeignKey(BiometricConsent, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LikenessKind.choices)
    engine = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    sealed = models.BinaryField(null=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.UUIDField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    compared_at = models.DateTimeField(null=True)  # with the templates of all others
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True)

    keeping = SHORT

    class Meta:
        db_table = "identity_likeness_template"
        constraints = [
            one_of("kind", LikenessKind, "likeness_template_kind"),
            both_or_neither("accepted_at", "accepted_by", "likeness_template_accepted_pair"),
            both_or_neither("revoked_at", "revoked_by", "likeness_template_revoked_pair"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(revoked_at__isnull=True), name="likeness_template_live_once"
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, erased_at__isnull=True)
                | Q(sealed__isnull=True, erased_at__isnull=False, revoked_at__isnull=False),
                name="likeness_template_erased",
            ),
        ]
        indexes = [models.Index(fields=["kind", "engine", "version"], name="likeness_template_live")]


class LikenessChallenge(models.Model):
    """Movements asked for in a random order, one after another, for one account and one purpose; answered once, soon.

    `revealed` counts the movements that were asked for: one that broke off after that is a try as well.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=LikenessPurpose.choices)
    visit_id = models.UUIDField(null=True)
    steps = models.JSONField()
    revealed = models.SmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "identity_likeness_challenge"
        constraints = [one_of("purpose", LikenessPurpose, "likeness_challenge_purpose")]
        indexes = [models.Index(fields=["account", "-begun_at"], name="likeness_challenge_latest")]


class LikenessEvidence(models.Model):
    """What a challenge has seen so far, sealed; its row and its key go when the challenge ends or its time is over.

    `ticket` is what the next picture must bring: it is made anew with every picture that is taken.
    """

    challenge = models.OneToOneField(
        LikenessChallenge, on_delete=models.PROTECT, primary_key=True, related_name="evidence"
    )
    ticket = models.CharField(max_length=40)
    sealed = models.BinaryField()
    still = models.BinaryField(null=True)
    delete_after = models.DateTimeField()

    keeping = SHORT

    class Meta:
        db_table = "identity_likeness_evidence"
        indexes = [models.Index(fields=["delete_after"], name="likeness_evidence_due")]


class LikenessCheck(models.Model):
    """One attempt, whatever came of it. Never changed. Holds scores in thousandths and codes, never a likeness."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="likeness_checks")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=CheckedKind.choices)
    purpose = models.CharField(max_length=12, choices=LikenessPurpose.choices)
    at = models.DateTimeField()
    by = models.UUIDField()
    engine = models.CharField(max_length=120, blank=True)
    decision = models.CharField(max_length=12, choices=LikenessDecision.choices)
    similarity_permille = models.SmallIntegerField(null=True)
    live_permille = models.SmallIntegerField(null=True)
    scores = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    challenge = models.ForeignKey(LikenessChallenge, on_delete=models.PROTECT, null=True, related_name="+")
    template_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "identity_likeness_check"
        constraints = [
            one_of("kind", CheckedKind, "likeness_check_kind"),
            one_of("purpose", LikenessPurpose, "likeness_check_purpose"),
            one_of("decision", LikenessDecision, "likeness_check_decision"),
        ]
        indexes = [models.Index(fields=["person", "purpose", "-at"], name="likeness_check_latest")]


class CardReading(models.Model):
    """What was read from a card, sealed, and which fields disagree with what was typed."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="card_readings")
    photo = models.ForeignKey(DocumentPhoto, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=5, choices=CardSide.choices)
    at = models.DateTimeField()
    by = models.UUIDField()
    engine = models.CharField(max_length=120, blank=True)  # empty: no reader is installed
    sealed = models.BinaryField(null=True)
    confidences = models.JSONField(default=dict)  # field → thousandths
    disagreements = models.JSONField(default=list)  # names of fields
    reasons = models.JSONField(default=list)  # why something, or all, could not be relied on
    portrait = models.JSONField(null=True)  # corners of the portrait in the picture, pixels
    kept = models.CharField(max_length=6, choices=CardKept.choices, blank=True, default="")
    kept_at = models.DateTimeField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "identity_card_reading"
        constraints = [one_of("side", CardSide, "card_reading_side"), one_of("kept", CardKept, "card_reading_kept")]
        indexes = [models.Index(fields=["person", "side", "-at"], name="card_reading_latest")]


class LikenessPicture(models.Model):
    """One still of an attempt that a person will look at; sealed, and gone by `delete_after`."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    check_made = models.ForeignKey(LikenessCheck, on_delete=models.PROTECT, related_name="pictures")
    sealed = models.BinaryField(null=True)
    taken_at = models.DateTimeField()
    delete_after = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    keeping = SHORT

    class Meta:
        db_table = "identity_likeness_picture"
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, erased_at__isnull=True)
                | Q(sealed__isnull=True, erased_at__isnull=False),
                name="likeness_picture_erased",
            ),
            models.CheckConstraint(condition=Q(delete_after__gt=F("taken_at")), name="likeness_picture_goes"),
        ]
        indexes = [
            models.Index(fields=["delete_after"], condition=Q(erased_at__isnull=True), name="likeness_picture_due")
        ]


class AlternativeCheck(models.Model):
    """What a person at the desk decides instead of, or about, the automatic check."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="alternative_checks")
    kind = models.CharField(max_length=12, choices=ReviewKind.choices)
    reason = models.CharField(max_length=12, choices=ReviewReason.choices)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    check_made = models.ForeignKey(LikenessCheck, on_delete=models.PROTECT, null=True, related_name="+")
    template = models.ForeignKey(LikenessTemplate, on_delete=models.PROTECT, null=True, related_name="+")
    reading = models.ForeignKey(CardReading, on_delete=models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.ASKED)
    way = models.CharField(max_length=10, choices=ReviewWay.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    until = models.DateTimeField(null=True)

    keeping = PROOF

    class Meta:
        db_table = "identity_alternative_check"
        constraints = [
            one_of("kind", ReviewKind, "alternative_check_kind"),
            one_of("reason", ReviewReason, "alternative_check_reason"),
            one_of("state", ReviewState, "alternative_check_state"),
            both_or_neither("decided_at", "decided_by", "alternative_check_decided_pair"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | ~Q(state="asked") & Q(decided_at__isnull=False),
                name="alternative_check_decided",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(state="asked"), name="alternative_check_open_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="alternative_check_queue")]
