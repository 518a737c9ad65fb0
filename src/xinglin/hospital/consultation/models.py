"""Tables of the consultation, and what must always be true of a row.

People, practitioners and institutions are kept by id, not by key. A signed record and its diagnoses, messages, evidence
pictures and consents are refused every change by triggers (first migration).
"""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.consultation.live_models import LiveObservation, LiveParty, LiveSession, Recording
from xinglin.hospital.consultation.told_models import AllergyTold, LifeState, MedicineTold, Observation, PlannedTest
from xinglin.hospital.consultation.words import (
    Channel,
    EvidenceKind,
    Judgement,
    MessageKind,
    Mode,
    PictureUse,
    RecordState,
    Side,
    VisitState,
)
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

__all__ = [
    "AllergyTold",
    "ConsentGiven",
    "ConsentText",
    "FollowUpEvidence",
    "LifeState",
    "LiveObservation",
    "LiveParty",
    "LiveSession",
    "MedicineTold",
    "Message",
    "Observation",
    "Picture",
    "PlannedTest",
    "Questionnaire",
    "ReadMark",
    "Record",
    "RecordAddendum",
    "RecordAttachment",
    "RecordDiagnosis",
    "Recording",
    "Visit",
]
RECORD_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "outpatient records, 15 years after the last visit (Medical Records Rules 2013, article 29)",
)
TALK_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "the process of online care is kept 3 years at least (rules of 2022, article 20); kept with the record",
)


class Visit(models.Model):
    """One visit of a patient with a physician, from the request to its end."""

    id = models.UUIDField(primary_key=True)
    patient_id = models.UUIDField()
    asked_by_id = models.UUIDField(null=True)  # the person at the keyboard: the patient, or the guardian
    physician_id = models.UUIDField()
    institution_id = models.UUIDField()
    department = models.CharField(max_length=20)
    mode = models.CharField(max_length=20, choices=Mode.pairs(), default=Mode.FOLLOW_UP.value)
    channel = models.CharField(max_length=20, choices=Channel.pairs(), default=Channel.ONLINE.value)
    state = models.CharField(max_length=20, choices=VisitState.pairs(), default=VisitState.REQUESTED.value)
    complaint = models.TextField()
    fee_code = models.CharField(max_length=40, blank=True, default="")
    fee_fen = models.PositiveIntegerField(default=0)
    guardian_id = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    # The promise of a first substantive reply. Without a promised instant the clock stands (waiting for the patient).
    promise_from_at = models.DateTimeField(null=True)
    promised_by_at = models.DateTimeField(null=True)
    refund_by_at = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    auth_event_id = models.UUIDField(null=True)  # the proof of identity under which the physician started
    first_reply_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    closing_code = models.CharField(max_length=40, blank=True, default="")
    closing_text = models.TextField(blank=True, default="")  # letter of referral, or the reason of an end
    last_seq = models.PositiveIntegerField(default=0)

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_visit"
        indexes = [
            models.Index(fields=["patient_id", "-requested_at"], name="visit_of_patient"),
            models.Index(fields=["physician_id", "-requested_at"], name="visit_of_physician"),
            models.Index(
                fields=["physician_id", "state"],
                condition=Q(state__in=["requested", "waiting", "in_progress"]),
                name="visit_open_of_physician",
            ),
            models.Index(
                fields=["promised_by_at"],
                condition=Q(first_reply_at=None, state__in=["requested", "waiting", "in_progress"]),
                name="visit_promise_running",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id", "physician_id"],
                condition=Q(state__in=["requested", "waiting", "in_progress"]),
                name="visit_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "waiting", "cancelled", "refunded", "referred"])
                | Q(started_at__isnull=False),
                name="visit_in_progress_has_start",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "waiting", "in_progress"], ended_at__isnull=True)
                | Q(state__in=["ended", "referred", "cancelled", "refunded"], ended_at__isnull=False),
                name="visit_ended_has_end",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="visit_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(promise_from_at__isnull=True, promised_by_at__isnull=True, refund_by_at__isnull=True)
                | Q(promise_from_at__isnull=False, promised_by_at__isnull=False, refund_by_at__isnull=False),
                name="visit_promise_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.id} {self.state}"


class Picture(models.Model):
    """A clean picture that belongs to a visit. Its bytes never change."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="pictures")
    use = models.CharField(max_length=20, choices=PictureUse.pairs())
    by_id = models.UUIDField()  # the account that put it in
    content = models.BinaryField()
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    at = models.DateTimeField()

    keeping = TALK_KEPT

    class Meta:
        db_table = "consultation_picture"


class FollowUpEvidence(models.Model):
    """What shows that the patient has been diagnosed before, and what the physician said of it."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=30, choices=EvidenceKind.pairs())
    institution_id = models.UUIDField(null=True)  # when it is one of the house
    institution_name = models.CharField(max_length=120, blank=True, default="")
    physical = models.BooleanField(null=True)  # issued by a physical institution; null: not known
    diagnosed_on = models.DateField()
    diagnosis_code = models.CharField(max_length=20)
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="+")
    source_record_id = models.UUIDField(null=True)  # for in_house: the signed record
    offered_at = models.DateTimeField()
    judgement = models.CharField(max_length=20, choices=Judgement.pairs(), default=Judgement.PENDING.value)
    judged_by_id = models.UUIDField(null=True)
    judged_at = models.DateTimeField(null=True)
    judged_reason = models.CharField(max_length=500, blank=True, default="")

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_follow_up_evidence"
        constraints = [
            models.CheckConstraint(
                condition=Q(judgement="pending", judged_by_id=None, judged_at=None)
                | Q(judgement__in=["accepted", "refused"], judged_by_id__isnull=False, judged_at__isnull=False),
                name="evidence_judged_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(judgement="refused") | ~Q(judged_reason=""), name="evidence_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind="in_house", source_record_id__isnull=False)
                | (~Q(kind="in_house") & Q(picture__isnull=False)),
                name="evidence_has_its_paper",
            ),
        ]


class ConsentText(models.Model):
    """A version of what the patient agrees to, as it stood. Never changed."""

    version = models.CharField(max_length=40, primary_key=True)
    zh = models.TextField()
    en = models.TextField()
    sha256 = models.CharField(max_length=64)
    from_on = models.DateField()

    keeping = Keeping(Sensitivity.PUBLIC, None, "every version that anybody agreed to")

    class Meta:
        db_table = "consultation_consent_text"


class ConsentGiven(models.Model):
    """That a person agreed to a version for a visit, at an instant, in a language. Never changed."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    by_id = models.UUIDField()  # the person who agreed: patient or guardian
    at = models.DateTimeField()

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_consent_given"
        constraints = [models.UniqueConstraint(fields=["visit", "text"], name="consent_once_a_visit")]


class Questionnaire(models.Model):
    """The answers before the visit, by question id, with the danger signs found in them. Never changed."""

    visit = models.OneToOneField(Visit, models.PROTECT, primary_key=True, related_name="questionnaire")
    version = models.CharField(max_length=40)
    answers = models.JSONField()
    red_flags = models.JSONField(default=list)  # question ids whose answer is a danger
    at = models.DateTimeField()

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_questionnaire"


class Message(models.Model):
    """One thing said in a visit. Numbered from 1 without gaps; never changed."""

    id = models.UUIDField(primary_key=True)  # made by the sender's page, so that a resend is the same message
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="messages")
    seq = models.PositiveIntegerField()
    side = models.CharField(max_length=20, choices=Side.pairs())
    author_id = models.UUIDField()  # the account (or the system)
    kind = models.CharField(max_length=20, choices=MessageKind.pairs())
    body = models.TextField(blank=True, default="")
    body_en = models.TextField(blank=True, default="")  # only what the system says comes in two languages
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="+")
    ai_assisted = models.BooleanField(default=False)
    at = models.DateTimeField()

    keeping = TALK_KEPT

    class Meta:
        db_table = "consultation_message"
        constraints = [
            models.UniqueConstraint(fields=["visit", "seq"], name="message_seq"),
            models.CheckConstraint(
                condition=Q(kind="picture", picture__isnull=False) | (~Q(kind="picture") & ~Q(body="")),
                name="message_says_something",
            ),
        ]


class ReadMark(models.Model):
    """Up to which message a side has read."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="read_marks")
    side = models.CharField(max_length=20, choices=Side.pairs())
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    keeping = TALK_KEPT

    class Meta:
        db_table = "consultation_read_mark"
        constraints = [models.UniqueConstraint(fields=["visit", "side"], name="read_mark_once_a_side")]


class Record(models.Model):
    """The medical record of a visit. `version` counts saves of the draft; a signed record is locked by a trigger."""

    visit = models.OneToOneField(Visit, models.PROTECT, primary_key=True, related_name="record")
    patient_id = models.UUIDField()
    version = models.PositiveIntegerField(default=0)
    chief_complaint = models.TextField(blank=True, default="")
    subjective = models.TextField(blank=True, default="")
    objective = models.TextField(blank=True, default="")
    assessment = models.TextField(blank=True, default="")
    plan = models.TextField(blank=True, default="")
    vitals = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=RecordState.pairs(), default=RecordState.DRAFT.value)
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by_id = models.UUIDField(null=True)  # the practitioner
    content = models.JSONField(null=True)  # exactly what was signed
    sha256 = models.CharField(max_length=64, blank=True, default="")
    key_id = models.UUIDField(null=True)
    public_key = models.CharField(max_length=64, blank=True, default="")
    signature = models.CharField(max_length=128, blank=True, default="")
    imported = models.BooleanField(default=False)  # from another system, without a signature of ours

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_record"
        indexes = [models.Index(fields=["patient_id", "-signed_at"], name="record_of_patient")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", signed_at=None, signature="")
                | (
                    Q(state="signed", signed_at__isnull=False, signed_by_id__isnull=False)
                    & (Q(imported=True) | (~Q(signature="") & Q(content__isnull=False) & ~Q(sha256="")))
                ),
                name="record_signed_whole",
            ),
        ]


class RecordDiagnosis(models.Model):
    """One ICD-10 diagnosis of a record; rank 1 is the main one. The names are as they stood."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="diagnoses")
    rank = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_record_diagnosis"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["record", "rank"], name="record_diagnosis_rank"),
            models.UniqueConstraint(fields=["record", "code"], name="record_diagnosis_once"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=8), name="record_diagnosis_rank_1_to_8"),
        ]


class RecordAttachment(models.Model):
    """A picture that belongs to the record."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="attachments")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200, blank=True, default="")

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_record_attachment"
        constraints = [models.UniqueConstraint(fields=["record", "picture"], name="record_attachment_once")]


class RecordAddendum(models.Model):
    """What was added after the record had been signed; signed itself. Never changed."""

    id = models.UUIDField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="addenda")
    text = models.TextField()
    at = models.DateTimeField()
    by_id = models.UUIDField()  # the practitioner
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    key_id = models.UUIDField()
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    keeping = RECORD_KEPT

    class Meta:
        db_table = "consultation_record_addendum"
        ordering = ["at"]
